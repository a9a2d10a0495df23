#pragma once
// UTF-8 as Unicode 15, section 3.9, table 3-7 allows it: shortest form, no surrogates, at most U+10FFFF.

#include <cstdint>

#include "formats/base.h"

namespace unrepro {

struct CodePoint {
  char32_t value = 0;
  std::uint32_t length = 0;  // bytes it takes; 0 when the bytes do not begin with a well-formed sequence
};

// The code point at the front of `bytes`.
CodePoint decode_utf8(Bytes bytes);
// Length of the longest prefix that is well-formed UTF-8.
std::size_t utf8_prefix(Bytes bytes);
// True when the (at most three) bytes may be the front of a well-formed sequence that was cut off.
bool utf8_cut_off(Bytes bytes);

// Whether both spell the same characters, the first in ISO 8859-1, the second in UTF-8; not for ASCII, which
// is both.
bool latin1_is_utf8(Bytes latin1, Bytes utf8);

}  // namespace unrepro
