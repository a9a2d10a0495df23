// Values that are equal but spelled in another dialect of the same format.

#include "formats/value.h"
#include "rules/rule.h"

namespace unrepro {
namespace {

// Decoders verify that every reader gets the stated value from either spelling, else they report an anomaly.
class DialectRule final : public Rule {
 public:
  void propose(const Difference& difference, const Facts&, std::vector<Hypothesis>& sink) const override {
    const bool stated =
        difference.kind == Kind::dialect && difference.effect == Effect::inert && difference.in_range;
    if (difference.shape != Shape::spelling && !stated) return;
    std::string note;
    if (stated && difference.shape == Shape::changed) {
      note = describe(*difference.left.tree, difference.left.field, 60) + " → " +
             describe(*difference.right.tree, difference.right.field, 60);
    }
    sink.push_back({.cause = "serialiser-style",
                    .proof = stated ? Proof::inert : Proof::recomputed,
                    .note = std::move(note)});
  }

  bool confirm(const Difference&, const Hypothesis&, const Fitted&) const override { return true; }

  // The few spellings that writers of a format use.
  Freedom capacity(const Difference&, const Hypothesis&, const Fitted&) const override {
    return {Capacity::of_values(16), "dialect"};
  }
};

}  // namespace

const Rule& dialect_rule() {
  static const DialectRule kRule;
  return kRule;
}

}  // namespace unrepro
