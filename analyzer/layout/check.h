#pragma once
// The checker of layout proofs (design 1.4). It predicts the right image from the left one, the map and the
// edits, and compares all of it; then the left one from the right one. It trusts nothing that proposed the
// map.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "formats/image.h"

namespace unrepro::layout {

// A run of the left image and the run of the right image that it became.
struct Piece {
  std::uint64_t left = 0, right = 0;  // addresses
  std::uint64_t left_size = 0, right_size = 0;
  bool edit = false;  // a root: a string that reads differently; else the sizes are equal
};

struct Certificate {
  std::vector<Piece> pieces;  // ascending by left
};

// Why a certificate is refused.
struct Refusal {
  std::string reason;
  std::string region;        // label of the region it is about; empty when it is about none
  std::uint64_t offset = 0;  // in that region
  std::string table;         // key of the leaf it is about, when that is no region; else empty
  bool in_left = false;      // whether region and offset are of the left image
  std::string text() const;
};

// Empty when the right image is the left one with its pieces moved and its roots edited.
std::optional<Refusal> check(const Image& left, const Image& right, const Certificate& certificate);

// Whether the addresses that only name places (Image::labels) follow the same map.
bool labels_follow(const Image& left, const Image& right, const Certificate& certificate);

}  // namespace unrepro::layout
