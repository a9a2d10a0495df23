#pragma once
// What sections, tags and relocations of a loaded program mean to one who moves its contents.

#include <cstdint>
#include <string_view>

namespace unrepro::elf {

inline constexpr std::uint16_t kEmX86_64 = 62, kEmAarch64 = 183;

// Sections whose contents are references as formats/elf/image.cc reads them, or plain data.
bool is_known_section(std::string_view name);
// The same in objects, where the linker has yet to gather what belongs together.
bool is_known_object_section(std::string_view name);

// Tags of the dynamic section whose value is an address.
bool is_address_tag(std::uint64_t tag);

// What a dynamic relocation of 64 bits puts into its word (psABI of x86-64, 4.4; AAELF64, "Dynamic
// relocations").
enum class RelocationRole : std::uint8_t {
  address,   // its addend, which is an address; RELATIVE
  resolver,  // what the function at its addend gives; IRELATIVE
  stub,    // a function; until it is called first, the word holds an address of the linkage table; JUMP_SLOT
  symbol,  // something of a symbol; what the word holds does not matter
  copy,    // the bytes of another object
  unknown,
};
RelocationRole relocation_role(std::uint16_t machine, std::uint32_t type);

// Whether a function of the C or C++ library, named with or without its version, never returns.
bool never_returns(std::string_view symbol);

}  // namespace unrepro::elf
