// What holds for every decision, over generated cases.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "analyzer/quorum/decision_json.h"
#include "analyzer/quorum/lottery.h"
#include "analyzer/quorum/votes.h"
#include "tests/analyzer/quorum_case.h"

namespace unrepro::quorum {
namespace {

int pick(int low, int high) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(low, high + 1)); }
// True once in `n` times.
bool once_in(int n) { return pick(1, n) == 1; }

Verdict any_verdict() { return static_cast<Verdict>(pick(0, 4)); }

// Few operators and artifacts, so that they agree and collide; what releases artifacts is likely.
Scene any_scene() {
  const std::string operators[] = {"t", "u", "v", "w", "x"};
  const Digest artifacts[] = {"A", "A", "A", "A", "B", "C"};
  Scene scene;
  scene.policy.results = static_cast<std::uint32_t>(pick(1, 3));
  scene.policy.agree = 2;
  scene.policy.require_trusted = static_cast<std::uint32_t>(pick(0, 1));
  scene.policy.accept = static_cast<Accept>(pick(0, 2));
  scene.policy.max_explained = static_cast<std::uint32_t>(pick(0, 2));
  if (once_in(3)) scene.policy.theta = static_cast<Ppb>(pick(900'000'000, 999'999'999));
  scene.kase.job.inputs = {{"gcc", "12"}};
  const int results = pick(1, 7);
  for (int i = 0; i < results; ++i) {
    const Role role = once_in(4) ? static_cast<Role>(pick(0, 3)) : Role::seat;
    BuildResult& result = scene.result(operators[pick(0, 4)], artifacts[pick(0, 5)], role);
    if (once_in(5)) result.artifacts["b"] = artifacts[pick(0, 5)];
    if (once_in(3)) result.inputs["gcc"] = std::to_string(pick(12, 13));
    if (once_in(20)) result.signer.clear();
    Seat& seat = scene.kase.seats.back();
    seat.fresh = once_in(3);
    if (once_in(15)) seat.state = static_cast<SeatState>(pick(0, 3));
  }
  if (once_in(5)) {
    const Digest found = artifacts[pick(0, 5)];
    scene.result("u", found, Role::arbiter);
    scene.result("t", found, Role::arbiter);
  }
  for (const auto& [a, b] : {std::pair("A", "B"), {"A", "C"}, {"B", "C"}}) {
    const Verdict verdict = any_verdict();
    if (verdict == Verdict::equivalent || once_in(5)) scene.kase.normal[a] = scene.kase.normal[b] = "n";
    if (!once_in(6))
      scene.relate(a, b, verdict, static_cast<Divergence>(pick(0, 2)),
                   {static_cast<std::uint64_t>(pick(0, 1000)), once_in(5)});
  }
  const int events = pick(0, 4);
  for (int i = 0; i < events; ++i) scene.event(operators[pick(0, 4)], static_cast<EventKind>(pick(0, 4)));
  if (once_in(3)) scene.kase.confirmations = {{"m" + std::to_string(pick(0, 4)), {"alice", "bob"}}};
  if (once_in(3)) {
    scene.kase.audit = AuditDraw{commit("00ff"), "00ff", results_root(scene.kase), once_in(2) ? kCertain : 0};
    scene.policy.audit_rate = kCertain / 10;
  }
  return scene;
}

template <class List>
void shuffle(List& list) {
  for (std::size_t i = list.size(); i > 1; --i)
    std::swap(list[i - 1], list[static_cast<std::size_t>(pick(0, static_cast<int>(i) - 1))]);
}

bool is_reputation(const Event& event) {
  return event.kind == EventKind::audit_passed || event.kind == EventKind::flake ||
         event.kind == EventKind::ringer_failed;
}

// Runs a property on two thousand scenes.
template <class Property>
void for_all(Property property) {
  EXPECT_TRUE(rc::check([&] {
    for (int i = 0; i < 20; ++i) property(any_scene());
  }));
}

TEST(QuorumProperty, NoOrderOfListsChangesTheDecision) {
  for_all([](const Scene& scene) {
    Scene other = scene;
    shuffle(other.kase.results);
    shuffle(other.kase.seats);
    shuffle(other.kase.relations);
    shuffle(other.kase.events);
    RC_ASSERT(decision_json(other.decide()) == decision_json(scene.decide()));
  });
}

TEST(QuorumProperty, NodesAddedToAnOperatorChangeNothing) {
  for_all([](const Scene& scene) {
    Scene other = scene;
    const auto which = static_cast<std::size_t>(pick(0, static_cast<int>(scene.kase.results.size()) - 1));
    const int more = pick(1, 30);
    for (int i = 0; i < more; ++i) {
      BuildResult result = scene.kase.results[which];
      Seat seat = scene.kase.seats[which];
      const std::string id = "node " + std::to_string(i);
      result.id = seat.id = result.seat = result.manifest = seat.manifest = id;
      other.kase.results.push_back(result);
      other.kase.seats.push_back(seat);
    }
    if (scene.kase.seats[which].role != Role::seat) return;
    if (other.kase.audit) other.kase.audit->root = results_root(other.kase);
    const Decision before = scene.decide(), after = other.decide();
    RC_ASSERT(after.state == before.state);
    for (std::size_t i = 0; i < before.artifacts.size(); ++i)
      RC_ASSERT(after.artifacts[i].released == before.artifacts[i].released);
  });
}

