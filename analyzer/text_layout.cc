#include "analyzer/text_layout.h"

#include <algorithm>
#include <array>

#include "analyzer/printable.h"
#include "formats/utf8.h"

namespace unrepro {
namespace {

// How many bytes of a word fit into `columns`, ending after a separator when one lies in the second half.
std::size_t cut(std::string_view word, std::size_t columns) {
  std::size_t used = 0;
  std::size_t bytes = 0;
  std::size_t after_separator = 0;
  while (bytes < word.size()) {
    const std::size_t length = std::max<std::size_t>(decode_utf8(as_bytes(word.substr(bytes))).length, 1);
    const std::size_t width = display_width(word.substr(bytes, length));
    if (used + width > columns && bytes > 0) break;
    used += width;
    bytes += length;
    if (std::string_view("/!#,;_-").find(word[bytes - 1]) != std::string_view::npos && used * 2 >= columns) {
      after_separator = bytes;
    }
  }
  return after_separator > 0 && bytes < word.size() ? after_separator : bytes;
}

}  // namespace

std::vector<std::string> wrap(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines(1);
  std::size_t used = 0;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    std::string_view word = text.substr(0, space);
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    const std::size_t width = display_width(word);
    if (used > 0 && used + 1 + width > columns) {
      lines.emplace_back();
      used = 0;
    } else if (!lines.back().empty()) {
      lines.back() += ' ';
      used += 1;
    }
    for (std::size_t bytes = cut(word, columns); bytes < word.size(); bytes = cut(word, columns)) {
      lines.back() += word.substr(0, bytes);
      lines.emplace_back();
      used = 0;
      word.remove_prefix(bytes);
    }
    lines.back() += word;
    used += display_width(word);
  }
  for (std::string& line : lines) {
    while (line.ends_with(' ')) line.pop_back();
  }
  return lines;
}

std::string pad_right(std::string_view text, std::size_t columns) {
  std::string out(text);
  const std::size_t width = display_width(text);
  if (width < columns) out.append(columns - width, ' ');
  return out;
}

std::string pad_left(std::string_view text, std::size_t columns) {
  const std::size_t width = display_width(text);
  return std::string(width < columns ? columns - width : 0, ' ') + std::string(text);
}

std::string TextLayout::paint(Paint how, std::string_view text) const {
  static constexpr std::array<std::string_view, 6> kCodes = {"", "1", "2", "1;31", "33", "32"};
  if (!color_ || how == Paint::plain || text.empty()) return std::string(text);
  std::string out = "\x1b[";
  out += kCodes[static_cast<std::size_t>(how)];
  out += 'm';
  out += text;
  out += "\x1b[0m";
  return out;
}

void TextLayout::hang(std::string_view head, std::size_t head_columns, std::string_view text, Paint how) {
  out_ += head;
  if (!text.empty()) {
    // A head that leaves no room gets its text on lines of their own.
    const bool below = head_columns + 20 > width_;
    const std::size_t indent = below ? kLabelIndent : head_columns;
    bool first = !below;
    if (below) {
      while (out_.ends_with(' ')) out_.pop_back();
    }
    for (const std::string& line : wrap(text, width_ - indent)) {
      if (!first) {
        if (!out_.ends_with('\n')) out_ += '\n';
        out_.append(indent, ' ');
      }
      first = false;
      out_ += paint(how, line);
    }
  }
  out_ += '\n';
}

void TextLayout::row(std::string_view label, std::string_view text, Paint how) {
  if (text.empty()) return;
  const std::string padded = pad_right(label, kRowIndent - kLabelIndent);
  hang(std::string(kLabelIndent, ' ') + paint(Paint::dim, padded), kRowIndent, text, how);
}

}  // namespace unrepro
