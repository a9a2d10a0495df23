// The numbers behind a decision (reference values of quorum.md c.4 and c.6), and how policies, cases and
// decisions are read and written.

#include <gtest/gtest.h>

#include <cmath>

#include "analyzer/quorum/case_json.h"
#include "analyzer/quorum/decision_json.h"
#include "analyzer/quorum/lottery.h"
#include "analyzer/quorum/reputation.h"
#include "tests/analyzer/quorum_case.h"

namespace unrepro::quorum {
namespace {

constexpr std::int64_t kDay = 86'400;

double share(Ppb ppb) { return static_cast<double>(ppb) / kCertain; }

TEST(QuorumReputation, LowerBoundOfTheBetaPosterior) {
  for (const auto& [good, bound] :
       {std::pair(0, 0.05), {29, 0.905}, {59, 0.951}, {99, 0.970}, {299, 0.990}, {999, 0.997}}) {
    EXPECT_NEAR(share(Reputation{.good = double(good)}.lower_bound()), bound, 6e-4) << good;
    EXPECT_NEAR(share(Reputation{.good = double(good)}.lower_bound()), std::pow(0.05, 1.0 / (good + 1)),
                1e-8);
  }
  // Quantiles of Beta(11, 2), Beta(3, 4), Beta(101, 11), by numeric integration elsewhere.
  EXPECT_NEAR(share(Reputation{.good = 10, .bad = 1}.lower_bound()), 0.6613, 2e-4);
  EXPECT_NEAR(share(Reputation{.good = 2, .bad = 3}.lower_bound()), 0.1532, 2e-4);
}

TEST(QuorumReputation, EventsCountInOrderOfTimeAndDecay) {
  std::vector<Event> events;
  for (int i = 0; i < 5000; ++i) events.push_back({"x", EventKind::audit_passed, 1000, ""});
  EXPECT_NEAR(reputation(events, "x", 1000).good, 100, 0.01);  // the cap that decay sets
  EXPECT_NEAR(share(reputation(events, "x", 1000).lower_bound()), 0.971, 5e-4);
  EXPECT_EQ(reputation(events, "y", 1000).good, 0);
  events = {{"x", EventKind::ringer_failed, 60 * kDay, ""}, {"x", EventKind::audit_passed, 0, ""}};
  Reputation record = reputation(events, "x", 60 * kDay);
  EXPECT_NEAR(record.good, std::pow(0.99, 3), 1e-12);  // one event and two idle months
  EXPECT_NEAR(record.bad, 5, 1e-12);
  record = reputation(events, "x", 121 * kDay);
  EXPECT_NEAR(record.bad, 5 * std::pow(0.99, 2), 1e-12);
  std::swap(events[0], events[1]);
  EXPECT_EQ(reputation(events, "x", 121 * kDay).bad, record.bad);
  events = {{"x", EventKind::flake, 0, ""}, {"x", EventKind::arbitration_lost, 0, ""}};
  record = reputation(events, "x", 0);
  EXPECT_NEAR(record.bad, 1.99, 1e-12);
  EXPECT_EQ(record.arbitrations_lost, 1u);
  EXPECT_FALSE(record.convicted);
  EXPECT_TRUE(reputation({{"x", EventKind::convicted, 0, ""}}, "x", 0).convicted);
}

TEST(QuorumReputation, AuditsNeededForACredibility) {
  const double targets[] = {0.99, 0.999, 0.9999, 1 - 1e-6};
  for (const auto& [f, needed] : {std::pair<Ppb, std::vector<int>>{50'000'000, {2, 20, 194, 19'363}},
                                  {200'000'000, {10, 92, 920, 91'970}},
                                  {350'000'000, {20, 199, 1'981, 198'089}}}) {
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_GE(credibility({.good = double(needed[i])}, f), targets[i]);
      EXPECT_LT(credibility({.good = double(needed[i] - 1)}, f), targets[i]);
    }
  }
  EXPECT_DOUBLE_EQ(credibility({}, 200'000'000), 0.8);
  EXPECT_EQ(credibility({}, kCertain), 0);
  EXPECT_LT(credibility({.good = 1, .bad = 3}, 200'000'000), 0.3);
}

TEST(QuorumReputation, CredibilityOfGroups) {
  const double failures[] = {0.2, 0.059, 0.015, 0.0039, 0.00098};
  for (std::size_t n = 1; n <= 5; ++n)
    EXPECT_NEAR(1 - share(group_credibility({std::vector(n, 0.8)})), failures[n - 1], failures[n - 1] / 30);
  EXPECT_NEAR(1 - share(group_credibility({std::vector(2, 0.99)})), 1e-4, 3e-6);
  EXPECT_EQ(group_credibility({}), 0u);
  EXPECT_EQ(group_credibility({{}, {0.8}}), 0u);
  // Two groups of one each: .16 of .04 + .16 + .16.
  EXPECT_NEAR(share(group_credibility({{0.8}, {0.8}})), 0.16 / 0.36, 1e-6);
  EXPECT_GT(group_credibility({{0.8, 0.8}, {0.8}}), group_credibility({{0.8}, {0.8}}));
  EXPECT_EQ(group_credibility({{1.0}, {1.0}}), 0u);  // both certain: nothing is
}

TEST(QuorumReputation, SteersTheAuditRateAboveTheFloor) {
  Policy policy;
  policy.audit_rate = 100'000'000;
  policy.audit_floor = 20'000'000;
  EXPECT_NEAR(double(audit_rate(policy, {})), 95e6, 1e3);
  EXPECT_NEAR(double(audit_rate(policy, {.good = 29})), 20e6, 1);
  EXPECT_EQ(audit_rate(policy, {.good = 1000}), policy.audit_floor);
}

TEST(QuorumLottery, DrawsTheShareAskedForAndNothingElse) {
  int hits = 0;
  constexpr int kJobs = 20'000;
  for (int i = 0; i < kJobs; ++i) hits += drawn("00ff17", "job " + std::to_string(i), "root", kCertain / 10);
  const double expected = kJobs / 10.0;
  const double chi = (hits - expected) * (hits - expected) / (expected * 0.9);
  EXPECT_LT(chi, 10.8) << hits;  // 0.1 % of fair lotteries fail this
  EXPECT_TRUE(drawn("00", "job", "root", kCertain));
  EXPECT_FALSE(drawn("00", "job", "root", 0));
  EXPECT_TRUE(drawn("no hex", "job", "root", 0));
  int differ = 0;  // another root is another draw
  for (int i = 0; i < 100; ++i) {
    differ += drawn("00ff", std::to_string(i), "root", kCertain / 2) !=
              drawn("00ff", std::to_string(i), "other", kCertain / 2);
  }
  EXPECT_GT(differ, 25);
}

TEST(QuorumLottery, CommitsToTheSeedAndBindsTheResults) {
  EXPECT_EQ(commit("616263"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(commit("xyz"), "");
  Scene scene;
  scene.result("x", "A");
  scene.result("y", "A");
  const Digest root = results_root(scene.kase);
  std::swap(scene.kase.seats[0], scene.kase.seats[1]);
  EXPECT_EQ(results_root(scene.kase), root);
  scene.result("u", "A", Role::audit);
  EXPECT_EQ(results_root(scene.kase), root);
  scene.kase.seats.back().role = Role::seat;
  EXPECT_NE(results_root(scene.kase), root);
  scene.kase.seats.back().state = SeatState::open;
  EXPECT_EQ(results_root(scene.kase), root);
  // A ledger that records no manifests: what is in the seat counts.
  scene.kase.seats[0].manifest.clear();
  EXPECT_EQ(results_root(scene.kase), root);
  scene.kase.results[1].manifest = "swapped";
  EXPECT_NE(results_root(scene.kase), root);
  scene.kase.seats.clear();
  const Digest loose = results_root(scene.kase);
  scene.kase.results[0].manifest = "other";
  EXPECT_NE(results_root(scene.kase), loose);
}

constexpr char kPolicy[] = R"(
results = 5
agree = 3
require_trusted = 2
trusted = ["debian", "suse"]
accept = "explained"
max_explained = 2
max_capacity_bits = 32.5
audit_rate = 0.1
audit_floor = 0.02
theta = 0.999
assumed_malicious = 0.05
withdraw_after = 4
independence = ["hosting"]
build_type = "https://b.example/t"
external_parameters = ["ref", "source"]

[operators.debian]
hosting = "here"

[[keys]]
operator = "debian"
public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
valid_from = 2024-01-01T00:00:00Z
valid_until = 2024-01-02T01:00:00+01:00
revoked_from = 1704100000
)";

TEST(QuorumPolicy, IsRead) {
  const auto policy = parse_policy(kPolicy);
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_EQ(policy->results, 5u);
  EXPECT_EQ(policy->agree, 3u);
  EXPECT_EQ(policy->require_trusted, 2u);
  EXPECT_EQ(policy->trusted, (std::set<std::string>{"debian", "suse"}));
  EXPECT_EQ(policy->accept, Accept::explained);
  EXPECT_EQ(to_string(policy->accept), "explained");
  EXPECT_EQ(policy->max_explained, 2u);
  EXPECT_EQ(policy->max_capacity_decibits, 325u);
  EXPECT_EQ(policy->audit_rate, 100'000'000u);
  EXPECT_EQ(policy->audit_floor, 20'000'000u);
  EXPECT_EQ(policy->theta, 999'000'000u);
  EXPECT_EQ(policy->assumed_malicious, 50'000'000u);
  EXPECT_EQ(policy->withdraw_after, 4u);
  EXPECT_EQ(policy->independence, std::vector<std::string>{"hosting"});
  EXPECT_EQ(policy->build_type, "https://b.example/t");
  EXPECT_EQ(policy->external_parameters, (std::set<std::string>{"ref", "source"}));
  EXPECT_EQ(policy->operators.at("debian").traits.at("hosting"), "here");
  ASSERT_EQ(policy->keys.size(), 1u);
  const Key& key = policy->keys.begin()->second;
  // openssl pkey -pubin -outform DER | sha256sum, for the key of RFC 8032 7.1, test 1.
  EXPECT_EQ(key.id, key_id(key.public_key));
  EXPECT_EQ(key.public_key.size(), 32u);
  EXPECT_EQ(key.valid_from, 1704067200);
  EXPECT_EQ(key.valid_until, 1704153600);
  EXPECT_EQ(key.revoked_from, 1704100000);
  EXPECT_EQ(policy->digest.size(), 64u);
}

TEST(QuorumPolicy, RefusesWhatItCannotObey) {
  const auto error = [](const std::string& text) {
    const auto policy = parse_policy(text);
    return policy ? "none" : policy.error().message;
  };
  const std::string base = "trusted = ['a']\n";
  EXPECT_EQ(error(base), "none");
  EXPECT_EQ(error(base + "agree = 1"),
            "policy: agree must be at least 2: one operator alone is never believed");
  EXPECT_EQ(error(base + "agree = 4"), "policy: results must be at least agree");
  EXPECT_EQ(error(""),
            "policy: require_trusted is more than the operators in trusted; name some, or set it to 0");
  EXPECT_EQ(error("require_trusted = 0"), "none");
  EXPECT_EQ(error(base + "audit_floor = 0.1"), "policy: audit_floor must be at most audit_rate");
  EXPECT_EQ(error(base + "karma = 3"), "policy: karma is no key of a policy");
  EXPECT_EQ(error(base + "accept = 'divergent'"),
            "policy: accept must be identical, equivalent or explained");
  EXPECT_EQ(error(base + "results = -1"), "policy: results must be a whole number from 0 to 1000000");
  EXPECT_EQ(error(base + "results = '3'"), "policy: results must be a whole number from 0 to 1000000");
  EXPECT_EQ(error(base + "theta = 1.5"), "policy: theta must be a number from 0 to 1");
  EXPECT_EQ(error(base + "theta = nan"), "policy: theta must be a number from 0 to 1");
  EXPECT_EQ(error(base + "max_capacity_bits = -1"), "policy: max_capacity_bits must be a number of bits");
  EXPECT_EQ(error("trusted = 'a'"), "policy: trusted must be a list of strings");
  EXPECT_EQ(error("trusted = [3]"), "policy: trusted must be a list of strings");
  EXPECT_EQ(error(base + "accept = 3"), "policy: accept must be a string");
  EXPECT_EQ(error(base + "operators = 3"), "policy: operators must be [operators.NAME] tables");
  EXPECT_EQ(error(base + "[operators]\nx = 3"), "policy: operators.x must be a table of traits");
  EXPECT_EQ(error(base + "[operators.x]\ncpu = 3"), "policy: operators.x.cpu must be a string");
  EXPECT_EQ(error(base + "keys = 3"), "policy: keys must be [[keys]] tables");
  EXPECT_EQ(error(base + "keys = [3]"), "policy: keys 1: must be a table");
  EXPECT_EQ(error(base + "[[keys]]\npublic = 'x'"), "policy: keys 1: operator is missing");
  EXPECT_EQ(error(base + "[[keys]]\noperator = 'x'"),
            "policy: keys 1: public must be 64 hexadecimal digits (ed25519)");
  const std::string key = "[[keys]]\noperator = 'x'\npublic = '" + std::string(64, '0') + "'\n";
  EXPECT_EQ(error(base + key), "none");
  EXPECT_EQ(error(base + key + key), "policy: keys 2: this key was given before");
  EXPECT_EQ(error(base + key + "valid_from = 2024-01-01T00:00:00"),
            "policy: keys 1: valid_from must say its offset from UTC");
  EXPECT_EQ(error(base + key + "rank = 1"), "policy: keys 1: rank is no key of a policy");
  EXPECT_TRUE(error("results = ").starts_with("policy, line 1: "));
}

Scene everything() {
  Scene scene;
  scene.result("t", "A").inputs = {{"source", "s"}};
  scene.result("x", "A").facts = {{"host", "h"}};
  scene.result("y", "B").isolation = "vm";
  scene.result("u", "A", Role::arbiter);
  scene.relate("A", "B", Verdict::divergent, Divergence::alert, {17, true})
      .causes.push_back({"build-path", Verdict::explained, true, "a!b#c", "left", "right", "fix"});
  scene.kase.normal = {{"A", "n"}};
  scene.kase.audit = AuditDraw{"c", "00", "r", 7};
  scene.kase.confirmations = {{"m2", {"alice", "bob"}}};
  scene.event("x", EventKind::ringer_failed);
  scene.kase.job.reference = {"A"};
  scene.kase.tool = {"7.1", "rules"};  // of another unrepro: what it decided comes out the same here
  return scene;
}

TEST(QuorumCase, IsReadBackAsWritten) {
  const Case kase = everything().kase;
  const std::string text = case_json(kase);
  const auto again = parse_case(text);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(case_json(*again), text);
  EXPECT_EQ(decision_json(decide(everything().policy, *again)), decision_json(everything().decide()));
  EXPECT_NE(decision_json(decide(everything().policy, *again)).find("7.1"), std::string::npos);
  Case other = kase;
  other.results[0].received = 1;
  EXPECT_NE(case_digest(other), case_digest(kase));
  other = kase;
  std::swap(other.results[0], other.results[1]);
  std::swap(other.seats[0], other.seats[1]);
  EXPECT_EQ(case_digest(other), case_digest(kase));
  EXPECT_FALSE(parse_case("{}"));
  EXPECT_FALSE(parse_case("no json"));
  std::string wrong = text;
  wrong.replace(wrong.find("arbiter"), 7, "emperor");
  EXPECT_FALSE(parse_case(wrong));
}

}  // namespace
}  // namespace unrepro::quorum
