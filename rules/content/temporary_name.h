#pragma once

#include <string_view>

namespace unrepro {

// Whether two names, in one directory or without any, are members of one family of temporary names: equal
// where the template of mkstemp(3) and the like is fixed, with as many free letters (of a process id, any
// number of digits).
bool same_temporary_name(std::string_view left, std::string_view right);

// Whether two paths below /tmp or /var/tmp differ first in a name that was drawn or numbered (letters and
// digits mixed, equally many on both sides; or digits only), and below it in none that was not.
bool same_temporary_path(std::string_view left, std::string_view right);

}  // namespace unrepro
