// Problem: pair the items of two lists by key (or content), repeated keys in order of occurrence.
// Method: sort the indices of either side by (key, index) and merge. Sorting instead of hashing keeps the
// bound for keys that were chosen to collide, and the order needs no tie-breaking of its own. Bound: O(n log
// n) comparisons.

#include "analyzer/align/keyed.h"

#include <algorithm>
#include <compare>
#include <numeric>

namespace unrepro {
namespace {

using Indices = std::vector<std::uint32_t>;

template <class KeyOf>
void sort_by_key(Indices& indices, const KeyOf& key_of) {
  std::sort(indices.begin(), indices.end(), [&](std::uint32_t a, std::uint32_t b) {
    const auto order = key_of(a) <=> key_of(b);
    return std::is_neq(order) ? std::is_lt(order) : a < b;
  });
}

// Consumes two index lists. Equal keys meet in order of index, because both lists are sorted by it last.
template <class LeftKey, class RightKey>
Pairing merge(Indices lefts, Indices rights, const LeftKey& left_key, const RightKey& right_key) {
  sort_by_key(lefts, left_key);
  sort_by_key(rights, right_key);
  Pairing result;
  auto l = lefts.begin();
  auto r = rights.begin();
  while (l != lefts.end() && r != rights.end()) {
    const auto order = left_key(*l) <=> right_key(*r);
    if (std::is_eq(order)) {
      result.pairs.emplace_back(*l++, *r++);
    } else if (std::is_lt(order)) {
      result.left_only.push_back(*l++);
    } else {
      result.right_only.push_back(*r++);
    }
  }
  result.left_only.insert(result.left_only.end(), l, lefts.end());
  result.right_only.insert(result.right_only.end(), r, rights.end());
  std::sort(result.pairs.begin(), result.pairs.end());
  std::sort(result.left_only.begin(), result.left_only.end());
  std::sort(result.right_only.begin(), result.right_only.end());
  return result;
}

Indices all_of(std::size_t size) {
  Indices indices(size);
  std::iota(indices.begin(), indices.end(), 0u);
  return indices;
}

}  // namespace

Pairing pair_by_key(std::span<const std::string_view> left, std::span<const std::string_view> right) {
  return merge(
      all_of(left.size()), all_of(right.size()), [&](std::uint32_t i) { return left[i]; },
      [&](std::uint32_t i) { return right[i]; });
}

std::vector<std::pair<std::uint32_t, std::uint32_t>> pair_by_content(
    Pairing& pairing, std::span<const std::optional<ContentId>> left,
    std::span<const std::optional<ContentId>> right) {
  const auto known = [](const Indices& indices, std::span<const std::optional<ContentId>> contents) {
    Indices result;
    std::copy_if(indices.begin(), indices.end(), std::back_inserter(result),
                 [&](std::uint32_t i) { return contents[i].has_value(); });
    return result;
  };
  Pairing renamed = merge(
      known(pairing.left_only, left), known(pairing.right_only, right),
      [&](std::uint32_t i) { return *left[i]; }, [&](std::uint32_t i) { return *right[i]; });
  const auto remove = [](Indices& from, Indices taken) {
    std::sort(taken.begin(), taken.end());
    Indices rest;
    std::set_difference(from.begin(), from.end(), taken.begin(), taken.end(), std::back_inserter(rest));
    from = std::move(rest);
  };
  Indices taken_left, taken_right;
  for (const auto& [l, r] : renamed.pairs) {
    taken_left.push_back(l);
    taken_right.push_back(r);
  }
  remove(pairing.left_only, std::move(taken_left));
  remove(pairing.right_only, std::move(taken_right));
  return std::move(renamed.pairs);
}

}  // namespace unrepro
