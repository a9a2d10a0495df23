#include "rules/content/document.h"

namespace unrepro {
namespace {

constexpr std::size_t kLongest = 16 << 20;

using Canonical = std::optional<std::string> (*)(std::string_view text, bool sorted);

Canonical grammar_of(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return nullptr;
  if (text[first] == '{' || text[first] == '[') return canonical_json;
  return text[first] == '<' ? canonical_xml : nullptr;
}

// A carriage return that ends no line: white space to a parser, and on a terminal it hides what stands before
// it (trap T60).
bool has_lone_return(std::string_view text) {
  for (std::size_t at = text.find('\r'); at != text.npos; at = text.find('\r', at + 1)) {
    if (at + 1 == text.size() || text[at + 1] != '\n') return true;
  }
  return false;
}

}  // namespace

DocumentChange document_change(std::string_view left, std::string_view right) {
  const Canonical canonical = grammar_of(left);
  if (canonical == nullptr || canonical != grammar_of(right)) return DocumentChange::none;
  if (left.size() > kLongest || right.size() > kLongest) return DocumentChange::none;
  if (has_lone_return(left) || has_lone_return(right)) return DocumentChange::none;
  const auto l = canonical(left, false), r = l ? canonical(right, false) : std::nullopt;
  if (!l || !r) return DocumentChange::none;
  if (*l == *r) return DocumentChange::style;
  return l->size() == r->size() && canonical(left, true) == canonical(right, true) ? DocumentChange::order
                                                                                   : DocumentChange::none;
}

}  // namespace unrepro
