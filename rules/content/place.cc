#include "rules/content/place.h"

#include <algorithm>

#include "formats/value.h"

namespace unrepro {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Controls, and what turns or hides text where it is shown (trap T60): U+200B to U+200F, U+202A to U+202E,
// U+2060 to U+206F, U+FEFF.
bool deceives(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = [&](std::size_t ahead) {
      return at + ahead < text.size() ? static_cast<unsigned char>(text[at + ahead]) : 0;
    };
    if (byte(0) < ' ' && text[at] != '\t' && text[at] != '\n' && text[at] != '\r') return true;
    if (byte(0) == 0xe2 && byte(1) == 0x80 &&
        ((byte(2) >= 0x8b && byte(2) <= 0x8f) || (byte(2) >= 0xaa && byte(2) <= 0xae)))
      return true;
    if (byte(0) == 0xe2 && byte(1) == 0x81 && byte(2) >= 0xa0 && byte(2) <= 0xaf) return true;
    if (byte(0) == 0xef && byte(1) == 0xbb && byte(2) == 0xbf) return true;
  }
  return false;
}

}  // namespace

bool is_text_change(const Difference& difference) {
  const bool text = difference.kind == Kind::text || difference.kind == Kind::script;
  return text && difference.shape == Shape::changed && difference.count == 1 &&
         difference.left.tree != nullptr && difference.right.tree != nullptr &&
         !deceives(as_text(difference.left.bytes)) && !deceives(as_text(difference.right.bytes));
}

bool in_program(const Difference& difference) {
  const Field& field = (*difference.left.tree)[difference.left.field];
  return field.kind == Kind::data && field.effect == Effect::behaviour;
}

Place place_of(const Side& side, std::size_t reach) {
  const std::string_view leaf = side.row != nullptr ? *side.row : side.tree->text(side.field);
  const std::size_t begin = side.row != nullptr
                                ? static_cast<std::size_t>(as_text(side.bytes).data() - leaf.data())
                                : side.offset - (*side.tree)[side.field].begin;
  const std::size_t length = side.bytes.size(), end = begin + length;
  std::size_t first = begin - std::min(begin, reach), last = std::min(leaf.size(), end + reach);
  const auto ends_line = [](char c) { return c == '\n' || c == '\0'; };
  for (std::size_t at = begin; at > first; --at) {
    if (ends_line(leaf[at - 1])) first = at;
  }
  for (std::size_t at = end; at < last; ++at) {
    if (ends_line(leaf[at])) last = at;
  }
  return {leaf.substr(first, begin - first), leaf.substr(begin, length), leaf.substr(end, last - end)};
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool mentions(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
      if (at == 0 || !is_letter(word.front()) || !is_letter(text[at - 1])) return true;
    }
    return false;
  });
}

std::string change(std::string_view left, std::string_view right) {
  return escape(as_bytes(left), 80) + " → " + escape(as_bytes(right), 80);
}

}  // namespace unrepro
