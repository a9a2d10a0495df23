#include "formats/elf/jump_tables.h"

#include <algorithm>

namespace unrepro::elf {
namespace {

constexpr std::uint64_t kMostFiller = 64;
constexpr std::string_view kConstants = ".rodata";

std::int32_t entry(Bytes bytes, std::uint64_t at) {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 4; ++i) value |= std::uint32_t{bytes[at + i]} << (8 * i);
  return static_cast<std::int32_t>(value);
}

// Whether a string, or the rest of one, begins at an offset of read-only data.
bool begins_string(Bytes bytes, std::uint64_t at, bool or_part) {
  if (at >= bytes.size() || (at > 0 && bytes[at - 1] != 0 && !or_part)) return false;
  for (; at < bytes.size() && bytes[at] != 0; ++at) {
    const std::uint8_t byte = bytes[at];
    if ((byte < ' ' && byte != '\n' && byte != '\t') || byte == 0x7f) return false;
  }
  return at < bytes.size();
}

}  // namespace

OffsetTables find_offset_tables(const Image& image, const std::vector<std::uint64_t>& taken,
                                const std::vector<std::uint64_t>& relative,
                                const std::function<bool(std::uint64_t)>& is_instruction) {
  OffsetTables tables;
  for (const ImageRegion& region : image.regions) {
    if (region.executable || region.writable || region.content != ImageRegion::Content::bytes) continue;
    if (!region.label.starts_with(kConstants)) continue;
    auto at = std::lower_bound(taken.begin(), taken.end(), region.address);
    for (; at != taken.end() && *at - region.address < region.size; ++at) {
      const std::uint64_t table = *at, begin = table - region.address;
      if (table % 4 != 0) continue;
      const auto next = std::upper_bound(image.anchors.begin(), image.anchors.end(), table);
      const std::uint64_t limit =
          next == image.anchors.end() ? region.size : std::min(region.size, *next - region.address);
      const auto target = [&](std::uint64_t offset) {
        return table + static_cast<std::uint64_t>(std::int64_t{entry(region.bytes, offset)});
      };
      std::uint64_t end = begin;
      while (end + 4 <= limit && is_instruction(target(end))) end += 4;
      const bool jumps = end > begin;
      if (!jumps) {
        // Constants: every entry, up to filler, is the beginning of a string outside of the table.
        // Strings share their ends.
        const bool is_relative = std::binary_search(relative.begin(), relative.end(), table);
        const auto is_string = [&](std::uint64_t offset) {
          const std::uint64_t place = target(offset);
          if (place - table < limit - begin) return false;
          const ImageRegion* strings = region_around(image.regions, place);
          return strings != nullptr && strings->label.starts_with(kConstants) &&
                 begins_string(strings->bytes, place - strings->address, is_relative);
        };
        while (end + 4 <= limit && is_string(end)) end += 4;
        const bool rest_is_filler = limit - end < kMostFiller &&
                                    std::all_of(region.bytes.begin() + static_cast<std::ptrdiff_t>(end),
                                                region.bytes.begin() + static_cast<std::ptrdiff_t>(limit),
                                                [](std::uint8_t byte) { return byte == 0; });
        if (end < begin + 8 || !rest_is_filler) continue;
      } else {
        const auto filler = region.bytes.subspan(end, limit - end);
        if (filler.size() >= kMostFiller ||
            !std::all_of(filler.begin(), filler.end(), [](std::uint8_t byte) { return byte == 0; })) {
          if (tables.refusal.empty()) tables.place = region.address + end;
          tables.refusal = "a table of jumps that goes on with something else";
          continue;
        }
        tables.jumps.push_back(table);
      }
      for (std::uint64_t offset = begin; offset < end; offset += 4) {
        tables.references.push_back({.at = region.address + offset,
                                     .target = target(offset),
                                     .base = table,
                                     .origin = ImageReference::Origin::place});
      }
      tables.extents.push_back({table, region.address + end});
    }
  }
  return tables;
}

}  // namespace unrepro::elf
