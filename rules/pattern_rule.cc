// The declarative rules as one rule.

#include <algorithm>

#include "rules/pattern_set.h"
#include "rules/rule.h"

namespace unrepro {
namespace {

constexpr std::size_t kLongestLine = 4096;

class PatternRule final : public Rule {
 public:
  void propose(const Difference& difference, const Facts& facts,
               std::vector<Hypothesis>& sink) const override {
    if (!is_text_change(difference)) return;
    const Place left = place_of(difference.left, kLongestLine);
    const Place right = place_of(difference.right, kLongestLine);
    const auto cut = [](const Place& place) {
      return place.before.size() == kLongestLine || place.after.size() == kLongestLine;
    };
    if (cut(left) || cut(right)) return;
    for (const PatternSet* set : {&built_in_patterns(), facts.user_rules}) {
      if (set == nullptr) continue;
      for (const Pattern& pattern : set->patterns()) {
        if (!pattern.applies(difference)) continue;
        const SlotType* slot = pattern.match(left, right, facts.reference_time);
        if (slot != nullptr) sink.push_back(hypothesis(pattern.text(), *slot));
      }
    }
  }

  bool confirm(const Difference&, const Hypothesis&, const Fitted&) const override { return true; }

  Freedom capacity(const Difference& difference, const Hypothesis& hypothesis, const Fitted&) const override {
    constexpr std::uint64_t kClock = 249, kDecibitsOfByte = 60;
    if (hypothesis.parameter == "clock") return {{kClock, false}, hypothesis.parameter};
    return {{kDecibitsOfByte * std::max<std::uint64_t>(difference.right.length, 1), false}, {}};
  }

 private:
  static Hypothesis hypothesis(const PatternText& rule, SlotType slot) {
    return {.cause = rule.cause,
            .proof = Proof::pattern,
            .note = "rule " + rule.id,
            .parameter = slot == SlotType::date ? "clock" : "",
            .anchored = true,
            .remedy = rule.remedy,
            .record = rule.record};
  }
};

}  // namespace

const Rule& pattern_rule() {
  static const PatternRule kRule;
  return kRule;
}

}  // namespace unrepro
