#pragma once
// .eh_frame_hdr: the search table over .eh_frame (LSB Core 5.0, sections 10.6.1 and 10.6.2).

#include "formats/elf/elf_file.h"

namespace unrepro::elf {

struct FrameHeaderCheck {
  bool known = false;  // both sections have a form that is read here
  std::string wrong;   // where the table does not follow from .eh_frame; empty when it does
};
// Requires the section to be decodable.
FrameHeaderCheck check_frame_header(const File& file, std::uint32_t section);

}  // namespace unrepro::elf
