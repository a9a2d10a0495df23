#include "analyzer/location.h"

#include <algorithm>
#include <optional>

#include "analyzer/printable.h"
#include "formats/utf8.h"

namespace unrepro {
namespace {

constexpr std::string_view kReserved = "%!#@";

void encode_byte(std::string& out, char c) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto byte = static_cast<std::uint8_t>(c);
  out += '%';
  out += kDigits[byte >> 4u];
  out += kDigits[byte & 15u];
}

bool is_plain(char c) { return c >= ' ' && c < 0x7f && kReserved.find(c) == kReserved.npos; }

void encode(std::string& out, std::string_view part) {
  while (!part.empty()) {
    if (is_plain(part[0])) {  // most of them
      out += part[0];
      part.remove_prefix(1);
      continue;
    }
    const std::size_t length = std::max<std::size_t>(decode_utf8(as_bytes(part)).length, 1);
    const std::string_view spelled = part.substr(0, length);
    const bool plain = kReserved.find(part[0]) == std::string_view::npos && printable(spelled) == spelled;
    for (const char c : spelled) {
      if (plain) {
        out += c;
      } else {
        encode_byte(out, c);
      }
    }
    part.remove_prefix(length);
  }
}

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return std::nullopt;
}

Result<Location> malformed(std::size_t position, std::string_view what) {
  return fail(Trouble::unsupported,
              "location, at byte " + std::to_string(position) + ": " + std::string(what));
}

}  // namespace

std::string Location::print() const {
  std::string out;
  bool first = true;
  for (const std::string& member : members) {
    if (!first) out += '!';
    first = false;
    encode(out, member);
  }
  if (!field.empty()) {
    out += '#';
    encode(out, field);
  }
  if (!offset.empty()) {
    out += '@';
    encode(out, offset);
  }
  return out;
}

Result<Location> Location::parse(std::string_view text) {
  Location location;
  location.members.emplace_back();
  std::string* part = &location.members.back();
  char section = '!';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      const auto high = i + 1 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
      const auto low = i + 2 < text.size() ? hex_digit(text[i + 2]) : std::nullopt;
      if (!high || !low) return malformed(i, "'%' needs two hexadecimal digits, 0-9 or A-F");
      part->push_back(static_cast<char>(*high << 4u | *low));
      i += 2;
    } else if (c == '!') {
      if (section != '!') return malformed(i, "a member cannot follow a field or an offset");
      part = &location.members.emplace_back();
    } else if (c == '#') {
      if (section != '!') return malformed(i, "only one field, before the offset, is allowed");
      section = '#';
      part = &location.field;
    } else if (c == '@') {
      if (section == '@') return malformed(i, "only one offset is allowed");
      section = '@';
      part = &location.offset;
    } else {
      if (section == '@' && (c < '0' || c > '9')) return malformed(i, "an offset is decimal");
      part->push_back(c);
    }
  }
  // One spelling a location: anything that print() would write in another way is refused.
  const std::string printed = location.print();
  if (printed != text) {
    const auto [at, ignored] = std::mismatch(text.begin(), text.end(), printed.begin(), printed.end());
    return malformed(static_cast<std::size_t>(at - text.begin()), "not as unrepro writes it");
  }
  return location;
}

}  // namespace unrepro
