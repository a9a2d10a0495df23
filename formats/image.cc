#include "formats/image.h"

#include "formats/elf/elf.h"
#include "formats/elf/image.h"
#include "formats/format.h"

namespace unrepro {

std::optional<Image> read_image(const Tree& tree) {
  if (tree.format != kElf.id || tree.index == nullptr) return std::nullopt;
  if (tree.anomalies.empty()) return elf::read_image(*static_cast<const elf::File*>(tree.index.get()));
  Image damaged;
  damaged.refusal = "a damaged file";
  return damaged;
}

}  // namespace unrepro
