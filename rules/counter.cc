// Build counters: the binary rebuild number that Debian appends to a version ("+b2", deb-version(7)).

#include <algorithm>

#include "formats/value.h"
#include "rules/rule.h"

namespace unrepro {
namespace {

// True when the span lies inside an occurrence of `needle` in the leaf that begins `before` bytes ahead of
// the span and ends `after` bytes behind it.
bool inside_occurrence(const Side& side, std::string_view needle, std::uint64_t before, std::uint64_t after) {
  const std::string_view leaf = side.tree->text(side.field);
  const std::uint64_t begin = side.offset - (*side.tree)[side.field].begin;
  if (before > begin || before + side.length + after != needle.size()) return false;
  return leaf.substr(begin - before, needle.size()) == needle;
}

// The entry of a Debian changelog (deb-changelog(5)) that the span lies in, from its heading to its trailer;
// empty when it does not lie in one.
std::string_view entry_around(const Side& side) {
  constexpr std::size_t kLongest = 64 << 10;
  const std::string_view text = side.tree->text(side.field);
  const std::size_t at = side.offset - (*side.tree)[side.field].begin;
  std::size_t heading = at;
  const auto begins = [&](std::size_t line) {
    return (line == 0 || text[line - 1] == '\n') && line < text.size() && text[line] > ' ';
  };
  while (heading > 0 && at - heading < kLongest && !begins(heading)) --heading;
  const std::size_t trailer = text.find("\n -- ", heading);
  if (!begins(heading) || trailer == text.npos) return {};
  const std::size_t end = std::min(text.find('\n', trailer + 1), text.size());
  return at + side.length <= end ? text.substr(heading, end - heading) : std::string_view();
}

// A rebuild adds an entry that says why, and when.
bool is_rebuild_entry(const Side& side, const Identity& identity) {
  const std::string_view entry = entry_around(side), heading = entry.substr(0, entry.find('\n'));
  return heading.starts_with(identity.source + " (" + identity.version + ") ") &&
         heading.ends_with("binary-only=yes");
}

class BuildCounterRule final : public Rule {
 public:
  void propose(const Difference& difference, const Facts& facts,
               std::vector<Hypothesis>& sink) const override {
    if (!facts.left || !facts.right || !same_source(*facts.left, *facts.right)) return;
    const bool changed = difference.shape == Shape::changed;
    const bool entry = changed && difference.kind == Kind::text && difference.count == 1 &&
                       difference.effect == Effect::content && difference.left.row == nullptr &&
                       is_rebuild_entry(difference.left, *facts.left) &&
                       is_rebuild_entry(difference.right, *facts.right);
    if (entry) {
      sink.push_back(
          {.cause = "build-counter", .proof = Proof::pattern, .note = "changelog entry of the rebuild"});
      return;
    }
    const bool explained = names_source(difference, facts) ||
                           (changed && substitutes(difference, facts.left->version, facts.right->version));
    if (!explained) return;
    sink.push_back({.cause = "build-counter",
                    .proof = Proof::pattern,
                    .note = escape(as_bytes(facts.left->version), 60) + " → " +
                            escape(as_bytes(facts.right->version), 60)});
  }

  bool confirm(const Difference&, const Hypothesis&, const Fitted&) const override { return true; }

  Freedom capacity(const Difference& difference, const Hypothesis&, const Fitted&) const override {
    constexpr std::uint64_t kDecibitsOfByte = 80;
    if (difference.kind == Kind::text && difference.left.tree != nullptr &&
        difference.effect == Effect::content)
      return {{kDecibitsOfByte * std::max<std::uint64_t>(difference.right.length, 1), false}, {}};
    return {Capacity::of_values(1000), "build-counter"};
  }

 private:
  static bool same_source(const Identity& left, const Identity& right) {
    return left.version != right.version && left.source == right.source && !left.source_version.empty() &&
           left.source_version == right.source_version;
  }

  // The span differs only because the version in which it stands differs.
  static bool substitutes(const Difference& difference, std::string_view left, std::string_view right) {
    if (difference.left.tree == nullptr || difference.right.tree == nullptr) return false;
    const std::uint64_t longest = std::min(left.size(), right.size());
    for (std::uint64_t before = 0; before <= longest; ++before) {
      if (before + difference.left.length > left.size()) break;
      const std::uint64_t after = left.size() - before - difference.left.length;
      if (inside_occurrence(difference.left, left, before, after) &&
          inside_occurrence(difference.right, right, before, after)) {
        return true;
      }
    }
    return false;
  }

  // A rebuild names its source version, which the first build leaves out because it is its own.
  static bool names_source(const Difference& difference, const Facts& facts) {
    if (difference.shape == Shape::changed) {
      const auto names = [](const Side& side, const Identity& identity) {
        const std::string_view value = value_of(side);
        return value == identity.source || value == identity.source + " (" + identity.source_version + ")";
      };
      return difference.left.tree != nullptr && difference.right.tree != nullptr &&
             names(difference.left, *facts.left) && names(difference.right, *facts.right);
    }
    const bool left = difference.shape == Shape::left_only;
    if (!left && difference.shape != Shape::right_only) return false;
    const Side& side = left ? difference.left : difference.right;
    const Identity& identity = left ? *facts.left : *facts.right;
    const std::string_view text = as_text(side.bytes);
    return text.find(identity.source + " (" + identity.source_version + ")") != std::string_view::npos &&
           text.size() <= identity.source.size() + identity.source_version.size() + 16;
  }
};

}  // namespace

const Rule& build_counter_rule() {
  static const BuildCounterRule kRule;
  return kRule;
}

}  // namespace unrepro
