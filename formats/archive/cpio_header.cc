#include "formats/archive/cpio_header.h"

#include <algorithm>

#include "formats/ascii.h"

namespace unrepro {
namespace {

constexpr std::uint64_t kLongestName = 4096;  // Linux skips members with longer ones

constexpr std::array<CpioSlot, 14> kNewc = {{{kCpioMagic, 6},
                                             {kCpioIno, 8},
                                             {kCpioMode, 8},
                                             {kCpioUid, 8},
                                             {kCpioGid, 8},
                                             {kCpioNlink, 8},
                                             {kCpioMtime, 8},
                                             {kCpioFilesize, 8},
                                             {kCpioDevmajor, 8},
                                             {kCpioDevminor, 8},
                                             {kCpioRdevmajor, 8},
                                             {kCpioRdevminor, 8},
                                             {kCpioNamesize, 8},
                                             {kCpioCheck, 8}}};
constexpr std::array<CpioSlot, 11> kOdc = {{{kCpioMagic, 6},
                                            {kCpioDevmajor, 6},
                                            {kCpioIno, 6},
                                            {kCpioMode, 6},
                                            {kCpioUid, 6},
                                            {kCpioGid, 6},
                                            {kCpioNlink, 6},
                                            {kCpioRdevmajor, 6},
                                            {kCpioMtime, 11},
                                            {kCpioNamesize, 6},
                                            {kCpioFilesize, 11}}};
constexpr std::array<CpioSlot, 11> kBinary = {{{kCpioMagic, 2},
                                               {kCpioDevmajor, 2},
                                               {kCpioIno, 2},
                                               {kCpioMode, 2},
                                               {kCpioUid, 2},
                                               {kCpioGid, 2},
                                               {kCpioNlink, 2},
                                               {kCpioRdevmajor, 2},
                                               {kCpioMtime, 4},
                                               {kCpioNamesize, 2},
                                               {kCpioFilesize, 4}}};

// Bytes that fill up to a multiple: newc and crc align name and data to 4, binary to 2.
std::uint64_t alignment(CpioDialect dialect) {
  switch (dialect) {
    case CpioDialect::newc:
    case CpioDialect::crc:
      return 4;
    case CpioDialect::odc:
      return 1;
    default:
      return 2;
  }
}

struct HexCase {
  bool lower = false, upper = false;
};

std::optional<std::uint64_t> hexadecimal(Bytes bytes, HexCase& letters) {
  std::uint64_t value = 0;
  for (const char c : as_text(bytes)) {
    const bool upper = c >= 'A' && c <= 'F';
    if (!upper && !ascii::is_lower_hex(c)) return std::nullopt;
    letters.upper |= upper;
    letters.lower |= !upper && !ascii::is_digit(c);
    const int digit = ascii::is_digit(c) ? c - '0' : ascii::to_lower(c) - 'a' + 10;
    value = value << 4 | static_cast<unsigned>(digit);
  }
  return value;
}

// 32-bit numbers are two words, the high one first in either byte order.
std::uint64_t binary(Bytes bytes, bool little) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    const unsigned word = little ? bytes[i] | bytes[i + 1] << 8 : bytes[i] << 8 | bytes[i + 1];
    value = value << 16 | word;
  }
  return value;
}

std::optional<std::uint64_t> number(CpioDialect dialect, Bytes bytes, HexCase& letters) {
  switch (dialect) {
    case CpioDialect::newc:
    case CpioDialect::crc:
      return hexadecimal(bytes, letters);
    case CpioDialect::odc:
      return ascii::parse_number(as_text(bytes), 8);
    default:
      return binary(bytes, dialect == CpioDialect::binary_le);
  }
}

