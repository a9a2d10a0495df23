#include "formats/stream/gnu_deflate.h"

#include <algorithm>
#include <array>
#include <vector>

#include "formats/stream/deflate_block.h"

namespace unrepro {
namespace {

constexpr std::uint32_t kWindow = 1u << 15;
constexpr unsigned kShortest = 3;
constexpr unsigned kLongest = 258;
constexpr std::uint32_t kLookahead = kLongest + kShortest + 1;
constexpr std::uint32_t kFarthest = kWindow - kLookahead;
constexpr std::uint32_t kTooFarForShortest = 4096;
constexpr unsigned kHashBits = 15;
constexpr std::size_t kBlockSymbols = 0x7fff;
constexpr std::size_t kCheckEvery = 0x1000;

// What a level searches for. Lengths in bytes.
struct Effort {
  unsigned good;  // a match this long makes the search for a better one shorter
  unsigned lazy;  // lazy: longer matches are taken at once; greedy: only shorter ones are entered in the hash
  unsigned nice;  // the search ends with a match this long
  unsigned attempts;  // candidates looked at
  bool is_lazy;       // is the match at the next byte tried as well?
};
constexpr std::array<Effort, 9> kEfforts = {{{4, 4, 8, 4, false},
                                             {4, 5, 16, 8, false},
                                             {4, 6, 32, 32, false},
                                             {4, 4, 16, 16, true},
                                             {8, 16, 32, 32, true},
                                             {8, 16, 128, 128, true},
                                             {8, 32, 128, 256, true},
                                             {32, 128, 258, 1024, true},
                                             {32, 258, 258, 4096, true}}};

struct Match {
  unsigned length = 0;
  std::uint32_t begin = 0;
};

class GnuDeflate {
 public:
  GnuDeflate(int level, Bytes plain, bool whole, Follower& follower)
      : level_(level),
        effort_(kEfforts[static_cast<std::size_t>(level - 1)]),
        plain_(plain),
        size_(static_cast<std::uint32_t>(plain.size())),
        whole_(whole),
        follower_(follower),
        filled_(std::min(size_, 2 * kWindow)),
        at_end_(size_ == 0),
        heads_(std::size_t{1} << kHashBits),
        previous_(kWindow) {
    symbols_.reserve(kBlockSymbols);
    refill();
  }

  void run() { effort_.is_lazy ? lazy() : greedy(); }

 private:
  void lazy();
  void greedy();
  std::uint32_t enter(std::uint32_t position);
  std::uint8_t seen(std::uint32_t offset) const;
  unsigned common_length(std::uint32_t candidate) const;
  // Close to the end of its window the program does not search, which matters at the end of the plaintext
  // only.
  bool reachable(std::uint32_t candidate) const {
    return candidate != 0 && position_ - candidate <= kFarthest &&
           position_ - base_ <= 2 * kWindow - kLookahead;
  }
  Match longest_match(std::uint32_t candidate, unsigned beat) const;
  bool add(DeflateSymbol symbol);
  bool worth_ending() const;
  void end_block(bool last);
  void refill();
  bool stopped() const {
    return !follower_.same() || (!whole_ && (follower_.enough() || position_ > kPrefixAtMost));
  }

