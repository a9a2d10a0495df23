// Problem: where do two runs of bytes differ, when nothing is known of their structure, some parts were
// overwritten and others inserted or removed, and both may have been written by an adversary?
//
// Method: 1. Common prefix and suffix are dropped. Equally long sides are compared position by position
// first; if little differs, each differing stretch is aligned on its own, else the whole.
// 2. A window of 32 bytes is rolled over both sides; where its hash falls into a fixed class (once in 16
// positions, more rarely in large input), the window becomes a fingerprint. Equal content gives equal
// fingerprints wherever it lies. The two sequences of fingerprints are aligned (sequence.h); every pair is
// verified byte by byte and extended forward as far as the bytes agree.
// 3. What remains between: small edits, behind which the bytes go on alike, are stepped over. The rest is
// aligned again with denser fingerprints, and finally, where it is small, with all words of 8 bytes. What
// finds no anchor differs as a whole, or by position if the sides are equally long.
//
// Bound: kLevels passes of constant work a byte. Fingerprints keep a minimum distance, so that periodic
// content cannot make more of them, and the last level has a total budget of bytes. Anchors are never taken
// from a hash.

#include "analyzer/align/bytes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "analyzer/align/sequence.h"

namespace unrepro {
namespace {

constexpr std::uint64_t kMergeBelow = 8;
constexpr std::size_t kWindow = 32;
constexpr std::size_t kWord = 8;
constexpr std::size_t kMaxFingerprints = 1 << 16;  // expected, a side and call
constexpr std::size_t kMinSpacing = 32, kMaxSpacing = 1 << 24;
constexpr int kLevels = 3;
constexpr std::size_t kSmallRegion = 1 << 10;  // aligned by words of 8 bytes
constexpr std::size_t kWordBudget = 1 << 18;   // bytes aligned by words in all
constexpr std::size_t kStretch = 64;           // equal bytes that end a stretch of positional differences
constexpr std::size_t kReach = 16;             // bytes of both sides that a small edit may take
constexpr std::size_t kResync = 16;            // equal bytes that must follow it
constexpr AlignCost kCost = {.max_edits = 64, .steps_per_element = 2, .max_rounds = 2};

// One value a byte, for the rolling hash: splitmix64 over 1 to 256.
constexpr std::array<std::uint32_t, 256> make_gear() {
  std::array<std::uint32_t, 256> gear{};
  std::uint64_t state = 0;
  for (std::uint32_t& value : gear) {
    state += 0x9e3779b97f4a7c15;
    std::uint64_t mixed = state;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    value = static_cast<std::uint32_t>(mixed ^ (mixed >> 31));
  }
  return gear;
}
constexpr std::array<std::uint32_t, 256> kGear = make_gear();

// Windows chosen as candidates for anchors: their hashes and where they begin.
struct Fingerprints {
  std::size_t width = 0;
  std::vector<std::uint64_t> hashes;
  std::vector<std::uint64_t> positions;

  void add(std::uint64_t hash, std::size_t position) {
    hashes.push_back(hash);
    positions.push_back(position);
  }
};

// The rolling hash is 32 bits wide and shifts by one a byte, hence depends on the last kWindow bytes exactly.
Fingerprints sample(Bytes bytes, std::size_t spacing) {
  Fingerprints result{.width = kWindow};
  const int shift = 32 - std::countr_zero(spacing);
  std::uint32_t hash = 0;
  std::size_t earliest = kWindow - 1;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    hash = (hash << 1) + kGear[bytes[at]];
    if (hash >> shift != 0 || at < earliest) [[likely]]
      continue;
    earliest = at + spacing / 4;
    const std::size_t begin = at + 1 - kWindow;
    result.add(XXH3_64bits(bytes.data() + begin, kWindow), begin);
  }
  return result;
}

Fingerprints all_words(Bytes bytes) {
  Fingerprints result{.width = kWord};
  for (std::size_t at = 0; at + kWord <= bytes.size(); ++at) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + at, kWord);
    result.add(word, at);
  }
  return result;
}

class Aligner {
 public:
  Aligner(Bytes left, Bytes right, std::size_t max_runs)
      : left_(left), right_(right), runs_(left, right, max_runs, kMergeBelow, true) {}

  ByteDiff run() {
    align({0, left_.size(), 0, right_.size()}, 0);
    return runs_.finish();
  }

 private:
  Bytes lefts(const Hunk& region) const {
    return left_.subspan(region.left_begin, region.left_end - region.left_begin);
  }
  Bytes rights(const Hunk& region) const {
    return right_.subspan(region.right_begin, region.right_end - region.right_begin);
  }

  // The depth of the recursion is at most kLevels, plus one for stretches.
  void align(Hunk region, int level) {
    skip_prefix(region);
    if (level > 0) step_over_small_edits(region);
    const std::size_t suffix = common_suffix(lefts(region), rights(region));
    region.left_end -= suffix;
    region.right_end -= suffix;
    const Bytes l = lefts(region), r = rights(region);
    if (level == 0 && l.size() == r.size() && mostly_equal(l, r)) {
      each_stretch(region, kStretch, [&](const Hunk& stretch) { align(stretch, 1); });
    } else {
      cut(region, level);
    }
  }

  void skip_prefix(Hunk& region) const {
    const std::size_t prefix = common_prefix(lefts(region), rights(region));
    region.left_begin += prefix;
    region.right_begin += prefix;
  }

