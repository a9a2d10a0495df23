#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace unrepro {

// How two lists correspond. Every index of either list occurs exactly once.
struct Pairing {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;  // left, right; ascending by left
  std::vector<std::uint32_t> left_only, right_only;            // ascending
};

// Pairs items with equal keys: the k-th occurrence on the left with the k-th on the right. O(n log n) key
// comparisons, no hashing of keys. Requires fewer than 2^32 items a side; keys must outlive the call.
Pairing pair_by_key(std::span<const std::string_view> left, std::span<const std::string_view> right);

// What identifies a content well enough to say that an item was renamed. Claims of equality still compare
// bytes.
struct ContentId {
  std::uint64_t size = 0;
  std::uint64_t hash_low = 0, hash_high = 0;
  auto operator<=>(const ContentId&) const = default;  // NOLINT(modernize-use-nullptr)
};

// Renames: takes items of equal content out of left_only and right_only and returns their pairs, ascending by
// left; the k-th left item of a content goes with the k-th right one. `left` and `right` hold the content of
// all items by index; items without one are never paired. O(n log n).
std::vector<std::pair<std::uint32_t, std::uint32_t>> pair_by_content(
    Pairing& pairing, std::span<const std::optional<ContentId>> left,
    std::span<const std::optional<ContentId>> right);

}  // namespace unrepro
