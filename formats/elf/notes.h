#pragma once
// Notes (gABI, "Note Section"; GNU, FDO and Go types).

#include "formats/elf/elf_file.h"
#include "formats/tree_builder.h"

namespace unrepro::elf {

// Claims a section of notes, note by note; a build-id that can be recomputed is derived.
void take_notes(TreeBuilder& tree, const File& file, std::uint32_t section);

}  // namespace unrepro::elf
