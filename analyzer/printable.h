#pragma once
// Text for a terminal or a report: how wide it is, and making it safe.

#include <cstddef>
#include <string>
#include <string_view>

namespace unrepro {

// Escapes what formats/value.h escapes, but leaves backslashes alone, so that text escaped before stays as it
// is.
std::string printable(std::string_view text);

// Text or a quoted attribute value of HTML and XML. Other characters stay: what XML forbids is the caller's.
std::string escape_markup(std::string_view text);

// Columns that the text takes on a terminal; bytes that are no valid UTF-8 count one each.
std::size_t display_width(std::string_view text);

}  // namespace unrepro