TEST(QuorumProperty, WhatPassesWithReputationPassesWithout) {
  for_all([](const Scene& scene) {
    if (!passes(scene.decide().state)) return;
    Scene other = scene;
    other.policy.theta = 0;
    std::erase_if(other.kase.events, is_reputation);
    RC_ASSERT(passes(other.decide().state));
  });
}

TEST(QuorumProperty, NoReputationReplacesAnOperatorOrATrustedOne) {
  for_all([](const Scene& scene) {
    Scene other = scene;
    other.policy.theta = 0;
    if (passes(other.decide().state)) return;
    for (const char* each : {"t", "u", "v", "w", "x"}) other.event(each, EventKind::audit_passed, 50);
    RC_ASSERT(!passes(other.decide().state));
  });
}

TEST(QuorumProperty, WithholdingAResultNeverHelps) {
  for_all([](const Scene& scene) {
    if (passes(scene.decide().state)) return;
    for (std::size_t i = 0; i < scene.kase.results.size(); ++i) {
      Scene other = scene;
      other.kase.results.erase(other.kase.results.begin() + static_cast<std::ptrdiff_t>(i));
      RC_ASSERT(!passes(other.decide().state));
    }
  });
}

TEST(QuorumProperty, DivergentAndIncompleteNeverCountAsAgreement) {
  for_all([](const Scene& scene) {
    Scene other = scene;
    for (Relation& relation : other.kase.relations) {
      if (relation.verdict < Verdict::incomplete)
        relation.verdict = once_in(2) ? Verdict::incomplete : Verdict::divergent;
    }
    for (Seat& seat : other.kase.seats) {
      if (seat.role == Role::arbiter) seat.role = Role::seat;
      seat.fresh = false;
    }
    if (other.kase.audit) other.kase.audit->root = results_root(other.kase);
    const Decision decision = other.decide();
    if (!passes(decision.state)) return;
    for (const Vote& vote : weigh(other.policy, other.kase).counted) {
      if (vote.role == Role::rerun) continue;
      for (const ArtifactDecision& artifact : decision.artifacts) {
        const Digest sha256 = vote.artifact(artifact.name);
        RC_ASSERT(sha256.empty() || sha256 == artifact.released);
      }
    }
  });
}

TEST(QuorumProperty, ReleasedBitsHaveTheSupportThatThePolicyDemands) {
  for_all([](const Scene& scene) {
    const Decision decision = scene.decide();
    for (const ArtifactDecision& artifact : decision.artifacts) {
      RC_ASSERT(artifact.released.empty() == !passes(artifact.state));
      if (!passes(artifact.state)) continue;
      std::set<std::string> operators, holders, trusted;
      for (const Vote& vote : weigh(scene.policy, scene.kase).counted) {
        if (vote.artifact(artifact.name).empty()) continue;
        if (vote.role == Role::seat) operators.insert(vote.operator_id);
        if (vote.artifact(artifact.name) != artifact.released || vote.role == Role::rerun) continue;
        if (vote.role == Role::seat) holders.insert(vote.operator_id);
        if (scene.policy.trusted.contains(vote.operator_id)) trusted.insert(vote.operator_id);
      }
      RC_ASSERT(operators.size() >= std::max(2u, scene.policy.results));
      RC_ASSERT(trusted.size() >= scene.policy.require_trusted);
      RC_ASSERT(!trusted.empty() || holders.size() >= scene.policy.agree);
      for (const Stance& stance : artifact.stances) {
        RC_ASSERT(stance.standing != Standing::dissents);
        if (stance.standing == Standing::agrees) RC_ASSERT(stance.verdict <= Verdict::equivalent);
        if (stance.standing == Standing::explained) RC_ASSERT(stance.verdict <= Verdict::explained);
        if (scene.policy.accept == Accept::identical && stance.standing == Standing::agrees)
          RC_ASSERT(stance.sha256 == artifact.released);
      }
    }
  });
}

TEST(QuorumProperty, TheGeneratorReachesEveryState) {
  std::set<State> seen;
  for_all([&](const Scene& scene) {
    for (const ArtifactDecision& artifact : scene.decide().artifacts) seen.insert(artifact.state);
  });
  std::string names;
  for (const State state : seen) names += std::string(to_string(state)) + " ";
  EXPECT_EQ(seen.size(), 11u) << names;  // all that decide() gives
}

}  // namespace
}  // namespace unrepro::quorum
