#pragma once
// Reads debug sections (DWARF 4, section 7; DWARF 5, section 7), decompressed and with the relocations of a
// relocatable file, and remembers what was read.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/elf/elf_file.h"

namespace unrepro::elf {

// Sections up to `aranges` are tables; the others are covered as far as the tables refer to them.
enum class DebugPart : std::uint8_t {
  info,
  types,
  line,
  aranges,
  abbrev,
  str,
  line_str,
  str_offsets,
  addr,
  rnglists,
  loclists,
  ranges,
  loc,
};
inline constexpr std::size_t kDebugParts = 13;

struct DebugRelocation {
  std::uint64_t offset = 0, type = 0;
  std::uint32_t symbol = 0;
  std::int64_t addend = 0;
};

struct DebugSection {
  std::uint32_t index = 0;  // 0: the file has none
  BlobRef inflated;         // owns the bytes of a compressed section
  Bytes bytes;
  std::string stream;                        // how it is compressed; empty when it is not
  bool reproduced = false;                   // the usual encoder makes the same stream
  std::uint64_t align = 0;                   // of the decompressed bytes
  std::vector<DebugRelocation> relocations;  // ascending by offset
  std::uint32_t relocated_by = 0;            // section of the relocations; 0: none
  std::uint32_t symbols = 0;                 // the symbol table they use
  bool addends = false;                      // as SHT_RELA has them; else they are in the bytes
};

// Positions in a section, counted in order.
class Positions {
 public:
  void add(std::uint64_t position);
  // Call once, when all were added.
  void finish();
  // How many positions stand before this one, if it is one.
  std::optional<std::uint64_t> ordinal(std::uint64_t position) const;

 private:
  std::vector<std::uint64_t> bits_;
  std::vector<std::uint64_t> before_;  // by word of bits_
};

// What one complete reading of the tables came across.
struct DebugMarks {
  std::array<std::vector<bool>, kDebugParts> read;     // by byte; of sections that are no tables
  std::array<std::vector<bool>, kDebugParts> applied;  // by relocation
  std::uint64_t work = 0;                              // bytes read, those read twice included
  std::uint64_t most_work = 0;
};

struct DebugSections {
  const File* file = nullptr;
  std::array<DebugSection, kDebugParts> parts;
  const DebugSection& operator[](DebugPart part) const { return parts[static_cast<std::size_t>(part)]; }
};

// A number as it stands in the bytes, or what a relocation makes of it.
struct Operand {
  std::uint64_t number = 0;
  const DebugRelocation* relocation = nullptr;
  const DebugSection* section = nullptr;  // of the relocation
};

// Sticky: after a failure everything reads as zero and ok() is false.
class Cursor {
 public:
  // Reads [begin, end) of a section, cut to what there is. `marks` may be null.
  Cursor(const DebugSections& sections, DebugPart part, std::uint64_t begin, std::uint64_t end,
         DebugMarks* marks);

  bool ok() const { return ok_; }
  void fail() { ok_ = false; }
  std::uint64_t position() const { return at_; }
  std::uint64_t end() const { return end_; }
  bool at_end() const { return at_ == end_; }
  // Leaves `length` bytes from here as all there is; fails when there are fewer.
  void limit(std::uint64_t length);

  std::uint64_t number(unsigned width);
  // A number that a relocation may supply.
  Operand operand(unsigned width);
  std::uint64_t uleb();
  std::int64_t sleb();
  Bytes block(std::uint64_t length);
  // Passes bytes that a copy of this cursor has read.
  void skip(std::uint64_t length);
  // Up to and including the next NUL; the view is without it.
  std::string_view string();
  // Initial length (DWARF 5, section 7.4): cuts the cursor to the unit and gives the width of offsets, 4
  // or 8.
  unsigned unit();
  // Bytes that longer spellings of LEB128 numbers took than needed.
  std::uint64_t slack() const { return slack_; }
  // Relocations of the next `length` bytes.
  std::vector<const DebugRelocation*> relocations(std::uint64_t length);

 private:
  bool take(std::uint64_t length);

  const DebugSections* sections_;
  const DebugSection* section_;
  DebugPart part_;
  DebugMarks* marks_;
  std::uint64_t at_, end_;
  std::uint64_t slack_ = 0;
  bool ok_ = true;
};

// The offset an operand is in another debug section; empty when it leads elsewhere.
std::optional<std::uint64_t> offset_in(const DebugSections& sections, const Operand& operand, DebugPart part);
// Appends an address as section and offset, or as what the relocation makes it.
void append_address(std::string& out, const DebugSections& sections, const Operand& operand);
// The same for what is known to be an address: marked as a place (Row::places).
void append_place(std::string& out, const DebugSections& sections, const Operand& operand);
// Appends text so that nothing else that is appended can look like it.
void append_quoted(std::string& out, std::string_view text);
void append_hex(std::string& out, Bytes bytes);

}  // namespace unrepro::elf
