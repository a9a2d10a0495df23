#pragma once
// .gnu.version_r and .gnu.version_d (LSB, "Symbol Versioning").

#include <optional>
#include <vector>

#include "formats/elf/elf_file.h"

namespace unrepro::elf {

// One record of either table; records stand packed and in order.
struct VersionEntry {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::string meaning;                 // all it says, names resolved
  std::string version;                 // "GLIBC_2.2.5 of libc.so.6", for an entry that has an index
  std::uint32_t index = 0;             // as .gnu.version refers to it; 0: none
  std::vector<std::uint64_t> strings;  // offsets in the linked string table
};

// Empty when the records are not packed from the first byte to the last, a name cannot be resolved or a hash
// is not that of its name: then the table is no more than its bytes.
std::optional<std::vector<VersionEntry>> read_versions(const File& file, std::uint32_t section);

}  // namespace unrepro::elf
