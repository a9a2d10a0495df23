#include "rules/content/atom.h"

#include <algorithm>

#include "formats/ascii.h"
#include "rules/content/date.h"

namespace unrepro {
namespace {

using ascii::is_alnum;
using ascii::is_digit;
using ascii::is_hex;
bool is_word(char c) { return is_alnum(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80; }

template <class Predicate>
std::size_t run(std::string_view text, std::size_t at, Predicate&& predicate) {
  std::size_t end = at;
  while (end < text.size() && predicate(text[end])) ++end;
  return end - at;
}

// An option of a compiler or linker that its path follows at once: -L/build/lib.
bool ends_in_option(std::string_view before) {
  static constexpr std::string_view kLetters = "LIRBF";
  const std::size_t size = before.size();
  return size >= 2 && kLetters.find(before[size - 1]) != kLetters.npos && before[size - 2] == '-' &&
         (size == 2 || !is_path_byte(before[size - 3]));
}

// A path begins behind something that no path or word runs into.
std::size_t path_length(std::string_view text, std::size_t at) {
  if (text[at] != '/' || at + 1 >= text.size() || !is_path_byte(text[at + 1])) return 0;
  if (at > 0 && !ends_in_option(text.substr(0, at)) &&
      (is_word(text[at - 1]) || text[at - 1] == '.' || text[at - 1] == '/' || text[at - 1] == '<' ||
       text[at - 1] == '~'))
    return 0;
  std::size_t length = run(text, at, [](char c) { return is_path_byte(c) || c == '/'; });
  // A full stop at the end belongs to the sentence.
  while (length > 1 && text[at + length - 1] == '.') --length;
  return length;
}

std::size_t url_length(std::string_view text, std::size_t at) {
  const std::size_t scheme = run(text, at, is_alnum);
  if (scheme < 3 || scheme > 8 || !text.substr(at + scheme).starts_with("://")) return 0;
  return run(text, at, [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != '"' && c != '\'' && c != '<' && c != '>';
  });
}

std::size_t address_length(std::string_view text, std::size_t at) {
  if (!text.substr(at).starts_with("0x")) return 0;
  const std::size_t digits = run(text, at + 2, is_hex);
  return digits >= 6 && digits <= 16 ? 2 + digits : 0;
}

std::size_t number_length(std::string_view text, std::size_t at) {
  std::size_t end = at + run(text, at, is_digit);
  while (end + 1 < text.size() && text[end] == '.' && is_digit(text[end + 1])) {
    end += 1 + run(text, end + 1, is_digit);
  }
  const bool runs_on = end < text.size() && is_word(text[end]);
  const bool has_unit = text.substr(at, end - at).find('.') != text.npos;  // 0.42s
  return runs_on && !has_unit ? 0 : end - at;
}

Atom atom_at(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c == '/') {
    if (const std::size_t length = path_length(text, at)) return {AtomType::path, at, length};
    return {AtomType::other, at, 1};
  }
  if (c == ' ' || c == '\t') {
    return {AtomType::blank, at, run(text, at, [](char b) { return b == ' ' || b == '\t'; })};
  }
  if (!is_word(c)) return {AtomType::other, at, 1};
  if (is_hex(c) && is_uuid(text.substr(at, 36)) && (at + 36 == text.size() || !is_word(text[at + 36]))) {
    return {AtomType::uuid, at, 36};
  }
  if (const auto date = match_date(text, at)) return {AtomType::date, at, date->length};
  if (c == '0') {
    if (const std::size_t length = address_length(text, at)) return {AtomType::address, at, length};
  }
  if (is_digit(c)) {
    if (const std::size_t length = number_length(text, at)) return {AtomType::number, at, length};
  } else if (const std::size_t length = url_length(text, at)) {
    return {AtomType::url, at, length};
  }
  return {AtomType::word, at, run(text, at, is_word)};
}

}  // namespace

bool is_path_byte(char c) {
  return is_alnum(c) || c == '.' || c == '_' || c == '+' || c == '~' || c == '-' || c == '@' || c == '%';
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

std::vector<Atom> atoms(std::string_view text) {
  std::vector<Atom> result;
  for (std::size_t at = 0; at < text.size(); at += result.back().length) result.push_back(atom_at(text, at));
  return result;
}

}  // namespace unrepro