// Places name and data, cut at the end of the archive.
void place(CpioMember& member, Bytes archive, std::uint64_t name_begin) {
  const auto fits = [&](std::uint64_t at, std::uint64_t length, std::string_view what) {
    const std::uint64_t room = archive.size() - at;
    if (length > room) {
      member.problems.push_back("the archive ends within " + std::string(what) + " at offset " +
                                std::to_string(at) + ", of " + std::to_string(length) + " bytes only " +
                                std::to_string(room) + " are there");
    }
    return std::min(length, room);
  };
  // All lengths are below 2^33, offsets below 2^63.
  const std::uint64_t align = alignment(member.dialect);
  const auto fill = [&](std::uint64_t at) { return (align - at % align) % align; };
  const std::uint64_t stated = member.numbers[kCpioNamesize];
  member.name_length = fits(name_begin, stated, "a name");
  const std::string_view name = as_text(archive.subspan(name_begin, member.name_length));
  member.path = name.substr(0, name.find('\0'));
  if (stated == 0 || stated > kLongestName || member.path.size() + 1 != stated) {
    member.problems.push_back("the name at offset " + std::to_string(name_begin) + " is not " +
                              std::to_string(stated) + " bytes with one NUL at their end");
  }
  const std::uint64_t name_end = name_begin + member.name_length;
  member.name_padding = fits(name_end, fill(name_end), "padding");
  member.data_begin = name_end + member.name_padding;
  member.data_length = fits(member.data_begin, member.numbers[kCpioFilesize], "data");
  const std::uint64_t data_end = member.data_begin + member.data_length;
  member.data_padding = fits(data_end, fill(data_end), "padding");
}

}  // namespace

std::string_view CpioMember::type() const {
  switch (type_bits()) {
    case 001:
      return "fifo";
    case 002:
      return "char";
    case 004:
      return "directory";
    case 006:
      return "block";
    case 010:
      return "file";
    case 012:
      return "symlink";
    case 014:
      return "socket";
    default:
      return "unknown";
  }
}

std::string CpioMember::dialect_text() const {
  static constexpr std::array<std::string_view, 5> kNames = {"newc", "crc", "odc", "binary, little-endian",
                                                             "binary, big-endian"};
  std::string text(kNames[static_cast<std::size_t>(dialect)]);
  return hex_case.empty() ? text : text.append(", ").append(hex_case);
}

std::span<const CpioSlot> cpio_slots(CpioDialect dialect) {
  switch (dialect) {
    case CpioDialect::newc:
    case CpioDialect::crc:
      return kNewc;
    case CpioDialect::odc:
      return kOdc;
    default:
      return kBinary;
  }
}

std::string_view cpio_slot_key(CpioSlotId id) {
  static constexpr std::array<std::string_view, kCpioSlots> kKeys = {
      "magic",    "ino",      "mode",     "uid",       "gid",       "nlink",    "mtime",
      "filesize", "devmajor", "devminor", "rdevmajor", "rdevminor", "namesize", "check"};
  return kKeys[id];
}

Kind cpio_slot_kind(CpioSlotId id) {
  static constexpr std::array<Kind, kCpioSlots> kKinds = {
      Kind::magic, Kind::inode, Kind::mode,  Kind::uid,    Kind::gid,    Kind::inode, Kind::timestamp,
      Kind::size,  Kind::inode, Kind::inode, Kind::device, Kind::device, Kind::size,  Kind::checksum};
  return kKinds[id];
}

std::optional<CpioDialect> cpio_dialect(Bytes bytes) {
  const std::string_view text = as_text(bytes);
  if (text.starts_with("070701")) return CpioDialect::newc;
  if (text.starts_with("070702")) return CpioDialect::crc;
  if (text.starts_with("070707")) return CpioDialect::odc;
  if (text.starts_with("\xc7\x71")) return CpioDialect::binary_le;
  if (text.starts_with("\x71\xc7")) return CpioDialect::binary_be;
  return std::nullopt;
}

std::optional<CpioMember> read_cpio_member(Bytes archive, std::uint64_t at) {
  const Bytes rest = archive.subspan(at);
  const auto dialect = cpio_dialect(rest);
  if (!dialect) return std::nullopt;
  CpioMember member;
  member.dialect = *dialect;
  HexCase letters;
  std::uint64_t length = 0;
  for (const CpioSlot& slot : cpio_slots(*dialect)) {
    if (rest.size() - length < slot.length) return std::nullopt;
    const auto value = number(*dialect, rest.subspan(length, slot.length), letters);
    if (!value) return std::nullopt;
    member.numbers[slot.id] = *value;
    length += slot.length;
  }
  if (letters.lower) member.hex_case = letters.upper ? "mixed" : "lower";
  place(member, archive, at + length);
  return member;
}

bool cpio_may_begin(Bytes archive, std::uint64_t at) {
  const auto dialect = cpio_dialect(archive.subspan(at));
  return dialect && at % alignment(*dialect) == 0;
}

}  // namespace unrepro
