// Clock family: times of files recorded in archives and streams.

#include <algorithm>

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

// The same instant as local time of another zone. All local times of the container have moved alike; where
// the instant is also stated with a zone, both sides state the same one.
class ZoneRule final : public Rule {
 public:
  void propose(const Difference& difference, const Facts&, std::vector<Hypothesis>& sink) const override {
    if (difference.kind != Kind::timestamp || difference.effect != Effect::inert || !difference.in_range ||
        difference.shape != Shape::changed) {
      return;
    }
    for (const Side* side : {&difference.left, &difference.right}) {
      if ((*side->tree)[side->field].encoding != Encoding::dos_date_time) return;
    }
    if (instant(difference.left) != instant(difference.right)) return;
    sink.push_back({.cause = "timezone", .proof = Proof::inert, .note = {}});
  }

  bool confirm(const Difference&, const Hypothesis&, const Fitted& fitted) const override {
    return fitted.zone_shift.seconds().has_value();
  }

  Freedom capacity(const Difference&, const Hypothesis&, const Fitted&) const override {
    return {Capacity::of_values(209), "zone"};  // quarters of an hour within 26 hours either way
  }

 private:
  static std::optional<Number> instant(const Side& side) {
    const auto& links = side.tree->same_instant;
    const auto at = std::lower_bound(links.begin(), links.end(), std::pair{side.field, FieldId{0}});
    if (at == links.end() || at->first != side.field) return std::nullopt;
    return decode_number((*side.tree)[at->second].encoding, side.tree->bytes(at->second)).number;
  }
};

}  // namespace

void ZoneShift::add(const std::optional<Number>& left, const std::optional<Number>& right) {
  if (!left && !right) return;
  const auto shift =
      left && right ? std::optional(right->value - left->value) : std::optional<std::int64_t>();
  constant_ = constant_ && shift && (!shift_ || *shift_ == *shift);
  if (!shift_) shift_ = shift;
}

std::optional<std::int64_t> ZoneShift::seconds() const {
  constexpr std::int64_t kQuarter = 900, kMost = 26 * 3600;
  if (!constant_ || !shift_ || *shift_ == 0 || *shift_ % kQuarter != 0 || *shift_ > kMost || *shift_ < -kMost)
    return std::nullopt;
  return shift_;
}

const Rule& zone_rule() {
  static const ZoneRule kRule;
  return kRule;
}

const Rule& file_time_rule() {
  static const FileTimeRule kRule;
  return kRule;
}

}  // namespace unrepro
