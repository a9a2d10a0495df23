#pragma once
// The symbol table of a static library against the symbols its ELF members define.

#include <string>
#include <utility>
#include <vector>

#include "formats/archive/ar_header.h"

namespace unrepro {

// A name in the table, and the offset of the member's header that it leads to.
using ArSymbolEntry = std::pair<std::string_view, std::uint64_t>;

// The first contradiction, or empty: a symbol that its ELF member does not define, or one that is defined but
// not listed, so that a linker takes another member for it. Members with compiler intermediate code are left
// out: their symbols are the compiler's to tell.
std::string check_elf_symbols(Bytes archive, const ArListing& listing, std::vector<ArSymbolEntry> entries);

}  // namespace unrepro
