// Owners of archive members where nobody unpacks as root: one injective map over all members.

#include <algorithm>
#include <array>

#include "formats/value.h"
#include "rules/rule.h"

namespace unrepro {
namespace {

constexpr std::array kOwnerKinds = {Kind::uid, Kind::gid, Kind::user_name, Kind::group_name};

bool is_special(const Side& side) {
  for (const FieldId id : side.tree->children(side.member)) {
    const Field& field = (*side.tree)[id];
    if (field.kind != Kind::mode) continue;
    return has_special_bits(side.tree->bytes(id));
  }
  return false;
}

class ArchiveOwnershipRule final : public Rule {
 public:
  void propose(const Difference& difference, const Facts&, std::vector<Hypothesis>& sink) const override {
    if (difference.shape != Shape::changed) return;
    // Where root unpacks, one map over all members is a lead and no more.
    const Proof proof = difference.effect == Effect::inert ? Proof::recomputed : Proof::inferred;
    for (const Kind kind : kOwnerKinds) {
      if (difference.kind != kind) continue;
      sink.push_back({.cause = "archive-ownership",
                      .proof = proof,
                      .note = std::string(to_string(kind)) + " " + escape(difference.left.bytes, 40) + " → " +
                              escape(difference.right.bytes, 40) + " everywhere"});
    }
  }

  // The map must hold for every paired member, changed or not, in both directions and for all four fields: a
  // single file that changes hands, or two owners that become one, is no trace of a builder.
  bool confirm(const Difference& difference, const Hypothesis& hypothesis,
               const Fitted& fitted) const override {
    if (is_special(difference.left) || is_special(difference.right)) return false;
    std::uint64_t members = 0;
    for (const Kind kind : kOwnerKinds) {
      const auto relation = fitted.relations.find(kind);
      if (relation == fitted.relations.end()) continue;
      if (!relation->second.bijective()) return false;
      for (const auto& [owners, count] : relation->second.pairs()) {
        if (owners.first != owners.second) members = std::max(members, count);
      }
    }
    return hypothesis.proof != Proof::inferred || members > 1;
  }

  Freedom capacity(const Difference& difference, const Hypothesis&, const Fitted&) const override {
    const bool is_name = difference.kind == Kind::user_name || difference.kind == Kind::group_name;
    constexpr std::uint64_t kDecibitsOfId = 320, kDecibitsOfCharacter = 60;
    const std::uint64_t decibits =
        is_name ? kDecibitsOfCharacter * std::max<std::uint64_t>(1, difference.right.bytes.size())
                : kDecibitsOfId;
    std::string parameter = "owner ";
    parameter.append(to_string(difference.kind)).append(" ").append(as_text(difference.right.bytes));
    return {{decibits, false}, std::move(parameter)};
  }
};

}  // namespace

const Rule& archive_ownership_rule() {
  static const ArchiveOwnershipRule kRule;
  return kRule;
}

}  // namespace unrepro
