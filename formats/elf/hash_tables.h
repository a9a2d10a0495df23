#pragma once
// .hash (gABI, "Hash Table") and .gnu.hash: functions of the dynamic symbol table.

#include "formats/elf/elf_file.h"

namespace unrepro::elf {

// Empty when the table finds every symbol it should and holds nothing else; else what is wrong. Any number of
// buckets is right.
std::string check_hash_table(const File& file, std::uint32_t section);

}  // namespace unrepro::elf
