#pragma once

#include <string_view>

#include "formats/format.h"

namespace unrepro {

// Whether a span lies in a comment, in whatever language: a line that begins with "# ", "// ", "; ", "-- ",
// "% ",
// ".\"" or "dnl ", or one in a block from "/*" or "<!--" on. Only lines are taken that mean nothing else in
// any language: no directive of a preprocessor, no coding cookie, no modeline (trap T63).
bool in_comment(std::string_view text, const Span& span);
// Whether a span touches a script, style sheet or frame of a web page (trap T65).
bool in_script_element(std::string_view text, const Span& span);

}  // namespace unrepro
