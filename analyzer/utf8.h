#pragma once
// UTF-8 for printing: decoding one code point, its width on a terminal, and whether it may be printed at all.

#include <cstddef>
#include <string_view>

namespace unrepro {

// One step through text: `length` bytes that spell `value`, or one byte that is no valid UTF-8 (RFC 3629).
struct CodePoint {
  char32_t value = 0;
  std::size_t length = 1;
  bool valid = false;
};
// The code point at the start of `text`, which must not be empty.
CodePoint decode_utf8(std::string_view text);

// True for what a terminal or a reader of the line must never see raw: C0 and C1 controls, DEL, line and
// paragraph separators, bidirectional controls, the byte order mark.
bool is_hazard(char32_t value);

// Columns that the text takes on a terminal; bytes that are no valid UTF-8 count one each.
std::size_t display_width(std::string_view text);

}  // namespace unrepro
