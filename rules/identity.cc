// Identity of the build process and of its file system, in slots that no consumer acts on.

#include <algorithm>
#include <string>

#include "rules/rule.h"

namespace unrepro {
namespace {

class InertSlotRule final : public Rule {
 public:
  InertSlotRule(Kind kind, std::string_view cause, std::uint64_t decibits)
      : kind_(kind), cause_(cause), decibits_(decibits) {}

  void propose(const Difference& difference, const Facts&, std::vector<Hypothesis>& sink) const override {
    if (difference.kind != kind_ || difference.effect != Effect::inert || !difference.in_range) return;
    sink.push_back({.cause = cause_, .proof = Proof::inert, .note = {}});
  }
  bool confirm(const Difference&, const Hypothesis&, const Fitted&) const override { return true; }
  Freedom capacity(const Difference& difference, const Hypothesis&, const Fitted&) const override {
    std::string parameter(cause_);
    parameter.append(" ").append(as_text(difference.right.bytes));
    return {{decibits_, false}, std::move(parameter)};
  }

 private:
  Kind kind_;
  std::string_view cause_;
  std::uint64_t decibits_;
};

// Ids of a program: random ones, and those that were computed from what strip has removed since.
class BuildIdRule final : public Rule {
 public:
  void propose(const Difference& difference, const Facts&, std::vector<Hypothesis>& sink) const override {
    if (difference.kind != Kind::build_id) return;
    const bool accepted = difference.effect != Effect::behaviour, random = accepted && difference.in_range;
    sink.push_back({.cause = random ? "random-id" : "derived-build-id",
                    .proof = accepted ? Proof::pattern : Proof::inferred,
                    .note = random     ? "nothing it could be computed from"
                            : accepted ? "not recomputed: stripped"
                                       : "not what its linker would compute"});
  }
  bool confirm(const Difference&, const Hypothesis&, const Fitted&) const override { return true; }
  Freedom capacity(const Difference& difference, const Hypothesis&, const Fitted&) const override {
    return {{1600, false}, "build-id " + std::string(as_text(difference.right.bytes))};
  }
};

// What a row says without the numbers of its place: ".text+0x20", ".rodata + 0x8" and "size 0x8" as ".text+",
// ".rodata + " and "size ".
std::string without_place(std::string_view text) {
  std::string rest;
  for (std::size_t at = 0; at < text.size();) {
    const bool place = (rest.ends_with('+') || rest.ends_with(" + ") || rest.ends_with("size ")) &&
                       text.substr(at).starts_with("0x");
    if (place) at = std::min(text.find_first_not_of("0123456789abcdef", at + 2), text.size());
    if (at < text.size()) rest += text[at++];
  }
  return rest;
}

bool moved(const Difference& difference) {
  return difference.left.row && difference.right.row &&
         without_place(*difference.left.row) == without_place(*difference.right.row);
}

// Where something lies, which moved because something before it has another length. Nothing proves here that
// it had to.
class LayoutRule final : public LeadRule {
 public:
  void propose(const Difference& difference, const Facts&, std::vector<Hypothesis>& sink) const override {
    const Kind kind = difference.kind;
    if (difference.shape != Shape::changed || difference.critical) return;
    const bool place = kind == Kind::address || kind == Kind::offset || kind == Kind::size;
    if (!place && !((kind == Kind::name || kind == Kind::reference) && moved(difference))) return;
    sink.push_back(
        {.cause = "derived-layout", .proof = Proof::inferred, .note = "may have moved, not proven"});
  }
};

// The number of a format's version, which whoever wrote it chose.
class FormatVersionRule final : public LeadRule {
 public:
  void propose(const Difference& difference, const Facts&, std::vector<Hypothesis>& sink) const override {
    const auto is_number = [](const Side& side) {
      return side.row == nullptr &&
             decode_number((*side.tree)[side.field].encoding, side.tree->bytes(side.field))
                 .number.has_value();
    };
    if (difference.kind == Kind::version && difference.shape == Shape::changed &&
        is_number(difference.left) && is_number(difference.right))
      sink.push_back({.cause = "toolchain-version", .proof = Proof::inferred, .note = {}});
  }
};

// What a format that nobody decodes further is known to vary with the build: a lead, since nobody looked at
// the rest.
class SlotLeadRule final : public LeadRule {
 public:
  void propose(const Difference& difference, const Facts&, std::vector<Hypothesis>& sink) const override {
    const bool slot = difference.shape == Shape::changed && difference.effect == Effect::behaviour &&
                      difference.in_range && !difference.critical;
    if (!slot) return;
    const std::string_view cause = difference.kind == Kind::timestamp    ? "build-timestamp"
                                   : difference.kind == Kind::host       ? "host-user-identity"
                                   : difference.kind == Kind::identifier ? "random-id"
                                                                         : "";
    if (!cause.empty()) sink.push_back({.cause = cause, .proof = Proof::inferred, .note = {}});
  }
};

}  // namespace

const Rule& format_version_rule() {
  static const FormatVersionRule kRule;
  return kRule;
}

const Rule& slot_lead_rule() {
  static const SlotLeadRule kRule;
  return kRule;
}

const Rule& pid_rule() {
  static const InertSlotRule kRule(Kind::pid, "pid", 220);
  return kRule;
}

const Rule& layout_rule() {
  static const LayoutRule kRule;
  return kRule;
}

const Rule& inode_rule() {
  static const InertSlotRule kRule(Kind::inode, "filesystem-metadata", 320);
  return kRule;
}

const Rule& build_id_rule() {
  static const BuildIdRule kRule;
  return kRule;
}

// What tools say of themselves: at most eight banners of 96 characters out of 70.
const Rule& producer_rule() {
  static const InertSlotRule kRule(Kind::comment, "toolchain-version", 47'100);
  return kRule;
}

}  // namespace unrepro
