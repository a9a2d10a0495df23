#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace unrepro {

enum class Paint : std::uint8_t { plain, bold, dim, red, yellow, green };

// Lines of text for a terminal: labelled rows that wrap under their own text, and optional colour.
class TextLayout {
 public:
  TextLayout(unsigned width, bool color) : width_(width < 40 ? 40 : width), color_(color) {}

  unsigned width() const { return width_; }
  // `text` in colour, when colour is on. Columns must be computed before painting.
  std::string paint(Paint how, std::string_view text) const;

  // `head` at the left margin, then `text` wrapped at the column where it starts. `head` may be painted:
  // `head_columns` is its width. With an empty text only the head is written.
  void hang(std::string_view head, std::size_t head_columns, std::string_view text, Paint how = Paint::plain);
  // An indented label in a column of its own, then wrapped text.
  void row(std::string_view label, std::string_view text, Paint how = Paint::plain);
  // A paragraph at the left margin.
  void paragraph(std::string_view text) { hang("", 0, text); }
  void line(std::string_view text) { out_.append(text) += '\n'; }
  void blank() { out_ += '\n'; }

  // Columns left for the text of a row.
  std::size_t row_columns() const { return width_ - kRowIndent; }

  std::string take() { return std::move(out_); }

 private:
  static constexpr std::size_t kRowIndent = 13;
  static constexpr std::size_t kLabelIndent = 4;

  unsigned width_;
  bool color_;
  std::string out_;
};

// Cuts text into lines of at most `columns`: at spaces, or within a word that is too long after one of / ! #
// , ; _ - when there is one, else anywhere between two code points. Never gives an empty list.
std::vector<std::string> wrap(std::string_view text, std::size_t columns);
// Appends spaces, after or before, up to `columns`.
std::string pad_right(std::string_view text, std::size_t columns);
std::string pad_left(std::string_view text, std::size_t columns);

}  // namespace unrepro
