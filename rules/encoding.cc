// The same payload, encoded by another compressor or with other settings.

#include "rules/rule.h"

namespace unrepro {
namespace {

class EncodingRule final : public Rule {
 public:
  void propose(const Difference& difference, const Facts&, std::vector<Hypothesis>& sink) const override {
    if (is_framing(difference)) {
      sink.push_back({.cause = "compressor-variation", .proof = Proof::inert, .note = {}});
      return;
    }
    const bool carrier = difference.shape == Shape::carrier;
    if (!carrier && difference.shape != Shape::encoding) return;
    const bool reproduced = complete(difference.left_encoder) && complete(difference.right_encoder);
    sink.push_back({.cause = carrier ? "derived-compressed-stream" : "compressor-variation",
                    .proof = reproduced ? Proof::recomputed : Proof::pattern,
                    .note = name(difference.left_encoder) + " → " + name(difference.right_encoder)});
  }

  bool confirm(const Difference&, const Hypothesis&, const Fitted&) const override { return true; }

  // A stream that no known encoder reproduces bit for bit can carry anything in its choices of matches and
  // blocks.
  Freedom capacity(const Difference& difference, const Hypothesis& hypothesis, const Fitted&) const override {
    if (hypothesis.proof != Proof::recomputed) return {Capacity::unlimited(), {}};
    if (difference.shape == Shape::carrier) return {};
    return {Capacity::of_values(256), "encoder"};  // the encoders and settings we know
  }

 private:
  // A valid parameter in the framing of a compressed stream: it decides how the payload is spelled, nothing
  // else.
  static bool is_framing(const Difference& difference) {
    const Side& side = difference.left.tree != nullptr ? difference.left : difference.right;
    if (difference.effect != Effect::inert || !difference.in_range || side.tree == nullptr) return false;
    if (difference.kind == Kind::stream) return true;
    const std::vector<Payload>& payloads = side.tree->payloads;
    // A time on one side only belongs to the format of that side.
    const bool both = difference.left.tree != nullptr && difference.right.tree != nullptr;
    return payloads.size() == 1 && (*side.tree)[payloads.front().field].kind == Kind::stream &&
           (difference.kind != Kind::timestamp || !both);
  }
  static bool complete(const std::optional<EncoderMatch>& match) { return match && match->complete; }
  static std::string name(const std::optional<EncoderMatch>& match) {
    if (!match) return "encoder not identified";
    return match->complete ? match->name : match->name + " (on a prefix)";
  }
};

}  // namespace

const Rule& encoding_rule() {
  static const EncodingRule kRule;
  return kRule;
}

}  // namespace unrepro
