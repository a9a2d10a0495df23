#include "formats/value.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "formats/utf8.h"

namespace unrepro {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

void append_hex(std::string& out, std::uint8_t byte) {
  out += kHexDigits[byte >> 4];
  out += kHexDigits[byte & 15];
}

void append_padded(std::string& out, std::int64_t value, std::size_t width) {
  const std::string digits = std::to_string(value);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

// ".25" for 250'000'000; nothing for zero.
void append_fraction(std::string& out, std::uint32_t nanoseconds) {
  if (nanoseconds == 0) return;
  out += '.';
  append_padded(out, nanoseconds, 9);
  while (out.back() == '0') out.pop_back();
}

// Code points that a terminal does not show, or that change how their neighbours are shown (Unicode
// Default_Ignorable_Code_Point, Bidi_Control, line separators). A difference in one of them must be visible.
bool deceptive(char32_t point) {
  struct Range {
    char32_t first, last;
  };
  static constexpr std::array<Range, 15> kRanges = {{{0xad, 0xad},
                                                     {0x34f, 0x34f},
                                                     {0x61c, 0x61c},
                                                     {0x115f, 0x1160},
                                                     {0x17b4, 0x17b5},
                                                     {0x180b, 0x180f},
                                                     {0x200b, 0x200f},
                                                     {0x2028, 0x202e},
                                                     {0x2060, 0x206f},
                                                     {0x3164, 0x3164},
                                                     {0xfe00, 0xfe0f},
                                                     {0xfeff, 0xfeff},
                                                     {0xffa0, 0xffa0},
                                                     {0xfff0, 0xfffb},
                                                     {0xe0000, 0xe0fff}}};
  return std::any_of(kRanges.begin(), kRanges.end(),
                     [=](const Range& range) { return point >= range.first && point <= range.last; });
}

void append_length(std::string& out, std::size_t length) {
  out += "… (";
  out += std::to_string(length);
  out += " bytes)";
}

std::string hex_digits(Bytes bytes, std::size_t limit) {
  std::string out = "0x";
  for (const std::uint8_t byte : bytes.first(std::min(bytes.size(), limit))) append_hex(out, byte);
  if (bytes.size() > limit) append_length(out, bytes.size());
  return out;
}

bool is_binary_number(Encoding encoding) { return encoding >= Encoding::u8 && encoding <= Encoding::u64be; }
bool is_number(Encoding encoding) { return encoding >= Encoding::u8 && encoding <= Encoding::tar_number; }

// Kinds whose numbers people know in hexadecimal.
bool is_hexadecimal(Kind kind) {
  switch (kind) {
    case Kind::magic:
    case Kind::flags:
    case Kind::checksum:
    case Kind::digest:
    case Kind::build_id:
    case Kind::identifier:
    case Kind::seed:
    case Kind::address:
    case Kind::reference:
      return true;
    default:
      return false;
  }
}

// Text as far as a person can read it: well-formed, without controls but white space.
bool is_readable(Bytes bytes) {
  return utf8_prefix(bytes) == bytes.size() &&
         std::none_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) {
           return byte == 0x7f || (byte < 0x20 && byte != '\n' && byte != '\t');
         });
}

// Kinds that are text by nature: damaged text is shown escaped, not as a row of digits.
bool is_textual(Kind kind, Encoding encoding) {
  if (encoding == Encoding::nul_text || is_number(encoding)) return !is_binary_number(encoding);
  switch (kind) {
    case Kind::user_name:
    case Kind::group_name:
    case Kind::path:
    case Kind::name:
    case Kind::link_target:
    case Kind::comment:
    case Kind::text:
    case Kind::script:
    case Kind::dependency:
    case Kind::search_path:
    case Kind::interpreter:
    case Kind::host:
    case Kind::version:
      return true;
    default:
      return false;
  }
}

std::string describe_number(Kind kind, Encoding encoding, const Number& number) {
  std::string out;
  if (kind == Kind::timestamp) {
    out = format_instant(number.value, number.nanoseconds);
    if (encoding == Encoding::dos_date_time) out.pop_back();  // no zone
    return out;
  }
  if (kind == Kind::mode && number.value >= 0) {
    std::string digits;
    for (auto rest = static_cast<std::uint64_t>(number.value); rest > 0; rest >>= 3) {
      digits.insert(digits.begin(), static_cast<char>('0' + (rest & 7)));
    }
    return out.append(digits.size() < 4 ? 4 - digits.size() : 1, '0').append(digits);
  }
  if (is_hexadecimal(kind) && is_binary_number(encoding)) {
    return hex(static_cast<std::uint64_t>(number.value));
  }
  out = std::to_string(number.value);
  append_fraction(out, number.nanoseconds);
  return out;
}

