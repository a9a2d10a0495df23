#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace unrepro {

// A maximal region in which two sequences differ. One of the ranges may be empty, not both. Everything
// between hunks is paired element by element.
struct Hunk {
  std::uint64_t left_begin = 0, left_end = 0;
  std::uint64_t right_begin = 0, right_end = 0;
  bool operator==(const Hunk&) const = default;
};

// What an alignment may cost. More gives smaller hunks, never other guarantees.
struct AlignCost {
  std::uint32_t max_edits = 1024;        // edit distance up to which a region is aligned optimally
  std::uint32_t steps_per_element = 32;  // comparisons spent on a region before it is cut by anchors instead
  std::uint32_t max_rounds = 8;          // how often regions between anchors are cut again
};

// Aligns two sequences of element hashes; hunks are in order and do not touch. Equal hashes are taken for
// equal elements: callers verify what they pair. Deterministic. Time O((n + m) log(n + m)) whatever the
// input, with the product of steps_per_element and max_rounds as constant; memory O(n + m), about 40 bytes an
// element. Regions of 2^32 - 2 elements or more are not searched for anchors.
std::vector<Hunk> align_sequences(std::span<const std::uint64_t> left, std::span<const std::uint64_t> right,
                                  const AlignCost& cost = {});

}  // namespace unrepro
