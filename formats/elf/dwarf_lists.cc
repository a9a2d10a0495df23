#include "formats/elf/dwarf_lists.h"

#include <algorithm>

#include "formats/value.h"

namespace unrepro::elf {
namespace {

constexpr unsigned kDeepestExpression = 8;

void append_number(std::string& out, std::uint64_t number) { out.append(1, ' ').append(hex(number)); }

}  // namespace

std::optional<std::string_view> DebugLists::string(const Operand& offset, DebugPart part) const {
  const auto begin = offset_in(sections(), offset, part);
  if (!begin) return std::nullopt;
  Cursor cursor(sections(), part, *begin, ~std::uint64_t{0}, marks_);
  const std::string_view text = cursor.string();
  if (!cursor.ok()) return std::nullopt;
  return text;
}

std::optional<std::string_view> DebugLists::indexed_string(const DebugUnit& unit, std::uint64_t index) const {
  if (unit.str_offsets_base == 0 || index >= sections()[DebugPart::str_offsets].bytes.size())
    return std::nullopt;
  Cursor cursor(sections(), DebugPart::str_offsets, unit.str_offsets_base + index * unit.offset_size,
                ~std::uint64_t{0}, marks_);
  const Operand offset = cursor.operand(unit.offset_size);
  if (!cursor.ok()) return std::nullopt;
  return string(offset, DebugPart::str);
}

std::optional<std::uint64_t> DebugLists::indexed(const DebugUnit& unit, DebugPart part,
                                                 std::uint64_t index) const {
  const std::uint64_t base = part == DebugPart::rnglists ? unit.rnglists_base : unit.loclists_base;
  if (base == 0 || index >= sections()[part].bytes.size()) return std::nullopt;
  Cursor cursor(sections(), part, base + index * unit.offset_size, ~std::uint64_t{0}, marks_);
  const std::uint64_t offset = cursor.number(unit.offset_size);
  if (!cursor.ok()) return std::nullopt;
  return base + offset;
}

std::optional<std::uint64_t> DebugLists::contribution(const DebugUnit& unit, DebugPart part,
                                                      std::uint64_t base) const {
  const bool lists = part == DebugPart::rnglists || part == DebugPart::loclists;
  const std::uint64_t length = (unit.offset_size == 8 ? 12u : 4u) + 4u + (lists ? 4u : 0u);
  if (base < length || !debug_.contributions[static_cast<std::size_t>(part)].ordinal(base - length))
    return std::nullopt;
  Cursor cursor(sections(), part, base - length, ~std::uint64_t{0}, marks_);
  bool known = cursor.unit() == unit.offset_size && cursor.number(2) == 5;
  if (part == DebugPart::str_offsets) {
    known = known && cursor.number(2) == 0;
  } else {
    known = known && cursor.number(1) == unit.address_size && cursor.number(1) == 0;
  }
  const std::uint64_t count = lists ? cursor.number(4) : 0;
  if (!known || !cursor.ok()) return std::nullopt;
  return count;
}

void DebugLists::entry(std::string& out, const DebugUnit& unit, std::uint64_t offset) const {
  const std::size_t which = unit.part == DebugPart::info ? 0 : 1;
  const auto number = debug_.entries[which].ordinal(offset);
  const auto& units = debug_.units[which];
  const auto after = std::upper_bound(units.begin(), units.end(), offset);
  if (!number || after == units.begin()) {
    append_number(out += " nothing at", offset);
    return;
  }
  const auto at = static_cast<std::size_t>(after - units.begin()) - 1;
  if (units[at] != unit.begin) out += " unit " + std::to_string(at);
  out += " entry " + std::to_string(*number - debug_.first_entries[which][at]);
}

bool DebugLists::address(std::string& out, const DebugUnit& unit, std::uint64_t index) const {
  if (unit.addr_base == 0 || index >= sections()[DebugPart::addr].bytes.size()) return false;
  Cursor cursor(sections(), DebugPart::addr, unit.addr_base + index * unit.address_size, ~std::uint64_t{0},
                marks_);
  return operand_address(out, unit, cursor);
}

bool DebugLists::operand_address(std::string& out, const DebugUnit& unit, Cursor& cursor) const {
  const Operand operand = cursor.operand(unit.address_size);
  if (!cursor.ok()) return false;
  append_place(out += ' ', sections(), operand);
  return true;
}

bool DebugLists::expression(std::string& out, const DebugUnit& unit, Cursor& cursor, unsigned depth) const {
  if (depth == kDeepestExpression) return false;
  out += " {";
  while (cursor.ok() && !cursor.at_end()) {
    if (!operation(out, unit, cursor, depth)) return false;
  }
  out += '}';
  return cursor.ok();
}

bool DebugLists::operation(std::string& out, const DebugUnit& unit, Cursor& cursor, unsigned depth) const {
  const auto code = static_cast<unsigned>(cursor.number(1));
  append_number(out, code);
  out += ':';
  const auto numbers = [&](unsigned count) {
    while (count-- > 0) append_number(out, cursor.uleb());
    return cursor.ok();
  };
  const auto signed_number = [&] {
    out += ' ' + std::to_string(cursor.sleb());
    return cursor.ok();
  };
  const auto fixed = [&](unsigned width) {
    const Operand operand = cursor.operand(width);
    if (operand.relocation == nullptr) {
      append_number(out, operand.number);
    } else {
      append_address(out += ' ', sections(), operand);
    }
    return cursor.ok();
  };
  const auto block = [&](std::uint64_t length) {
    append_hex(out += ' ', cursor.block(length));
    return cursor.ok();
  };
  const auto unit_entry = [&](std::uint64_t offset, bool zero_is_generic) {
    if (zero_is_generic && offset == 0) {
      out += " generic";
    } else {
      entry(out, unit, unit.begin + offset);
    }
    return cursor.ok();
  };
  const auto section_entry = [&] {
    const auto offset = offset_in(sections(), cursor.operand(unit.offset_size), DebugPart::info);
    if (!offset || unit.part != DebugPart::info) return false;
    entry(out, unit, *offset);
    return cursor.ok();
  };
  const auto nested = [&] {
    Cursor inner = cursor;
    const std::uint64_t length = inner.uleb();
    if (!inner.ok()) return false;
    cursor.uleb();
    inner.limit(length);
    if (!expression(out, unit, inner, depth + 1)) return false;
    if (inner.position() != cursor.position() + length) return false;
    cursor.skip(length);
    return cursor.ok();
  };
  if (code >= 0x30 && code <= 0x6f) return true;             // literals and registers
  if (code >= 0x70 && code <= 0x8f) return signed_number();  // breg
  switch (code) {
    case 0x03:
      return operand_address(out, unit, cursor);
    case 0x08:
    case 0x09:
    case 0x15:
    case 0x94:
    case 0x95:
      return fixed(1);
    case 0x0a:
    case 0x0b:
    case 0x28:
    case 0x2f:
      return fixed(2);
    case 0x0c:
    case 0x0d:
      return fixed(4);
    case 0x0e:
    case 0x0f:
      return fixed(8);
    case 0x10:
    case 0x23:
    case 0x90:
    case 0x93:
      return numbers(1);
    case 0x11:
    case 0x91:
      return signed_number();
    case 0x92:
      return numbers(1) && signed_number();
    case 0x98:
      return unit_entry(cursor.number(2), false);
    case 0x99:
    case 0xfa:
      return unit_entry(cursor.number(4), false);
    case 0x9a:
    case 0xfd:
      return section_entry();
    case 0x9d:
      return numbers(2);
    case 0x9e:
      return block(cursor.uleb());
    case 0xa0:
    case 0xf2:
      return section_entry() && signed_number();
    case 0xa1:
    case 0xa2:
      return address(out, unit, cursor.uleb()) && cursor.ok();
    case 0xa3:
    case 0xf3:
      return nested();
    case 0xa4:
    case 0xf4:
      return unit_entry(cursor.uleb(), false) && block(cursor.number(1));
    case 0xa5:
    case 0xf5:
      return numbers(1) && unit_entry(cursor.uleb(), false);
    case 0xa6:
    case 0xa7:
    case 0xf6:
      return fixed(1) && unit_entry(cursor.uleb(), false);
    case 0xa8:
    case 0xa9:
    case 0xf7:
    case 0xf9:
      return unit_entry(cursor.uleb(), true);
    case 0x06:
    case 0x96:
    case 0x97:
    case 0x9b:
    case 0x9c:
    case 0x9f:
    case 0xe0:
    case 0xf0:
      return cursor.ok();
    default:
      return code >= 0x12 && code <= 0x2e && cursor.ok();
  }
}

// The kinds that both sorts of list have (DWARF 5, sections 7.25 and 7.29), by the numbers of location lists.
bool DebugLists::list_entry(std::string& out, const DebugUnit& unit, Cursor& cursor, unsigned kind) const {
  const auto indexed_address = [&] { return address(out, unit, cursor.uleb()); };
  const auto number = [&] {
    append_number(out, cursor.uleb());
    return cursor.ok();
  };
  append_number(out += " |", kind);
  switch (kind) {
    case 1:
      return indexed_address();
    case 2:
      return indexed_address() && indexed_address();
    case 3:
      return indexed_address() && number();
    case 4:
    case 9:
      return number() && number();
    case 5:
      return true;
    case 6:
      return operand_address(out, unit, cursor);
    case 7:
      return operand_address(out, unit, cursor) && operand_address(out, unit, cursor);
    case 8:
      return operand_address(out, unit, cursor) && number();
    default:
      return false;
  }
}

bool DebugLists::ranges(std::string& out, const DebugUnit& unit, const Operand& offset) const {
  const DebugPart part = unit.version >= 5 ? DebugPart::rnglists : DebugPart::ranges;
  const auto begin = offset_in(sections(), offset, part);
  if (!begin) return false;
  Cursor cursor(sections(), part, *begin, ~std::uint64_t{0}, marks_);
  while (cursor.ok()) {
    if (part == DebugPart::rnglists) {
      const auto kind = static_cast<unsigned>(cursor.number(1));
      if (kind == 0) break;
      // Numbered like location lists but for the default location.
      if (kind > 7 || !list_entry(out, unit, cursor, kind < 5 ? kind : kind + 1)) return false;
      continue;
    }
    const Operand from = cursor.operand(unit.address_size), to = cursor.operand(unit.address_size);
    if (from.number == 0 && to.number == 0 && from.relocation == nullptr && to.relocation == nullptr) break;
    append_address(out += " | ", sections(), from);
    append_address(out += ' ', sections(), to);
  }
  if (cursor.slack() != 0) append_number(out += " slack", cursor.slack());
  return cursor.ok();
}

bool DebugLists::locations(std::string& out, const DebugUnit& unit, const Operand& offset,
                           std::uint64_t& count) const {
  const DebugPart part = unit.version >= 5 ? DebugPart::loclists : DebugPart::loc;
  const auto begin = offset_in(sections(), offset, part);
  if (!begin) return false;
  Cursor cursor(sections(), part, *begin, ~std::uint64_t{0}, marks_);
  const std::uint64_t base = unit.address_size == 8 ? ~std::uint64_t{0} : 0xffffffff;
  while (cursor.ok()) {
    std::uint64_t length = 0;
    if (part == DebugPart::loclists) {
      const auto kind = static_cast<unsigned>(cursor.number(1));
      if (kind == 0) break;
      if (!list_entry(out, unit, cursor, kind)) return false;
      if (kind == 1 || kind == 6 || kind == 9) continue;
      length = cursor.uleb();
    } else {
      const Operand from = cursor.operand(unit.address_size), to = cursor.operand(unit.address_size);
      if (from.number == 0 && to.number == 0 && from.relocation == nullptr && to.relocation == nullptr) break;
      append_address(out += " | ", sections(), from);
      append_address(out += ' ', sections(), to);
      if (from.number == base && from.relocation == nullptr) continue;
      length = cursor.number(2);
    }
    ++count;
    Cursor inner = cursor;
    inner.limit(length);
    if (!inner.ok() || !expression(out, unit, inner)) return false;
    cursor.skip(length);
    if (inner.slack() != cursor.slack()) append_number(out += " slack", inner.slack() - cursor.slack());
  }
  if (cursor.slack() != 0) append_number(out += " slack", cursor.slack());
  return cursor.ok();
}

bool DebugLists::views(std::string& out, const DebugUnit& unit, const Operand& offset,
                       std::uint64_t count) const {
  const DebugPart part = unit.version >= 5 ? DebugPart::loclists : DebugPart::loc;
  const auto begin = offset_in(sections(), offset, part);
  if (!begin) return false;
  Cursor cursor(sections(), part, *begin, ~std::uint64_t{0}, marks_);
  for (std::uint64_t i = 0; cursor.ok() && i < 2 * count; ++i) append_number(out, cursor.uleb());
  if (cursor.slack() != 0) append_number(out += " slack", cursor.slack());
  return cursor.ok();
}

}  // namespace unrepro::elf
