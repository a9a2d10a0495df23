#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "analyzer/layout/check.h"

namespace unrepro::layout {

// Which leaf holds the bytes at an address of a region, or before it where the leaf ends there, and where
// that begins.
struct LeafPlace {
  std::string_view label;
  std::uint64_t begin = 0, size = 0;
};
LeafPlace leaf_at(const ImageRegion& region, std::uint64_t address);

// The place on the right of one on the left, as File::address() writes it (".rodata+0x10"); empty when the
// certificate does not say. What is in no section stands as a bare number and stays.
std::optional<std::string> moved_place(const Image& left, const Image& right, const Certificate& certificate,
                                       std::string_view place);

// What a row that names places of the left image (Row::places) says of the right one, by a certificate that
// check() accepts. A place that is nowhere on the right stays, marked so that it equals none. Nothing of the
// row is trusted.
void translate_places(const Image& left, const Image& right, const Certificate& certificate,
                      std::string& row);

}  // namespace unrepro::layout
