#include "analyzer/quorum/decision_json.h"

#include "analyzer/json_writer.h"

namespace unrepro::quorum {
namespace {

class DecisionWriter {
 public:
  explicit DecisionWriter(std::string& out) : json_([&out](std::string_view piece) { out += piece; }) {}

  void write(const Decision& decision) {
    json_.begin_object();
    text("schema", kDecisionSchema);
    json_.key("tool");
    json_.begin_object();
    text("version", decision.tool.version);
    text("rules_sha256", decision.tool.rules_sha256);
    json_.end_object();
    text("state", to_string(decision.state));
    text("job", decision.job);
    text("mode", decision.reference_mode ? "reference" : "symmetric");
    flag("unsigned", decision.unsigned_ok);
    text("policy_sha256", decision.policy);
    text("inputs_sha256", decision.inputs);
    json_.key("released");
    json_.begin_object();
    for (const ArtifactDecision& artifact : decision.artifacts) {
      if (!artifact.released.empty()) text(artifact.name, artifact.released);
    }
    json_.end_object();
    list("artifacts", decision.artifacts);
    list("ignored", decision.ignored);
    list("penalties", decision.penalties);
    list("next", decision.next);
    json_.end_object();
    json_.finish();
  }

 private:
  void text(std::string_view key, std::string_view value) {
    json_.key(key);
    json_.string(value);
  }
  void optional_text(std::string_view key, std::string_view value) {
    json_.key(key);
    value.empty() ? json_.null() : json_.string(value);
  }
  void flag(std::string_view key, bool value) {
    json_.key(key);
    json_.boolean(value);
  }
  template <class List>
  void list(std::string_view key, const List& items) {
    json_.key(key);
    json_.begin_array();
    for (const auto& item : items) value(item);
    json_.end_array();
  }

  void value(const std::string& item) { json_.string(item); }

  void value(const ArtifactDecision& artifact) {
    json_.begin_object();
    text("name", artifact.name);
    text("state", to_string(artifact.state));
    optional_text("released", artifact.released);
    list("classes", artifact.classes);
    list("results", artifact.stances);
    list("conditions", artifact.conditions);
    json_.key("bitwise");
    json_.number(artifact.bitwise);
    json_.key("credibility_ppb");
    json_.number(artifact.credibility);
    list("shared", artifact.shared);
    json_.end_object();
  }

  void value(const Class& kind) {
    json_.begin_object();
    flag("released", kind.released);
    list("operators", kind.operators);
    optional_text("normal_sha256", kind.normal_sha256);
    list("bits", kind.bits);
    json_.key("separators");
    json_.begin_object();
    for (const auto& [what, said] : kind.separators) text(what, said);
    json_.end_object();
    json_.end_object();
  }

  void value(const Class::Bits& bits) {
    json_.begin_object();
    text("sha256", bits.sha256);
    list("operators", bits.operators);
    list("results", bits.results);
    list("trusted", bits.trusted);
    json_.end_object();
  }

  void value(const Stance& stance) {
    json_.begin_object();
    text("result", stance.result);
    text("operator", stance.operator_id);
    optional_text("sha256", stance.sha256);
    text("standing", to_string(stance.standing));
    text("verdict", unrepro::to_string(stance.verdict));
    optional_text("divergence", stance.divergence ? unrepro::to_string(*stance.divergence) : "");
    json_.key("capacity_bits");
    stance.capacity.unbounded ? json_.null() : json_.tenths(stance.capacity.decibits);
    list("causes", stance.causes);
    optional_text("detail", stance.detail);
    json_.end_object();
  }

  void value(const CauseNote& cause) {
    json_.begin_object();
    text("id", cause.id);
    text("verdict", unrepro::to_string(cause.verdict));
    flag("blocking", cause.blocking);
    text("location", cause.location);
    text("left", cause.left);
    text("right", cause.right);
    optional_text("remedy", cause.remedy);
    json_.end_object();
  }

  void value(const Condition& condition) {
    json_.begin_object();
    text("id", condition.id);
    flag("passed", condition.passed);
    text("detail", condition.detail);
    json_.end_object();
  }

  void value(const Ignored& ignored) {
    json_.begin_object();
    text("result", ignored.result);
    optional_text("operator", ignored.operator_id);
    text("reason", ignored.reason);
    json_.end_object();
  }

  void value(const Penalty& penalty) {
    json_.begin_object();
    text("operator", penalty.operator_id);
    text("kind", to_string(penalty.kind));
    text("artifact", penalty.artifact);
    list("evidence", penalty.evidence);
    text("reason", penalty.reason);
    json_.end_object();
  }

  JsonWriter json_;
};

}  // namespace

std::string decision_json(const Decision& decision) {
  std::string out;
  DecisionWriter(out).write(decision);
  return out;
}

}  // namespace unrepro::quorum
