#include "analyzer/simulation/simulate.h"

#include "analyzer/parallel.h"
#include "analyzer/simulation/closed_form.h"
#include "analyzer/simulation/history.h"

namespace unrepro::simulation {
namespace {

// `accepted` where nothing but the draw of seats decides: one build a run, attackers who always attack, no
// benign difference, and all seats must agree or most seats decide.
std::optional<double> expected_acceptance(const Scenario& scenario, const PolicyCase& policy, double share,
                                          Strategy strategy) {
  const bool burst = strategy == Strategy::sybil_burst;
  if (scenario.builds != 1 || scenario.benign_mismatch > 0 || scenario.disguised > 0 ||
      (burst && scenario.wake > 0) ||
      (strategy != Strategy::always && strategy != Strategy::colluding && !burst))
    return std::nullopt;
  const bool majority = policy.rule == Rule::majority;
  if (majority ? strategy == Strategy::colluding : policy.policy.require_trusted > 0) return std::nullopt;
  const std::uint32_t seats = policy.policy.results, needed = majority ? seats / 2 + 1 : seats;
  const std::uint32_t each = policy.by_nodes ? scenario.nodes : 1;
  const auto marked = static_cast<std::uint32_t>(std::lround(share * scenario.operators)) * each;
  const std::uint32_t joined = burst && policy.by_nodes ? scenario.burst : 0;
  double sum = 0;
  if (scenario.independent) {
    if (each > 1 || joined > 0) return std::nullopt;
    for (std::uint32_t k = needed; k <= seats; ++k) sum += binomial(seats, k, share);
  } else {
    sum = sybil_by_nodes(scenario.operators * each - marked, marked + joined, seats, needed);
  }
  const double audited = majority ? 0 : static_cast<double>(policy.policy.audit_floor) / quorum::kCertain;
  const bool fixed_rate = policy.policy.audit_floor == policy.policy.audit_rate;
  return majority || fixed_rate ? std::optional(sum * (1 - audited)) : std::nullopt;
}

}  // namespace

void Rate::add_run(std::uint64_t hits, std::uint64_t trials) {
  if (trials == 0) return;
  ++runs_;
  hits_ += hits;
  trials_ += trials;
  hits_squared_ += hits * hits;
  trials_squared_ += trials * trials;
  product_ += hits * trials;
}

Interval Rate::interval() const {
  double effect = 1;
  const double rate = value(), runs = static_cast<double>(runs_), trials = static_cast<double>(trials_);
  if (runs_ > 1 && runs_ < trials_ && rate > 0 && rate < 1) {
    // Variance of a ratio of cluster totals (Cochran 1977, 6.3) against that of as many independent trials.
    const double squares = static_cast<double>(hits_squared_) - 2 * rate * static_cast<double>(product_) +
                           rate * rate * static_cast<double>(trials_squared_);
    effect = runs / (runs - 1) * squares / (trials * rate * (1 - rate));
  }
  return wilson(static_cast<double>(hits_), trials, effect);
}

std::vector<Cell> simulate(const Scenario& scenario, const DecisionSink& sink) {
  std::vector<Cell> cells;
  std::vector<const PolicyCase*> policies;
  for (const PolicyCase& policy : scenario.policies) {
    for (const double share : scenario.shares) {
      for (const Strategy strategy : scenario.strategies) {
        Cell cell;
        cell.policy = policy.name;
        cell.share = share;
        cell.strategy = strategy;
        cell.expected = expected_acceptance(scenario, policy, share, strategy);
        cells.push_back(std::move(cell));
        policies.push_back(&policy);
      }
    }
  }
  const auto play = [&](std::size_t i) {
    for (std::uint32_t run = 0; run < scenario.runs; ++run)
      History(scenario, *policies[i], cells[i].share, cells[i].strategy, Prng(mix(scenario.seed) + i, run),
              sink)
          .play(cells[i]);
  };
  if (sink) {
    for (std::size_t i = 0; i < cells.size(); ++i) play(i);
  } else {
    parallel_each(cells.size(), play);
  }
  return cells;
}

}  // namespace unrepro::simulation
