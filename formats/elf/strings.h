#pragma once
// String tables (gABI, "String Table"): covered as far as decoded tables refer to their strings.

#include "formats/elf/elf_file.h"
#include "formats/tree_builder.h"

namespace unrepro::elf {

// Claims a string table. Bytes that no decoded table refers to are a gap: a place to hide.
void take_strings(TreeBuilder& tree, const File& file, std::uint32_t section);

}  // namespace unrepro::elf
