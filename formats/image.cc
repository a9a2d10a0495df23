#include "formats/image.h"

#include <algorithm>

#include "formats/elf/code.h"
#include "formats/elf/elf.h"
#include "formats/elf/image.h"
#include "formats/format.h"

namespace unrepro {

std::optional<Image> read_image(const Tree& tree) {
  if (tree.format != kElf.id || tree.index == nullptr) return std::nullopt;
  Image image = elf::read_image(*static_cast<const elf::File*>(tree.index.get()));
  if (!tree.anomalies.empty()) image.refusal = "a damaged file: " + tree.anomalies.front().message;
  return image;
}

std::vector<ImageInstruction> list_instructions(const Image& image, const ImageExtent& run, std::size_t most,
                                                const std::function<std::string(std::uint64_t)>& name) {
  for (const ImageRegion& region : image.regions) {
    const std::uint64_t begin = run.begin - region.address;
    if (begin >= region.size || !region.executable || region.bytes.size() != region.size) continue;
    const std::uint64_t size = std::min(run.end - run.begin, region.size - begin);
    const Bytes bytes = region.bytes.subspan(begin, size);
    return image.code == Image::Code::a64 ? elf::list_a64(bytes, run.begin, most, image.references, name)
                                          : elf::list_x86_64(bytes, run.begin, most, name);
  }
  return {};
}

}  // namespace unrepro
