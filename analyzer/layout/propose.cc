#include "analyzer/layout/propose.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace unrepro::layout {
namespace {

struct Link {
  std::uint64_t left = 0, right = 0;
  auto operator<=>(const Link&) const = default;
};

bool printable(std::uint8_t byte) { return (byte >= ' ' && byte != 0x7f) || byte == '\n' || byte == '\t'; }

class Proposer {
 public:
  Proposer(const Image& left, const Image& right) : left_(left), right_(right) {}

  Certificate run() {
    const std::size_t count = std::min(left_.regions.size(), right_.regions.size());
    split_.assign(count, false);
    for (std::size_t i = 0; i < count; ++i) split_[i] = !moves_whole(left_.regions[i], right_.regions[i]);
    // Tables inside split regions refer to others: what is found in one round guides the next.
    for (int round = 0; round < 3; ++round) {
      const auto links = links_of(round);
      if (round > 0 && links == links_) break;
      links_ = links;
      place(count);
    }
    return std::move(certificate_);
  }

 private:
  bool equal_outside_references(const ImageRegion& a, std::uint64_t x, const ImageRegion& b, std::uint64_t y,
                                std::uint64_t size) const {
    auto reference = std::lower_bound(left_.references.begin(), left_.references.end(), a.address + x,
                                      [](const ImageReference& r, std::uint64_t at) { return r.at < at; });
    for (std::uint64_t at = 0; at < size;) {
      std::uint64_t stop = size;
      std::uint64_t width = 0;
      if (reference != left_.references.end() && reference->at < a.address + x + size) {
        stop = reference->at - a.address - x;
        width = reference->width;
        ++reference;
      }
      if (!std::equal(a.bytes.begin() + static_cast<std::ptrdiff_t>(x + at),
                      a.bytes.begin() + static_cast<std::ptrdiff_t>(x + stop),
                      b.bytes.begin() + static_cast<std::ptrdiff_t>(y + at)))
        return false;
      at = std::min(size, stop + width);
    }
    return true;
  }

  bool moves_whole(const ImageRegion& a, const ImageRegion& b) const {
    if (a.bytes.empty() || b.bytes.empty() || a.executable) return true;
    return a.size == b.size && equal_outside_references(a, 0, b, 0, a.size);
  }

  static std::size_t region_at(const Image& image, std::uint64_t address) {
    const auto at = std::upper_bound(
        image.regions.begin(), image.regions.end(), address,
        [](std::uint64_t value, const ImageRegion& region) { return value < region.address; });
    const auto index = static_cast<std::size_t>(at - image.regions.begin());
    if (index == 0 || address - image.regions[index - 1].address >= image.regions[index - 1].size)
      return image.regions.size();
    return index - 1;
  }

  // By target in a split region: what the same reference means on the right.
  std::vector<Link> links_of(int round) const {
    std::vector<Link> links;
    const auto& pieces = certificate_.pieces;
    for (const ImageReference& reference : left_.references) {
      const std::size_t target = region_at(left_, reference.target);
      if (target >= split_.size() || !split_[target]) continue;
      const std::size_t region = region_at(left_, reference.at);
      if (region >= split_.size()) continue;
      std::uint64_t at = reference.at - left_.regions[region].address + right_.regions[region].address;
      if (split_[region]) {
        if (round == 0) continue;
        auto piece = std::upper_bound(pieces.begin(), pieces.end(), reference.at,
                                      [](std::uint64_t value, const Piece& p) { return value < p.left; });
        if (piece == pieces.begin()) continue;
        --piece;
        at = reference.at - piece->left + piece->right;
      }
      const auto twin =
          std::lower_bound(right_.references.begin(), right_.references.end(), at,
                           [](const ImageReference& r, std::uint64_t value) { return r.at < value; });
      if (twin == right_.references.end() || twin->at != at || region_at(right_, twin->target) != target)
        continue;
      links.push_back({reference.target, twin->target});
    }
    std::sort(links.begin(), links.end());
    return chosen(links);
  }

  // One link by left address: the one most references agree on.
  static std::vector<Link> chosen(const std::vector<Link>& links) {
    std::vector<Link> result;
    for (std::size_t i = 0; i < links.size();) {
      std::size_t best = 0;
      Link link = links[i];
      std::size_t end = i;
      while (end < links.size() && links[end].left == links[i].left) {
        std::size_t same = end;
        while (same < links.size() && links[same] == links[end]) ++same;
        if (same - end > best) {
          best = same - end;
          link = links[end];
        }
        end = same;
      }
      result.push_back(link);
      i = end;
    }
    return result;
  }

