// Permission bits that follow the umask of the build.

#include <algorithm>

#include "formats/value.h"
#include "rules/rule.h"

namespace unrepro {
namespace {

constexpr std::int64_t kSpecialBits = 07000;
constexpr std::int64_t kOwnerBits = 0700;
constexpr std::int64_t kWritableByAll = 0002;

std::optional<std::int64_t> mode_of(std::string_view text) {
  const auto number = decode_number(Encoding::octal, as_bytes(text)).number;
  if (!number) return std::nullopt;
  return number->value;
}

// The umask under which a file created with 0666 or 0777 gets this mode.
std::int64_t mask_of(std::int64_t mode) {
  const std::int64_t base = (mode & 0100) != 0 ? 0777 : 0666;
  return base & ~mode & 0777;
}

class UmaskRule final : public Rule {
 public:
  void propose(const Difference& difference, const Facts&, std::vector<Hypothesis>& sink) const override {
    if (difference.kind != Kind::mode || difference.shape != Shape::changed) return;
    const auto left = mode_of(value_of(difference.left)), right = mode_of(value_of(difference.right));
    if (!left || !right) return;
    if (((*left ^ *right) & (kSpecialBits | kOwnerBits)) != 0) return;
    Hypothesis found{.cause = "umask-permissions",
                     .proof = Proof::pattern,
                     .note = "umask " + octal(mask_of(*left) & 066) + " → " + octal(mask_of(*right) & 066)};
    // Where whoever unpacks applies a umask of their own, as readers of archives do, the mode is a record.
    found.record = difference.left.tree->owners_free && difference.right.tree->owners_free &&
                   ((*left ^ *right) & kWritableByAll) == 0;
    if (found.record) sink.push_back(found);
    found.record = false;
    sink.push_back(found);
    found.proof = Proof::inferred;
    sink.push_back(std::move(found));
  }

  // One pair of masks explains every member that changed, and where root unpacks no member may gain a write
  // bit (design 1.3): there several that did are a lead. A file that its recipe gives an explicit mode keeps
  // it on both sides.
  bool confirm(const Difference& difference, const Hypothesis& hypothesis,
               const Fitted& fitted) const override {
    const bool unpacked_by_root = !difference.left.tree->owners_free || !difference.right.tree->owners_free;
    const auto relation = fitted.relations.find(Kind::mode);
    if (relation == fitted.relations.end()) return false;
    const bool lead = hypothesis.proof == Proof::inferred;
    std::uint64_t members = 0;
    std::optional<std::pair<std::int64_t, std::int64_t>> masks;
    for (const auto& [modes, count] : relation->second.pairs()) {
      if (modes.first == modes.second) continue;
      const auto left = mode_of(modes.first), right = mode_of(modes.second);
      if (!left || !right || ((*left ^ *right) & (kSpecialBits | kOwnerBits)) != 0) return false;
      members += count;
      if (!lead && unpacked_by_root && (*right & ~*left & 022) != 0) return false;
      const std::pair read_write{mask_of(*left) & 066, mask_of(*right) & 066};
      if (masks && *masks != read_write) return false;
      masks = read_write;
      const std::int64_t execute = (*left ^ *right) & 011;
      if (execute != 0 && (*left & 0100) == 0) return false;
    }
    // A mode that some members keep and others lose was chosen (trap T68). The stricter umask knows fewer
    // modes.
    if (hypothesis.record && masks) {
      const bool loosened = (masks->first & masks->second) == masks->second;
      if (!(loosened ? relation->second.functional() : relation->second.injective())) return false;
    }
    return masks.has_value() && (!lead || members > 1);
  }

  Freedom capacity(const Difference&, const Hypothesis&, const Fitted&) const override {
    return {{60, false}, "umask"};
  }

 private:
  static std::string octal(std::int64_t mode) {
    std::string text = "000";
    for (auto digit = text.rbegin(); digit != text.rend(); ++digit, mode >>= 3) {
      *digit = static_cast<char>('0' + (mode & 7));
    }
    return "0" + text;
  }
};

}  // namespace

const Rule& umask_rule() {
  static const UmaskRule kRule;
  return kRule;
}

}  // namespace unrepro
