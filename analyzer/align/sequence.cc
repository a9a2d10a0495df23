// Problem: pair the elements of two sequences in order, as many as possible, in time that an adversary cannot
// make quadratic.
//
// Method: a list of regions, at first one that spans everything, is refined in rounds. In each round a region
// 1. loses its common prefix and suffix;
// 2. is aligned optimally by Myers' greedy algorithm (An O(ND) Difference Algorithm, 1986) if that ends
// within a
//    budget of steps; the whole trace is kept, because the bound on D makes it small;
// 3. else is cut at anchors: elements that occur once on either side, or, where there are none, windows of 4,
//    16 or 64 elements that do. The longest chain of anchors in increasing order is kept and every anchor is
//    extended by equal elements. What lies between becomes regions of the next round, where more elements are
//    unique;
// 4. else is settled: k-th occurrences of equal elements are paired, or equal positions if that pairs more.
//
// Bound: a round spends a constant number of steps an element plus the sort inside the chain, and there is a
// constant number of rounds. Hash tables probe at most kMaxProbes slots: an element that finds no room is no
// anchor, so crafted hashes cost quality and not time.

#include "analyzer/align/sequence.h"

#include <algorithm>
#include <array>
#include <bit>

#include "analyzer/align/permutation.h"

namespace unrepro {
namespace {

constexpr std::uint32_t kNone = 0xffffffff;
constexpr std::uint32_t kMany = 0xfffffffe;
constexpr std::uint32_t kMaxProbes = 32;
constexpr std::size_t kMinSlots = 16;
constexpr std::array<std::size_t, 3> kWindows = {4, 16, 64};
constexpr std::uint64_t kMix = 0x9e3779b97f4a7c15;

using Elements = std::span<const std::uint64_t>;

// Hashes of all windows of a sequence, front to back.
class Window {
 public:
  Window(Elements elements, std::size_t width) : elements_(elements), width_(width) {
    for (std::size_t i = 0; i < width; ++i) {
      if (i > 0) outgoing_ *= kMix;
      hash_ = hash_ * kMix + elements[i];
    }
  }
  std::uint64_t hash() const { return hash_; }
  // Requires another element behind the window.
  void advance() {
    hash_ -= elements_[at_] * outgoing_;
    hash_ = hash_ * kMix + elements_[at_ + width_];
    ++at_;
  }

 private:
  Elements elements_;
  std::size_t width_;
  std::size_t at_ = 0;
  std::uint64_t hash_ = 0;
  std::uint64_t outgoing_ = 1;  // factor of the oldest element
};

// Calls use(position, hash) for every window.
template <class Use>
void each_window(Elements elements, std::size_t width, const Use& use) {
  if (elements.size() < width) return;
  Window window(elements, width);
  for (std::size_t at = 0;; ++at) {
    use(static_cast<std::uint32_t>(at), window.hash());
    if (at + width == elements.size()) return;
    window.advance();
  }
}

// Open addressing with a bounded number of probes.
class Occurrences {
 public:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t left = kNone, right = kNone;
    bool free() const { return left == kNone && right == kNone; }
  };

  void reset(std::size_t elements) {
    const std::size_t slots = std::bit_ceil(std::max(kMinSlots, elements + elements / 3));
    shift_ = 64 - std::countr_zero(slots);
    slots_.assign(slots, Slot{});
  }
  // The slot of this hash; when there is none, a free one with the hash set if `insert`, or null.
  Slot* find(std::uint64_t hash, bool insert) {
    std::size_t at = (hash * kMix) >> shift_;
    for (std::uint32_t probe = 0; probe < kMaxProbes; ++probe, at = (at + 1) & (slots_.size() - 1)) {
      Slot& slot = slots_[at];
      if (slot.free()) {
        if (!insert) return nullptr;
        slot.hash = hash;
        return &slot;
      }
      if (slot.hash == hash) return &slot;
    }
    return nullptr;
  }
  std::span<const Slot> slots() const { return slots_; }

 private:
  std::vector<Slot> slots_;
  int shift_ = 0;
};

struct Region {
  Hunk at;
  bool settled = false;
};

class Aligner {
 public:
  Aligner(Elements left, Elements right, const AlignCost& cost) : left_(left), right_(right), cost_(cost) {}

  std::vector<Hunk> run() {
    std::vector<Region> regions = {{{0, left_.size(), 0, right_.size()}}};
    for (std::uint32_t round = 0; round <= cost_.max_rounds && !regions.empty(); ++round) {
      next_.clear();
      bool open = false;
      for (const Region& region : regions) {
        if (region.settled) {
          next_.push_back(region);
        } else {
          open |= refine(region.at, round == cost_.max_rounds);
        }
      }
      regions.swap(next_);
      if (!open) break;
    }
    return merged(regions);
  }

