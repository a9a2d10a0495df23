#include <algorithm>
#include <chrono>
#include <limits>

#include "formats/value.h"

namespace unrepro {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::size_t kFractionDigits = 9;

bool all_of(std::string_view text, char wanted) {
  return std::all_of(text.begin(), text.end(), [wanted](char c) { return c == wanted; });
}

std::size_t count_digits(std::string_view text, int base) {
  std::size_t count = 0;
  while (count < text.size() && text[count] >= '0' && text[count] < '0' + base) ++count;
  return count;
}

// Empty when the value does not fit.
std::optional<std::int64_t> parse_digits(std::string_view digits, int base) {
  std::int64_t value = 0;
  for (const char c : digits) {
    const std::int64_t digit = c - '0';
    if (value > (kMax - digit) / base) return std::nullopt;
    value = value * base + digit;
  }
  return value;
}

Spelling plain(std::optional<std::int64_t> value, bool canonical) {
  if (!value) return {};
  return {Number{.value = *value}, canonical};
}

// Writers agree on "digits, then a terminator", and differ in the fill before (zeros, blanks, none) and in
// the terminator (NUL, blank, blank NUL, NUL blank, or the rest of the field).
Spelling decode_octal(std::string_view text) {
  if (text.empty()) return {};
  if (all_of(text, '\0')) return plain(0, true);
  const std::size_t blanks = std::min(text.find_first_not_of(' '), text.size());
  const std::string_view rest = text.substr(blanks);
  const std::size_t length = count_digits(rest, 8);
  if (length == 0) return {};
  const std::string_view digits = rest.substr(0, length);
  const std::string_view after = rest.substr(length);
  const bool zero_filled = length > 1 && digits[0] == '0';
  const bool filled = zero_filled || blanks > 0;
  const bool terminated = all_of(after, '\0') || all_of(after, ' ') || after == std::string_view(" \0", 2) ||
                          after == std::string_view("\0 ", 2);
  const bool canonical = terminated && !(zero_filled && blanks > 0) && !(filled && after.size() > 2);
  return plain(parse_digits(digits, 8), canonical);
}

Spelling decode_decimal(std::string_view text) {
  const std::size_t blanks = std::min(text.find_first_not_of(' '), text.size());
  const std::string_view rest = text.substr(blanks);
  const std::size_t length = count_digits(rest, 10);
  if (length == 0) return {};
  const bool canonical = blanks == 0 && (length == 1 || rest[0] != '0') && all_of(rest.substr(length), ' ');
  return plain(parse_digits(rest.substr(0, length), 10), canonical);
}

// The value is rounded towards minus infinity, so that nanoseconds always count forwards.
Spelling decode_decimal_time(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t length = count_digits(text, 10);
  const auto whole = parse_digits(text.substr(0, length), 10);
  if (length == 0 || !whole) return {};
  std::string_view fraction = text.substr(length);
  bool canonical = length == 1 || text[0] != '0';
  if (!fraction.empty()) {
    if (fraction[0] != '.') return {};
    fraction.remove_prefix(1);
    if (count_digits(fraction, 10) != fraction.size()) return {};
    canonical = canonical && !fraction.empty() && fraction.size() <= kFractionDigits;
  }
  std::uint32_t nanoseconds = 0;
  for (std::size_t i = 0; i < kFractionDigits; ++i) {
    nanoseconds =
        nanoseconds * 10 + (i < fraction.size() ? static_cast<std::uint32_t>(fraction[i] - '0') : 0);
  }
  if (!negative) return {Number{*whole, nanoseconds}, canonical};
  if (*whole == 0 && nanoseconds == 0) canonical = false;
  if (nanoseconds == 0) return {Number{-*whole, 0}, canonical};
  return {Number{-*whole - 1, 1'000'000'000 - nanoseconds}, canonical};
}

// Two's complement, big-endian; the first byte is a marker (0x80 or 0xff) that carries the sign in bit 6.
// Other first bytes are read as high bits by some programs and not at all by others.
Spelling decode_base_256(Bytes bytes) {
  const bool negative = (bytes[0] & 0x40) != 0;
  std::int64_t value = (bytes[0] & 0x7f) - (negative ? 0x80 : 0);
  for (const std::uint8_t byte : bytes.subspan(1)) {
    if (value > kMax / 256 || value < kMin / 256) return {};
    value = value * 256 + byte;
  }
  return plain(value, bytes[0] == 0x80 || bytes[0] == 0xff);
}

Spelling decode_binary(Bytes bytes, std::size_t width, bool little) {
  if (bytes.size() != width) return {};
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value = value << 8 | bytes[little ? width - 1 - i : i];
  if (value > static_cast<std::uint64_t>(kMax)) return {};
  return plain(static_cast<std::int64_t>(value), true);
}

// Two 16-bit words (Microsoft, DosDateTimeToFileTime): 5 bits hour, 6 minute, 5 half seconds; 7 bits year
// since 1980, 4 month, 5 day.
Spelling decode_dos(Bytes bytes) {
  if (bytes.size() != 4) return {};
  const unsigned time = bytes[0] | unsigned{bytes[1]} << 8, date = bytes[2] | unsigned{bytes[3]} << 8;
  const unsigned hour = time >> 11, minute = time >> 5 & 63, half_second = time & 31;
  const std::chrono::year_month_day day{std::chrono::year{1980 + static_cast<int>(date >> 9)},
                                        std::chrono::month{date >> 5 & 15}, std::chrono::day{date & 31}};
  if (!day.ok() || hour > 23 || minute > 59 || half_second > 29) return {};
  const std::int64_t days = std::chrono::sys_days{day}.time_since_epoch().count();
  return plain(days * 86'400 + hour * 3600 + minute * 60 + half_second * 2, true);
}

Spelling decode_filetime(Bytes bytes) {
  constexpr std::int64_t kEpoch = 11'644'473'600;  // seconds from 1601 to 1970
  constexpr std::int64_t kTicks = 10'000'000;
  const Spelling ticks = decode_binary(bytes, 8, true);
  if (!ticks.number) return {};
  const std::int64_t value = ticks.number->value;
  return {Number{value / kTicks - kEpoch, static_cast<std::uint32_t>(value % kTicks * 100)}, true};
}

Spelling decode_signed(Bytes bytes) {
  Spelling spelling = decode_binary(bytes, 4, true);
  if (spelling.number) spelling.number->value = static_cast<std::int32_t>(spelling.number->value);
  return spelling;
}

}  // namespace

Spelling decode_number(Encoding encoding, Bytes bytes) {
  switch (encoding) {
    case Encoding::u8:
      return decode_binary(bytes, 1, true);
    case Encoding::u16le:
      return decode_binary(bytes, 2, true);
    case Encoding::u32le:
      return decode_binary(bytes, 4, true);
    case Encoding::u64le:
      return decode_binary(bytes, 8, true);
    case Encoding::i32le:
      return decode_signed(bytes);
    case Encoding::dos_date_time:
      return decode_dos(bytes);
    case Encoding::filetime:
      return decode_filetime(bytes);
    case Encoding::u16be:
      return decode_binary(bytes, 2, false);
    case Encoding::u32be:
      return decode_binary(bytes, 4, false);
    case Encoding::u64be:
      return decode_binary(bytes, 8, false);
    case Encoding::octal:
      return decode_octal(as_text(bytes));
    case Encoding::decimal:
      return decode_decimal(as_text(bytes));
    case Encoding::decimal_time:
      return decode_decimal_time(as_text(bytes));
    case Encoding::tar_number:
      if (!bytes.empty() && (bytes[0] & 0x80) != 0) return decode_base_256(bytes);
      return decode_octal(as_text(bytes));
    default:
      return {};
  }
}

}  // namespace unrepro
