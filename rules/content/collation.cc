#include "rules/content/collation.h"

#include <string>

namespace unrepro {
namespace {

bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
bool counts(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

// Letters of Latin-1 without their accents, U+00C0 to U+00FF; "*" where the letter stands for itself.
constexpr std::string_view kLatin1 = "aaaaaa*ceeeeiiii*nooooo*ouuuuy**aaaaaa*ceeeeiiii*nooooo*ouuuuy*y";

// What is compared first: letters and digits, folded, each with the locale's weight.
std::string first_level(std::string_view text, Collation collation) {
  std::string key;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '\xc3' && i + 1 < text.size() && kLatin1[text[i + 1] & 0x3f] != '*') {
      key.push_back(kLatin1[text[++i] & 0x3f]);
      continue;
    }
    if (!counts(c)) continue;
    if (is_letter(c)) c = static_cast<char>(c | 0x20);
    const bool digraph =
        collation == Collation::czech && c == 'c' && i + 1 < text.size() && (text[i + 1] | 0x20) == 'h';
    if (digraph) {
      key += "h\x7f";
      ++i;
    } else if (collation == Collation::estonian && c == 'z') {
      key += "s\x7f";
    } else {
      key.push_back(c);
    }
  }
  return key;
}

// Small letters before capitals at the first place that tells them apart.
int by_case(std::string_view left, std::string_view right, bool capitals_first) {
  std::size_t i = 0, j = 0;
  for (;; ++i, ++j) {
    while (i < left.size() && !counts(left[i])) ++i;
    while (j < right.size() && !counts(right[j])) ++j;
    if (i >= left.size() || j >= right.size()) return 0;
    if (left[i] != right[j]) return (left[i] > right[j]) != capitals_first ? -1 : 1;
  }
}

}  // namespace

bool collates_before(std::string_view left, std::string_view right, Collation collation) {
  if (collation == Collation::code_point) return left < right;
  const auto fold = [](std::string_view text) {
    std::string key(text);
    for (char& c : key) {
      if (is_letter(c)) c = static_cast<char>(c | 0x20);
    }
    return key;
  };
  if (collation == Collation::folded) {
    const int order = fold(left).compare(fold(right));
    return order != 0 ? order < 0 : left < right;
  }
  const int order = first_level(left, collation).compare(first_level(right, collation));
  if (order != 0) return order < 0;
  const int letters = by_case(left, right, collation == Collation::estonian);
  return letters != 0 ? letters < 0 : left < right;
}

}  // namespace unrepro
