#pragma once
// Which functions and objects a program has, by its symbols and unwind tables.

#include <vector>

#include "formats/elf/elf_file.h"
#include "formats/image.h"

namespace unrepro::elf {

// `functions` are those that unwind tables tell. Where two overlap, the one that begins first stays; names
// refer to the file.
std::vector<ImageThing> find_things(const File& file, const std::vector<ImageExtent>& functions);

}  // namespace unrepro::elf
