#pragma once
// Build-ids as linkers compute them: bfd/elf.c and ld/ldbuildid.c of GNU binutils, lld's ELF/Writer.cpp,
// gold.

#include "formats/elf/elf_file.h"

namespace unrepro::elf {

// Whether `length` bytes at `offset` of the file, in a section of notes, are the digest of the file by one of
// the known recipes. False says little: a stripped file no longer holds what was hashed, and a build-id may
// be random or given.
bool build_id_holds(const File& file, std::uint32_t section, std::uint64_t offset, std::uint64_t length);

// The bytes of the first GNU build-id note of an ELF file; empty when there is none, or no ELF file.
std::string find_build_id(Bytes bytes);

}  // namespace unrepro::elf
