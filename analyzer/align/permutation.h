#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace unrepro {

// Indices, ascending, of one longest strictly increasing subsequence of `values`. Which one is fixed by the
// values alone. O(n log n) time, O(n) memory. Requires fewer than 2^32 values.
std::vector<std::uint32_t> longest_increasing_subsequence(std::span<const std::uint32_t> values);

// How paired items moved between two lists.
struct Permutation {
  enum class Shape : std::uint8_t { identity, reversed, general };
  Shape shape = Shape::identity;
  // Left items, ascending, that have to move for the orders to agree: those outside the longest common
  // subsequence. As few as possible.
  std::vector<std::uint32_t> moved;
};

// `positions` holds, for each left item in order, the position of its partner in the right list; all
// distinct, not necessarily dense. Reversed needs at least two items.
Permutation classify_permutation(std::span<const std::uint32_t> positions);

// Whether paths stand in an order that visits one directory after the other: once left, no directory is
// entered again. Linear in the sum of their lengths.
bool visits_directories_in_turn(const std::vector<std::string_view>& paths);

}  // namespace unrepro
