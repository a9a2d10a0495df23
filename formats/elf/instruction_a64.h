#pragma once

#include <cstdint>
#include <optional>

#include "formats/image.h"

namespace unrepro::elf::a64 {

// Where an instruction goes on.
enum class Flow : std::uint8_t { next, jump, branch, call, call_register, jump_register, stop };

// What an A64 instruction does to the general registers x0 to x30, as far as it matters for finding addresses
// (Arm Architecture Reference Manual, C4 "A64 Instruction Set Encoding").
struct Instruction {
  Flow flow = Flow::next;
  ImageReference::Form form = ImageReference::Form::number;  // of the operand that may denote a place
  std::uint32_t reads = 0, writes = 0;                       // a bit for each register
  std::int64_t offset = 0;                                   // the operand, in bytes or pages
  std::uint8_t size = 0;                                     // log2 of the bytes that a load or store touches
  bool loads = false;      // a load of the first register from [base, index], of `size`
  bool is_signed = false;  // of such a load
  // Of a load or store at a fixed distance from its base: the distance, how many bytes, and by how much the
  // base changes before and after. Of what only moves the stack pointer: `after`.
  std::int64_t distance = 0, before = 0, after = 0;
  std::uint8_t bytes = 0;
  bool resets_stack = false;  // moves the stack pointer in another way
};

inline unsigned bits(std::uint32_t word, unsigned high, unsigned low) {
  return word >> low & ((2u << (high - low)) - 1);
}
inline unsigned first(std::uint32_t word) { return bits(word, 4, 0); }
inline unsigned base(std::uint32_t word) { return bits(word, 9, 5); }
inline unsigned index(std::uint32_t word) { return bits(word, 20, 16); }
inline unsigned second(std::uint32_t word) { return bits(word, 14, 10); }

// Empty for words that are no instruction, or one whose effect is not known here: the scalable extensions,
// memory tags, literal pools.
std::optional<Instruction> decode(std::uint32_t word);

}  // namespace unrepro::elf::a64
