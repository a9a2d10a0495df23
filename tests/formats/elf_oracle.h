#pragma once

#include <string>

namespace unrepro::test {

// What one ELF file had to compare with libelf.
struct OracleCounts {
  std::uint64_t sections = 0, symbols = 0, dynamic = 0, relocations = 0;
  std::string mismatch;  // the first disagreement; empty when there is none
};

// Decodes the bytes and checks section names, symbol names, dynamic strings and the symbols of relocations
// against libelf.
OracleCounts check_with_libelf(std::string bytes);

}  // namespace unrepro::test
