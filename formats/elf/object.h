#pragma once
// A relocatable object as the loader would see it: sections at addresses of their own, relocations applied.
// What is proven of it by its contents holds of what a linker makes of it, wherever that places the sections.

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "formats/elf/elf_file.h"
#include "formats/image.h"

namespace unrepro::elf {

struct LinkedObject {
  explicit LinkedObject(const File& object) : file(object) {}

  struct Relocation {
    std::uint32_t section = 0;  // that it changes
    std::uint64_t at = 0;       // address
    std::uint32_t type = 0, symbol = 0;
    std::uint64_t addend = 0;     // as far as it does not depend on where anything is; else 0
    std::uint64_t target = 0;     // address, where the bytes do not hold all of it; else 0
    std::uint32_t target_in = 0;  // section, or 0
  };

  // Strings that the linker will merge. Compilers choose a section for each by its length, so that which of
  // them there are, and where, says nothing.
  struct Strings {
    std::string label;                    // of the section for the shortest
    std::vector<std::uint32_t> sections;  // by falling alignment
    std::uint64_t address = 0;
    std::vector<std::uint8_t> bytes = {};
  };

  File file;  // a copy that reads as a program; its names refer to the bytes of the object
  std::vector<std::uint8_t> bytes;          // of `file`
  std::vector<std::uint32_t> tables;        // sections with relocations of what is loaded
  std::vector<Relocation> relocations;      // ascending by `at`, without overlap
  std::vector<ImageReference> references;   // of data, and absolute ones; `region` is a section
  std::vector<std::uint64_t> taken;         // addresses that are computed
  std::uint64_t outside = 0, pointers = 0;  // addresses of areas, kSlot bytes for each symbol:
                                            // what is defined elsewhere, and pointers to symbols
  std::uint64_t symbols = 0;                // how many have a number
  std::vector<std::uint32_t> numbers;       // of symbols: all but those of sections of strings count
  std::vector<Strings> strings;             // by label
  std::unordered_map<std::uint32_t, std::size_t> strings_by_section;
  std::uint64_t stubs_at = 0;        // address of another such area
  std::vector<std::uint8_t> stubs;   // AArch64 code that leads to what is defined elsewhere; else empty
  std::vector<std::uint64_t> exits;  // pointers to functions that never return
  std::string refusal;               // why it is not understood; else empty

  static constexpr std::uint64_t kSlot = 16;
  static constexpr std::uint32_t kNoNumber = 0xffffffff;
  // Null for sections that hold other things.
  const Strings* strings_of(std::uint32_t section) const;
};

// Of an object for x86-64 or AArch64 (psABI of x86-64, 4.4; AAELF64, "Static AArch64 relocations").
std::shared_ptr<LinkedObject> link_object(const File& object);

}  // namespace unrepro::elf
