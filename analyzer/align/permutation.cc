#include "analyzer/align/permutation.h"

#include <algorithm>
#include <functional>
#include <unordered_map>

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

bool visits_directories_in_turn(const std::vector<std::string_view>& paths) {
  std::unordered_map<std::string_view, bool> left_behind;  // directory → has been left
  std::vector<std::string_view> open;
  for (const std::string_view path : paths) {
    while (!open.empty() && !(path.size() > open.back().size() && path.starts_with(open.back()) &&
                              path[open.back().size()] == '/')) {
      left_behind[open.back()] = true;
      open.pop_back();
    }
    for (std::size_t slash = path.find('/', open.empty() ? 0 : open.back().size() + 1);
         slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
      const std::string_view directory = path.substr(0, slash);
      if (left_behind[directory]) return false;
      open.push_back(directory);
    }
  }
  return true;
}

}  // namespace unrepro
