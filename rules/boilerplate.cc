// What a packager's tool writes around the content in words of its own, which its other versions word
// otherwise. It may be code (maintainer scripts, requests of roff) or stand for anything that was cut off
// (changelogs): these are leads, and nothing here is ever accepted.

#include <algorithm>

#include "rules/content/place.h"
#include "rules/rule.h"

namespace unrepro {
namespace {

constexpr std::size_t kReach = 16 << 10;  // of looking around

// A span and the text that it stands in.
struct Where {
  std::string_view text, span;
  std::size_t at = 0;
};
Where where(const Side& side) {
  if (side.row != nullptr) return {};
  return {side.tree->text(side.field), as_text(side.bytes), side.offset - (*side.tree)[side.field].begin};
}

// Of "Automatically added by dh_installsystemd/13.24.2": what follows `head`, up to the end of the line.
std::string_view line_behind(std::string_view text, std::string_view head) {
  const std::size_t at = text.substr(0, kReach).find(head);
  if (at == text.npos) return {};
  const std::string_view rest = text.substr(at + head.size());
  return rest.substr(0, rest.find('\n'));
}

bool written_by_another(const Where& left, const Where& right, std::string_view head) {
  const std::string_view here = line_behind(left.text, head), there = line_behind(right.text, head);
  return !here.empty() && !there.empty() && here != there;
}

// Between the comments of debhelper's dh_* commands (debhelper(7), autoscripts).
bool in_snippet(const Where& where) {
  constexpr std::string_view kBegin = "# Automatically added by dh_", kEnd = "# End automatically added";
  const std::size_t first = where.at - std::min(where.at, kReach);
  const std::string_view before = where.text.substr(first, where.at - first);
  const std::size_t begin = before.rfind(kBegin), end = before.rfind(kEnd);
  return (begin != before.npos && (end == before.npos || end < begin)) ||
         where.span.find(kBegin) != where.span.npos;
}

// Before the title of a manual page, or a hyphen that Pod::Man spells otherwise.
bool is_of_pod(const Where& left, const Where& right) {
  const auto in_preamble = [](const Where& where) {
    const std::size_t title = where.text.substr(0, kReach).find("\n.TH ");
    return title != where.text.npos && where.at <= title + 1;
  };
  const auto is_escape = [](const Where& with, const Where& without) {
    return with.span == "\\" && without.span.empty() && without.text.substr(without.at).starts_with('-');
  };
  return (in_preamble(left) && in_preamble(right)) || is_escape(left, right) || is_escape(right, left);
}

// Where dh_installchangelogs says that it left out old entries (debhelper 13.11), or npos. How old they are
// depends on its version.
std::size_t removal_note(std::string_view text) {
  constexpr std::string_view kNote = "# Older entries have been removed from this changelog.\n";
  constexpr std::size_t kTail = 512;
  return text.find(kNote, text.size() - std::min(text.size(), kTail));
}

bool is_cut_off(const Where& cut, const Where& whole) {
  const std::size_t note = removal_note(cut.text), other_note = removal_note(whole.text);
  if (note == cut.text.npos || cut.at + 1 < note) return false;
  return other_note == whole.text.npos ||
         (cut.span.empty() && whole.at + whole.span.size() <= other_note + 1);
}

// The entry of a binary rebuild ("+b1"), which dh_installchangelogs keeps in a file of its own.
bool is_rebuild_changelog(std::string_view path, const Identity& rebuilt, const Identity& other) {
  const std::string folder = "usr/share/doc/" + rebuilt.package + "/changelog.";
  const std::string tail = rebuilt.architecture + ".gz";
  return rebuilt.source == other.source && !rebuilt.source_version.empty() &&
         rebuilt.source_version == other.source_version && rebuilt.version != other.version &&
         rebuilt.version.starts_with(rebuilt.source_version + "+b") &&
         (path == folder + tail || path == folder + "Debian." + tail);
}

class BoilerplateRule final : public LeadRule {
 public:
  void propose(const Difference& difference, const Facts& facts,
               std::vector<Hypothesis>& sink) const override {
    if (difference.kind == Kind::member && facts.left && facts.right &&
        ((difference.shape == Shape::left_only &&
          is_rebuild_changelog(difference.path, *facts.left, *facts.right)) ||
         (difference.shape == Shape::right_only &&
          is_rebuild_changelog(difference.path, *facts.right, *facts.left)))) {
      sink.push_back(
          {.cause = "build-counter", .proof = Proof::inferred, .note = "changelog of the rebuild"});
    }
    if (!is_text_change(difference)) return;
    const Where left = where(difference.left), right = where(difference.right);
    if (left.text.empty() || right.text.empty()) return;
    const auto lead = [&](std::string note) {
      sink.push_back({.cause = "toolchain-version", .proof = Proof::inferred, .note = std::move(note)});
    };
    if (written_by_another(left, right, "# Automatically added by dh_") && in_snippet(left) &&
        in_snippet(right))
      return lead("another version of debhelper");
    if (written_by_another(left, right, "Automatically generated by Pod::Man ") && is_of_pod(left, right))
      return lead("another version of Pod::Man");
    if (is_cut_off(left, right) || is_cut_off(right, left))
      return lead("debhelper removed old entries on one side");
  }
};

}  // namespace

const Rule& boilerplate_rule() {
  static const BoilerplateRule kRule;
  return kRule;
}

}  // namespace unrepro
