// A64 instructions as text for people, in which addresses are names. The ones that compilers write most are
// spelled as assemblers do (Arm ARM, C6); others stand as their number.

#include <algorithm>
#include <array>

#include "formats/elf/code.h"
#include "formats/elf/instruction_a64.h"
#include "formats/value.h"

namespace unrepro::elf {
namespace {

using a64::bits;

constexpr std::size_t kLongestName = 80;

std::string general(unsigned number, bool is_wide, bool is_stack = false) {
  if (number == 31) return is_stack ? "sp" : is_wide ? "xzr" : "wzr";
  return (is_wide ? "x" : "w") + std::to_string(number);
}

std::string signed_number(std::int64_t value) {
  return value < 0 ? "#-" + hex(0 - static_cast<std::uint64_t>(value))
                   : "#" + hex(static_cast<std::uint64_t>(value));
}

std::string branch(std::uint32_t word, const std::string& place) {
  static constexpr std::array kConditions = {"eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc",
                                             "hi", "ls", "ge", "lt", "gt", "le", "al", "nv"};
  const std::string tested = general(a64::first(word), bits(word, 31, 31) != 0);
  if ((word & 0x7c000000) == 0x14000000) return (bits(word, 31, 31) != 0 ? "bl " : "b ") + place;
  if ((word & 0xfe000000) == 0x54000000) return std::string("b.") + kConditions.at(word & 15) + " " + place;
  const std::string zero = bits(word, 24, 24) != 0 ? "nz " : "z ";
  if ((word & 0x7e000000) == 0x34000000) return "cb" + zero + tested + ", " + place;
  const unsigned number = bits(word, 31, 31) << 5 | bits(word, 23, 19);
  return "tb" + zero + tested + ", #" + std::to_string(number) + ", " + place;
}

// ADD, SUB, MOVZ and their like; empty for others.
std::string arithmetic(std::uint32_t word, const std::string& place) {
  const bool is_wide = bits(word, 31, 31) != 0, is_flagged = bits(word, 29, 29) != 0;
  const bool is_number = (word & 0x1f800000) == 0x11000000;
  const std::string operation =
      std::string(bits(word, 30, 30) != 0 ? "sub" : "add") + (is_flagged ? "s " : " ");
  const std::string to = general(a64::first(word), is_wide, is_number && !is_flagged);
  const std::string from = general(a64::base(word), is_wide, is_number);
  if (is_number) {
    const std::uint64_t number = std::uint64_t{bits(word, 21, 10)} << (bits(word, 22, 22) != 0 ? 12 : 0);
    const std::string value = place.empty() ? "#" + hex(number) : place;
    if (is_flagged && a64::first(word) == 31)
      return (bits(word, 30, 30) != 0 ? "cmp " : "cmn ") + from + ", " + value;
    return operation + to + ", " + from + ", " + value;
  }
  if ((word & 0x1f800000) == 0x12800000) {
    static constexpr std::array kMoves = {"movn ", "?", "movz ", "movk "};
    const unsigned shift = bits(word, 22, 21) * 16;
    return kMoves.at(bits(word, 30, 29)) + to + ", #" + hex(bits(word, 20, 5)) +
           (shift != 0 ? ", lsl #" + std::to_string(shift) : "");
  }
  const std::string other = general(a64::index(word), is_wide);
  if ((word & 0x7fe0ffe0) == 0x2a0003e0) return "mov " + to + ", " + other;
  if ((word & 0x1fe0fc00) == 0x0b000000) {
    if (is_flagged && a64::first(word) == 31)
      return (bits(word, 30, 30) != 0 ? "cmp " : "cmn ") + from + ", " + other;
    return operation + to + ", " + from + ", " + other;
  }
  return {};
}

// Loads and stores of general registers; empty for others.
std::string memory(std::uint32_t word, const a64::Instruction& instruction, const std::string& place) {
  static constexpr std::array kSizes = {"b", "h", "", ""};
  if (bits(word, 26, 26) != 0 || instruction.bytes == 0) return {};
  const bool is_pair = bits(word, 29, 27) == 5;
  const unsigned size = bits(word, 31, 30), kind = bits(word, 23, 22);
  const std::string from = general(a64::base(word), true, true);
  std::string address = "[" + from;
  if (!place.empty()) {
    address += ", " + place + "]";
  } else if (instruction.after != 0) {
    address += "], " + signed_number(instruction.after);
  } else if (instruction.before != 0) {
    address += ", " + signed_number(instruction.before) + "]!";
  } else {
    address += instruction.distance != 0 ? ", " + signed_number(instruction.distance) + "]" : "]";
  }
  if (is_pair) {
    const bool is_wide = size == 2;
    if (size == 1) return {};
    return std::string(bits(word, 22, 22) != 0 ? "ldp " : "stp ") + general(a64::first(word), is_wide) +
           ", " + general(a64::second(word), is_wide) + ", " + address;
  }
  if (kind == 2 && size == 3) return {};
  const bool is_wide = kind < 2 ? size == 3 : kind == 2;
  const std::string name = kind == 0 ? "str" : kind == 1 ? "ldr" : size == 2 ? "ldrsw" : "ldrs";
  return name + kSizes.at(size) + " " + general(a64::first(word), is_wide) + ", " + address;
}

std::string spell(std::uint32_t word, const std::string& place) {
  using Flow = a64::Flow;
  using Form = ImageReference::Form;
  const auto instruction = a64::decode(word);
  std::string text;
  if (!instruction || word == 0) return ".inst " + hex(word);
  switch (instruction->flow) {
    case Flow::jump:
    case Flow::branch:
    case Flow::call:
      return branch(word, place);
    case Flow::call_register:
      return "blr " + general(a64::base(word), true);
    case Flow::jump_register:
      return "br " + general(a64::base(word), true);
    case Flow::stop:
      return word == 0xd65f03c0 ? "ret" : ".inst " + hex(word);
    case Flow::next:
      break;
  }
  if (word == 0xd503201f) return "nop";
  if (instruction->form == Form::adr || instruction->form == Form::page)
    return (instruction->form == Form::adr ? "adr " : "adrp ") + general(a64::first(word), true) + ", " +
           place;
  text = memory(word, *instruction, place);
  if (text.empty()) text = arithmetic(word, place);
  if (!text.empty()) return text;
  return ".inst " + hex(word) + (place.empty() ? "" : " " + place);
}

}  // namespace

std::vector<ImageInstruction> list_a64(Bytes bytes, std::uint64_t address, std::size_t most,
                                       const std::vector<ImageReference>& references,
                                       const std::function<std::string(std::uint64_t)>& name) {
  std::vector<ImageInstruction> found;
  for (std::uint64_t at = 0; at + 4 <= bytes.size() && found.size() < most; at += 4) {
    const std::uint64_t here = address + at;
    std::uint32_t word = 0;
    for (unsigned i = 0; i < 4; ++i) word |= std::uint32_t{bytes[at + i]} << (8 * i);
    const auto reference =
        std::lower_bound(references.begin(), references.end(), here,
                         [](const ImageReference& r, std::uint64_t value) { return r.at < value; });
    std::string place;
    if (reference != references.end() && reference->at == here) {
      // Targets inside the run are told by their distance, which does not change when the run moves.
      const std::uint64_t target = reference->target;
      if (target - address >= bytes.size()) {
        place = name(target).substr(0, kLongestName);
      } else {
        place = target < here ? "-" + hex(here - target) : "+" + hex(target - here);
      }
    }
    found.push_back({here, spell(word, place)});
  }
  return found;
}

}  // namespace unrepro::elf