 private:
  // Appends to next_ what is left of the region; true when another round may improve it.
  bool refine(Hunk region, bool last_round) {
    trim(region);
    const Elements l = lefts(region), r = rights(region);
    if (l.empty() && r.empty()) return false;
    if (l.empty() || r.empty() || l.size() >= kMany || r.size() >= kMany) {
      settle(region);
      return false;
    }
    if (myers(region)) return false;
    if (!last_round) {
      if (!find_unique(l, r, 1)) {
        settle(region);
        return false;
      }
      if (cut(region)) return true;
    }
    pair_occurrences(region);
    return false;
  }

  Elements lefts(const Hunk& region) const {
    return left_.subspan(region.left_begin, region.left_end - region.left_begin);
  }
  Elements rights(const Hunk& region) const {
    return right_.subspan(region.right_begin, region.right_end - region.right_begin);
  }

  void settle(const Hunk& hunk) {
    if (hunk.left_begin != hunk.left_end || hunk.right_begin != hunk.right_end) next_.push_back({hunk, true});
  }

  void trim(Hunk& region) const {
    const Elements l = lefts(region), r = rights(region);
    const std::size_t shorter = std::min(l.size(), r.size());
    const auto prefix =
        static_cast<std::size_t>(std::mismatch(l.begin(), l.begin() + shorter, r.begin()).first - l.begin());
    const auto suffix = static_cast<std::size_t>(
        std::mismatch(l.rbegin(), l.rbegin() + (shorter - prefix), r.rbegin()).first - l.rbegin());
    region.left_begin += prefix;
    region.right_begin += prefix;
    region.left_end -= suffix;
    region.right_end -= suffix;
  }

  // Where a path enters a diagonal (left minus right position), and by which edit.
  struct Entry {
    std::int64_t left = -1;  // position after the edit; negative when no path gets there
    bool from_left = false;  // an element of the left side is left out; else one of the right side is put in
  };
  // `before`: the furthest left positions with one edit less, from the lowest diagonal up, kNone where there
  // is none; `index`: of the diagonal among those with `edits` edits.
  static Entry enter(const std::uint32_t* before, std::int64_t edits, std::int64_t index, std::int64_t n,
                     std::int64_t m) {
    Entry entry;
    const std::uint32_t below = index > 0 ? before[index - 1] : kNone;
    const std::uint32_t above = index < edits ? before[index] : kNone;
    if (below != kNone && below < n) entry = {std::int64_t{below} + 1, true};
    const std::int64_t diagonal = 2 * index - edits;
    if (above != kNone && above - diagonal <= m && above > entry.left) entry = {std::int64_t{above}, false};
    return entry;
  }
  // What trace_ holds before the furthest positions with `edits` edits.
  static std::size_t trace_size(std::int64_t edits) {
    return static_cast<std::size_t>(edits * (edits + 1) / 2);
  }

  bool myers(const Hunk& region) {
    const Elements l = lefts(region), r = rights(region);
    const auto n = static_cast<std::int64_t>(l.size()), m = static_cast<std::int64_t>(r.size());
    const std::int64_t budget = (n + m) * cost_.steps_per_element;
    if (std::abs(n - m) > cost_.max_edits) return false;
    trace_.assign(1, 0);  // after trimming nothing is reached without edits
    std::int64_t steps = 0;
    for (std::int64_t edits = 1; edits <= cost_.max_edits; ++edits) {
      trace_.resize(trace_size(edits + 1));
      const std::uint32_t* before = &trace_[trace_size(edits - 1)];
      std::uint32_t* reached = &trace_[trace_size(edits)];
      for (std::int64_t index = 0; index <= edits; ++index) {
        const std::int64_t diagonal = 2 * index - edits;
        const Entry entry = enter(before, edits, index, n, m);
        std::int64_t at = entry.left;
        if (at >= 0) {
          while (at < n && at - diagonal < m && l[at] == r[at - diagonal]) ++at;
          steps += at - entry.left;
        }
        reached[index] = at < 0 ? kNone : static_cast<std::uint32_t>(at);
        if (++steps > budget) return false;
        if (at == n && at - diagonal == m) {
          emit_path(region, edits, n, m);
          return true;
        }
      }
    }
    return false;
  }

  // Walks the trace back from the end and appends the edits as hunks.
  void emit_path(const Hunk& region, std::int64_t edits, std::int64_t n, std::int64_t m) {
    path_.clear();
    std::int64_t diagonal = n - m;
    for (; edits > 0; --edits) {
      const Entry entry = enter(&trace_[trace_size(edits - 1)], edits, (diagonal + edits) / 2, n, m);
      const std::int64_t right = entry.left - diagonal;
      const std::int64_t left_size = entry.from_left ? 1 : 0;
      path_.push_back({region.left_begin + (entry.left - left_size), region.left_begin + entry.left,
                       region.right_begin + (right - 1 + left_size), region.right_begin + right});
      diagonal += entry.from_left ? -1 : 1;
    }
    for (auto edit = path_.rbegin(); edit != path_.rend(); ++edit) settle(*edit);
  }

  // Cuts the region at anchors into regions for the next round; false when there are none. Requires
  // find_unique() of single elements.
  bool cut(const Hunk& region) {
    if (emit_anchors(region, false)) return true;
    const Elements l = lefts(region), r = rights(region);
    for (const std::size_t width : kWindows) {
      if (std::min(l.size(), r.size()) < width || !find_unique(l, r, width)) return false;
      if (emit_anchors(region, false)) return true;
    }
    return false;
  }

