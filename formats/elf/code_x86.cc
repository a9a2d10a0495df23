// x86-64: what is relative to the instruction pointer is a reference, and nothing else is.

#include <Zydis/Zydis.h>

#include <algorithm>
#include <array>

#include "formats/elf/code.h"
#include "formats/elf/elf_file.h"
#include "formats/value.h"

namespace unrepro::elf {
namespace {

bool never_runs_on(const ZydisDecodedInstruction& instruction) {
  switch (instruction.mnemonic) {
    case ZYDIS_MNEMONIC_JMP:
    case ZYDIS_MNEMONIC_RET:
    case ZYDIS_MNEMONIC_UD2:
    case ZYDIS_MNEMONIC_HLT:
    case ZYDIS_MNEMONIC_INT3:
      return true;
    default:
      return false;
  }
}

// Whether a move of 64 bits holds a number that compilers write shorter unless the linker fills it in: code
// of the large model then has offsets among its constants.
bool is_large_model(const ZydisDecodedInstruction& instruction) {
  if (instruction.raw.imm[0].size != 64) return false;
  const auto value = static_cast<std::int64_t>(instruction.raw.imm[0].value.u);
  return value >= INT32_MIN && value <= INT64_C(0xffffffff);
}

class Reader {
 public:
  Reader(const ImageRegion& region, Code& code) : region_(region), code_(code) {
    ZydisDecoderInit(&decoder_, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
  }

  void run(const std::vector<ImageExtent>& functions) {
    std::vector<bool>& starts = code_.instructions.emplace_back(region_.size, false);
    auto function = functions.begin();
    for (std::uint64_t at = 0; at < region_.size;) {
      while (function != functions.end() && function->begin <= region_.address + at) ++function;
      ZydisDecodedInstruction instruction;
      ZydisDecoderContext context;
      if (!ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&decoder_, &context, region_.bytes.data() + at,
                                                      region_.size - at, &instruction))) {
        return refuse("no instruction", at);
      }
      const std::uint64_t next =
          function == functions.end() ? region_.size : function->begin - region_.address;
      if (next < at + instruction.length && is_zero(at, next)) {
        at = next;
        continue;
      }
      starts[at] = true;
      if (!take(instruction, context, at)) return;
      at += instruction.length;
    }
  }

 private:
  bool is_zero(std::uint64_t begin, std::uint64_t end) const {
    const Bytes bytes = region_.bytes.subspan(begin, end - begin);
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
  }

  void refuse(const char* what, std::uint64_t at) {
    if (code_.refusal.empty()) {
      code_.refusal = std::string(what) + " at " + region_.label + "+" + hex(at);
    }
  }

  bool take(const ZydisDecodedInstruction& instruction, const ZydisDecoderContext& context,
            std::uint64_t at) {
    const std::uint64_t address = region_.address + at, end = address + instruction.length;
    const auto& raw = instruction.raw;
    const bool has_modrm = (instruction.attributes & ZYDIS_ATTRIB_HAS_MODRM) != 0;
    if (has_modrm && raw.modrm.mod == 0 && raw.modrm.rm == 5) {
      if (instruction.address_width != 64 || raw.disp.size != 32)
        return refuse("an odd displacement", at), false;
      const std::uint64_t field = address + raw.disp.offset;
      const auto target = end + static_cast<std::uint64_t>(raw.disp.value);
      const bool taken = instruction.mnemonic == ZYDIS_MNEMONIC_LEA;
      const std::uint64_t size = taken ? 0 : accessed(instruction, context);
      std::uint8_t align = 1;
      if (taken) code_.taken.push_back(target);
      if (size > 0) {
        code_.accesses.push_back({target, target + size, true});
        while (align < size && align < 64 && target % (align * 2u) == 0)
          align = static_cast<std::uint8_t>(align * 2);
      }
      code_.references.push_back({.at = field, .target = target, .base = end - field, .align = align});
    }
    for (const auto& immediate : raw.imm) {
      if (immediate.size == 0 || !immediate.is_relative) continue;
      if (immediate.size != 8 && immediate.size != 32) return refuse("an odd branch", at), false;
      const std::uint64_t field = address + immediate.offset;
      const std::uint64_t target = end + static_cast<std::uint64_t>(immediate.value.s);
      code_.references.push_back({.at = field,
                                  .target = target,
                                  .base = end - field,
                                  .width = static_cast<std::uint8_t>(immediate.size / 8)});
    }
    if (is_large_model(instruction)) return refuse("an offset of the large code model", at), false;
    track_sums(instruction, address);
    return true;
  }

  // How many bytes at the fixed place the instruction touches.
  std::uint64_t accessed(const ZydisDecodedInstruction& instruction, const ZydisDecoderContext& context) {
    std::array<ZydisDecodedOperand, ZYDIS_MAX_OPERAND_COUNT> operands;
    if (!ZYAN_SUCCESS(ZydisDecoderDecodeOperands(&decoder_, &context, &instruction, operands.data(),
                                                 instruction.operand_count))) {
      return 0;
    }
    for (std::size_t i = 0; i < instruction.operand_count; ++i) {
      if (operands[i].type == ZYDIS_OPERAND_TYPE_MEMORY && operands[i].mem.base == ZYDIS_REGISTER_RIP) {
        return operands[i].size / 8;
      }
    }
    return 0;
  }

  // A jump through a register that was added to just before: by a table of offsets.
  void track_sums(const ZydisDecodedInstruction& instruction, std::uint64_t address) {
    const auto& raw = instruction.raw;
    const unsigned low = raw.modrm.rm | (raw.rex.B << 3), high = raw.modrm.reg | (raw.rex.R << 3);
    if (instruction.mnemonic == ZYDIS_MNEMONIC_ADD && instruction.operand_width == 64) {
      if (instruction.opcode == 0x01 && raw.modrm.mod == 3) sum_ = low;
      if (instruction.opcode == 0x03) sum_ = high;
    }
    // A pointer that is loaded replaces the sum.
    if (instruction.mnemonic == ZYDIS_MNEMONIC_MOV && instruction.opcode == 0x8b && sum_ == high)
      sum_ = kNone;
    const bool indirect = instruction.mnemonic == ZYDIS_MNEMONIC_JMP && instruction.opcode == 0xff;
    if (indirect && raw.modrm.mod == 3 && sum_ == low) code_.computed_jumps.push_back(address);
    if (never_runs_on(instruction)) sum_ = kNone;
  }

  static constexpr unsigned kNone = 99;
  const ImageRegion& region_;
  Code& code_;
  ZydisDecoder decoder_;
  unsigned sum_ = kNone;
};

}  // namespace

void read_x86_64(const ImageRegion& region, const std::vector<ImageExtent>& functions, Code& code) {
  Reader(region, code).run(functions);
}

}  // namespace unrepro::elf