  int level_;
  Effort effort_;
  Bytes plain_;
  std::uint32_t size_;
  bool whole_;
  Follower& follower_;
  std::uint32_t position_ = 0;
  std::uint32_t block_begin_ = 0;
  // The program holds two windows of plaintext and moves on by one; a block whose start has moved out cannot
  // be stored any more.
  std::uint32_t base_ = 0;
  std::uint32_t filled_;
  bool at_end_;
  // Latest position of each hash, and before each position the one with the same hash. 0 means none, so that
  // the first byte never begins a match.
  std::vector<std::uint32_t> heads_;
  std::vector<std::uint32_t> previous_;
  std::vector<DeflateSymbol> symbols_;
  std::array<std::uint32_t, 30> distances_{};
  std::size_t matches_ = 0;
  DeflateBlockWriter writer_;
};

void GnuDeflate::refill() {
  while (filled_ - position_ < kLookahead && !at_end_) {
    if (position_ - base_ >= kWindow + kFarthest) base_ += kWindow;
    const std::uint32_t more = std::min(size_ - filled_, base_ + 2 * kWindow - filled_);
    at_end_ = more == 0;
    filled_ += more;
  }
}

// What the program's window holds at this offset. Behind the end of the plaintext that is two zeros and then
// what was there before: zeros in the first window, the data of the window before later. Hashes and searches
// see it.
std::uint8_t GnuDeflate::seen(std::uint32_t offset) const {
  if (offset < size_) return plain_[offset];
  if (offset < size_ + kShortest - 1 || base_ == 0) return 0;
  return plain_[offset - kWindow];
}

// Enters the three bytes at `position`; gives the latest position with the same hash.
std::uint32_t GnuDeflate::enter(std::uint32_t position) {
  std::uint32_t hash = 0;
  for (std::uint32_t i = position; i < position + kShortest; ++i) {
    hash = hash << (kHashBits / kShortest) ^ seen(i);
  }
  hash &= (1u << kHashBits) - 1;
  const std::uint32_t before = heads_[hash];
  previous_[position % kWindow] = before;
  heads_[hash] = position;
  return before;
}

unsigned GnuDeflate::common_length(std::uint32_t candidate) const {
  unsigned length = 0;
  if (size_ - position_ >= kLongest) {
    const std::uint8_t* here = plain_.data() + position_;
    const std::uint8_t* there = plain_.data() + candidate;
    while (length < kLongest && there[length] == here[length]) ++length;
  } else {
    while (length < kLongest && seen(candidate + length) == seen(position_ + length)) ++length;
  }
  return length;
}

// The nearest of the longest matches, if it is longer than `beat`; its length is `beat` otherwise. What
// reaches behind the end of the plaintext is cut only after the search.
Match GnuDeflate::longest_match(std::uint32_t candidate, unsigned beat) const {
  const std::uint32_t limit = position_ > kFarthest ? position_ - kFarthest : 0;
  unsigned attempts = beat >= effort_.good ? effort_.attempts / 4 : effort_.attempts;
  Match best{beat, 0};
  do {
    if (seen(candidate + best.length) == seen(position_ + best.length)) {
      const unsigned length = common_length(candidate);
      if (length > best.length) {
        best = {length, candidate};
        if (length >= effort_.nice) break;
      }
    }
    candidate = previous_[candidate % kWindow];
  } while (candidate > limit && --attempts != 0);
  best.length = std::min<unsigned>(best.length, size_ - position_);
  return best;
}

// Is what is gathered so far so compressible that it should not share its codes with what follows?
bool GnuDeflate::worth_ending() const {
  std::uint64_t bits = symbols_.size() * 8;
  for (unsigned code = 0; code < distances_.size(); ++code) {
    bits += std::uint64_t{distances_[code]} * (5 + distance_extra_bits(code));
  }
  return matches_ < symbols_.size() / 2 && bits / 8 < (position_ - block_begin_) / 2;
}

// True when the block is to be ended.
bool GnuDeflate::add(DeflateSymbol symbol) {
  symbols_.push_back(symbol);
  if (symbol.distance != 0) {
    ++matches_;
    ++distances_[distance_code(symbol.distance)];
  }
  if (level_ > 2 && symbols_.size() % kCheckEvery == 0 && worth_ending()) return true;
  return symbols_.size() == kBlockSymbols;
}

void GnuDeflate::end_block(bool last) {
  const std::uint32_t length = position_ - block_begin_;
  const Bytes source = block_begin_ < base_ ? Bytes{} : plain_.subspan(block_begin_, length);
  writer_.write(symbols_, source, length, last);
  follower_.accept(writer_.take());
  symbols_.clear();
  distances_ = {};
  matches_ = 0;
  block_begin_ = position_;
}

void GnuDeflate::greedy() {
  while (position_ < size_ && !stopped()) {
    const std::uint32_t candidate = enter(position_);
    Match match;
    if (reachable(candidate)) match = longest_match(candidate, kShortest - 1);
    bool full = false;
    if (match.length >= kShortest) {
      full = add(
          {static_cast<std::uint16_t>(position_ - match.begin), static_cast<std::uint16_t>(match.length)});
      const std::uint32_t end = position_ + match.length;
      if (match.length <= effort_.lazy) {
        while (++position_ < end) enter(position_);
      }
      position_ = end;
    } else {
      full = add({0, plain_[position_]});
      ++position_;
    }
    if (full) end_block(false);
    refill();
  }
  if (position_ == size_) end_block(true);
}

void GnuDeflate::lazy() {
  bool literal_waits = false;  // the byte before position_ is not yet emitted
  Match match{kShortest - 1, 0};
  while (position_ < size_ && !stopped()) {
    const std::uint32_t candidate = enter(position_);
    const Match before = match;
    match = {kShortest - 1, 0};
    if (before.length < effort_.lazy && reachable(candidate)) {
      match = longest_match(candidate, before.length);
      if (match.length == kShortest && position_ - match.begin > kTooFarForShortest)
        match.length = kShortest - 1;
    }
    if (before.length >= kShortest && match.length <= before.length) {
      const bool full = add({static_cast<std::uint16_t>(position_ - 1 - before.begin),
                             static_cast<std::uint16_t>(before.length)});
      const std::uint32_t end = position_ - 1 + before.length;
      while (++position_ < end) enter(position_);
      literal_waits = false;
      match = {kShortest - 1, 0};
      if (full) end_block(false);
    } else {
      if (literal_waits && add({0, plain_[position_ - 1]})) end_block(false);
      literal_waits = true;
      ++position_;
    }
    refill();
  }
  if (position_ != size_) return;
  if (literal_waits) add({0, plain_[position_ - 1]});
  end_block(true);
}

}  // namespace

void follow_gnu_deflate(int level, Bytes plain, bool whole, Follower& follower) {
  GnuDeflate(level, plain, whole, follower).run();
}

}  // namespace unrepro
