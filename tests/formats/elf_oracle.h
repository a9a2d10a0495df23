#pragma once

#include <cstdint>
#include <string>

namespace unrepro::test {

// What one ELF file had to compare with libelf.
struct OracleCounts {
  std::uint64_t sections = 0, segments = 0, symbols = 0, versions = 0, dynamic = 0, relocations = 0,
                notes = 0;
  std::string mismatch;  // the first disagreement; empty when there is none
};

// Decodes the bytes, checks that the leaves tile them, and compares what the tables say with libelf:
// attributes of sections and segments, names, values, places and versions of symbols, dynamic entries,
// relocations with their symbols and addends, and notes.
OracleCounts check_with_libelf(std::string bytes);

}  // namespace unrepro::test
