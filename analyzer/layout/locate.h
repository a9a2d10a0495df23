#pragma once
// Where the right image is not what a certificate predicts, for people: it proves nothing and decides
// nothing.

#include <cstdint>
#include <string>
#include <vector>

#include "analyzer/layout/check.h"

namespace unrepro::layout {

// A function, an object or a run of bytes that differs by more than where it and its neighbours lie.
struct Deviation {
  ImageExtent left, right;              // addresses; empty on the side that has nothing like it
  ImageExtent first_left, first_right;  // what of it differs first
  std::string name;                     // of the function or object; may be empty
  std::string reason;                   // of the first difference in it
  std::uint64_t count = 0;              // how many places
  std::uint64_t bytes = 0;              // that differ
  bool is_code = false;
};

struct Deviations {
  std::vector<Deviation> found;  // ascending by place, the first kMostDeviations
  std::uint64_t count = 0;       // of all
  std::uint64_t bytes = 0;       // of all
};

inline constexpr std::size_t kMostDeviations = 64;

// Both images have the same regions. Linear up to sorting.
Deviations locate(const Image& left, const Image& right, const Certificate& certificate);

// The piece that an address of the left image lies in, or null.
const Piece* piece_at(const std::vector<Piece>& pieces, std::uint64_t left);
// Where an address of the left image is in the right one by the pieces; its own place when they do not say.
std::uint64_t counterpart(const Certificate& certificate, std::uint64_t left);

// "luaH_get+0x10", "\"a string\"" or ".rodata+0x20": what stands at an address.
std::string describe_place(const Image& image, std::uint64_t address);

}  // namespace unrepro::layout
