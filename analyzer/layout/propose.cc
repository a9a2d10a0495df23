#include "analyzer/layout/propose.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "analyzer/layout/functions.h"

namespace unrepro::layout {
namespace {

constexpr std::uint64_t kLongestCompared = 512;  // of strings
constexpr std::uint64_t kMostContent = 16;       // compared of anything else

constexpr std::uint64_t kNowhere = ~std::uint64_t{0};

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
    place(count, false);
    // Tables inside split regions refer to others: what is found in one round guides the next.
    for (int round = 0; round < 3; ++round) {
      auto links = links_of();
      if (round > 0 && links == links_) break;
      links_ = std::move(links);
      place(count, true);
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
    if (a.bytes.empty() || b.bytes.empty()) return true;
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
  std::vector<Link> links_of() const {
    std::vector<Link> links;
    const auto& pieces = certificate_.pieces;
    for (const ImageReference& reference : left_.references) {
      const std::size_t target = region_at(left_, reference.target);
      if (target >= split_.size() || !split_[target] || left_.regions[target].executable) continue;
      auto piece = std::upper_bound(pieces.begin(), pieces.end(), reference.at,
                                    [](std::uint64_t value, const Piece& p) { return value < p.left; });
      if (piece == pieces.begin()) continue;
      --piece;
      if (reference.at - piece->left >= piece->left_size || piece->edit) continue;
      const std::uint64_t at = reference.at - piece->left + piece->right;
      const auto twin =
          std::lower_bound(right_.references.begin(), right_.references.end(), at,
                           [](const ImageReference& r, std::uint64_t value) { return r.at < value; });
      if (twin == right_.references.end() || twin->at != at || region_at(right_, twin->target) != target)
        continue;
      links.push_back({reference.target, twin->target});
    }
    link_labels(links);
    std::sort(links.begin(), links.end());
    return chosen(links);
  }

  // Symbols that both sides have in one place of their tables.
  void link_labels(std::vector<Link>& links) const {
    if (left_.labels.size() != right_.labels.size()) return;
    for (std::size_t i = 0; i < left_.labels.size(); ++i) {
      const ImageName& a = left_.labels[i];
      const ImageName& b = right_.labels[i];
      if (a.region != b.region || a.region >= split_.size() || !split_[a.region] || a.name != b.name)
        continue;
      const ImageRegion& region = left_.regions[a.region];
      const ImageRegion& other = right_.regions[b.region];
      if (region.executable || a.address - region.address >= region.size ||
          b.address - other.address >= other.size)
        continue;
      links.push_back({a.address, b.address});
    }
  }

  // What a link is worth by what stands at both of its ends.
  enum class Worth : std::uint8_t { none, text_part, text, equal };

  // One link by left address: the one that leads to equal contents, or else to another string, on which most
  // references agree. A single reference may be wrong: it is then not followed.
  std::vector<Link> chosen(const std::vector<Link>& links) const {
    std::vector<Link> result, guesses;
    std::vector<std::uint64_t> claimed;
    for (std::size_t i = 0; i < links.size();) {
      std::size_t best = 0;
      Worth worth = Worth::none;
      Link link = links[i];
      std::size_t end = i;
      while (end < links.size() && links[end].left == links[i].left) {
        std::size_t same = end;
        while (same < links.size() && links[same] == links[end]) ++same;
        const Worth found = worth_of(links[end]);
        if (found > worth || (found == worth && same - end > best)) {
          best = same - end;
          worth = found;
          link = links[end];
        }
        end = same;
      }
      if (worth == Worth::equal) {
        result.push_back(link);
        claimed.push_back(link.right);
      } else {
        guesses.push_back(worth == Worth::none ? Link{link.left, kNowhere} : link);
      }
      i = end;
    }
    std::sort(claimed.begin(), claimed.end());
    for (Link& link : guesses) {
      if (std::binary_search(claimed.begin(), claimed.end(), link.right)) link.right = kNowhere;
    }
    find_by_content(guesses);
    for (const Link& link : guesses) {
      if (link.right != kNowhere) result.push_back(link);
    }
    std::sort(result.begin(), result.end());
    return result;
  }

  Worth worth_of(const Link& link) const {
    const ImageRegion& a = left_.regions[region_at(left_, link.left)];
    const ImageRegion& b = right_.regions[region_at(right_, link.right)];
    if (a.bytes.empty() || b.bytes.empty()) return Worth::equal;
    const std::uint64_t end = std::min(a.address + a.size, link.left + kLongestCompared);
    const std::uint64_t other_end = std::min(b.address + b.size, link.right + kLongestCompared);
    const std::uint64_t size = string_size(a, link.left, end);
    const std::uint64_t other_size = string_size(b, link.right, other_end);
    const auto content = [](const ImageRegion& region, std::uint64_t at, std::uint64_t length) {
      return region.bytes.subspan(at - region.address, length);
    };
    if (size > 1 && !is_table(link.left)) {
      const bool equal =
          size == other_size && std::ranges::equal(content(a, link.left, size), content(b, link.right, size));
      if (equal) return Worth::equal;
      if (other_size < 2) return Worth::none;
      return begins(a, link.left) && begins(b, link.right) ? Worth::text : Worth::text_part;
    }
    const std::uint64_t most = std::min(
        {thing_size(left_, link.left, end), kMostContent, thing_size(right_, link.right, other_end)});
    const bool equal = equal_outside_references(a, link.left - a.address, b, link.right - b.address, most);
    return equal ? Worth::equal : Worth::none;
  }
  // Whether a reference stands there: no text, whatever its bytes look like.
  bool is_table(std::uint64_t address) const {
    const auto reference =
        std::lower_bound(left_.references.begin(), left_.references.end(), address,
                         [](const ImageReference& r, std::uint64_t at) { return r.at < at; });
    return reference != left_.references.end() && reference->at == address;
  }
  static bool begins(const ImageRegion& region, std::uint64_t address) {
    return address == region.address || !printable(region.bytes[address - 1 - region.address]);
  }
  static std::uint64_t thing_size(const Image& image, std::uint64_t address, std::uint64_t end) {
    const auto next = std::upper_bound(image.anchors.begin(), image.anchors.end(), address);
    return (next == image.anchors.end() ? end : std::min(end, *next)) - address;
  }

  // Strings whose references lead to other ones: where the one equal string of the right side is.
  void find_by_content(std::vector<Link>& guesses) const {
    for (std::size_t i = 0; i < split_.size(); ++i) {
      const ImageRegion& a = left_.regions[i];
      if (!split_[i] || a.executable) continue;
      const auto string_at = [&](std::uint64_t address) {
        const std::uint64_t end = std::min(a.address + a.size, address + kLongestCompared);
        const bool inside = address - a.address < a.size;
        const std::uint64_t size = inside ? string_size(a, address, end) : 0;
        return size < 2 ? std::string_view() : as_text(a.bytes).substr(address - a.address, size - 1);
      };
      std::unordered_map<std::string_view, std::uint64_t> places;
      for (const Link& link : guesses) {
        if (const std::string_view text = string_at(link.left); !text.empty()) places.emplace(text, kNowhere);
      }
      if (places.empty()) continue;
      find_strings(right_.regions[i], places);
      for (Link& link : guesses) {
        const auto found = places.find(string_at(link.left));
        if (found != places.end() && found->second != kNowhere) link.right = found->second;
      }
    }
  }

  // Where each of the texts stands as a whole string, if there is one such place.
  static void find_strings(const ImageRegion& region,
                           std::unordered_map<std::string_view, std::uint64_t>& places) {
    std::vector<bool> lengths(kLongestCompared);
    for (const auto& [text, place] : places) lengths[text.size()] = true;
    std::unordered_set<std::string_view> several;
    const std::string_view text = as_text(region.bytes);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\0', at), text.size());
      if (end - at < lengths.size() && lengths[end - at]) {
        const auto found = places.find(text.substr(at, end - at));
        if (found != places.end()) {
          if (found->second != kNowhere) several.insert(found->first);
          found->second = region.address + at;
        }
      }
      at = end + 1;
    }
    for (const std::string_view each : several) places[each] = kNowhere;
  }

