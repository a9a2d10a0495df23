#pragma once
// What stands around a difference in a text.

#include <initializer_list>
#include <string>
#include <string_view>

#include "rules/difference.h"

namespace unrepro {

// Whether causes of text apply: a changed span that is text on both sides and stands for itself.
bool is_text_change(const Difference& difference);

// Whether the text is a string among the data of a program, which may do more with it than print it: then
// only what a compiler put there is more than a lead.
bool in_program(const Difference& difference);

// The line of a span, cut at `reach` bytes on either side.
struct Place {
  std::string_view before, span, after;
};
Place place_of(const Side& side, std::size_t reach = 256);

// The span with all bytes around it that satisfy the predicate; empty when a byte of the span itself does
// not.
template <class Predicate>
std::string_view widened(const Place& place, Predicate&& predicate) {
  const char* begin = place.span.data();
  const char* end = begin + place.span.size();
  const char* const first = place.before.data();
  const char* const last = place.after.data() + place.after.size();
  for (const char c : place.span) {
    if (!predicate(c)) return {begin, 0};
  }
  while (begin > first && predicate(begin[-1])) --begin;
  while (end < last && predicate(*end)) ++end;
  return {begin, static_cast<std::size_t>(end - begin)};
}

// Lower case of ASCII letters.
std::string lower(std::string_view text);
// Whether one of the words occurs in `text`, which is in lower case, at the beginning of a word.
bool mentions(std::string_view text, std::initializer_list<std::string_view> words);
// "a → b", escaped and cut.
std::string change(std::string_view left, std::string_view right);

}  // namespace unrepro