  // Fills partner_ with windows that occur once on either side. False when no window occurs on both.
  bool find_unique(Elements l, Elements r, std::size_t width) {
    table_.reset(l.size());
    each_window(l, width, [&](std::uint32_t at, std::uint64_t hash) {
      Occurrences::Slot* slot = table_.find(hash, true);
      if (slot != nullptr) slot->left = slot->free() ? at : kMany;
    });
    bool shared = false;
    each_window(r, width, [&](std::uint32_t at, std::uint64_t hash) {
      Occurrences::Slot* slot = table_.find(hash, false);
      if (slot == nullptr) return;
      shared = true;
      slot->right = slot->right == kNone ? at : kMany;
    });
    partner_.assign(l.size(), kNone);
    for (const Occurrences::Slot& slot : table_.slots()) {
      if (slot.left < kMany && slot.right < kMany) partner_[slot.left] = slot.right;
    }
    return shared;
  }

  // Reduces partner_ to its longest increasing chain, in anchors_; returns its length.
  std::size_t chain() {
    anchors_.clear();
    values_.clear();
    for (std::uint32_t at = 0; at < partner_.size(); ++at) {
      if (partner_[at] == kNone) continue;
      anchors_.push_back(at);
      values_.push_back(partner_[at]);
    }
    const std::vector<std::uint32_t> kept = longest_increasing_subsequence(values_);
    for (std::size_t i = 0; i < kept.size(); ++i) anchors_[i] = anchors_[kept[i]];
    anchors_.resize(kept.size());
    return kept.size();
  }

  // Appends what lies between the anchors of partner_'s chain, each extended by the equal elements behind it.
  // False when no anchor pairs equal elements (a window's hash may collide).
  bool emit_anchors(const Hunk& region, bool settled) {
    chain();
    const Elements l = lefts(region), r = rights(region);
    std::size_t left = 0, right = 0;
    bool any = false;
    const auto between = [&](std::size_t left_end, std::size_t right_end) {
      if (left == left_end && right == right_end) return;
      next_.push_back({{region.left_begin + left, region.left_begin + left_end, region.right_begin + right,
                        region.right_begin + right_end},
                       settled});
    };
    for (const std::uint32_t anchor : anchors_) {
      std::size_t i = anchor, j = partner_[anchor];
      if (i < left || j < right || l[i] != r[j]) continue;
      between(i, j);
      while (i < l.size() && j < r.size() && l[i] == r[j]) ++i, ++j;
      left = i;
      right = j;
      any = true;
    }
    if (any) between(l.size(), r.size());
    return any;
  }

  // The last resort, linear: pairs k-th occurrences, or equal positions if the sides are equally long and
  // that pairs more.
  void pair_occurrences(const Hunk& region) {
    const Elements l = lefts(region), r = rights(region);
    table_.reset(r.size());
    later_.assign(r.size(), kNone);
    for (std::size_t i = r.size(); i-- > 0;) {
      Occurrences::Slot* slot = table_.find(r[i], true);
      if (slot == nullptr) continue;
      slot->left = 0;  // taken for good, also when its occurrences are used up
      later_[i] = slot->right;
      slot->right = static_cast<std::uint32_t>(i);
    }
    partner_.assign(l.size(), kNone);
    for (std::size_t i = 0; i < l.size(); ++i) {
      Occurrences::Slot* slot = table_.find(l[i], false);
      if (slot == nullptr || slot->right == kNone) continue;
      partner_[i] = slot->right;
      slot->right = later_[slot->right];
    }
    if (l.size() == r.size()) {
      std::size_t equal = 0;
      for (std::size_t i = 0; i < l.size(); ++i) equal += l[i] == r[i] ? 1 : 0;
      if (equal >= chain()) {
        for (std::uint32_t i = 0; i < l.size(); ++i) partner_[i] = l[i] == r[i] ? i : kNone;
      }
    }
    if (!emit_anchors(region, true)) settle(region);
  }

  static std::vector<Hunk> merged(const std::vector<Region>& regions) {
    std::vector<Hunk> hunks;
    for (const Region& region : regions) {
      if (!hunks.empty() && hunks.back().left_end == region.at.left_begin &&
          hunks.back().right_end == region.at.right_begin) {
        hunks.back().left_end = region.at.left_end;
        hunks.back().right_end = region.at.right_end;
      } else {
        hunks.push_back(region.at);
      }
    }
    return hunks;
  }

  Elements left_, right_;
  AlignCost cost_;
  std::vector<Region> next_;
  std::vector<std::uint32_t> trace_;
  std::vector<Hunk> path_;
  Occurrences table_;
  std::vector<std::uint32_t> partner_, later_, anchors_, values_;
};

}  // namespace

std::vector<Hunk> align_sequences(std::span<const std::uint64_t> left, std::span<const std::uint64_t> right,
                                  const AlignCost& cost) {
  return Aligner(left, right, cost).run();
}

}  // namespace unrepro
