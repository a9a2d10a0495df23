#pragma once
// Tables of 32-bit offsets from their own beginning: where compilers of position-independent code jump by a
// switch, and what they look up constants in.

#include <functional>
#include <string>
#include <vector>

#include "formats/image.h"

namespace unrepro::elf {

struct OffsetTables {
  std::vector<ImageReference> references;
  std::vector<ImageExtent> extents;
  std::vector<std::uint64_t> jumps;  // ascending: tables whose entries are instructions
  std::string refusal;
  std::uint64_t place = 0;  // of the refusal
};

// `relative` are places that a symbol says to be a table of offsets of strings, ascending; others are tables
// only if all their entries are beginnings. `taken` are the addresses that code computes, ascending. A table
// ends where something else begins; anything but filler between its last entry and there is refused.
OffsetTables find_offset_tables(const Image& image, const std::vector<std::uint64_t>& taken,
                                const std::vector<std::uint64_t>& relative,
                                const std::function<bool(std::uint64_t)>& is_instruction);

}  // namespace unrepro::elf
