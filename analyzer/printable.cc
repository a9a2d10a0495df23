#include "analyzer/printable.h"

#include <algorithm>
#include <array>

#include "formats/utf8.h"
#include "formats/value.h"

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

std::string printable(std::string_view text) {
  std::string out;
  while (true) {
    const std::size_t backslash = text.find('\\');
    out += escape(as_bytes(text.substr(0, backslash)));
    if (backslash == std::string_view::npos) return out;
    out += '\\';
    text.remove_prefix(backslash + 1);
  }
}

std::string escape_markup(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const CodePoint point = decode_utf8(as_bytes(text));
    if (point.length == 0 || point.value < 0x300) {
      width += 1;
    } else if (!in(kZeroWidth, point.value)) {
      width += in(kDoubleWidth, point.value) ? 2 : 1;
    }
    text.remove_prefix(std::max<std::size_t>(point.length, 1));
  }
  return width;
}

}  // namespace unrepro
