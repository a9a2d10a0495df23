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

// The instant that the container states beside a local time.
std::optional<Number> stated_instant(const Tree& tree, FieldId field) {
  const auto& links = tree.same_instant;
  const auto at = std::lower_bound(links.begin(), links.end(), std::pair{field, FieldId{0}});
  if (at == links.end() || at->first != field) return std::nullopt;
  return decode_number(tree[at->second].encoding, tree.bytes(at->second)).number;
}

// Local time of another zone. Where no instant is stated beside it, a clock that was wrong by hours looks the
// same.
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
    sink.push_back({.cause = "timezone", .proof = Proof::inert, .note = {}});
  }

  bool confirm(const Difference&, const Hypothesis&, const Fitted& fitted) const override {
    return fitted.zone_shift.holds();
  }

  Freedom capacity(const Difference&, const Hypothesis&, const Fitted&) const override {
    return {Capacity::of_values(209), "zone"};  // quarters of an hour within 26 hours either way
  }
};

constexpr std::int64_t kQuarter = 900;

// In seconds; how far it is ahead of the stated instant, if there is one.
std::optional<std::int64_t> local_time(const Tree& tree, FieldId field) {
  const auto local = decode_number(tree[field].encoding, tree.bytes(field)).number;
  if (!local) return std::nullopt;
  const auto instant = stated_instant(tree, field);
  if (!instant) return local->value;
  constexpr std::int64_t kStep = 2;  // of DOS times
  const std::int64_t ahead = local->value - instant->value;
  const std::int64_t rest = ((ahead % kQuarter) + kQuarter) % kQuarter;
  return rest <= kStep ? ahead - rest : rest >= kQuarter - kStep ? ahead - rest + kQuarter : ahead;
}

}  // namespace

void ZoneShift::add(const Tree& left_tree, FieldId left, const Tree& right_tree, FieldId right) {
  const auto l = local_time(left_tree, left), r = local_time(right_tree, right);
  if (!l && !r) return;
  constexpr std::int64_t kMost = 26 * 3600;
  const std::int64_t shift = l && r ? *r - *l : 1;
  possible_ = possible_ && shift % kQuarter == 0 && shift <= kMost && shift >= -kMost &&
              shift_.value_or(shift) == shift;
  shift_ = shift;
}

bool ZoneShift::holds() const { return possible_ && shift_.value_or(0) != 0; }

const Rule& zone_rule() {
  static const ZoneRule kRule;
  return kRule;
}

const Rule& file_time_rule() {
  static const FileTimeRule kRule;
  return kRule;
}

}  // namespace unrepro
