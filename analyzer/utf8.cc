#include "analyzer/utf8.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace unrepro {
namespace {

struct Range {
  char32_t first, last;
};

// Combining marks and zero-width characters of the common scripts.
constexpr std::array kZeroWidth = {Range{0x0300, 0x036f}, Range{0x0483, 0x0489}, Range{0x0591, 0x05bd},
                                   Range{0x064b, 0x065f}, Range{0x200b, 0x200d}, Range{0x20d0, 0x20ff},
                                   Range{0xfe00, 0xfe0f}, Range{0xfe20, 0xfe2f}};
// Unicode's East Asian width W and F, in blocks.
constexpr std::array kDoubleWidth = {
    Range{0x1100, 0x115f}, Range{0x2e80, 0x303e},   Range{0x3041, 0xa4cf},   Range{0xa960, 0xa97f},
    Range{0xac00, 0xd7a3}, Range{0xf900, 0xfaff},   Range{0xfe30, 0xfe6f},   Range{0xff00, 0xff60},
    Range{0xffe0, 0xffe6}, Range{0x1f300, 0x1f64f}, Range{0x1f900, 0x1f9ff}, Range{0x20000, 0x3fffd}};

bool in(const auto& ranges, char32_t value) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const Range& range) { return value >= range.first && value <= range.last; });
}

}  // namespace

CodePoint decode_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  std::size_t length = 0;
  char32_t value = 0;
  char32_t least = 0;
  if (lead >= 0xc2 && lead <= 0xdf) {
    length = 2, value = lead & 0x1fu, least = 0x80;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    length = 3, value = lead & 0x0fu, least = 0x800;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    length = 4, value = lead & 0x07u, least = 0x10000;
  }
  if (length == 0 || text.size() < length) return {lead, 1, false};
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0u) != 0x80u) return {lead, 1, false};
    value = (value << 6u) | (byte(i) & 0x3fu);
  }
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < least || value > 0x10ffff || surrogate) return {lead, 1, false};
  return {value, length, true};
}

bool is_hazard(char32_t value) {
  return value < 0x20 || (value >= 0x7f && value <= 0x9f) || value == 0x061c || value == 0x200e ||
         value == 0x200f || (value >= 0x2028 && value <= 0x202e) || (value >= 0x2066 && value <= 0x2069) ||
         value == 0xfeff;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const CodePoint point = decode_utf8(text);
    if (!point.valid || point.value < 0x300) {
      width += 1;
    } else if (!in(kZeroWidth, point.value)) {
      width += in(kDoubleWidth, point.value) ? 2 : 1;
    }
    text.remove_prefix(point.length);
  }
  return width;
}

}  // namespace unrepro
