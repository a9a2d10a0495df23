#pragma once

#include <memory>

#include "formats/format.h"

namespace unrepro {

// Plain text and scripts. One record: `bom` when there is one, the aliases `encoding` ("utf-8", also for
// ASCII; "latin-1", "utf-16le", "utf-16be") and `line_ending` ("lf", "crlf", "cr", "mixed", "none"), and the
// `body`. Documentation is content; scripts and all other text are behaviour, since somebody may read them as
// configuration or code.
extern const Format kText;

// Partition of text into lines or tokens, front to back. A line includes its terminator, LF or CR LF; a lone
// CR is part of its line. A token is a word (letters, digits, underscore, everything beyond ASCII), a run of
// spaces and tabs, a line terminator, or one other character; no token crosses the end of a line. The bytes
// must outlive the view.
enum class CodeUnit : std::uint8_t { byte, u16le, u16be };
std::unique_ptr<LeafView> text_view(Bytes bytes, CodeUnit unit, ViewKind kind);
// Whether it is printable ASCII and line feeds.
bool is_printable(std::string_view text);
// A Format::view for formats whose leaves of Kind::text hold one byte a code unit; null for all other leaves.
std::unique_ptr<LeafView> view_text_leaf(const Tree& tree, FieldId leaf, ViewKind kind);

}  // namespace unrepro
