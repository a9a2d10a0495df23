// Leads on why code differs. Nothing here is ever accepted: any change can hide in code that is laid out anew
// (causes.md, "Risk" of the causes named).

#include <algorithm>
#include <array>

#include "formats/ascii.h"
#include "rules/rule.h"

namespace unrepro {
namespace {

// What a row of a table of symbols or sections is about, its first word; of other fields their name.
std::string_view subject(const Side& side) {
  if (side.tree == nullptr) return {};
  const std::string_view row = side.row == nullptr ? side.tree->key(side.field) : *side.row;
  return row.substr(0, row.find(' '));
}

// ".gnu.lto_.decls.208fafe3829cd573": ends in the seed that the compiler drew for this object.
bool has_lto_seed(std::string_view section) {
  constexpr std::size_t kSeed = 16;
  const std::size_t dot = section.rfind('.');
  return section.starts_with(".gnu.lto_") && section.size() - dot <= kSeed + 1 && section.size() - dot >= 8 &&
         std::all_of(section.begin() + static_cast<std::ptrdiff_t>(dot) + 1, section.end(),
                     ascii::is_lower_hex);
}

// Sections that a profile of a run creates, and their relocations. Parts of functions (".cold") are split off
// without one, too.
bool is_split_by_profile(std::string_view name) {
  for (const std::string_view relocations : {".rela", ".rel"}) {
    if (name.starts_with(relocations)) name.remove_prefix(relocations.size());
  }
  return name.starts_with(".text.hot");
}

// Intel SDM volume 2, section 2.3: moves and vzeroupper with a two-byte VEX prefix, and the EVEX moves.
bool uses_vectors(Bytes code) {
  static constexpr std::array<std::array<std::uint8_t, 3>, 13> kInstructions = {{{0xc5, 0xf8, 0x77},
                                                                                 {0xc5, 0xfd, 0x6f},
                                                                                 {0xc5, 0xfe, 0x6f},
                                                                                 {0xc5, 0xfd, 0x7f},
                                                                                 {0xc5, 0xfe, 0x7f},
                                                                                 {0xc5, 0xf9, 0x6f},
                                                                                 {0xc5, 0xfa, 0x6f},
                                                                                 {0xc5, 0xf8, 0x28},
                                                                                 {0xc5, 0xf8, 0x29},
                                                                                 {0xc5, 0xfc, 0x28},
                                                                                 {0xc5, 0xfc, 0x10},
                                                                                 {0x62, 0xf1, 0x7c},
                                                                                 {0x62, 0xf1, 0xfe}}};
  // One may be chance: three bytes of something else.
  std::size_t found = 0;
  const std::string_view text = as_text(code);
  for (const char prefix : {'\xc5', '\x62'}) {
    for (std::size_t at = text.find(prefix); at != text.npos && at + 3 <= text.size() && found < 2;
         at = text.find(prefix, at + 1)) {
      found += std::any_of(kInstructions.begin(), kInstructions.end(), [&](const auto& instruction) {
        return std::equal(instruction.begin(), instruction.end(),
                          code.begin() + static_cast<std::ptrdiff_t>(at));
      });
    }
  }
  return found >= 2;
}

// The code that differs and what stands beside it.
Bytes around(const Side& side) {
  constexpr std::uint64_t kReach = 4096;
  if (side.row != nullptr) return side.bytes;
  const Bytes leaf = side.tree->bytes(side.field);
  const std::uint64_t at = side.offset - (*side.tree)[side.field].begin, first = at - std::min(at, kReach);
  return leaf.subspan(first, std::min<std::uint64_t>(at + side.length + kReach, leaf.size()) - first);
}

class CodeLeadRule final : public LeadRule {
 public:
  void propose(const Difference& difference, const Facts&, std::vector<Hypothesis>& sink) const override {
    const auto lead = [&](std::string_view cause) {
      sink.push_back({.cause = cause, .proof = Proof::inferred, .note = {}});
    };
    const bool both = difference.left.tree != nullptr && difference.right.tree != nullptr;
    const std::string_view left = subject(difference.left), right = subject(difference.right);
    if (!both && is_split_by_profile(left.empty() ? right : left)) return lead("pgo-profile");
    if (difference.kind == Kind::code) {
      if (both && uses_vectors(difference.left.bytes) != uses_vectors(difference.right.bytes) &&
          !(uses_vectors(around(difference.left)) && uses_vectors(around(difference.right))))
        lead("cpu-features");
      return;
    }
    if (has_lto_seed(left) || has_lto_seed(right)) lead("lto-random-seed");
  }
};

}  // namespace

const Rule& code_lead_rule() {
  static const CodeLeadRule kRule;
  return kRule;
}

}  // namespace unrepro
