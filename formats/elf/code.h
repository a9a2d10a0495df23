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
  std::vector<ImageExtent> together;            // what is reached from the address of one of several things
  std::vector<std::uint64_t> taken;             // places whose address is computed, not their content
  std::vector<std::uint64_t> computed_jumps;    // jumps to a sum, whose table is not known
  std::vector<std::uint64_t> tables;            // where tables of jumps that are known begin
  std::vector<std::vector<bool>> instructions;  // by executable region: where one begins
  std::string refusal;
};

// Reads a region of x86-64 code from its first to its last byte (Intel SDM, volume 2, chapter 2). Zeros
// before one of the functions, which ascend, are filler (gold) where they are no whole instructions.
void read_x86_64(const ImageRegion& region, const std::vector<ImageExtent>& functions, Code& code);

// What is known of a program before its code is read.
struct Surroundings {
  const std::vector<ImageRegion>& regions;
  const std::vector<ImageExtent>& functions;  // ascending
  std::vector<std::uint64_t> entries;         // where code is entered from elsewhere, ascending
  std::vector<std::uint64_t> anchors;         // where things in data begin, ascending
  std::vector<std::uint64_t> exits;           // slots of functions that never return, ascending
};

// Reads all A64 code of a program at once: registers hold parts of addresses over many instructions. Refused
// is what cannot be followed: literal pools, the scalable extensions, pages passed on in other ways than
// compilers do.
void read_aarch64(const Surroundings& program, Code& code);

// As list_instructions() of formats/image.h, of bytes at an address.
std::vector<ImageInstruction> list_x86_64(Bytes bytes, std::uint64_t address, std::size_t most,
                                          const std::function<std::string(std::uint64_t)>& name);

std::vector<ImageInstruction> list_a64(Bytes bytes, std::uint64_t address, std::size_t most,
                                       const std::vector<ImageReference>& references,
                                       const std::function<std::string(std::uint64_t)>& name);

}  // namespace unrepro::elf
