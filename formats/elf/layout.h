#pragma once
// Which bytes of an ELF file belong to what.

#include <vector>

#include "formats/elf/elf_file.h"

namespace unrepro::elf {

struct Region {
  std::uint64_t begin = 0, end = 0;
  std::uint32_t what = 0;  // a section, or File::kHeader, kSegments, kSections
  std::uint64_t align = 1;
};

// Something that two readers of the file could see differently.
struct Contradiction {
  std::uint32_t section = 0;
  std::string message;
};

// Finds the regions front to back, decides which sections can be decoded and which offsets follow from the
// layout. Overlapping regions stay in the list; the later one is not decodable.
std::vector<Region> lay_out(File& file, std::vector<Contradiction>& contradictions);

// Whether `length` zero bytes in front of a region are needed to align it, in the file or in its segment.
bool aligns(const File& file, const Region& region, std::uint64_t length);

// Cross-checks sections, segments and the dynamic table (design 1.3: two readers must agree).
void check_segments(const File& file, std::vector<Contradiction>& contradictions);

}  // namespace unrepro::elf
