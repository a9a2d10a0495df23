#include "analyzer/align/permutation.h"

#include <algorithm>
#include <functional>

namespace unrepro {

// Problem: the longest strictly increasing subsequence. Method: patience sorting; tails[k] is the index of
// the smallest value that ends an increasing run of length k + 1, and every value remembers the tail before
// it. Bound: one binary search a value, two arrays of n indices.
std::vector<std::uint32_t> longest_increasing_subsequence(std::span<const std::uint32_t> values) {
  constexpr std::uint32_t kNone = 0xffffffff;
  std::vector<std::uint32_t> tails;
  std::vector<std::uint32_t> before(values.size());
  for (std::uint32_t i = 0; i < values.size(); ++i) {
    // Mostly ordered input is the common case.
    auto at = tails.end();
    if (!tails.empty() && values[tails.back()] >= values[i]) {
      at = std::lower_bound(tails.begin(), tails.end(), values[i],
                            [&](std::uint32_t tail, std::uint32_t value) { return values[tail] < value; });
    }
    before[i] = at == tails.begin() ? kNone : *(at - 1);
    if (at == tails.end()) {
      tails.push_back(i);
    } else {
      *at = i;
    }
  }
  if (tails.empty()) return tails;
  std::uint32_t i = tails.back();
  for (auto slot = tails.rbegin(); slot != tails.rend(); ++slot, i = before[i]) *slot = i;
  return tails;
}

Permutation classify_permutation(std::span<const std::uint32_t> positions) {
  Permutation result;
  if (std::is_sorted(positions.begin(), positions.end())) return result;
  const bool falling = std::is_sorted(positions.begin(), positions.end(), std::greater<>());
  result.shape = falling ? Permutation::Shape::reversed : Permutation::Shape::general;
  const std::vector<std::uint32_t> kept = longest_increasing_subsequence(positions);
  result.moved.reserve(positions.size() - kept.size());
  auto next = kept.begin();
  for (std::uint32_t i = 0; i < positions.size(); ++i) {
    if (next != kept.end() && *next == i) {
      ++next;
    } else {
      result.moved.push_back(i);
    }
  }
  return result;
}

}  // namespace unrepro
