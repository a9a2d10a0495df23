// Clock family: times of files recorded in archives and streams.

#include "formats/value.h"
#include "rules/rule.h"

namespace unrepro {
namespace {

// A timestamp slot that no consumer acts on, in range on every side that has it.
class FileTimeRule final : public Rule {
 public:
  void propose(const Difference& difference, const Facts&, std::vector<Hypothesis>& sink) const override {
    if (difference.kind != Kind::timestamp || difference.effect != Effect::inert || !difference.in_range)
      return;
    sink.push_back({.cause = "file-mtime", .proof = Proof::inert, .note = {}});
  }

  bool confirm(const Difference&, const Hypothesis&, const Fitted&) const override { return true; }

  // Members that share one new time (a clamp) leave one choice; so do members moved by one clock delta.
  Freedom capacity(const Difference& difference, const Hypothesis&, const Fitted&) const override {
    constexpr Capacity kAnyTime{330, false};  // 0 .. 2^33 seconds
    if (difference.shape != Shape::changed) return {kAnyTime, {}};
    const auto left = number(difference.left), right = number(difference.right);
    if (!left || !right) return {kAnyTime, {}};
    return {kAnyTime, "clock " + std::to_string(right->value)};
  }

 private:
  static std::optional<Number> number(const Side& side) {
    const Field& field = (*side.tree)[side.field];
    return decode_number(field.is(kAlias) ? Encoding::decimal_time : field.encoding,
                         side.tree->bytes(side.field))
        .number;
  }
};

}  // namespace

const Rule& file_time_rule() {
  static const FileTimeRule kRule;
  return kRule;
}

}  // namespace unrepro
