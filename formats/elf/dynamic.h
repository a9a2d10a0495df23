#pragma once

#include <cstdint>

namespace unrepro::elf {

// Whether the value of this dynamic tag is the offset of a string.
bool dynamic_is_string(std::uint64_t tag);

}  // namespace unrepro::elf
