// x86-64 instructions as text for people, in which addresses are names.

#include <Zydis/Zydis.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "formats/elf/code.h"
#include "formats/elf/elf_file.h"
#include "formats/value.h"

namespace unrepro::elf {
namespace {

constexpr std::size_t kLongestName = 80;

struct Listing {
  ImageExtent run;
  std::uint64_t address = 0;  // of the instruction
  const std::function<std::string(std::uint64_t)>* name = nullptr;
};

// Targets inside the run are told by their distance, which does not change when the run moves.
ZyanStatus print_address(const ZydisFormatter*, ZydisFormatterBuffer* buffer,
                         ZydisFormatterContext* context) {
  const auto& listing = *static_cast<const Listing*>(context->user_data);
  ZyanU64 target = 0;
  ZYAN_CHECK(
      ZydisCalcAbsoluteAddress(context->instruction, context->operand, context->runtime_address, &target));
  std::string text;
  if (target >= listing.run.begin && target < listing.run.end) {
    text =
        target < listing.address ? "-" + hex(listing.address - target) : "+" + hex(target - listing.address);
  } else {
    text = (*listing.name)(target).substr(0, kLongestName);
  }
  ZyanString* out = nullptr;
  ZYAN_CHECK(ZydisFormatterBufferAppend(buffer, ZYDIS_TOKEN_SYMBOL));
  ZYAN_CHECK(ZydisFormatterBufferGetString(buffer, &out));
  ZyanStringView view;
  ZYAN_CHECK(ZyanStringViewInsideBuffer(&view, text.c_str()));
  return ZyanStringAppend(out, &view);
}

}  // namespace

std::vector<ImageInstruction> list_x86_64(Bytes bytes, std::uint64_t address, std::size_t most,
                                          const std::function<std::string(std::uint64_t)>& name) {
  ZydisDecoder decoder;
  ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
  ZydisFormatter formatter;
  ZydisFormatterInit(&formatter, ZYDIS_FORMATTER_STYLE_INTEL);
  const ZydisFormatterFunc hook = &print_address;
  const void* replacement = nullptr;
  std::memcpy(&replacement, &hook, sizeof(replacement));
  ZydisFormatterSetHook(&formatter, ZYDIS_FORMATTER_FUNC_PRINT_ADDRESS_ABS, &replacement);
  Listing listing{.run = {address, address + bytes.size()}, .name = &name};
  std::vector<ImageInstruction> found;
  for (std::uint64_t at = 0; at < bytes.size() && found.size() < most;) {
    ImageInstruction line{.address = address + at, .text = {}};
    listing.address = line.address;
    ZydisDecodedInstruction instruction;
    std::array<ZydisDecodedOperand, ZYDIS_MAX_OPERAND_COUNT> operands;
    std::array<char, 256> text{};
    if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, bytes.data() + at, bytes.size() - at, &instruction,
                                             operands.data()))) {
      line.text = "(bad) " + hex(bytes[at]);
      ++at;
    } else {
      ZydisFormatterFormatInstruction(&formatter, &instruction, operands.data(),
                                      instruction.operand_count_visible, text.data(), text.size(),
                                      line.address, &listing);
      line.text = text.data();
      at += instruction.length;
    }
    found.push_back(std::move(line));
  }
  return found;
}

}  // namespace unrepro::elf
