#pragma once
// Machine code as far as it refers to places.

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "formats/image.h"

namespace unrepro::elf {

// What was learnt of all code of an image.
struct Code {
  std::vector<ImageReference>& references;      // appended to, ascending
  std::vector<ImageExtent> accesses;            // what instructions read or write at a fixed place
  std::vector<std::uint64_t> taken;             // places whose address is computed, not their content
  std::vector<std::uint64_t> computed_jumps;    // jumps to a sum
  std::vector<std::vector<bool>> instructions;  // by executable region: where one begins
  std::string refusal;
};

// Reads a region of x86-64 code from its first to its last byte (Intel SDM, volume 2, chapter 2).
void read_x86_64(const ImageRegion& region, Code& code);

// As list_instructions() of formats/image.h, of bytes at an address.
std::vector<ImageInstruction> list_x86_64(Bytes bytes, std::uint64_t address, std::size_t most,
                                          const std::function<std::string(std::uint64_t)>& name);

}  // namespace unrepro::elf
