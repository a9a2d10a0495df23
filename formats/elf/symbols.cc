// .symtab, .dynsym (gABI, "Symbol Table") and section groups.

#include <array>

#include "formats/elf/constants.h"
#include "formats/elf/rows.h"
#include "formats/value.h"

namespace unrepro::elf {
namespace {

std::string binding(unsigned bind) {
  static constexpr std::array<std::string_view, 3> kNames = {"LOCAL", "GLOBAL", "WEAK"};
  return bind < kNames.size() ? std::string(kNames[bind]) : "bind " + std::to_string(bind);
}

std::string symbol_type(unsigned type) {
  static constexpr std::array<std::string_view, 7> kNames = {"NOTYPE", "OBJECT", "FUNC", "SECTION",
                                                             "FILE",   "COMMON", "TLS"};
  return type < kNames.size() ? std::string(kNames[type]) : "type " + std::to_string(type);
}

// Where a symbol is: section and offset in it.
std::string place(const File& file, std::uint32_t table, std::uint64_t index, const Symbol& symbol) {
  std::uint32_t section = symbol.shndx;
  if (symbol.shndx == kShnXindex && table < file.extended.size() && file.extended[table] != 0) {
    section = static_cast<std::uint32_t>(file.read(file.content(file.extended[table]), index * 4, 4));
  } else if (symbol.shndx == 0) {
    return "UNDEF " + hex(symbol.value);
  } else if (symbol.shndx >= kShnLoreserve) {
    return (symbol.shndx == 0xfff1 ? "ABS " : "section " + hex(symbol.shndx) + " ") + hex(symbol.value);
  }
  const bool relative =
      section < file.sections.size() && !file.relocatable() && (symbol.info & 15) != kSttTls;
  const std::uint64_t base = relative ? file.sections[section].addr : 0;
  return file.label(section) + "+" + hex(symbol.value - base);
}

}  // namespace

std::unique_ptr<RowView> symbol_rows(const File& file, std::uint32_t table) {
  const bool linked_only = file.sections[table].type == kShtSymtab && !file.relocatable();
  return make_rows(file.symbol_count(table), [&file, table, linked_only](std::uint64_t i, Row& row) {
    const std::uint64_t width = file.is64() ? 24 : 16;
    const Symbol symbol = file.symbol(table, i);
    row.span = {i * width, width};
    row.effect = linked_only ? Effect::content : Effect::behaviour;
    row.kind = Kind::name;
    const auto name = file.string(file.sections[table].link, symbol.name);
    const bool plain_file = (symbol.info == kSttFile) && symbol.other == 0 && symbol.shndx == 0xfff1 &&
                            symbol.value == 0 && symbol.size == 0 && name;
    if (plain_file) {
      row.key = "FILE";
      row.value = *name;
      row.kind = Kind::path;
      row.effect = Effect::content;
      return;
    }
    row.key = name ? *name : std::string();
    row.value = name ? row.key : "name at " + hex(symbol.name);
    if (file.version_table != 0 && file.sections[file.version_table].link == table) {
      row.value = file.symbol_name(table, i);
      if (i == 0) row.value = "version " + hex(file.read(file.content(file.version_table), 0, 2));
    }
    row.value += " " + symbol_type(symbol.info & 15) + " " + binding(symbol.info >> 4) + " other " +
                 hex(symbol.other) + " size " + hex(symbol.size) + " in " + place(file, table, i, symbol);
  });
}

std::unique_ptr<RowView> group_rows(const File& file, std::uint32_t section) {
  return make_rows(file.content(section).size() / 4, [&file, section](std::uint64_t i, Row& row) {
    const auto word = static_cast<std::uint32_t>(file.read(file.content(section), i * 4, 4));
    row.span = {i * 4, 4};
    row.key = i == 0 ? "flags" : "member";
    row.value = i == 0 ? hex(word) : file.label(word);
  });
}

}  // namespace unrepro::elf
