// Closed forms and the simulator against the reference numbers of the design (quorum.md c.4 to c.8).

#include <gtest/gtest.h>

#include <cmath>

#include "analyzer/simulation/closed_form.h"
#include "analyzer/simulation/output.h"
#include "analyzer/simulation/prng.h"
#include "analyzer/simulation/simulate.h"

namespace unrepro::simulation {
namespace {

// Within half of the reference's last digit.
void near(double value, double reference, double half_digit) { EXPECT_NEAR(value, reference, half_digit); }

TEST(ClosedForm, MajorityVoting) {
  EXPECT_EQ(majority_needed(0.35, 0.05), 15u);
  EXPECT_EQ(majority_needed(0.35, 0.01), 29u);
  EXPECT_EQ(majority_needed(0.35, 0.001), 51u);
  near(majority_error(0.35, 15), 0.0476, 5e-5);
  near(majority_error(0.35, 29), 0.00993, 5e-6);
  near(majority_error(0.35, 51), 0.00099, 5e-6);
  EXPECT_EQ(2 * majority_needed(0.2, 1e-6) - 1, 51u);
  near(majority_redundancy(0.2, 26), 32.5, 0.05);
  EXPECT_EQ(2 * majority_needed(0.05, 1e-6) - 1, 15u);
  EXPECT_EQ(2 * majority_needed(0.1, 1e-6) - 1, 23u);
  EXPECT_EQ(2 * majority_needed(0.35, 1e-6) - 1, 241u);
}

TEST(ClosedForm, Audits) {
  EXPECT_EQ(builds_until_detection(0.1, 0.95), 29u);
  EXPECT_EQ(builds_until_detection(0.1, 0.99), 44u);
  near(detection(0.1, 29), 0.953, 5e-4);
  near(detection(0.1, 44), 0.990, 5e-4);
  near(detection(0.1, 5), 0.41, 5e-3);
  near(bad_before_detection(0.1), 9, 1e-9);
  EXPECT_EQ(builds_until_detection(0.02, 0.95), 149u);
  EXPECT_EQ(builds_until_detection(0.02, 0.99), 228u);
  EXPECT_EQ(builds_until_detection(0.05, 0.95), 59u);
  EXPECT_EQ(builds_until_detection(0.05, 0.99), 90u);
  EXPECT_EQ(builds_until_detection(0.2, 0.95), 14u);
  EXPECT_EQ(builds_until_detection(0.2, 0.99), 21u);
  EXPECT_EQ(builds_until_detection(0.5, 0.95), 5u);
  EXPECT_EQ(builds_until_detection(0.5, 0.99), 7u);
  EXPECT_EQ(builds_until_detection(0.1, 0.95, 0.5), 59u);
  EXPECT_EQ(builds_until_detection(0.1, 0.95, 0.1), 299u);
  EXPECT_EQ(builds_until_detection(0.1, 0.95, 0.01), 2'995u);
}

TEST(ClosedForm, Unanimity) {
  near(unanimity_accepts(0.05, 3), 1.25e-4, 1e-12);
  near(unanimity_holds(0.05, 3), 0.14, 5e-3);
  near(unanimity_accepts(0.2, 3), 8e-3, 1e-12);
  near(unanimity_holds(0.2, 3), 0.48, 5e-3);
  near(unanimity_accepts(0.2, 5), 3.2e-4, 1e-12);
  near(unanimity_holds(0.2, 5), 0.67, 5e-3);
}

TEST(ClosedForm, Sybils) {
  near(sybil_by_nodes(100, 10, 3, 3), 0.0006, 5e-5);
  near(sybil_by_nodes(100, 10, 3, 2), 0.021, 5e-4);
  near(sybil_by_nodes(100, 100, 3, 3), 0.123, 5e-4);
  near(sybil_by_nodes(100, 100, 3, 2), 0.500, 5e-4);
  near(sybil_by_nodes(100, 900, 3, 3), 0.729, 5e-4);
  near(sybil_by_nodes(100, 900, 3, 2), 0.972, 5e-4);
  EXPECT_EQ(sybil_by_operators(20, 3, 3), 0);
  EXPECT_EQ(sybil_by_operators(20, 3, 2), 0);
  near(hypergeometric(20, 4, 2, 2), 3.2e-2, 5e-4);
  near(hypergeometric(20, 4, 3, 3), 3.5e-3, 5e-5);
  near(hypergeometric(20, 4, 4, 4), 2.1e-4, 5e-6);
  EXPECT_EQ(hypergeometric(20, 4, 5, 5), 0);
  near(hypergeometric(20, 5, 3, 3), 8.8e-3, 5e-5);
  near(hypergeometric(20, 10, 3, 3), 0.105, 5e-4);
  near(hypergeometric(50, 5, 3, 3), 5.1e-4, 5e-6);
  // A sleeping ring of 10 among 200.
  near(hypergeometric(200, 10, 1, 1), 5e-2, 1e-9);
  near(hypergeometric(200, 10, 2, 2), 2.3e-3, 5e-5);
  near(hypergeometric(200, 10, 3, 3), 9.1e-5, 5e-7);
}

TEST(ClosedForm, WhatMayStayUnexplained) { near(tolerable_unexplained(0.5, 1e-4, 0.03), 0.0033, 5e-5); }

TEST(Interval, IsWilsons) {
  const Interval none = wilson(0, 100), some = wilson(10, 100);
  EXPECT_EQ(none.low, 0);
  near(none.high, 0.0370, 5e-5);
  near(some.low, 0.0552, 5e-5);
  near(some.high, 0.1744, 5e-5);
  EXPECT_EQ(wilson(100, 100).high, 1);
  EXPECT_GT(wilson(10, 100, 4).high, some.high);
  EXPECT_TRUE(wilson(0, 0).contains(0.5));
}

TEST(Interval, CountsClustersOnce) {
  Rate clustered, spread;
  for (int i = 0; i < 100; ++i) {
    clustered.add_run(i % 10 == 0 ? 10 : 0, 10);
    spread.add_run(1, 10);
  }
  EXPECT_EQ(clustered.value(), spread.value());
  EXPECT_GT(clustered.interval().high - clustered.interval().low,
            2.5 * (spread.interval().high - spread.interval().low));
}

TEST(Prng, IsTheSameEverywhere) {
  // xoshiro256** from the state 1, 2, 3, 4 is checked by its authors' code; ours from its seeding, recorded
  // once.
  Prng prng(42, 7);
  const std::uint64_t first = prng.next();
  EXPECT_EQ(first, Prng(42, 7).next());
  EXPECT_NE(first, Prng(42, 8).next());
  EXPECT_NE(first, Prng(43, 7).next());
  EXPECT_EQ(mix(0), 0xe220a8397b1dcdafu);  // SplitMix64's published first output for seed 0
}

TEST(Prng, DrawsEvenly) {
  Prng prng(1);
  int counts[6] = {}, heads = 0;
  for (int i = 0; i < 60'000; ++i) {
    ++counts[prng.below(6)];
    heads += prng.chance(0.1);
  }
  double chi_squared = 0;
  for (const int count : counts) chi_squared += (count - 10'000.0) * (count - 10'000.0) / 10'000.0;
  EXPECT_LT(chi_squared, 15.1);  // 5 degrees of freedom, 1 %
  EXPECT_TRUE(wilson(heads, 60'000).contains(0.1)) << heads;
  EXPECT_EQ(prng.below(1), 0u);
}

std::vector<Cell> play(const std::string& toml) {
  const auto scenario = parse_scenario(toml);
  EXPECT_TRUE(scenario) << (scenario ? "" : scenario.error().message);
  return scenario ? simulate(*scenario) : std::vector<Cell>();
}

const Cell& at(const std::vector<Cell>& cells, const std::string& policy, Strategy strategy) {
  for (const Cell& cell : cells) {
    if (cell.policy == policy && cell.strategy == strategy) return cell;
  }
  throw std::out_of_range(policy);
}

constexpr char kUnanimity[] =
    "[policies.unanimity]\nresults = 3\nagree = 3\nrequire_trusted = 0\ntrusted = 0\narbitrate = false\n";

// The simulator drives the real decision, and agrees with what can be calculated.
TEST(Simulation, AgreesWithUnanimity) {
  for (const char* share : {"0.1", "0.2"}) {
    const auto cells =
        play("seed = 5\nruns = 12000\nindependent = true\nstrategies = [\"always\"]\nshares = [" +
             std::string(share) + "]\n" + kUnanimity);
    const double g = std::stod(share);
    ASSERT_TRUE(cells.at(0).expected);
    EXPECT_NEAR(*cells[0].expected, unanimity_accepts(g, 3), 1e-12);
    EXPECT_TRUE(cells[0].accepted.interval().contains(unanimity_accepts(g, 3))) << cells[0].accepted.value();
    EXPECT_TRUE(cells[0].held.interval().contains(unanimity_holds(g, 3))) << cells[0].held.value();
    EXPECT_EQ(cells[0].falsely_accused.hits(), 0u);
  }
}

TEST(Simulation, AgreesWithDrawsOfOperators) {
  const auto cells = play(std::string("seed = 6\nruns = 8000\noperators = 20\nstrategies = [\"colluding\"]\n"
                                      "shares = [0.2, 0.25, 0.5]\n") +
                          kUnanimity);
  for (const auto& [cell, marked] : {std::pair{cells.at(0), 4u}, {cells.at(1), 5u}, {cells.at(2), 10u}}) {
    EXPECT_TRUE(cell.accepted.interval().contains(hypergeometric(20, marked, 3, 3))) << cell.accepted.value();
    EXPECT_NEAR(*cell.expected, hypergeometric(20, marked, 3, 3), 1e-12);
  }
}

TEST(Simulation, AgreesWithMajorityVoting) {
  const auto cells = play(
      "seed = 7\nruns = 4000\nindependent = true\noperators = 101\nshares = [0.35]\nstrategies = "
      "[\"always\"]\n"
      "[policies.m15]\nrule = \"majority\"\nresults = 29\nrequire_trusted = 0\n"
      "[policies.m29]\nrule = \"majority\"\nresults = 57\nrequire_trusted = 0\n"
      "[policies.m51]\nrule = \"majority\"\nresults = 101\nrequire_trusted = 0\n");
  for (const auto& [policy, m] : {std::pair{"m15", 15u}, {"m29", 29u}, {"m51", 51u}}) {
    const Cell& cell = at(cells, policy, Strategy::always);
    EXPECT_TRUE(cell.accepted.interval().contains(majority_error(0.35, m)))
        << policy << ' ' << cell.accepted.value();
  }
}

TEST(Simulation, AgreesWithTheSybilTable) {
  for (const auto& [burst, all, most] :
       {std::tuple{10, 0.0006, 0.021}, {100, 0.123, 0.500}, {900, 0.729, 0.972}}) {
    const auto cells = play(
        "seed = 9\nruns = 3000\noperators = 20\nnodes = 5\nshares = [0]\nstrategies = "
        "[\"sybil-burst\"]\nburst = " +
        std::to_string(burst) + "\n" + kUnanimity +
        "[policies.nodes]\nby_nodes = true\nresults = 3\nagree = 3\nrequire_trusted = 0\ntrusted = "
        "0\narbitrate = false\n"
        "[policies.majority]\nby_nodes = true\nrule = \"majority\"\nresults = 3\nrequire_trusted = 0\n");
    EXPECT_EQ(at(cells, "unanimity", Strategy::sybil_burst).accepted.hits(), 0u);
    const Cell& nodes = at(cells, "nodes", Strategy::sybil_burst);
    const Cell& majority = at(cells, "majority", Strategy::sybil_burst);
    EXPECT_NEAR(*nodes.expected, all, 5e-4);
    EXPECT_NEAR(*majority.expected, most, 5e-4);
    // Rarer ones would need more runs than a test has.
    EXPECT_TRUE(all < 1e-3 || nodes.accepted.interval().contains(*nodes.expected))
        << burst << ' ' << nodes.accepted.value();
    EXPECT_TRUE(majority.accepted.interval().contains(*majority.expected))
        << burst << ' ' << majority.accepted.value();
  }
}

// Both seats are always bad, so each build is a bad one until the lottery hits.
TEST(Simulation, AgreesWithTheLottery) {
  const auto cells = play(
      "seed = 11\nruns = 600\nbuilds = 29\noperators = 2\nshares = [1]\nstrategies = [\"always\"]\n"
      "[policies.lottery]\nresults = 2\nrequire_trusted = 0\naudit_rate = 0.1\naudit_floor = 0.1\n");
  const Cell& cell = cells.at(0);
  EXPECT_TRUE(cell.detected.interval().contains(detection(0.1, 29))) << cell.detected.value();
  const double before = static_cast<double>(cell.released_before_detection) / 600;
  EXPECT_NEAR(before, 9 * detection(0.1, 29), 1);  // mean of the geometric distribution, cut off at 29
}

constexpr char kAll[] = R"(
seed = 3
runs = 12
builds = 12
shares = [0.2]
benign_mismatch = 0.05
wake = 4
strategies = ["always", "rare", "targeted", "colluding", "sleeper", "sybil-burst", "whitewashing", "free-riding",
              "griefing", "inputs-lying"]
[policies.floor]
audit_rate = 0.1
accept = "explained"
[policies.open]
by_nodes = true
require_trusted = 0
)";

TEST(Simulation, TheTrustedOperatorStopsEveryStrategy) {
  const auto cells = play(kAll);
  for (const Cell& cell : cells) {
    EXPECT_EQ(cell.policy == "floor" ? cell.accepted.hits() : 0u, 0u) << to_string(cell.strategy);
    EXPECT_EQ(cell.builds, 144u);
    EXPECT_EQ(cell.falsely_accused.hits(), 0u) << cell.policy << ' ' << to_string(cell.strategy);
  }
  EXPECT_GT(at(cells, "floor", Strategy::always).held.hits(), 0u);
  EXPECT_GT(at(cells, "floor", Strategy::always).detected.hits(), 0u);
  EXPECT_GT(at(cells, "floor", Strategy::griefing).held.hits(), 0u);
  EXPECT_GT(at(cells, "open", Strategy::sybil_burst).accepted.hits(), 0u);
}

TEST(Simulation, IsTheSameEveryTime) {
  const auto scenario = *parse_scenario(kAll);
  const auto first = simulate(scenario), second = simulate(scenario);
  EXPECT_EQ(to_csv(first), to_csv(second));
  EXPECT_EQ(to_json(scenario, first), to_json(scenario, second));
  EXPECT_EQ(to_svg(scenario, first), to_svg(scenario, second));
  std::size_t decided = 0;
  const auto watched = simulate(scenario, [&](const auto&, const auto&, const auto&) { ++decided; });
  EXPECT_EQ(to_csv(first), to_csv(watched));
  EXPECT_EQ(decided, 2u * 10 * 12 * 12);
  auto other = scenario;
  other.seed = 4;
  EXPECT_NE(to_csv(first), to_csv(simulate(other)));
}

TEST(Scenario, RefusesWhatItDoesNotKnow) {
  const auto refused = [](const std::string& change) {
    const auto read = parse_scenario(change + kAll);
    return !read.has_value();
  };
  EXPECT_FALSE(refused(""));
  EXPECT_TRUE(refused("speed = 1\n"));
  EXPECT_TRUE(refused("packages = 0\n"));
  EXPECT_TRUE(refused("disguised = 1.5\n"));
  EXPECT_TRUE(refused("operators = \"many\"\n"));
  EXPECT_FALSE(parse_scenario("shares = [0.1]\nstrategies = [\"always\"]\n"));
  EXPECT_FALSE(parse_scenario("shares = [0.1]\nstrategies = [\"never\"]\n[policies.a]\n"));
  EXPECT_FALSE(parse_scenario("shares = [0.1]\nstrategies = [\"always\"]\n[policies.a]\nagree = 1\n"));
  EXPECT_FALSE(
      parse_scenario("shares = [0.1]\nstrategies = [\"always\"]\n[policies.a]\nruel = \"majority\"\n"));
  EXPECT_FALSE(parse_scenario("shares = [0.1]\nstrategies = [\"always\"]\n[policies.a]\nresults = 50\n"));
  EXPECT_FALSE(parse_scenario("shares = [0.1\n"));
}

}  // namespace
}  // namespace unrepro::simulation
