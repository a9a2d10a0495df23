#pragma once
// What the loader or the linker is told besides the contents of memory: the file header, segments, sections.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/elf/elf_file.h"
#include "formats/elf/object.h"
#include "formats/image.h"

namespace unrepro::elf {

// Why it is not understood, and the leaf that the reason is about.
struct FrameRefusal {
  std::string reason;
  std::string_view leaf;
};

// Adds Image::frame and the entry. `object` is null for programs; `region_of` is by section, kAnywhere where
// there is none, and `section_of` by region.
std::optional<FrameRefusal> add_frame(const File& file, const LinkedObject* object,
                                      const std::vector<std::uint16_t>& region_of,
                                      const std::vector<std::uint32_t>& section_of, Image& image);

// An address as region and offset; what lies between regions belongs to the one before.
std::string place_in(const Image& image, std::uint64_t address, bool is_end);

}  // namespace unrepro::elf
