#include "formats/elf/dwarf_cursor.h"

#include <algorithm>
#include <bit>

#include "formats/elf/constants.h"
#include "formats/value.h"

namespace unrepro::elf {
namespace {

// Relocations that store the address of a symbol plus an addend (processor supplements of the gABI).
bool is_absolute(std::uint16_t machine, std::uint64_t type) {
  switch (machine) {
    case 62:  // x86-64
      return type == 1 || type == 10;
    case 3:  // i386
      return type == 1;
    case 183:  // AArch64
      return type == 257 || type == 258;
    case 40:  // ARM
      return type == 2;
    case 22:  // S/390
      return type == 4 || type == 22;
    case 20:  // PowerPC
    case 21:  // PowerPC64
      return type == 1 || type == 38;
    case 243:  // RISC-V
      return type == 1 || type == 2;
    default:
      return false;
  }
}

// The first relocation of a section at or after an offset.
auto first_relocation(const DebugSection& section, std::uint64_t offset) {
  return std::lower_bound(
      section.relocations.begin(), section.relocations.end(), offset,
      [](const DebugRelocation& item, std::uint64_t where) { return item.offset < where; });
}

}  // namespace

void Positions::add(std::uint64_t position) {
  const std::size_t word = position / 64;
  if (word >= bits_.size()) bits_.resize(std::max(word + 1, bits_.size() * 2));
  bits_[word] |= std::uint64_t{1} << (position % 64);
}

void Positions::finish() {
  std::uint64_t count = 0;
  for (const std::uint64_t word : bits_) {
    before_.push_back(count);
    count += static_cast<std::uint64_t>(std::popcount(word));
  }
}

std::optional<std::uint64_t> Positions::ordinal(std::uint64_t position) const {
  const std::uint64_t word = position / 64;
  if (word >= before_.size()) return std::nullopt;
  const std::uint64_t bit = std::uint64_t{1} << (position % 64);
  if ((bits_[word] & bit) == 0) return std::nullopt;
  return before_[word] + static_cast<std::uint64_t>(std::popcount(bits_[word] & (bit - 1)));
}

Cursor::Cursor(const DebugSections& sections, DebugPart part, std::uint64_t begin, std::uint64_t end,
               DebugMarks* marks)
    : sections_(&sections),
      section_(&sections[part]),
      part_(part),
      marks_(marks),
      at_(begin),
      end_(std::min<std::uint64_t>(end, section_->bytes.size())) {
  if (at_ > end_ || section_->index == 0) ok_ = false;
}

void Cursor::limit(std::uint64_t length) {
  if (length > end_ - at_) ok_ = false;
  if (ok_) end_ = at_ + length;
}

bool Cursor::take(std::uint64_t length) {
  if (!ok_ || length > end_ - at_) return ok_ = false;
  if (marks_ != nullptr) {
    marks_->work += length + 1;
    if (marks_->work > marks_->most_work) return ok_ = false;
    auto& read = marks_->read[static_cast<std::size_t>(part_)];
    for (std::uint64_t i = 0; !read.empty() && i < length; ++i) read[at_ + i] = true;
  }
  at_ += length;
  return true;
}

std::uint64_t Cursor::number(unsigned width) {
  return take(width) ? sections_->file->read(section_->bytes, at_ - width, width) : 0;
}

Operand Cursor::operand(unsigned width) {
  const std::uint64_t begin = at_;
  Operand found{.number = number(width)};
  const auto& all = section_->relocations;
  if (all.empty() || !ok_) return found;
  const auto at = first_relocation(*section_, begin);
  if (at == all.end() || at->offset != begin) return found;
  // Nobody reads bytes that a relocation replaces.
  if (section_->addends && found.number != 0) fail();
  found.relocation = &*at;
  found.section = section_;
  if (marks_ != nullptr) {
    marks_->applied[static_cast<std::size_t>(part_)][static_cast<std::size_t>(at - all.begin())] = true;
  }
  return found;
}

std::uint64_t Cursor::uleb() {
  std::uint64_t value = 0, length = 0;
  std::uint8_t byte = 0x80;
  for (unsigned shift = 0; ok_ && (byte & 0x80) != 0; shift += 7, ++length) {
    byte = static_cast<std::uint8_t>(number(1));
    if (shift > 63 || (shift == 63 && (byte & 0x7e) != 0)) fail();
    if (!ok_) return 0;
    value |= std::uint64_t{byte & 0x7fu} << shift;
  }
  const auto needed = std::max<std::uint64_t>(1, (static_cast<unsigned>(std::bit_width(value)) + 6) / 7);
  if (ok_) slack_ += length - needed;
  return value;
}

std::int64_t Cursor::sleb() {
  std::uint64_t value = 0, length = 0;
  std::uint8_t byte = 0x80;
  unsigned shift = 0;
  for (; ok_ && (byte & 0x80) != 0; shift += 7, ++length) {
    byte = static_cast<std::uint8_t>(number(1));
    if (shift > 63 || (shift == 63 && byte != 0 && byte != 0x7f)) fail();
    if (!ok_) return 0;
    value |= std::uint64_t{byte & 0x7fu} << shift;
  }
  if (shift < 64 && (byte & 0x40) != 0) value |= ~std::uint64_t{0} << shift;
  const auto result = static_cast<std::int64_t>(value);
  const auto magnitude = static_cast<std::uint64_t>(result < 0 ? ~result : result);
  if (ok_) slack_ += length - (static_cast<unsigned>(std::bit_width(magnitude)) / 7 + 1);
  return result;
}

Bytes Cursor::block(std::uint64_t length) {
  return take(length) ? section_->bytes.subspan(at_ - length, length) : Bytes{};
}

void Cursor::skip(std::uint64_t length) {
  if (!ok_ || length > end_ - at_) return fail();
  at_ += length;
}

std::string_view Cursor::string() {
  if (!ok_) return {};
  const std::string_view rest = as_text(section_->bytes).substr(at_, end_ - at_);
  const std::size_t length = rest.find('\0');
  if (length == rest.npos || !take(length + 1)) return ok_ = false, std::string_view();
  return rest.substr(0, length);
}

unsigned Cursor::unit() {
  std::uint64_t length = number(4);
  const bool wide = length == 0xffffffff;
  if (wide) length = number(8);
  if (!wide && length >= 0xfffffff0) fail();
  limit(length);
  return wide ? 8 : 4;
}

std::vector<const DebugRelocation*> Cursor::relocations(std::uint64_t length) {
  std::vector<const DebugRelocation*> found;
  const auto& all = section_->relocations;
  for (auto at = first_relocation(*section_, at_); at != all.end() && at->offset - at_ < length; ++at) {
    found.push_back(&*at);
    if (marks_ != nullptr) {
      marks_->applied[static_cast<std::size_t>(part_)][static_cast<std::size_t>(at - all.begin())] = true;
    }
  }
  return found;
}

std::optional<std::uint64_t> offset_in(const DebugSections& sections, const Operand& operand,
                                       DebugPart part) {
  if (operand.relocation == nullptr) return operand.number;
  const File& file = *sections.file;
  const DebugRelocation& relocation = *operand.relocation;
  if (relocation.symbol >= file.symbol_count(operand.section->symbols)) return std::nullopt;
  const Symbol symbol = file.symbol(operand.section->symbols, relocation.symbol);
  if (!is_absolute(file.machine, relocation.type) || symbol.shndx != sections[part].index ||
      sections[part].index == 0)
    return std::nullopt;
  const auto addend =
      operand.section->addends ? static_cast<std::uint64_t>(relocation.addend) : operand.number;
  return symbol.value + addend;
}

void append_address(std::string& out, const DebugSections& sections, const Operand& operand) {
  if (operand.relocation == nullptr) return append_quoted(out, sections.file->address(operand.number));
  const File& file = *sections.file;
  const DebugRelocation& relocation = *operand.relocation;
  const std::uint64_t addend = static_cast<std::uint64_t>(relocation.addend) + operand.number;
  const bool known = relocation.symbol < file.symbol_count(operand.section->symbols);
  const Symbol symbol = known ? file.symbol(operand.section->symbols, relocation.symbol) : Symbol{};
  // Nothing but this object defines a local symbol: the place is what it means.
  const bool is_place = (symbol.info >> 4) == 0 && symbol.shndx > 0 && symbol.shndx < file.sections.size() &&
                        (file.sections[symbol.shndx].flags & kShfAlloc) != 0 &&
                        (symbol.info & 15) != kSttTls && file.sections[symbol.shndx].size != 0;
  if (is_place) {
    append_quoted(out += '@', file.label(symbol.shndx) + "+" + hex(symbol.value + addend));
  } else {
    append_quoted(out, file.symbol_name(operand.section->symbols, relocation.symbol));
    out += '+' + hex(addend);
  }
  out += " type " + std::to_string(relocation.type);
}

void append_place(std::string& out, const DebugSections& sections, const Operand& operand) {
  if (operand.relocation == nullptr) out += '@';
  append_address(out, sections, operand);
}

void append_quoted(std::string& out, std::string_view text) {
  if (text.find('"') != text.npos) out += std::to_string(text.size()) + ':';
  out.append(1, '"').append(text).append(1, '"');
}

void append_hex(std::string& out, Bytes bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (const std::uint8_t byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

}  // namespace unrepro::elf
