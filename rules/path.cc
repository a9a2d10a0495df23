// Path family in text: one prefix that stands for the directory a build ran in, temporary names, the merged
// /usr layout.

#include <algorithm>
#include <optional>

#include "formats/ascii.h"
#include "rules/content/atom.h"
#include "rules/content/place.h"
#include "rules/content/temporary_name.h"
#include "rules/rule.h"

namespace unrepro {
namespace {

std::size_t components(std::string_view path) {
  return static_cast<std::size_t>(std::count(path.begin(), path.end(), '/'));
}

bool is_plain(std::string_view path) {
  const bool alphabet = std::all_of(
      path.begin(), path.end(), [](char c) { return c == '/' || (is_path_byte(c) && c != '@' && c != '%'); });
  return alphabet && path.starts_with('/') && path.find("//") == path.npos;
}

bool climbs(std::string_view path) { return path.find("/../") != path.npos || path.ends_with("/.."); }

// Design 1.3: what a prefix may look like to be a parameter.
bool is_safe(std::string_view path) { return is_plain(path) && !climbs(path); }

// Whether what follows a directory never climbs out of it.
bool stays_inside(std::string_view tail) {
  std::ptrdiff_t depth = 0;
  while (!tail.empty()) {
    const std::size_t end = std::min(tail.find('/'), tail.size());
    const std::string_view component = tail.substr(0, end);
    if (component == "..") --depth;
    if (component != ".." && component != "." && !component.empty()) ++depth;
    if (depth < 0) return false;
    tail.remove_prefix(std::min(end + 1, tail.size()));
  }
  return true;
}

// "/frob-1.0": the directory that a source is unpacked into.
bool names_release(std::string_view component) {
  const std::size_t dash = component.rfind('-');
  return dash != component.npos && dash > 1 && dash + 1 < component.size() &&
         ascii::is_digit(component[dash + 1]);
}

// Both paths without the components at the end that they share.
struct Heads {
  std::string_view left, right, tail;
};
Heads heads(std::string_view left, std::string_view right) {
  std::size_t common = 0;
  const std::size_t shorter = std::min(left.size(), right.size());
  for (std::size_t i = 1; i <= shorter && left[left.size() - i] == right[right.size() - i]; ++i) {
    if (left[left.size() - i] == '/') common = i;
  }
  // A directory of one component takes the next one along, where that is a directory too.
  const std::string_view tail = left.substr(left.size() - common);
  std::size_t next = tail.empty() ? tail.npos : tail.find('/', 1);
  if (next == tail.npos && names_release(tail)) next = tail.size();
  const bool narrow = components(left) == components(tail) + 1 || components(right) == components(tail) + 1;
  if (narrow && next != tail.npos) common -= next;
  return {left.substr(0, left.size() - common), right.substr(0, right.size() - common),
          left.substr(left.size() - common)};
}

bool has_prefix(std::string_view path, std::initializer_list<std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return path.starts_with(prefix); });
}

bool is_source_name(std::string_view path) {
  static constexpr std::string_view kExtensions[] = {
      ".c",  ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".S",   ".rs",   ".go",   ".f90", ".f",
      ".ml", ".hs", ".d",   ".m",   ".y", ".l",  ".inc", ".pas", ".vala", ".java", ".py",  ".pl"};
  return std::any_of(std::begin(kExtensions), std::end(kExtensions),
                     [&](std::string_view extension) { return path.ends_with(extension); });
}

// Where builds run; nothing that is installed points there.
bool is_build_place(std::string_view path) {
  return has_prefix(path, {"/build/", "/builddir/", "/tmp/", "/var/tmp/", "/home/", "/root/", "/usr/src/",
                           "/srv/", "/work/", "/workspace/", "/mnt/", "/buildd/", "/b/", "/var/lib/jenkins/",
                           "/Users/", "/github/", "/builds/", "/nix/"});
}

// What a distribution installs, in a directory for each version of a tool.
bool is_system_place(std::string_view path) {
  return has_prefix(path, {"/usr/", "/lib/", "/lib64/", "/etc/", "/bin/", "/sbin/"}) &&
         !has_prefix(path, {"/usr/src/", "/usr/local/src/", "/usr/obj/"});
}

// Equal but for one number: "/usr/lib/gcc/x86_64-linux-gnu/12" and "13".
bool is_other_version(std::string_view left, std::string_view right) {
  const auto number = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
  const auto begin = static_cast<std::size_t>(
      std::mismatch(left.begin(), left.end(), right.begin(), right.end()).first - left.begin());
  const auto rest = [&](std::string_view path) {
    const std::string_view tail = path.substr(begin);
    return tail.substr(
        static_cast<std::size_t>(std::find_if_not(tail.begin(), tail.end(), number) - tail.begin()));
  };
  return rest(left) == rest(right) && rest(left).size() < left.size() - begin &&
         rest(right).size() < right.size() - begin;
}

// The directory itself or a path in it; a directory of two components at least (design 1.3).
bool begins_at(std::string_view path, std::string_view directory) {
  while (directory.ends_with('/')) directory.remove_suffix(1);
  return components(directory) >= 2 && is_safe(directory) && path.starts_with(directory) &&
         (path.size() == directory.size() || path[directory.size()] == '/');
}

// "/usr/bin/sh" and "/bin/sh" (filesystem hierarchy with a merged /usr).
bool is_merged_usr(std::string_view left, std::string_view right) {
  if (left.size() < right.size()) std::swap(left, right);
  return left == "/usr" + std::string(right) && has_prefix(right, {"/bin/", "/sbin/", "/lib/", "/lib64/"});
}

