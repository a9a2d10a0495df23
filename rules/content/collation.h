#pragma once

#include <cstdint>
#include <string_view>

namespace unrepro {

// Orders that `sort` gives under a locale, for letters of ASCII (glibc's iso14651_t1: letters first whatever
// their case, punctuation last to be asked).
enum class Collation : std::uint8_t { code_point, english, estonian, czech, folded };
inline constexpr Collation kLocales[] = {Collation::english, Collation::estonian, Collation::czech,
                                         Collation::folded};

bool collates_before(std::string_view left, std::string_view right, Collation collation);

}  // namespace unrepro
