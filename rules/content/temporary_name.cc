#include "rules/content/temporary_name.h"

#include <algorithm>
#include <iterator>

#include "rules/content/atom.h"

namespace unrepro {

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
