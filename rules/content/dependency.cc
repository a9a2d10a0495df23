#include "rules/content/dependency.h"

#include <algorithm>

#include "formats/ascii.h"

namespace unrepro {

std::string without_version(std::string_view package) {
  constexpr std::string_view kTransition = "t64", kOcaml = "-ocaml-";
  constexpr std::size_t kChecksum = 5;
  if (package.ends_with(kTransition)) package.remove_suffix(kTransition.size());
  if (package.find(kOcaml) != package.npos && package.size() > kChecksum &&
      package[package.size() - kChecksum - 1] == '-') {
    const std::string_view last = package.substr(package.size() - kChecksum);
    if (std::any_of(last.begin(), last.end(), ascii::is_digit)) package.remove_suffix(kChecksum);
  }
  std::string name;
  for (std::size_t i = 0; i < package.size(); ++i) {
    const bool between = package[i] == '.' && i > 0 && ascii::is_digit(package[i - 1]);
    if (!ascii::is_digit(package[i]) && !between) name += package[i];
  }
  while (name.ends_with('-')) name.pop_back();  // "libxml2-16"
  return name;
}

}  // namespace unrepro
