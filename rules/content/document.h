#pragma once
// Documents that say the same in other bytes.

#include <optional>
#include <string>
#include <string_view>

namespace unrepro {

// One spelling for all that mean the same: without white space between tokens, strings and references written
// in one way; with `sorted`, members of objects (attributes of elements) in the order of their names. Empty
// when the text is not strictly of its grammar, or holds what readers take differently: a name twice in an
// object (trap T37), a number that is no literal of the grammar, a lone surrogate, controls. Numbers keep
// their spelling (T38). RFC 8259:
std::optional<std::string> canonical_json(std::string_view text, bool sorted);
// XML 1.0, fifth edition, without document types, CDATA and processing instructions but the declaration; text
// between tags is kept to the byte.
std::optional<std::string> canonical_xml(std::string_view text, bool sorted);

// How two texts that are one document differ.
enum class DocumentChange { none, style, order };
// `none` when they are not one document. Linear.
DocumentChange document_change(std::string_view left, std::string_view right);

}  // namespace unrepro
