#pragma once
// What attributes refer to outside their entry: addresses, range and location lists, expressions (DWARF 5,
// sections 2.5, 2.6, 2.17.3, 7.7.3 and 7.25 to 7.29).

#include "formats/elf/dwarf.h"

namespace unrepro::elf {

struct DebugUnit {
  DebugPart part = DebugPart::info;
  std::uint64_t begin = 0;  // offset in the section
  unsigned version = 0, address_size = 0, offset_size = 4;
  std::uint64_t str_offsets_base = 0, addr_base = 0, rnglists_base = 0, loclists_base = 0;
};

class DebugLists {
 public:
  DebugLists(const DebugInformation& debug, DebugMarks* marks) : debug_(debug), marks_(marks) {}

  // Each appends what is denoted and returns false when that is nothing known.
  bool address(std::string& out, const DebugUnit& unit, std::uint64_t index) const;
  bool expression(std::string& out, const DebugUnit& unit, Cursor& cursor, unsigned depth = 0) const;
  bool ranges(std::string& out, const DebugUnit& unit, const Operand& offset) const;
  // `count` is how many locations the list has.
  bool locations(std::string& out, const DebugUnit& unit, const Operand& offset, std::uint64_t& count) const;
  // GNU: view numbers of the bounds of `count` locations.
  bool views(std::string& out, const DebugUnit& unit, const Operand& offset, std::uint64_t count) const;
  // The offset of an item of the offset table of a contribution to .debug_rnglists or .debug_loclists.
  std::optional<std::uint64_t> indexed(const DebugUnit& unit, DebugPart part, std::uint64_t index) const;
  std::optional<std::string_view> indexed_string(const DebugUnit& unit, std::uint64_t index) const;
  std::optional<std::string_view> string(const Operand& offset, DebugPart part) const;
  // Reads the header before the base of a contribution and gives how long its offset table is.
  std::optional<std::uint64_t> contribution(const DebugUnit& unit, DebugPart part, std::uint64_t base) const;
  // An entry, by number, of the unit or of another one.
  void entry(std::string& out, const DebugUnit& unit, std::uint64_t offset) const;

 private:
  const DebugSections& sections() const { return debug_.sections; }
  bool operand_address(std::string& out, const DebugUnit& unit, Cursor& cursor) const;
  bool operation(std::string& out, const DebugUnit& unit, Cursor& cursor, unsigned depth) const;
  bool list_entry(std::string& out, const DebugUnit& unit, Cursor& cursor, unsigned kind) const;

  const DebugInformation& debug_;
  DebugMarks* marks_;
};

}  // namespace unrepro::elf
