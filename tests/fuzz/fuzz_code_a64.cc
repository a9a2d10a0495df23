// A64 code of any bytes: what is found of it lies in the code, ascending and without overlap.

#include <cstdint>

#include "formats/elf/code.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace unrepro;
  if (size < 8) return 0;
  const Bytes code{data + 4, (size - 4) / 4 * 4};
  const std::uint64_t middle = data[0] * 4u, table = 0x2000u + data[1];
  const std::vector<ImageRegion> regions = {
      {.label = ".text", .address = 0x1000, .size = code.size(), .bytes = code, .executable = true},
      {.label = ".rodata", .address = 0x1000 + code.size(), .size = code.size(), .bytes = code}};
  std::vector<ImageExtent> functions = {{0x1000, 0x1000 + code.size()}};
  if (middle > 0 && middle < code.size())
    functions = {{0x1000, 0x1000 + middle}, {0x1000 + middle, 0x1000 + code.size()}};
  const elf::Surroundings program{regions, functions, {0x1000}, {table, table + 64}, {}};
  std::vector<ImageReference> references;
  elf::Code found{.references = references};
  elf::read_aarch64(program, found);
  std::uint64_t end = 0;
  for (const ImageReference& reference : references) {
    if (reference.form == ImageReference::Form::number) continue;  // of tables
    FUZZ_REQUIRE(reference.at >= end && reference.at - 0x1000 < code.size());
    end = reference.at + reference.width;
  }
  return 0;
}