  void place(std::size_t count) {
    certificate_.pieces.clear();
    for (std::size_t i = 0; i < count; ++i) {
      const ImageRegion& a = left_.regions[i];
      const ImageRegion& b = right_.regions[i];
      if (!split_[i]) {
        certificate_.pieces.push_back({a.address, b.address, a.size, b.size, false});
        continue;
      }
      split(a, b);
    }
  }

  void split(const ImageRegion& a, const ImageRegion& b) {
    std::vector<Link> links = {{a.address, b.address}};
    for (auto at = std::lower_bound(links_.begin(), links_.end(), Link{a.address, 0});
         at != links_.end() && at->left - a.address < a.size; ++at) {
      if (at->left == a.address)
        links.front() = *at;
      else if (!inside_string(a, links.back().left, at->left))
        links.push_back(*at);
    }
    std::vector<std::uint64_t> ends;
    for (const Link& link : links) ends.push_back(link.right);
    std::sort(ends.begin(), ends.end());
    for (std::size_t i = 0; i < links.size(); ++i) {
      const std::uint64_t left_end = i + 1 < links.size() ? links[i + 1].left : a.address + a.size;
      const auto next = std::upper_bound(ends.begin(), ends.end(), links[i].right);
      const std::uint64_t right_end = next != ends.end() ? *next : b.address + b.size;
      interval(a, b, links[i], left_end, right_end);
    }
  }

  // An address in the middle of a string is no beginning: strings share their ends.
  static bool inside_string(const ImageRegion& a, std::uint64_t begin, std::uint64_t address) {
    const Bytes text = a.bytes.subspan(begin - a.address, address - begin);
    return printable(a.bytes[address - a.address]) && std::all_of(text.begin(), text.end(), printable);
  }

  static std::uint64_t string_size(const ImageRegion& region, std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t at = begin; at < end; ++at) {
      const std::uint8_t byte = region.bytes[at - region.address];
      if (byte == 0) return at - begin + 1;
      if (!printable(byte)) return 0;
    }
    return 0;
  }

  static std::uint64_t used_size(const ImageRegion& region, std::uint64_t begin, std::uint64_t end) {
    while (end > begin && region.bytes[end - 1 - region.address] == 0) --end;
    return end - begin;
  }

  void interval(const ImageRegion& a, const ImageRegion& b, const Link& link, std::uint64_t left_end,
                std::uint64_t right_end) {
    const std::uint64_t size = std::min(left_end - link.left, right_end - link.right);
    const bool fits =
        used_size(a, link.left, left_end) <= size && used_size(b, link.right, right_end) <= size;
    if (fits && equal_outside_references(a, link.left - a.address, b, link.right - b.address, size)) {
      add({link.left, link.right, trimmed(a, link.left, left_end, size), 0, false});
      return;
    }
    const std::uint64_t left = string_size(a, link.left, left_end),
                        right = string_size(b, link.right, right_end);
    if (left > 1 && right > 1) {
      certificate_.pieces.push_back({link.left, link.right, left, right, true});
      return;
    }
    add({link.left, link.right, size, 0, false});
  }

  // A string is as long as its NUL says when filler follows.
  static std::uint64_t trimmed(const ImageRegion& a, std::uint64_t begin, std::uint64_t end,
                               std::uint64_t size) {
    const std::uint64_t used = used_size(a, begin, end);
    if (used == 0 || used >= size || !printable(a.bytes[begin + used - 1 - a.address])) return size;
    return used + 1;
  }

  // Appends a piece, or makes the last one longer when it goes on in the same way.
  void add(Piece piece) {
    piece.right_size = piece.left_size;
    if (!certificate_.pieces.empty()) {
      Piece& last = certificate_.pieces.back();
      const std::uint64_t gap = piece.left - (last.left + last.left_size);
      const bool same_region = region_at(left_, last.left) == region_at(left_, piece.left);
      if (!last.edit && same_region && piece.right - piece.left == last.right - last.left && gap < 64 &&
          gap == piece.right - (last.right + last.right_size)) {
        last.left_size = last.right_size = piece.left + piece.left_size - last.left;
        return;
      }
    }
    certificate_.pieces.push_back(piece);
  }

  const Image& left_;
  const Image& right_;
  std::vector<bool> split_;  // by region
  std::vector<Link> links_;
  Certificate certificate_;
};

}  // namespace

Certificate propose(const Image& left, const Image& right) { return Proposer(left, right).run(); }

}  // namespace unrepro::layout
