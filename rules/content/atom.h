#pragma once
// The smallest pieces of a text that a cause may have put there.

#include <cstdint>
#include <string_view>
#include <vector>

namespace unrepro {

enum class AtomType : std::uint8_t {
  date,     // date.h
  path,     // absolute, at least one component: /build/frob-1.0/src/main.c
  url,      // scheme://…
  uuid,     // 8-4-4-4-12 hexadecimal digits
  address,  // 0x7f12345678ab
  number,   // digits, dots between them
  word,     // letters, digits, underscores, everything beyond ASCII
  blank,    // spaces and tabs
  other,    // one other byte
};

struct Atom {
  AtomType type = AtomType::other;
  std::size_t begin = 0;
  std::size_t length = 0;
};

// Tiles the text front to back. Linear.
std::vector<Atom> atoms(std::string_view text);

// [A-Za-z0-9._+~@%-]: what a component of a path may hold here. Others separate arguments and items of lists.
bool is_path_byte(char c);
bool is_uuid(std::string_view text);

}  // namespace unrepro
