#pragma once
// Values of leaves, decoded on demand.

#include <cstdint>
#include <optional>
#include <string>

#include "formats/field.h"

namespace unrepro {

// A number as the encoding spells it. Empty when the bytes do not spell one. Fractions are kept in
// `nanoseconds`.
struct Number {
  std::int64_t value = 0;
  std::uint32_t nanoseconds = 0;
  bool operator==(const Number&) const = default;
};
// True when a writer would produce these bytes for the value: digits first, only padding after them, no sign,
// no stray characters. What is not canonical may hide data and is reported by decoders.
struct Spelling {
  std::optional<Number> number;
  bool canonical = false;
};
Spelling decode_number(Encoding encoding, Bytes bytes);

// The value of a leaf for people: numbers in their natural notation (octal for modes, ISO 8601 for
// timestamps), text escaped, long values cut at `limit` bytes with the length given.
std::string describe(const Tree& tree, FieldId field, std::size_t limit = 160);
// Escapes controls, invalid UTF-8 and bidirectional overrides; quotes nothing.
std::string escape(Bytes bytes, std::size_t limit = SIZE_MAX);
// ISO 8601, UTC, "2024-01-31T12:00:00Z"; the plain number when it is outside years 1 to 9999.
std::string format_instant(std::int64_t seconds, std::uint32_t nanoseconds = 0);

// 0x1f.
std::string hex(std::uint64_t value);

}  // namespace unrepro
