// Leads on what a build found: features that it probed for, versions of what it depends on. Never accepted: a
// feature that is silently off is how hardening is disabled (causes.md 4.4), and a dependency is code.

#include <algorithm>

#include "rules/content/dependency.h"
#include "rules/content/place.h"
#include "rules/rule.h"

namespace unrepro {
namespace {

std::string line_of(const Place& place) {
  std::string line(place.before);
  line.append(place.span).append(place.after);
  return line;
}

// NAME of "#define NAME 1", "#undef NAME" and "/* #undef NAME */" (autoconf's AC_DEFINE, CMake's
// cmakedefine); else empty.
std::string_view probed_macro(std::string_view line) {
  for (const std::string_view directive : {"#define ", "#undef ", "# define ", "# undef "}) {
    const std::size_t at = line.find(directive);
    if (at == line.npos) continue;
    line.remove_prefix(at + directive.size());
    const std::string_view name = line.substr(0, line.find_first_of(" \t*\r"));
    const std::string_view kinds[] = {"HAVE_", "ENABLE_", "USE_", "WITH_", "SUPPORT_"};
    const bool feature = std::any_of(std::begin(kinds), std::end(kinds),
                                     [=](std::string_view kind) { return name.find(kind) != name.npos; });
    return feature ? name : std::string_view();
  }
  return {};
}

// "checking for zlib... yes", "SSL support: no".
bool answers(const Difference& difference, const Place& place) {
  const std::string left = lower(as_text(difference.left.bytes)),
                    right = lower(as_text(difference.right.bytes));
  const auto answer = [](std::string_view text) { return text == "yes" || text == "no" || text == "found"; };
  return answer(left) && answer(right) &&
         mentions(lower(place.before), {"checking", "support", "enable", "with", "have", "use"});
}

// "libc6 (>= 2.34)", "Requires-Dist: numpy (>=1.2)": one name, or that of another version.
bool is_dependency_line(std::string_view before) {
  static constexpr std::string_view kFields[] = {
      "depends:",     "pre-depends:", "requires:",           "requires-dist:",
      "built-using:", "recommends:",  "static-built-using:", "requires.private:"};
  const std::string line = lower(before);
  return std::any_of(std::begin(kFields), std::end(kFields),
                     [&](std::string_view field) { return line.starts_with(field); });
}

std::string_view name_of(std::string_view relation) {
  return relation.substr(0, relation.find_first_of(" ("));
}

class FeatureRule final : public LeadRule {
 public:
  void propose(const Difference& difference, const Facts&, std::vector<Hypothesis>& sink) const override {
    const auto lead = [&](std::string_view cause, std::string note) {
      sink.push_back({.cause = cause, .proof = Proof::inferred, .note = std::move(note)});
    };
    if (difference.kind == Kind::dependency && difference.shape == Shape::changed) {
      const std::string_view left = value_of(difference.left), right = value_of(difference.right);
      if (without_version(name_of(left)) == without_version(name_of(right)))
        lead("dependency-version", change(left, right));
      return;
    }
    if (!is_text_change(difference)) return;
    const Place left = place_of(difference.left), right = place_of(difference.right);
    const std::string here = line_of(left), there = line_of(right);
    const std::string_view macro = probed_macro(here);
    if (!macro.empty() && macro == probed_macro(there)) return lead("feature-detection", std::string(macro));
    if (answers(difference, left)) return lead("feature-detection", change(here, there));
    const auto number = [](std::string_view text) {
      return !text.empty() && text.find_first_not_of("0123456789.") == text.npos;
    };
    if (number(left.span) && number(right.span) && is_dependency_line(left.before))
      lead("dependency-version", change(here, there));
  }
};

}  // namespace

const Rule& feature_rule() {
  static const FeatureRule kRule;
  return kRule;
}

}  // namespace unrepro