bool is_home(std::string_view head) {
  return head == "/root" || has_prefix(head, {"/nonexistent", "/homeless-shelter"}) ||
         (has_prefix(head, {"/home/", "/Users/"}) && components(head) == 2);
}

// "GOPATH=", the beginning of a line that sets a variable of the environment.
bool assigns(std::string_view before) {
  if (!before.ends_with('=')) return false;
  before.remove_suffix(1);
  return !before.empty() &&
         std::all_of(before.begin(), before.end(), [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
}

// "DT_RUNPATH /build/a/lib:$ORIGIN": what stands behind the name of the entry.
std::string_view directories(const Side& side) {
  const std::string_view text = as_text(side.bytes);
  return text.substr(text.find(' ') + 1);
}

class PathRule final : public Rule {
 public:
  void propose(const Difference& difference, const Facts& facts,
               std::vector<Hypothesis>& sink) const override {
    if (difference.kind == Kind::search_path && difference.left.row && difference.right.row)
      return build_place(directories(difference.left), directories(difference.right), sink);
    if (difference.kind == Kind::link_target && difference.shape == Shape::changed)
      return build_place(value_of(difference.left), value_of(difference.right), sink);
    if (!is_text_change(difference)) return;
    std::string_view left = as_text(difference.left.bytes), right = as_text(difference.right.bytes);
    constexpr std::string_view kFile = "file://";
    if (left.starts_with(kFile) && right.starts_with(kFile)) {
      left.remove_prefix(kFile.size());
      right.remove_prefix(kFile.size());
    }
    if (!left.starts_with('/')) return temporary_name(difference, sink);
    if (!is_plain(left) || !is_plain(right)) return;
    const Heads head = heads(left, right);
    if (climbs(head.left) || climbs(head.right) || !stays_inside(head.tail)) return;
    Hypothesis found{.cause = "build-path", .proof = Proof::pattern, .note = change(head.left, head.right)};
    const std::string_view before = place_of(difference.left).before;
    if (is_merged_usr(left, right)) {
      found.cause = "system-layout";
      found.note = change(left, right);
      found.anchored = true;
    } else if (same_temporary_path(left, right)) {
      found.cause = "temp-path";
      found.anchored = true;
    } else if (is_system_place(left) && is_system_place(right)) {
      if (!is_other_version(left, right)) return;
      found.cause = "toolchain-version";
      found.note = change(left, right);
      found.anchored = true;
      if (in_program(difference)) found.proof = Proof::inferred;
    } else {
      if (before.ends_with("-prefix-map=")) {
        found.cause = "recorded-build-flags";
      } else if (is_home(head.left) && is_home(head.right) && !is_source_name(left) &&
                 (head.tail.empty() || head.tail.starts_with("/.") || assigns(before))) {
        found.cause = "env-capture";
      }
      found.parameter = "path " + found.note;
      found.anchored = is_source_name(left) || (is_build_place(left) && is_build_place(right));
      const bool recorded = begins_at(left, facts.left_record.value("build_path")) &&
                            begins_at(right, facts.right_record.value("build_path"));
      found.anchored = found.anchored || recorded;
      if (recorded && facts.left_record.trusted && facts.right_record.trusted) found.proof = Proof::recorded;
      const bool narrow = components(head.left) < 2 || components(head.right) < 2;
      if (narrow && found.cause == "build-path") found.proof = Proof::inferred;
      // What a program may open is no mere record; what assert() prints is.
      if (in_program(difference) && !is_source_name(left)) found.proof = Proof::inferred;
      if (narrow && !is_build_place(left) && !is_build_place(right)) return;
    }
    sink.push_back(found);
    found.parameter.clear();
    found.proof = Proof::inferred;
    if (found.anchored) sink.push_back(std::move(found));
  }

  bool confirm(const Difference&, const Hypothesis& hypothesis, const Fitted& fitted) const override {
    return hypothesis.proof == Proof::inferred || hypothesis.anchored ||
           fitted.support.of(hypothesis.parameter) > 1;
  }

  Freedom capacity(const Difference& difference, const Hypothesis& hypothesis, const Fitted&) const override {
    if (hypothesis.cause == "system-layout") return {Capacity::of_values(2), "merged-usr"};
    constexpr std::uint64_t kDecibitsOfByte = 61;  // of the 69 letters that a parameter may use
    if (hypothesis.cause == "temp-path")
      return {{kDecibitsOfByte * difference.right.bytes.size(), false}, {}};
    return {{kDecibitsOfByte * difference.right.bytes.size(), false}, hypothesis.note};
  }

 private:
  // Directories that a loader searches, or what a link refers to, of which one at least lies where the build
  // ran: a lead, whatever the rest (traps T51, T55).
  static void build_place(std::string_view left, std::string_view right, std::vector<Hypothesis>& sink) {
    const Heads head = heads(left, right);
    if (!is_safe(head.left) || !is_safe(head.right)) return;
    if (!is_build_place(head.left) && !is_build_place(head.right)) return;
    sink.push_back({.cause = "build-path", .proof = Proof::inferred, .note = change(head.left, head.right)});
  }

  // A name without its directory: ccXXXXXX.o.
  static void temporary_name(const Difference& difference, std::vector<Hypothesis>& sink) {
    const auto part = [](char c) { return is_path_byte(c); };
    const std::string_view left = widened(place_of(difference.left), part);
    const std::string_view right = widened(place_of(difference.right), part);
    if (left.size() < 8 || !same_temporary_name(left, right)) return;
    sink.push_back(
        {.cause = "temp-path", .proof = Proof::pattern, .note = change(left, right), .anchored = true});
  }
};

}  // namespace

const Rule& path_rule() {
  static const PathRule kRule;
  return kRule;
}

}  // namespace unrepro
