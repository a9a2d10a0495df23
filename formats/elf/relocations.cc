// REL, RELA (gABI, "Relocation"), RELR (gABI draft, "Relative relocation table"), and tables of addresses.

#include <algorithm>
#include <vector>

#include "formats/elf/constants.h"
#include "formats/elf/rows.h"
#include "formats/value.h"

namespace unrepro::elf {
namespace {

// Types whose addend is an address of the file (processor supplements of the gABI).
bool is_relative(std::uint16_t machine, std::uint64_t type) {
  switch (machine) {
    case 62:  // x86-64: RELATIVE, IRELATIVE
      return type == 8 || type == 37;
    case 3:  // i386
      return type == 8 || type == 42;
    case 183:  // AArch64
      return type == 1027 || type == 1032;
    case 40:  // ARM
      return type == 23 || type == 160;
    case 243:  // RISC-V
      return type == 3 || type == 58;
    case 22:  // S/390
      return type == 12 || type == 61;
    case 20:  // PowerPC
    case 21:  // PowerPC64
      return type == 22 || type == 248;
    default:
      return false;
  }
}

std::string word_at(const File& file, std::uint64_t address) {
  const Bytes bytes = file.memory(address, file.word());
  return bytes.empty() ? "nothing" : file.address(file.read(bytes, 0, file.word()));
}

std::string signed_hex(std::int64_t value) {
  return value < 0 ? "-" + hex(0 - static_cast<std::uint64_t>(value))
                   : hex(static_cast<std::uint64_t>(value));
}

}  // namespace

std::unique_ptr<RowView> relocation_rows(const File& file, std::uint32_t index) {
  const bool addends = file.sections[index].type == kShtRela;
  const unsigned w = file.word();
  const std::uint64_t width = w * (addends ? 3u : 2u);
  const std::uint64_t count = file.content(index).size() / width;
  return make_rows(count, [&file, index, addends, w, width](std::uint64_t i, Row& row) {
    const Section& section = file.sections[index];
    const Bytes entry = file.content(index).subspan(i * width, width);
    const std::uint64_t offset = file.read(entry, 0, w), info = file.read(entry, w, w);
    const bool mips64 = file.machine == kEmMips && file.is64() && !file.big_endian();
    std::uint64_t symbol = file.is64() ? info >> 32 : info >> 8;
    std::uint64_t type = file.is64() ? info & 0xffffffff : info & 0xff;
    if (mips64) std::swap(symbol, type);
    row.span = {i * width, width};
    row.key = file.relocatable() ? file.label(section.info) + "+" + hex(offset) : file.address(offset);
    row.value = row.key + " type " + std::to_string(type);
    const bool relative = symbol == 0 && is_relative(file.machine, type);
    if (symbol != 0) row.value += " " + file.symbol_name(section.link, symbol);
    if (addends) {
      const std::uint64_t raw = file.read(entry, 2 * w, w);
      const auto addend = file.is64() ? static_cast<std::int64_t>(raw)
                                      : static_cast<std::int64_t>(static_cast<std::int32_t>(raw));
      row.value += relative ? " " + file.address(raw) : " + " + signed_hex(addend);
    } else if (relative) {
      row.value += " " + word_at(file, offset);
    }
  });
}

std::unique_ptr<RowView> relr_rows(const File& file, std::uint32_t index) {
  const unsigned w = file.word();
  // An even entry is an address; an odd one marks which of the words after the last address it covers.
  const auto next = std::make_shared<std::uint64_t>(0);
  return make_rows(file.content(index).size() / w, [&file, index, w, next](std::uint64_t i, Row& row) {
    const std::uint64_t entry = file.read(file.content(index), i * w, w);
    row.span = {i * w, w};
    if ((entry & 1) == 0) {
      row.key = file.address(entry);
      row.value = row.key + " " + word_at(file, entry);
      *next = entry + w;
      return;
    }
    row.key = "after " + file.address(*next - w);
    row.value = row.key;
    for (unsigned bit = 1; bit < 8 * w; ++bit) {
      if ((entry >> bit & 1) == 0) continue;
      const std::uint64_t at = *next + std::uint64_t{bit - 1} * w;
      row.value += " " + file.address(at) + " " + word_at(file, at);
    }
    *next += std::uint64_t{8 * w - 1} * w;
  });
}

std::unique_ptr<RowView> array_rows(const File& file, std::uint32_t index) {
  const unsigned w = file.word();
  return make_rows(file.content(index).size() / w, [&file, index, w](std::uint64_t i, Row& row) {
    row.span = {i * w, w};
    row.key = "entry";
    row.value = file.address(file.read(file.content(index), i * w, w));
    row.critical = true;
  });
}

}  // namespace unrepro::elf
