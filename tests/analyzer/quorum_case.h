#pragma once
// Builds cases for tests of the quorum's decision: one call for each thing that happens.

#include "analyzer/quorum/decision.h"

namespace unrepro::quorum {

// A policy of three operators of which two agree; t and u are trusted.
inline Policy plain_policy() {
  Policy policy;
  policy.trusted = {"t", "u"};
  policy.digest = "policy";
  return policy;
}

class Scene {
 public:
  Policy policy = plain_policy();
  Case kase;

  Scene() {
    kase.job.id = "job";
    kase.now = 1'000'000;
  }

  // A submitted seat of an operator and its result, signed by its key. `what` maps names to artifacts.
  BuildResult& result(const std::string& operator_id, std::map<std::string, Digest> what,
                      Role role = Role::seat) {
    const std::string id = std::to_string(kase.results.size() + 1);
    const std::string key = "key-" + operator_id;
    policy.keys[key] = {.id = key, .public_key = {}, .operator_id = operator_id};
    policy.operators.try_emplace(operator_id, Operator{operator_id, {}});
    kase.seats.push_back({.id = "s" + id,
                          .operator_id = operator_id,
                          .role = role,
                          .state = SeatState::submitted,
                          .manifest = "m" + id});
    kase.results.push_back({.id = id,
                            .seat = "s" + id,
                            .role = role,
                            .claimed_operator = operator_id,
                            .signer = key,
                            .manifest = "m" + id,
                            .artifacts = std::move(what)});
    return kase.results.back();
  }
  BuildResult& result(const std::string& operator_id, const Digest& sha256, Role role = Role::seat) {
    return result(operator_id, {{"a", sha256}}, role);
  }

  Relation& relate(const Digest& a, const Digest& b, Verdict verdict,
                   std::optional<Divergence> divergence = {}, Capacity capacity = {}) {
    kase.relations.push_back({.left = std::min(a, b),
                              .right = std::max(a, b),
                              .verdict = verdict,
                              .divergence = divergence,
                              .capacity = capacity});
    return kase.relations.back();
  }
  // Equivalent, with one normal form.
  void equivalent(const Digest& a, const Digest& b, Capacity capacity = {}) {
    kase.normal[a] = kase.normal[b] = "normal";
    relate(a, b, Verdict::equivalent, {}, capacity);
  }
  void unknown(const Digest& a, const Digest& b) { relate(a, b, Verdict::divergent, Divergence::unknown); }

  void event(const std::string& operator_id, EventKind kind, int times = 1) {
    for (int i = 0; i < times; ++i) kase.events.push_back({operator_id, kind, 1'000'000, "e"});
  }

  Decision decide() const { return quorum::decide(policy, kase); }
};

// The first artifact's state and the conditions that failed: "insufficient: agree trusted".
inline std::string outcome(const Decision& decision) {
  const ArtifactDecision& artifact = decision.artifacts.at(0);
  std::string text(to_string(artifact.state));
  std::string failed;
  for (const Condition& condition : artifact.conditions) {
    if (!condition.passed) failed += " " + condition.id;
  }
  return failed.empty() ? text : text + ":" + failed;
}
inline std::string outcome(const Scene& scene) { return outcome(scene.decide()); }

// Each result with its standing: "1 agrees, 2 dissents".
inline std::string standings(const Decision& decision) {
  std::string text;
  for (const Stance& stance : decision.artifacts.at(0).stances)
    text += (text.empty() ? "" : ", ") + stance.result + " " + std::string(to_string(stance.standing));
  return text;
}

// Each penalty: "x convicted, y flake".
inline std::string penalties(const Decision& decision) {
  std::string text;
  for (const Penalty& penalty : decision.penalties)
    text += (text.empty() ? "" : ", ") + penalty.operator_id + " " + std::string(to_string(penalty.kind));
  return text;
}

// Results of three operators, the first of them trusted.
inline Scene three(const Digest& t, const Digest& x, const Digest& y) {
  Scene scene;
  scene.result("t", t);
  scene.result("x", x);
  scene.result("y", y);
  return scene;
}

// What a condition of the first artifact says.
inline std::string detail(const Decision& decision, std::string_view id) {
  for (const Condition& condition : decision.artifacts.at(0).conditions) {
    if (condition.id == id) return condition.detail;
  }
  return "no such condition";
}

}  // namespace unrepro::quorum