  // Drops from the front what differs in a few bytes only and goes on with at least kResync equal ones.
  void step_over_small_edits(Hunk& region) {
    for (;;) {
      const Bytes l = lefts(region), r = rights(region);
      if (std::min(l.size(), r.size()) < kReach + kResync) return;
      const Span edit = small_edit(l.data(), r.data());
      if (edit.begin + edit.length == 0) return;
      add({region.left_begin, region.left_begin + edit.begin, region.right_begin,
           region.right_begin + edit.length});
      region.left_begin += edit.begin;
      region.right_begin += edit.length;
      skip_prefix(region);
    }
  }

  // The pair of ranges (lengths on the left and right) behind which kResync bytes agree: overwritten bytes
  // first, then the shortest ones of unequal length; two zeros when there are none of up to kReach bytes
  // together. Requires kReach + kResync bytes on both sides.
  static Span small_edit(const std::uint8_t* l, const std::uint8_t* r) {
    for (std::size_t both = 1; both <= kReach / 2; ++both) {
      if (std::memcmp(l + both, r + both, kResync) == 0) return {both, both};
    }
    for (std::size_t both = 1; both <= kReach; ++both) {
      for (std::size_t left = 0; left <= both; ++left) {
        if (std::memcmp(l + left, r + (both - left), kResync) == 0) return {left, both - left};
      }
    }
    return {};
  }

  // Aligns by anchors, or settles.
  void cut(const Hunk& region, int level) {
    const Bytes l = lefts(region), r = rights(region);
    const std::size_t shorter = std::min(l.size(), r.size());
    const std::size_t longer = std::max(l.size(), r.size());
    if (level >= kLevels || shorter < kWord || longer < 2 * kWord) return settle(region);
    if (longer <= kSmallRegion) {
      if (l.size() + r.size() > word_budget_) return settle(region);
      word_budget_ -= l.size() + r.size();
      return by_anchors(region, all_words(l), all_words(r), kLevels);
    }
    if (shorter < kWindow) return settle(region);
    const std::size_t spacing =
        std::clamp(std::bit_ceil(longer / kMaxFingerprints), kMinSpacing, kMaxSpacing);
    by_anchors(region, sample(l, spacing), sample(r, spacing), level + 1);
  }

  void by_anchors(const Hunk& region, const Fingerprints& ours, const Fingerprints& theirs, int next_level) {
    const Bytes l = lefts(region), r = rights(region);
    std::size_t left = 0, right = 0;  // aligned up to here
    const auto between = [&](std::size_t left_end, std::size_t right_end) {
      const Hunk gap = {region.left_begin + left, region.left_begin + left_end, region.right_begin + right,
                        region.right_begin + right_end};
      left == 0 && right == 0 && left_end == l.size() && right_end == r.size() ? settle(gap)
                                                                               : align(gap, next_level);
    };
    const auto anchor = [&](std::size_t i, std::size_t j) {
      if (i < left || j < right || std::memcmp(l.data() + i, r.data() + j, ours.width) != 0) return;
      between(i, j);
      const std::size_t length = common_prefix(l.subspan(i), r.subspan(j));
      left = i + length;
      right = j + length;
    };
    std::size_t i = 0, j = 0;
    const auto paired_until = [&](std::size_t end) {
      for (; i < end; ++i, ++j) anchor(ours.positions[i], theirs.positions[j]);
    };
    for (const Hunk& hunk : align_sequences(ours.hashes, theirs.hashes, kCost)) {
      paired_until(hunk.left_begin);
      i = hunk.left_end;
      j = hunk.right_end;
    }
    paired_until(ours.positions.size());
    between(l.size(), r.size());
  }

  void settle(const Hunk& region) {
    if (region.left_end - region.left_begin == region.right_end - region.right_begin) {
      each_stretch(region, kMergeBelow, [&](const Hunk& stretch) { add(stretch); });
    } else {
      add(region);
    }
  }

  void add(const Hunk& hunk) { runs_.add(hunk.left_begin, hunk.left_end, hunk.right_begin, hunk.right_end); }

  // Calls use() for every stretch of positions that differ, stretches being at least `apart` equal bytes
  // apart. Requires equally long sides.
  template <class Use>
  void each_stretch(const Hunk& region, std::size_t apart, const Use& use) {
    const Bytes l = lefts(region), r = rights(region);
    std::size_t at = common_prefix(l, r);
    while (at < l.size()) {
      std::size_t end = at + 1;  // behind the last byte known to differ
      for (std::size_t next = end; next < l.size() && next - end < apart; ++next) {
        if (l[next] != r[next]) end = next + 1;
      }
      use(Hunk{region.left_begin + at, region.left_begin + end, region.right_begin + at,
               region.right_begin + end});
      at = end + common_prefix(l.subspan(end), r.subspan(end));
    }
  }

  // Whether at most one position in 16 differs: overwritten rather than shifted.
  static bool mostly_equal(Bytes l, Bytes r) {
    std::size_t different = 0;
    for (std::size_t at = 0; at < l.size(); ++at) different += l[at] != r[at] ? 1 : 0;
    return different <= l.size() / 16;
  }

  Bytes left_, right_;
  RunCollector runs_;
  std::size_t word_budget_ = kWordBudget;
};

}  // namespace

ByteDiff align_bytes(Bytes left, Bytes right, std::size_t max_runs) {
  return Aligner(left, right, max_runs).run();
}

}  // namespace unrepro
