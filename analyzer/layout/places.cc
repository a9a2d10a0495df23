#include "analyzer/layout/places.h"

#include <algorithm>
#include <charconv>

#include "analyzer/layout/locate.h"
#include "formats/value.h"

namespace unrepro::layout {
namespace {

// Of an address that names what begins there or lies around it; never an end.
std::optional<std::uint64_t> moved(const Certificate& certificate, std::uint64_t address) {
  const Piece* piece = piece_at(certificate.pieces, address);
  if (piece == nullptr || (piece->edit && address != piece->left)) return std::nullopt;
  return address - piece->left + piece->right;
}

std::optional<LeafPlace> leaf_named(const ImageRegion& region, std::string_view label) {
  if (region.parts.empty())
    return region.label == label ? std::optional(LeafPlace{region.label, region.address, region.size})
                                 : std::nullopt;
  const auto part = std::ranges::find(region.parts, label, &ImagePart::label);
  return part == region.parts.end() ? std::nullopt
                                    : std::optional(LeafPlace{part->label, part->begin, part->size});
}

}  // namespace

LeafPlace leaf_at(const ImageRegion& region, std::uint64_t address) {
  const auto part = std::ranges::find_if(
      region.parts, [&](const ImagePart& each) { return address - each.begin < each.size; });
  return part == region.parts.end() ? LeafPlace{region.label, region.address, region.size}
                                    : LeafPlace{part->label, part->begin, part->size};
}

std::optional<std::string> moved_place(const Image& left, const Image& right, const Certificate& certificate,
                                       std::string_view place) {
  const std::size_t plus = place.rfind("+0x");
  if (plus == place.npos) return std::string(place);
  const std::string_view label = place.substr(0, plus), digits = place.substr(plus + 3);
  std::uint64_t offset = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), offset, 16);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  for (std::size_t i = 0; i < left.regions.size(); ++i) {
    const auto leaf = leaf_named(left.regions[i], label);
    if (!leaf || offset > leaf->size || leaf->size == 0) continue;
    // Behind a leaf: behind its last byte, as where a call would return that ends the code.
    const bool behind = offset == leaf->size;
    const auto address = moved(certificate, leaf->begin + offset - behind);
    const ImageRegion& other = right.regions[i];
    if (!address || *address - other.address >= other.size) return std::nullopt;
    const LeafPlace there = leaf_at(other, *address);
    const std::uint64_t at = *address - there.begin + behind;
    if (behind && at != there.size) return std::nullopt;
    return std::string(there.label) + "+" + hex(at);
  }
  return std::nullopt;
}

void translate_places(const Image& left, const Image& right, const Certificate& certificate,
                      std::string& row) {
  if (row.find("@\"") == row.npos) return;
  const std::string_view text = row;
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t quote = text.find('"', at);
    if (quote == text.npos) break;
    // The length of a string with quotes in it.
    std::size_t length = text.find('"', quote + 1) - quote - 1;
    if (quote > at && text[quote - 1] == ':') {
      std::size_t digits = quote - 1;
      while (digits > at && text[digits - 1] >= '0' && text[digits - 1] <= '9') --digits;
      std::from_chars(text.data() + digits, text.data() + quote - 1, length);
    }
    if (length > text.size() - quote - 1) break;
    const std::string_view inside = text.substr(quote + 1, length);
    out += text.substr(at, quote + 1 - at);
    if (quote > at && text[quote - 1] == '@') {
      const auto place = moved_place(left, right, certificate, inside);
      out += place ? *place : "nowhere " + std::string(inside);
    } else {
      out += inside;
    }
    at = std::min(quote + 2 + length, text.size());
    out += text.substr(quote + 1 + length, at - (quote + 1 + length));
  }
  out += text.substr(at);
  row = std::move(out);
}

}  // namespace unrepro::layout