// The text before the first NUL, unless something hides behind it.
Bytes visible_text(Bytes bytes) {
  const auto end = std::find(bytes.begin(), bytes.end(), 0);
  const bool clean = std::all_of(end, bytes.end(), [](std::uint8_t byte) { return byte == 0; });
  return clean ? bytes.first(static_cast<std::size_t>(end - bytes.begin())) : bytes;
}

}  // namespace

std::string describe(const Tree& tree, FieldId field, std::size_t limit) {
  const Field& node = tree[field];
  if (node.inner()) return std::to_string(node.length) + " bytes";
  Bytes bytes = tree.bytes(field);
  if (is_number(node.encoding)) {
    const Spelling spelling = decode_number(node.encoding, bytes);
    if (spelling.number) {
      std::string out = describe_number(node.kind, node.encoding, *spelling.number);
      if (!spelling.canonical) out.append(", spelled \"").append(escape(bytes, limit)).append("\"");
      return out;
    }
  }
  if (node.encoding == Encoding::nul_text) bytes = visible_text(bytes);
  return is_textual(node.kind, node.encoding) || is_readable(bytes) ? escape(bytes, limit)
                                                                    : hex_digits(bytes, limit);
}

std::string escape(Bytes bytes, std::size_t limit) {
  std::string out;
  const auto plain = [](std::uint8_t byte) { return byte >= 0x20 && byte < 0x7f && byte != '\\'; };
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (plain(bytes[at]) && at < limit) {  // most text
      const auto rest = bytes.subspan(at, std::min(bytes.size(), limit) - at);
      const auto end = std::find_if_not(rest.begin(), rest.end(), plain);
      out += as_text(rest.first(static_cast<std::size_t>(end - rest.begin())));
      at += static_cast<std::size_t>(end - rest.begin());
      continue;
    }
    const CodePoint point = decode_utf8(bytes.subspan(at));
    const std::size_t length = std::max<std::size_t>(point.length, 1);
    if (length > limit - at) {
      append_length(out, bytes.size());
      break;
    }
    const Bytes spelled = bytes.subspan(at, length);
    at += length;
    const bool control = point.value < 0x20 || (point.value >= 0x7f && point.value < 0xa0);
    if (point.length == 0) {
      out += "\\x";
      append_hex(out, spelled[0]);
    } else if (point.value == '\\') {
      out += "\\\\";
    } else if (point.value == '\n') {
      out += "\\n";
    } else if (point.value == '\t') {
      out += "\\t";
    } else if (control) {
      for (const std::uint8_t byte : spelled) {
        out += "\\x";
        append_hex(out, byte);
      }
    } else if (deceptive(point.value)) {
      out += "\\u{" + hex(point.value).substr(2) + '}';
    } else {
      out += as_text(spelled);
    }
  }
  return out;
}

std::string format_instant(std::int64_t seconds, std::uint32_t nanoseconds) {
  constexpr std::int64_t kFirst = -62'135'596'800;  // 0001-01-01T00:00:00Z
  constexpr std::int64_t kLast = 253'402'300'799;   // 9999-12-31T23:59:59Z
  std::string out;
  if (seconds < kFirst || seconds > kLast) {
    if (seconds < 0 && nanoseconds > 0) {  // the sum -3 + 0.25 is written -2.75
      out += '-';
      out += std::to_string(-(seconds + 1));
      append_fraction(out, 1'000'000'000 - nanoseconds);
    } else {
      out += std::to_string(seconds);
      append_fraction(out, nanoseconds);
    }
    return out;
  }
  const std::chrono::sys_seconds instant{std::chrono::seconds{seconds}};
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date{day};
  const std::int64_t second = (instant - day).count();
  append_padded(out, static_cast<int>(date.year()), 4);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  append_padded(out, second / 3600, 2);
  out += ':';
  append_padded(out, second / 60 % 60, 2);
  out += ':';
  append_padded(out, second % 60, 2);
  append_fraction(out, nanoseconds);
  out += 'Z';
  return out;
}

std::string hex(std::uint64_t value) {
  char text[18];
  std::size_t at = sizeof text;
  do {
    text[--at] = kHexDigits[value & 15];
    value >>= 4;
  } while (value != 0);
  text[--at] = 'x';
  text[--at] = '0';
  return {text + at, sizeof text - at};
}

}  // namespace unrepro
