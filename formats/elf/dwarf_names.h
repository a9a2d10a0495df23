#pragma once
// Names of DWARF 5, tables 7.3 and 7.5.

#include <cstdint>
#include <string>

namespace unrepro::elf {

// "DW_TAG_compile_unit"; a number in place of the name where the standard has none.
std::string tag_name(std::uint64_t tag);
std::string attribute_name(std::uint64_t attribute);

}  // namespace unrepro::elf