  void place(std::size_t count, bool with_data) {
    certificate_.pieces.clear();
    for (std::size_t i = 0; i < count; ++i) {
      const ImageRegion& a = left_.regions[i];
      const ImageRegion& b = right_.regions[i];
      if (!split_[i]) {
        certificate_.pieces.push_back({a.address, b.address, a.size, b.size, false});
      } else if (a.executable) {
        for (const Piece& piece : pair_functions(left_, right_, a, b)) {
          if (piece.edit) {
            certificate_.pieces.push_back(piece);
          } else {
            add(piece);
          }
        }
      } else if (with_data) {
        split(a, b);
      }
    }
  }

  void split(const ImageRegion& a, const ImageRegion& b) {
    std::vector<Link> links = {{a.address, b.address}};
    std::uint64_t text_end = end_of_text(a, a.address);
    for (auto at = std::lower_bound(links_.begin(), links_.end(), Link{a.address, 0});
         at != links_.end() && at->left - a.address < a.size; ++at) {
      if (at->left == a.address) {
        links.front() = *at;
      } else if (at->left >= text_end) {
        links.push_back(*at);
        text_end = is_table(at->left) ? at->left : std::min(end_of_text(a, at->left), end_of_thing(at->left));
      }
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
  static std::uint64_t end_of_text(const ImageRegion& a, std::uint64_t begin) {
    const Bytes rest = a.bytes.subspan(begin - a.address);
    const auto end = std::find_if_not(rest.begin(), rest.end(), printable);
    return begin + static_cast<std::uint64_t>(end - rest.begin());
  }

  // As far as something states it.
  std::uint64_t end_of_thing(std::uint64_t begin) const {
    const auto next =
        std::upper_bound(left_.extents.begin(), left_.extents.end(), begin,
                         [](std::uint64_t value, const ImageExtent& extent) { return value < extent.begin; });
    return next != left_.extents.begin() && std::prev(next)->begin == begin ? std::prev(next)->end : kNowhere;
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
      // A string is as long as its NUL says when filler follows.
      const std::uint64_t used = used_size(a, link.left, left_end);
      const bool is_string = used > 0 && string_size(a, link.left, left_end) == used + 1;
      add({link.left, link.right, is_string ? std::min(size, used + 1) : size, 0, false});
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
