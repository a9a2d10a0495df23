#pragma once
// Contents of sections that are no tables.

#include "formats/elf/elf_file.h"
#include "formats/tree_builder.h"

namespace unrepro::elf {

// True when every string is what a known tool writes into .comment, with nothing beside them.
bool is_producer_comment(std::string_view text);

// Claims a section as one leaf, or as the fields of a small record.
// `path` is where the file is in its package, as far as known: debug files are looked for from there.
void take_contents(TreeBuilder& tree, const File& file, std::uint32_t section, std::string_view path);

}  // namespace unrepro::elf
