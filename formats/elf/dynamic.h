#pragma once

#include <cstdint>
#include <vector>

#include "formats/elf/layout.h"

namespace unrepro::elf {

// Whether the value of this dynamic tag is the offset of a string.
bool dynamic_is_string(std::uint64_t tag);

// The last value of a tag in a dynamic section, as the loader takes it.
std::optional<std::uint64_t> dynamic_value(const File& file, std::uint32_t section, std::uint64_t tag);

// What the loader finds by the dynamic section has to be what the section table shows: each table where its
// section is and as long, and no table that only one of the two knows.
void check_dynamic(const File& file, std::uint32_t section, std::vector<Contradiction>& contradictions);

}  // namespace unrepro::elf
