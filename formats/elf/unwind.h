#pragma once
// Unwind tables (LSB Core, "Exception Frames"; Itanium C++ ABI exception handling, level II).

#include <string>
#include <vector>

#include "formats/elf/elf_file.h"
#include "formats/image.h"

namespace unrepro::elf {

struct Unwind {
  std::vector<ImageReference> references;
  std::vector<ImageExtent> functions;
  std::string refusal;
};

// Reads .eh_frame, .eh_frame_hdr and .gcc_except_table as far as the file has them. Only an object, whose
// relocations tell, may hold addresses as absolute words; they are no references of the result.
Unwind read_unwind(const File& file, const std::vector<ImageRegion>& regions, bool is_object);

}  // namespace unrepro::elf
