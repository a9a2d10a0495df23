#include "formats/archive/tar_header.h"

#include <algorithm>
#include <cstring>

namespace unrepro {
namespace {

constexpr std::uint16_t kTailOffset = 345;
constexpr std::uint16_t kChecksumOffset = 148;

constexpr TarSlot kPrefix{"prefix", 345, 155, Kind::name, Encoding::nul_text};
constexpr TarSlot kPadding{"padding", 500, 12, Kind::padding, Encoding::bytes};

// The checksum as POSIX examples and GNU tar write it: six digits, NUL, blank.
bool usual_checksum(Bytes bytes) { return zero_filled(bytes.first(7)) && bytes[7] == ' '; }

// A printf-like template of the field; '_' stands for a blank and '0' for a NUL after the digits.
std::string number_template(Bytes bytes) {
  const std::string_view text = as_text(bytes);
  if (all_zero(bytes)) return "empty";
  const std::size_t blanks = std::min(text.find_first_not_of(' '), text.size());
  std::size_t end = blanks;
  while (end < text.size() && text[end] >= '0' && text[end] <= '7') ++end;
  const std::size_t after = text.size() - end;
  std::string result = "%";
  if (blanks > 0) {
    result += std::to_string(end);
  } else if (after <= 2) {
    result += "0" + std::to_string(end);
  }
  result += 'o';
  for (std::size_t i = end; i < text.size() && i < end + 3; ++i) result += text[i] == ' ' ? '_' : '0';
  if (after > 3) result += "...";
  return result;
}

bool sum_holds(Bytes block) {
  std::int64_t is_unsigned = 0;
  std::int64_t is_signed = 0;
  for (const std::uint8_t byte : block) {
    is_unsigned += byte;
    is_signed += static_cast<std::int8_t>(byte);
  }
  const Bytes field = block.subspan(kChecksumOffset, 8);
  for (const std::uint8_t byte : field) {
    is_unsigned += ' ' - byte;
    is_signed += ' ' - static_cast<std::int8_t>(byte);
  }
  const auto stored = decode_number(Encoding::octal, field).number;
  return stored && (stored->value == is_unsigned || stored->value == is_signed);
}

TarDialect find_dialect(Bytes block) {
  const std::string_view magic = as_text(block.subspan(257, 8));
  if (magic == std::string_view("ustar  \0", 8)) return TarDialect::gnu;
  if (magic.starts_with(std::string_view("ustar\0", 6))) {
    const bool star = as_text(block.subspan(508, 4)) == std::string_view("tar\0", 4) && block[475] == 0 &&
                      all_zero(block.subspan(500, 8));
    return star ? TarDialect::star : TarDialect::ustar;
  }
  return all_zero(as_bytes(magic)) ? TarDialect::v7 : TarDialect::odd;
}

}  // namespace

const std::array<TarSlot, kTarCommonSlots> kTarSlots = {{
    {"name", 0, 100, Kind::name, Encoding::nul_text},
    {"mode", 100, 8, Kind::mode, Encoding::tar_number},
    {"uid", 108, 8, Kind::uid, Encoding::tar_number},
    {"gid", 116, 8, Kind::gid, Encoding::tar_number},
    {"size", 124, 12, Kind::size, Encoding::tar_number},
    {"mtime", 136, 12, Kind::timestamp, Encoding::tar_number},
    {"chksum", 148, 8, Kind::checksum, Encoding::octal},
    {"typeflag", 156, 1, Kind::file_type, Encoding::bytes},
    {"linkname", 157, 100, Kind::link_target, Encoding::nul_text},
    {"magic", 257, 6, Kind::magic, Encoding::bytes},
    {"version", 263, 2, Kind::version, Encoding::bytes},
    {"uname", 265, 32, Kind::user_name, Encoding::nul_text},
    {"gname", 297, 32, Kind::group_name, Encoding::nul_text},
    {"devmajor", 329, 8, Kind::device, Encoding::tar_number},
    {"devminor", 337, 8, Kind::device, Encoding::tar_number},
}};

std::string TarHeader::dialect_text(bool pax) const {
  constexpr std::string_view kNames[] = {"v7", "ustar", "gnu", "star", "unknown"};
  if (pax && dialect_ == TarDialect::ustar) return "pax" + spelling();
  std::string text(kNames[static_cast<std::size_t>(dialect_)]);
  if (pax) text += " with pax";
  return text + spelling();
}

std::string_view tar_type_name(char type) {
  switch (type) {
    case '\0':
    case '0':
    case 'S':
      return "file";
    case '1':
      return "hardlink";
    case '2':
      return "symlink";
    case '3':
      return "char";
    case '4':
      return "block";
    case '5':
    case 'D':
      return "directory";
    case '6':
      return "fifo";
    case '7':
      return "contiguous";
    case 'V':
      return "volume label";
    case 'M':
      return "continuation";
    default:
      return "vendor";
  }
}

std::int64_t tar_type_bits(char type) {
  switch (type) {
    case '2':
      return 012;
    case '3':
      return 02;
    case '4':
      return 06;
    case '5':
    case 'D':
      return 04;
    case '6':
      return 01;
    default:
      return 010;
  }
}

std::string tar_time_text(Number time) {
  // Number rounds down; people and pax write the sign before the whole.
  const bool borrow = time.value < 0 && time.nanoseconds > 0;
  std::string text = borrow && time.value == -1 ? "-0" : std::to_string(borrow ? time.value + 1 : time.value);
  std::uint32_t fraction = borrow ? 1'000'000'000 - time.nanoseconds : time.nanoseconds;
  if (fraction == 0) return text;
  std::string digits = std::to_string(fraction);
  digits.insert(0, 9 - digits.size(), '0');
  while (digits.back() == '0') digits.pop_back();
  return text + "." + digits;
}

std::string_view until_nul(Bytes bytes) {
  const std::string_view text = as_text(bytes);
  return text.substr(0, text.find('\0'));
}

bool zero_after_nul(Bytes bytes) { return all_zero(bytes.subspan(until_nul(bytes).size())); }

bool all_zero(Bytes bytes) {
  if (bytes.empty()) return true;
  return bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

bool zero_filled(Bytes bytes) {
  return bytes.back() == 0 &&
         std::all_of(bytes.begin(), bytes.end() - 1, [](std::uint8_t c) { return c >= '0' && c <= '7'; });
}

TarHeader::TarHeader(Bytes block)
    : block_(block), dialect_(find_dialect(block)), checksum_holds_(sum_holds(block)) {
  gnu_area_ = dialect_ == TarDialect::gnu && !all_zero(block.subspan(kTailOffset));
}

std::string_view TarHeader::text(TarSlotId id) const { return until_nul(slot(id)); }

std::string_view TarHeader::prefix() const {
  switch (dialect_) {
    case TarDialect::ustar:
    case TarDialect::odd:
      return until_nul(block_.subspan(kPrefix.offset, kPrefix.length));
    case TarDialect::star:
      return until_nul(block_.subspan(kPrefix.offset, 131));
    default:
      return {};
  }
}

std::string TarHeader::path() const {
  const std::string_view front = prefix();
  std::string joined(front);
  if (!front.empty() && !front.ends_with('/')) joined += '/';
  return joined.append(text(kTarName));
}

std::vector<TarSlot> TarHeader::tail() const {
  switch (dialect_) {
    case TarDialect::gnu:
      if (!gnu_area_) return {{"padding", 345, 167, Kind::padding, Encoding::bytes}};
      return {{"atime", 345, 12, Kind::timestamp, Encoding::tar_number},
              {"ctime", 357, 12, Kind::timestamp, Encoding::tar_number},
              {"offset", 369, 12, Kind::offset, Encoding::tar_number},
              {"longnames", 381, 4, Kind::reserved, Encoding::bytes},
              {"unused", 385, 1, Kind::reserved, Encoding::bytes},
              {"sparse", 386, 96, Kind::data, Encoding::bytes},
              {"isextended", 482, 1, Kind::flags, Encoding::u8},
              {"realsize", 483, 12, Kind::size, Encoding::tar_number},
              {"padding", 495, 17, Kind::padding, Encoding::bytes}};
    case TarDialect::star:
      return {{"prefix", 345, 131, Kind::name, Encoding::nul_text},
              {"atime", 476, 12, Kind::timestamp, Encoding::tar_number},
              {"ctime", 488, 12, Kind::timestamp, Encoding::tar_number},
              {"padding", 500, 8, Kind::padding, Encoding::bytes},
              {"star_magic", 508, 4, Kind::magic, Encoding::bytes}};
    default:
      return {kPrefix, kPadding};
  }
}

std::string TarHeader::spelling() const {
  std::string result;
  const bool device = type() == '3' || type() == '4';
  for (const TarSlotId id :
       {kTarMode, kTarUid, kTarGid, kTarSize, kTarMtime, kTarChksum, kTarDevmajor, kTarDevminor}) {
    const Bytes bytes = slot(id);
    const bool is_device = id == kTarDevmajor || id == kTarDevminor;
    if ((bytes[0] & 0x80) != 0) continue;  // base 256, where the value demands it
    if (is_device && dialect_ == TarDialect::gnu && !device && all_zero(bytes)) continue;
    const bool zero_in_gnu = is_device && dialect_ == TarDialect::gnu && !device;
    if (id == kTarChksum ? usual_checksum(bytes) : !zero_in_gnu && zero_filled(bytes)) continue;
    result.append(" ").append(kTarSlots[id].key).append("=").append(number_template(bytes));
  }
  for (const TarSlot& field : tail()) {
    const Bytes bytes = block_.subspan(field.offset, field.length);
    const bool unused = all_zero(bytes) && (type() != 'S' || field.kind != Kind::size);
    if (field.encoding != Encoding::tar_number || unused || zero_filled(bytes) || (bytes[0] & 0x80) != 0)
      continue;
    result.append(" ").append(field.key).append("=").append(number_template(bytes));
  }
  const auto mode = number(kTarMode).number;
  if (mode && mode->value >> 12 != 0) result += " mode+type";
  if (type() == '\0') result += " typeflag=NUL";
  return result;
}

}  // namespace unrepro
