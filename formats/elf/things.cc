#include "formats/elf/things.h"

#include <algorithm>
#include <tuple>

#include "formats/elf/constants.h"

namespace unrepro::elf {
namespace {

constexpr unsigned kObject = 1, kFunction = 2, kIndirect = 10;  // STT_OBJECT, STT_FUNC, STT_GNU_IFUNC

}  // namespace

std::vector<ImageThing> find_things(const File& file, const std::vector<ImageExtent>& functions) {
  std::vector<ImageThing> found;
  for (const ImageExtent& function : functions) found.push_back({function.begin, function.end, {}});
  for (std::uint32_t i = 1; i < file.sections.size(); ++i) {
    const Section& section = file.sections[i];
    if ((section.type != kShtSymtab && section.type != kShtDynsym) || !section.decodable) continue;
    const std::uint64_t count = file.symbol_count(i);
    for (std::uint64_t k = 0; k < count; ++k) {
      const Symbol symbol = file.symbol(i, k);
      const unsigned type = symbol.info & 15;
      const bool is_thing = type == kObject || type == kFunction || type == kIndirect;
      if (!is_thing || symbol.shndx == 0 || symbol.size == 0) continue;
      if (symbol.value + symbol.size < symbol.value) continue;
      const auto name = file.string(section.link, symbol.name);
      found.push_back({symbol.value, symbol.value + symbol.size, name.value_or(std::string_view())});
    }
  }
  // Of several that begin at one place, the first name in alphabetical order.
  std::sort(found.begin(), found.end(), [](const ImageThing& a, const ImageThing& b) {
    return std::tuple(a.begin, a.name.empty(), a.name, b.end) <
           std::tuple(b.begin, b.name.empty(), b.name, a.end);
  });
  std::vector<ImageThing> things;
  for (const ImageThing& thing : found) {
    if (thing.end > thing.begin && (things.empty() || thing.begin >= things.back().end))
      things.push_back(thing);
  }
  return things;
}

}  // namespace unrepro::elf
