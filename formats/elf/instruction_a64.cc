#include "formats/elf/instruction_a64.h"

namespace unrepro::elf::a64 {
namespace {

using Form = ImageReference::Form;

std::uint32_t bit(unsigned number) { return number == 31 ? 0 : 1u << number; }

std::int64_t extend(std::uint32_t value, unsigned width) {
  const std::uint64_t sign = std::uint64_t{1} << (width - 1);
  return static_cast<std::int64_t>((value ^ sign) - sign);
}

// C4.1.86 "Data Processing -- Immediate".
std::optional<Instruction> immediate(std::uint32_t word) {
  Instruction found{.writes = bit(first(word))};
  const std::uint32_t from = bit(base(word));
  switch (bits(word, 25, 23)) {
    case 0:
    case 1:  // ADR, ADRP
      found.form = bits(word, 31, 31) != 0 ? Form::page : Form::adr;
      found.offset = extend(bits(word, 23, 5) << 2 | bits(word, 30, 29), 21);
      return found;
    case 2:  // ADD, SUB: of 64 bits, without shift and flags
      if ((word & 0xffc00000) == 0x91000000) found.form = Form::low12;
      found.offset = bits(word, 21, 10);
      found.reads = from;
      if (first(word) == 31 && bits(word, 29, 29) == 0) {
        const std::int64_t change = found.offset << (bits(word, 22, 22) != 0 ? 12 : 0);
        found.after = bits(word, 30, 30) != 0 ? -change : change;
        found.resets_stack = base(word) != 31;
      }
      return found;
    case 5:  // MOVN, MOVZ, MOVK
      if (bits(word, 30, 29) == 3) found.reads = bit(first(word));
      return found;
    case 6:  // SBFM, BFM, UBFM
      found.reads = from | (bits(word, 30, 29) == 1 ? bit(first(word)) : 0);
      return found;
    case 7:  // EXTR
      found.reads = from | bit(index(word));
      return found;
    default:
      found.reads = from;
      found.resets_stack = first(word) == 31 && bits(word, 30, 29) != 3;
      return found;
  }
}

// C4.1.87 "Branches, Exception Generating and System instructions".
std::optional<Instruction> branch(std::uint32_t word) {
  Instruction found;
  if ((word & 0x7c000000) == 0x14000000) {
    found.flow = bits(word, 31, 31) != 0 ? Flow::call : Flow::jump;
    if (found.flow == Flow::call) found.writes = bit(30);
    found.form = Form::branch26;
    found.offset = extend(bits(word, 25, 0), 26) * 4;
    return found;
  }
  if ((word & 0x7e000000) == 0x34000000 || (word & 0xfe000000) == 0x54000000) {
    found.flow = Flow::branch;
    found.form = Form::branch19;
    found.offset = extend(bits(word, 23, 5), 19) * 4;
    if (bits(word, 30, 30) == 0) found.reads = bit(first(word));
    return found;
  }
  if ((word & 0x7e000000) == 0x36000000) {
    found.flow = Flow::branch;
    found.form = Form::branch14;
    found.offset = extend(bits(word, 18, 5), 14) * 4;
    found.reads = bit(first(word));
    return found;
  }
  if ((word & 0xff000000) == 0xd4000000) {
    const unsigned kind = bits(word, 23, 21);
    if (kind > 2) return std::nullopt;
    if (kind > 0) found.flow = Flow::stop;  // BRK, HLT
    return found;
  }
  if ((word & 0xffc00000) == 0xd5000000) {
    const unsigned group = bits(word, 20, 19), row = bits(word, 15, 12);
    if (bits(word, 21, 21) != 0) {
      found.writes = bit(first(word));
    } else if (group != 0 || row == 1) {
      found.reads = bit(first(word));
    } else if (row == 2 && bits(word, 11, 8) == 1) {  // pointer authentication of x17 by x16
      found.reads = bit(16) | bit(17);
      found.writes = bit(17);
    }
    return found;
  }
  if ((word & 0xfe000000) == 0xd6000000 && bits(word, 20, 16) == 31) {
    const unsigned kind = bits(word, 24, 21);
    found.reads = bit(base(word));
    if (bits(word, 11, 11) != 0 && kind >= 8) found.reads |= bit(first(word));
    switch (kind) {
      case 0:
      case 8:
        found.flow = Flow::jump_register;
        return found;
      case 1:
      case 9:
        found.flow = Flow::call_register;
        found.writes = bit(30);
        return found;
      case 2:
      case 4:
        found.flow = Flow::stop;
        return found;
      default:
        return std::nullopt;
    }
  }
  return std::nullopt;
}

// C4.1.88 "Loads and Stores": what the first register is to a load or store by its opc and size.
void transfer(std::uint32_t word, Instruction& found) {
  if (bits(word, 26, 26) != 0) return;
  const unsigned kind = bits(word, 23, 22);
  if (kind == 0) {
    found.reads |= bit(first(word));
  } else if (kind != 2 || found.size != 3) {  // not PRFM
    found.writes |= bit(first(word));
  }
}

// The address of a load or store: the base plus an offset, which may change the base after it (1) or before
// (3).
void place(std::uint32_t word, unsigned mode, std::int64_t offset, unsigned size, Instruction& found) {
  if (mode == 1 || mode == 3) found.writes |= bit(base(word));
  found.bytes = static_cast<std::uint8_t>(size);
  (mode == 1 ? found.after : mode == 3 ? found.before : found.distance) = offset;
}

std::optional<Instruction> exclusive(std::uint32_t word) {
  Instruction found{.reads = bit(base(word))};
  const std::uint32_t value = bit(first(word)), other = bit(second(word)), status = bit(index(word));
  const bool is_load = bits(word, 22, 22) != 0;
  switch (bits(word, 23, 23) << 1 | bits(word, 21, 21)) {
    case 0:  // STXR, LDXR
      if (is_load) {
        found.writes = value;
      } else {
        found.reads |= value;
        found.writes = status;
      }
      return found;
    case 1:
      if (bits(word, 31, 31) == 0) {  // CASP
        const std::uint32_t pair = status | bit((index(word) + 1) % 32);
        found.reads |= pair | value | bit((first(word) + 1) % 32);
        found.writes = pair;
      } else if (is_load) {
        found.writes = value | other;
      } else {
        found.reads |= value | other;
        found.writes = status;
      }
      return found;
    case 2:  // STLR, LDAR
      (is_load ? found.writes : found.reads) |= value;
      return found;
    default:  // CAS
      found.reads |= value | status;
      found.writes = status;
      return found;
  }
}

std::optional<Instruction> memory(std::uint32_t word) {
  const bool is_vector = bits(word, 26, 26) != 0;
  const std::uint32_t from = bit(base(word));
  const unsigned mode = bits(word, 11, 10), part = bits(word, 25, 24);
  Instruction found{.reads = from, .size = static_cast<std::uint8_t>(bits(word, 31, 30))};
  if (is_vector && bits(word, 23, 23) != 0) found.size = static_cast<std::uint8_t>(found.size | 4);
  switch (bits(word, 29, 27)) {
    case 1:
      if (!is_vector) return part == 0 ? exclusive(word) : std::nullopt;
      if (bits(word, 31, 31) != 0) return std::nullopt;
      if (bits(word, 23, 23) != 0) {
        found.writes = from;
        found.reads |= bit(index(word));
        found.resets_stack = base(word) == 31;
      }
      return found;
    case 3:
      if (is_vector || part != 1 || bits(word, 21, 21) != 0 || mode != 0) return std::nullopt;
      transfer(word, found);  // STLUR, LDAPUR
      return found;
    case 5: {
      const std::uint32_t pair = is_vector ? 0 : bit(first(word)) | bit(second(word));
      if (bits(word, 22, 22) != 0) {
        found.writes = pair;
      } else {
        if (!is_vector && found.size == 1) return std::nullopt;  // STGP
        found.reads |= pair;
      }
      const unsigned unit = is_vector ? 2 + bits(word, 31, 30) : 2 + bits(word, 31, 31);
      place(word, bits(word, 24, 23), extend(bits(word, 21, 15), 7) << unit, 2u << unit, found);
      return found;
    }
    default:
      break;
  }
  if (part == 1) {
    found.form = Form::low12;
    found.offset = std::int64_t{bits(word, 21, 10)} << found.size;
    place(word, 0, found.offset, 1u << found.size, found);
  } else if (part != 0) {
    return std::nullopt;
  } else if (bits(word, 21, 21) == 0) {
    place(word, mode == 2 ? 0 : mode, extend(bits(word, 20, 12), 9), 1u << found.size, found);
  } else if (mode == 0) {  // LDADD and others
    if (is_vector) return std::nullopt;
    found.reads |= bit(index(word));
    found.writes = bit(first(word));
    return found;
  } else if (mode == 2) {
    found.reads |= bit(index(word));
    found.loads = !is_vector && bits(word, 23, 22) != 0;
    found.is_signed = bits(word, 23, 23) != 0;
  } else {  // LDRAA, LDRAB
    if (is_vector || found.size != 3) return std::nullopt;
    found.writes = bit(first(word)) | (mode == 3 ? from : 0);
    found.resets_stack = mode == 3 && base(word) == 31;
    return found;
  }
  transfer(word, found);
  return found;
}

// C4.1.89 "Data Processing -- Register".
std::optional<Instruction> registers(std::uint32_t word) {
  const std::uint32_t to = bit(first(word)), a = bit(base(word)), b = bit(index(word));
  Instruction found{.reads = a | b, .writes = to};
  if (bits(word, 28, 28) == 0) {  // ADD and SUB of an extended register may write the stack pointer
    found.resets_stack =
        first(word) == 31 && bits(word, 24, 24) != 0 && bits(word, 21, 21) != 0 && bits(word, 29, 29) == 0;
    return found;
  }
  switch (bits(word, 24, 21)) {
    case 0:
      if (bits(word, 14, 10) != 0) return Instruction{.reads = a};  // RMIF, SETF
      return found;
    case 2:  // CCMP
      return Instruction{.reads = a | (bits(word, 11, 11) != 0 ? 0 : b)};
    case 4:
      return found;
    case 6:
      if (bits(word, 30, 30) == 0) return found;
      found.reads = a | (index(word) != 0 ? to : 0);
      return found;
    default:
      if (bits(word, 24, 24) == 0) return std::nullopt;
      found.reads |= bit(second(word));
      return found;
  }
}

// C4.1.90 "Data Processing -- Scalar Floating-Point and Advanced SIMD".
Instruction vectors(std::uint32_t word) {
  Instruction found;
  const unsigned kind = bits(word, 18, 16);
  const bool converts = (word & 0x7f20fc00) == 0x1e200000, fixed = (word & 0x7f200000) == 0x1e000000;
  if (converts || fixed) {
    const bool to_vector = kind == 2 || kind == 3 || kind == 7;
    (to_vector ? found.reads : found.writes) = bit(to_vector ? base(word) : first(word));
  } else if ((word & 0xbfe08400) == 0x0e000400) {
    const unsigned operation = bits(word, 14, 11);
    if (operation == 1 || operation == 3) found.reads = bit(base(word));    // DUP, INS
    if (operation == 5 || operation == 7) found.writes = bit(first(word));  // SMOV, UMOV
  }
  return found;
}

}  // namespace

std::optional<Instruction> decode(std::uint32_t word) {
  if (word == 0) return Instruction{.flow = Flow::stop};  // UDF, with which linkers fill
  switch (bits(word, 28, 25)) {
    case 8:
    case 9:
      return immediate(word);
    case 10:
    case 11:
      return branch(word);
    case 4:
    case 6:
    case 12:
    case 14:
      return memory(word);
    case 5:
    case 13:
      return registers(word);
    case 7:
    case 15:
      return vectors(word);
    default:
      return std::nullopt;
  }
}

}  // namespace unrepro::elf::a64
