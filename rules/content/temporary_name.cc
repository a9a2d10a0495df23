#include "rules/content/temporary_name.h"

#include <algorithm>
#include <iterator>

#include "formats/ascii.h"
#include "rules/content/atom.h"

namespace unrepro {
namespace {

using ascii::is_digit;
bool is_word(char c) { return ascii::is_alnum(c) || c == '_'; }

// Letters and digits that nobody would choose: not all small, not all great, no word with a number behind it.
bool is_drawn(std::string_view letters) {
  std::size_t changes = 0;
  for (std::size_t i = 1; i < letters.size(); ++i) {
    const auto group = [](char c) { return is_digit(c) ? 0 : c >= 'a' && c <= 'z' ? 1 : 2; };
    changes += group(letters[i - 1]) != group(letters[i]);
  }
  return changes >= 2;
}

// What two names of one directory may differ in: what a template leaves free.
bool same_template(std::string_view left, std::string_view right) {
  if (left == right || same_temporary_name(left, right)) return true;
  std::size_t front = 0, back = 0;
  const std::size_t shorter = std::min(left.size(), right.size());
  while (front < shorter && left[front] == right[front]) ++front;
  while (back < shorter - front && left[left.size() - 1 - back] == right[right.size() - 1 - back]) ++back;
  // Letters that are the same by chance.
  while (front > 0 && is_word(left[front - 1])) --front;
  while (back > 0 && is_word(left[left.size() - back])) --back;
  const std::string_view l = left.substr(front, left.size() - front - back);
  const std::string_view r = right.substr(front, right.size() - front - back);
  const auto part = [](char c) { return is_word(c) || c == '-'; };
  if (l.empty() || r.empty() || !std::all_of(l.begin(), l.end(), part) ||
      !std::all_of(r.begin(), r.end(), part))
    return false;
  const auto numbered = [](std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); };
  constexpr std::size_t kFewest = 6;
  if (numbered(l) && numbered(r)) return true;
  if (l.size() < kFewest || r.size() < kFewest) return false;
  // One may look chosen by chance; a long number is no version.
  const auto digit = [](std::string_view text) { return std::any_of(text.begin(), text.end(), is_digit); };
  return (l.size() == r.size() && digit(l) && digit(r) && (is_drawn(l) || is_drawn(r))) ||
         (is_drawn(l) && is_drawn(r)) ||
         (numbered(l.substr(l.size() - kFewest)) && numbered(r.substr(r.size() - kFewest)));
}

}  // namespace

bool same_temporary_path(std::string_view left, std::string_view right) {
  const std::string_view root = left.starts_with("/tmp/") ? "/tmp/" : "/var/tmp/";
  if (!left.starts_with(root) || !right.starts_with(root)) return false;
  for (bool below = false;; below = true) {
    left.remove_prefix(below ? 1 : root.size());
    right.remove_prefix(below ? 1 : root.size());
    const std::string_view l = left.substr(0, left.find('/')), r = right.substr(0, right.find('/'));
    if (!same_template(l, r)) return false;
    left.remove_prefix(l.size());
    right.remove_prefix(r.size());
    if (left.empty() || right.empty()) return left.empty() && right.empty();
  }
}

bool same_temporary_name(std::string_view left, std::string_view right) {
  if (left.substr(0, left.rfind('/') + 1) != right.substr(0, right.rfind('/') + 1)) return false;
  left.remove_prefix(left.rfind('/') + 1);
  right.remove_prefix(right.rfind('/') + 1);
  static constexpr std::string_view kTemplates[] = {
      "cc",      "tmp",        "tmp.",   "tmp_",        "Rtmp",       "go-build",
      "pip-",    "rustc",      ".tmp",   "lto-llvm-",   "hsperfdata", "ocamlpp",
      "camlppx", "nix-build-", "build-", "lto-wrapper", "mktemp."};
  // Words are in small letters; of six drawn letters and digits, one in 180 names is.
  const auto drawn = [](std::string_view letters) {
    return std::any_of(letters.begin(), letters.end(), [](char c) { return c < 'a' || c > 'z'; });
  };
  const auto free_length = [](std::string_view name, std::string_view fixed) {
    std::size_t at = fixed.size();
    while (at < name.size() && (is_path_byte(name[at]) && name[at] != '.')) ++at;
    return at - fixed.size();
  };
  return std::any_of(std::begin(kTemplates), std::end(kTemplates), [&](std::string_view fixed) {
    if (!left.starts_with(fixed) || !right.starts_with(fixed)) return false;
    const std::size_t free = free_length(left, fixed);
    const bool digits = std::all_of(left.begin() + static_cast<std::ptrdiff_t>(fixed.size()),
                                    left.begin() + static_cast<std::ptrdiff_t>(fixed.size() + free),
                                    [](char c) { return c >= '0' && c <= '9'; });
    if (!digits && (free < 6 || free > 10 || free_length(right, fixed) != free)) return false;
    if (!drawn(left.substr(fixed.size(), free)) ||
        !drawn(right.substr(fixed.size(), free_length(right, fixed))))
      return false;
    return left.substr(fixed.size() + free) == right.substr(fixed.size() + free_length(right, fixed)) &&
           free > 0;
  });
}

}  // namespace unrepro
