#include "formats/archive/member_order.h"

#include <algorithm>
#include <functional>

namespace unrepro {
namespace {

// Beyond this the order is taken to matter; an honest archive has fewer directories.
constexpr std::size_t kMaxAncestors = 4'000'000;
constexpr std::uint64_t kRootHash = 0x9e3779b97f4a7c15;

std::uint64_t mix(std::uint64_t seed, std::uint64_t value) {
  std::uint64_t x = (seed ^ value) * 0xff51afd7ed558ccd;
  x ^= x >> 32;
  x = (x + seed) * 0xc4ceb9fe1a85ec53;
  return x ^ x >> 29;
}

}  // namespace

void MemberOrder::hash_components(std::string_view path) {
  std::swap(hashes_, previous_);
  hashes_.assign(1, kRootHash);
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view component = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (component.empty() || component == ".") continue;
    if (component == "..") significant_ = true;
    hashes_.push_back(mix(hashes_.back(), std::hash<std::string_view>{}(component)));
  }
}

void MemberOrder::add(std::string_view path, bool directory) {
  hash_components(path);
  const std::uint32_t index = count_++;
  entries_.push_back({hashes_.back(), index, directory ? Role::directory : Role::member});
  // Parts shared with the member before were seen with it.
  const std::size_t known = static_cast<std::size_t>(
      std::mismatch(hashes_.begin(), hashes_.end(), previous_.begin(), previous_.end()).first -
      hashes_.begin());
  for (std::size_t i = known == 0 ? 0 : known - 1; i + 1 < hashes_.size(); ++i) {
    if (++ancestors_ > kMaxAncestors) {
      significant_ = true;
      return;
    }
    entries_.push_back({hashes_[i], index, Role::ancestor});
  }
}

void MemberOrder::add_hard_link(std::string_view target) {
  const auto kept = hashes_;
  hash_components(target);
  entries_.push_back({hashes_.back(), count_ - 1, Role::target});
  hashes_ = kept;
}

std::vector<std::uint32_t> MemberOrder::finish() {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    if (a.path != b.path) return a.path < b.path;
    if (a.index != b.index) return a.index < b.index;
    return a.role < b.role;
  });
  std::vector<std::uint32_t> duplicates;
  for (auto begin = entries_.begin(); begin != entries_.end();) {
    const auto end =
        std::find_if(begin, entries_.end(), [&](const Entry& entry) { return entry.path != begin->path; });
    std::uint32_t members = 0;
    std::uint32_t first_index = 0;
    bool seen_member = false, seen_ancestor = false;
    for (auto at = begin; at != end; ++at) {
      switch (at->role) {
        case Role::member:
        case Role::directory:
          if (members++ > 0) {
            duplicates.push_back(at->index);
          } else {
            first_index = at->index;
          }
          if (seen_ancestor) significant_ = true;
          if (at->role == Role::member) seen_member = true;
          break;
        case Role::ancestor:
          if (seen_member) significant_ = true;
          seen_ancestor = true;
          break;
        case Role::target:
          if (members == 0 || first_index == at->index) significant_ = true;
          break;
      }
    }
    begin = end;
  }
  if (!duplicates.empty()) significant_ = true;
  std::sort(duplicates.begin(), duplicates.end());
  entries_ = {};
  return duplicates;
}

}  // namespace unrepro
