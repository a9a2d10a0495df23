#include "formats/stream/deflate_block.h"

#include <algorithm>
#include <array>

namespace unrepro {
namespace {

constexpr unsigned kLiteralCodes = 286;
constexpr unsigned kDistanceCodes = 30;
constexpr unsigned kLengthCodes = 19;  // of the alphabet that spells code lengths
constexpr unsigned kEndOfBlock = 256;
constexpr unsigned kLongestCode = 15;
constexpr unsigned kLongestLengthCode = 7;

constexpr std::array<std::uint16_t, 29> kLengthBase = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                                       15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                                       67, 83, 99, 115, 131, 163, 195, 227, 258};
constexpr std::array<std::uint8_t, 29> kLengthExtra = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                                       2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
constexpr std::array<std::uint8_t, kLengthCodes> kLengthCodeOrder = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                                     11, 4,  12, 3, 13, 2, 14, 1, 15};

unsigned distance_base(unsigned code) {
  return code < 4 ? code + 1 : ((2u + (code & 1u)) << (code / 2 - 1)) + 1;
}

unsigned length_code(unsigned length) {
  const auto above = std::upper_bound(kLengthBase.begin(), kLengthBase.end(), length);
  return static_cast<unsigned>(above - kLengthBase.begin()) - 1;
}

// Code lengths of an alphabet.
struct Code {
  std::vector<std::uint8_t> lengths;
  unsigned used = 0;  // one more than the largest symbol that has a code
};

// Huffman's construction on a binary heap ordered by frequency, then by depth of the subtree. Ties within
// that are settled by the heap itself, so its steps are part of the result.
class HuffmanBuilder {
 public:
  HuffmanBuilder(std::span<const std::uint32_t> frequencies, unsigned longest)
      : symbols_(static_cast<unsigned>(frequencies.size())),
        longest_(longest),
        frequency_(frequencies.begin(), frequencies.end()),
        depth_(frequencies.size() * 2),
        parent_(frequencies.size() * 2),
        heap_(1) {
    frequency_.resize(frequencies.size() * 2);
  }

  Code build() {
    fill_heap();
    join();
    return assign_lengths();
  }

 private:
  bool before(unsigned a, unsigned b) const {
    return frequency_[a] != frequency_[b] ? frequency_[a] < frequency_[b] : depth_[a] <= depth_[b];
  }
  void sift_down(std::size_t at) {
    const unsigned node = heap_[at];
    for (std::size_t child = at * 2; child < heap_.size(); child *= 2) {
      if (child + 1 < heap_.size() && before(heap_[child + 1], heap_[child])) ++child;
      if (before(node, heap_[child])) break;
      heap_[at] = heap_[child];
      at = child;
    }
    heap_[at] = node;
  }
  void fill_heap() {
    for (unsigned symbol = 0; symbol < symbols_; ++symbol) {
      if (frequency_[symbol] == 0) continue;
      heap_.push_back(symbol);
      largest_ = symbol;
      any_ = true;
    }
    // A decoder expects at least two codes.
    while (heap_.size() < 3) {
      const unsigned symbol = !any_ ? 0 : largest_ < 2 ? largest_ + 1 : 0;
      if (!any_ || symbol > largest_) largest_ = symbol;
      any_ = true;
      frequency_[symbol] = 1;
      heap_.push_back(symbol);
    }
    for (std::size_t at = (heap_.size() - 1) / 2; at >= 1; --at) sift_down(at);
  }
  // Pairs the two rarest until one is left. Remembers the order in which nodes left the heap, reversed.
  void join() {
    unsigned next = symbols_;
    while (heap_.size() > 2) {
      const unsigned first = heap_[1];
      heap_[1] = heap_.back();
      heap_.pop_back();
      sift_down(1);
      const unsigned second = heap_[1];
      left_.push_back(first);
      left_.push_back(second);
      frequency_[next] = frequency_[first] + frequency_[second];
      depth_[next] = std::max(depth_[first], depth_[second]) + 1;
      parent_[first] = parent_[second] = next;
      heap_[1] = next++;
      sift_down(1);
    }
    left_.push_back(heap_[1]);
  }
  // Lengths from the root down, cut at the longest allowed; what was cut is made up for by moving leaves
  // down.
  Code assign_lengths() {
    std::vector<unsigned> length(symbols_ * 2);
    std::array<unsigned, kLongestCode + 1> count{};
    int overflow = 0;
    for (std::size_t i = left_.size() - 1; i-- > 0;) {
      const unsigned node = left_[i];
      length[node] = length[parent_[node]] + 1;
      if (length[node] > longest_) {
        length[node] = longest_;
        ++overflow;
      }
      if (node < symbols_) ++count[length[node]];
    }
    if (overflow > 0) {
      for (; overflow > 0; overflow -= 2) {
        unsigned bits = longest_ - 1;
        while (count[bits] == 0) --bits;
        --count[bits];
        count[bits + 1] += 2;
        --count[longest_];
      }
      std::size_t at = 0;
      for (unsigned bits = longest_; bits > 0; --bits) {
        for (unsigned n = count[bits]; n > 0; ++at) {
          if (left_[at] >= symbols_) continue;
          length[left_[at]] = bits;
          --n;
        }
      }
    }
    Code code;
    code.used = largest_ + 1;
    for (unsigned symbol = 0; symbol < symbols_; ++symbol) {
      code.lengths.push_back(frequency_[symbol] == 0 ? std::uint8_t{0}
                                                     : static_cast<std::uint8_t>(length[symbol]));
    }
    return code;
  }

  unsigned symbols_;
  unsigned longest_;
  std::vector<std::uint32_t> frequency_;
  std::vector<unsigned> depth_;
  std::vector<unsigned> parent_;
  std::vector<unsigned> heap_;  // from index 1
  std::vector<unsigned> left_;
  unsigned largest_ = 0;
  bool any_ = false;
};

// Canonical codes (section 3.2.2), bits reversed for writing.
std::vector<std::uint16_t> codes_of(std::span<const std::uint8_t> lengths) {
  std::array<unsigned, kLongestCode + 2> next{};
  for (const std::uint8_t length : lengths) {
    if (length > 0) ++next[length + 1u];
  }
  for (unsigned bits = 1; bits <= kLongestCode; ++bits)
    next[bits] = (next[bits - 1] + next[bits]) << (bits > 1 ? 1 : 0);
  std::vector<std::uint16_t> codes(lengths.size());
  for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol) {
    if (lengths[symbol] == 0) continue;
    unsigned code = next[lengths[symbol]]++;
    unsigned reversed = 0;
    for (unsigned i = 0; i < lengths[symbol]; ++i, code >>= 1) reversed = reversed << 1 | (code & 1u);
    codes[symbol] = static_cast<std::uint16_t>(reversed);
  }
  return codes;
}

// One symbol of the alphabet that spells code lengths (section 3.2.7), with its extra bits.
struct LengthToken {
  unsigned symbol;
  unsigned extra;
};
unsigned token_extra_bits(unsigned symbol) {
  return symbol < 16 ? 0 : symbol == 16 ? 2 : symbol == 17 ? 3 : 7;
}

void spell_run(unsigned length, unsigned count, bool repeats_last, std::vector<LengthToken>& tokens) {
  if (length == 0 && count >= 3) {
    tokens.push_back(count <= 10 ? LengthToken{17, count - 3} : LengthToken{18, count - 11});
    return;
  }
  if (length != 0 && count >= (repeats_last ? 3u : 4u)) {
    if (!repeats_last) {
      tokens.push_back({length, 0});
      --count;
    }
    tokens.push_back({16, count - 3});
    return;
  }
  tokens.insert(tokens.end(), count, LengthToken{length, 0});
}

// Runs are taken greedily, up to 138 zeros, 6 repetitions, or 7 when the first of them is spelled out.
void spell_lengths(std::span<const std::uint8_t> lengths, std::vector<LengthToken>& tokens) {
  int last = -1;
  for (std::size_t at = 0; at < lengths.size();) {
    const unsigned length = lengths[at];
    const bool repeats_last = static_cast<int>(length) == last;
    const std::size_t most = length == 0 ? 138 : repeats_last ? 6 : 7;
    std::size_t count = 1;
    while (count < most && at + count < lengths.size() && lengths[at + count] == length) ++count;
    spell_run(length, static_cast<unsigned>(count), repeats_last, tokens);
    last = static_cast<int>(length);
    at += count;
  }
}

struct Frequencies {
  std::array<std::uint32_t, kLiteralCodes> literal{};
  std::array<std::uint32_t, kDistanceCodes> distance{};
};

Frequencies count_symbols(std::span<const DeflateSymbol> symbols) {
  Frequencies count;
  count.literal[kEndOfBlock] = 1;
  for (const DeflateSymbol& symbol : symbols) {
    if (symbol.distance == 0) {
      ++count.literal[symbol.value];
    } else {
      ++count.literal[257 + length_code(symbol.value)];
      ++count.distance[distance_code(symbol.distance)];
    }
  }
  return count;
}

// Bits of all symbols under these code lengths.
std::uint64_t cost(const Frequencies& count, std::span<const std::uint8_t> literal,
                   std::span<const std::uint8_t> distance) {
  std::uint64_t bits = 0;
  for (unsigned i = 0; i < kLiteralCodes; ++i) {
    bits += std::uint64_t{count.literal[i]} * (literal[i] + (i > 256 ? kLengthExtra[i - 257] : 0u));
  }
  for (unsigned i = 0; i < kDistanceCodes; ++i) {
    bits += std::uint64_t{count.distance[i]} * (distance[i] + distance_extra_bits(i));
  }
  return bits;
}

// The fixed code, section 3.2.6, with its two unused symbols.
std::array<std::uint8_t, 288> fixed_literal_lengths() {
  std::array<std::uint8_t, 288> lengths{};
  for (unsigned i = 0; i < 288; ++i) lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
  return lengths;
}

}  // namespace

unsigned distance_extra_bits(unsigned code) { return code < 4 ? 0 : code / 2 - 1; }

unsigned distance_code(unsigned distance) {
  const unsigned value = distance - 1;
  if (value < 4) return value;
  const unsigned top = 31u - static_cast<unsigned>(__builtin_clz(value));
  return 2 * top + (value >> (top - 1) & 1u);
}

void DeflateBlockWriter::put(std::uint32_t value, unsigned bits) {
  pending_ |= std::uint64_t{value} << pending_bits_;
  pending_bits_ += bits;
  for (; pending_bits_ >= 8; pending_bits_ -= 8, pending_ >>= 8)
    out_.push_back(static_cast<std::uint8_t>(pending_));
}

void DeflateBlockWriter::align() {
  if (pending_bits_ > 0) put(0, 8 - pending_bits_);
}

void DeflateBlockWriter::stored(Bytes source, bool last) {
  put(last ? 1 : 0, 3);
  align();
  put(static_cast<std::uint32_t>(source.size()), 16);
  put(static_cast<std::uint32_t>(~source.size() & 0xffff), 16);
  out_.insert(out_.end(), source.begin(), source.end());
}

void DeflateBlockWriter::put_symbols(std::span<const DeflateSymbol> symbols,
                                     std::span<const std::uint8_t> literal_lengths,
                                     std::span<const std::uint8_t> distance_lengths) {
  const std::vector<std::uint16_t> literals = codes_of(literal_lengths);
  const std::vector<std::uint16_t> distances = codes_of(distance_lengths);
  for (const DeflateSymbol& symbol : symbols) {
    if (symbol.distance == 0) {
      put(literals[symbol.value], literal_lengths[symbol.value]);
      continue;
    }
    const unsigned length = length_code(symbol.value);
    put(literals[257 + length], literal_lengths[257 + length]);
    put(symbol.value - kLengthBase[length], kLengthExtra[length]);
    const unsigned distance = distance_code(symbol.distance);
    put(distances[distance], distance_lengths[distance]);
    put(symbol.distance - distance_base(distance), distance_extra_bits(distance));
  }
  put(literals[kEndOfBlock], literal_lengths[kEndOfBlock]);
}

void DeflateBlockWriter::write(std::span<const DeflateSymbol> symbols, Bytes source,
                               std::uint64_t source_length, bool last) {
  const Frequencies count = count_symbols(symbols);
  const Code literal = HuffmanBuilder(count.literal, kLongestCode).build();
  const Code distance = HuffmanBuilder(count.distance, kLongestCode).build();
  std::vector<LengthToken> tokens;
  spell_lengths(std::span(literal.lengths).first(literal.used), tokens);
  spell_lengths(std::span(distance.lengths).first(distance.used), tokens);
  std::array<std::uint32_t, kLengthCodes> token_count{};
  for (const LengthToken& token : tokens) ++token_count[token.symbol];
  const Code spelling = HuffmanBuilder(token_count, kLongestLengthCode).build();
  unsigned spelled = kLengthCodes;
  while (spelled > 4 && spelling.lengths[kLengthCodeOrder[spelled - 1]] == 0) --spelled;

  std::uint64_t dynamic_bits =
      cost(count, literal.lengths, distance.lengths) + 5 + 5 + 4 + std::uint64_t{3} * spelled;
  for (const LengthToken& token : tokens)
    dynamic_bits += spelling.lengths[token.symbol] + token_extra_bits(token.symbol);
  static const std::array<std::uint8_t, 288> kFixedLiterals = fixed_literal_lengths();
  static const std::vector<std::uint8_t> kFixedDistances(kDistanceCodes, 5);
  const std::uint64_t fixed_bits = cost(count, kFixedLiterals, kFixedDistances);
  // Whole bytes with the three bits of the block header.
  const std::uint64_t fixed_bytes = (fixed_bits + 3 + 7) / 8;
  const std::uint64_t best_bytes = std::min(fixed_bytes, (dynamic_bits + 3 + 7) / 8);
  if (source_length + 4 <= best_bytes && source.size() == source_length && source_length <= 0xffff) {
    stored(source, last);
  } else if (fixed_bytes == best_bytes) {
    put((last ? 1u : 0u) | 2u, 3);
    put_symbols(symbols, kFixedLiterals, kFixedDistances);
  } else {
    put((last ? 1u : 0u) | 4u, 3);
    put(literal.used - 257, 5);
    put(distance.used - 1, 5);
    put(spelled - 4, 4);
    for (unsigned i = 0; i < spelled; ++i) put(spelling.lengths[kLengthCodeOrder[i]], 3);
    const std::vector<std::uint16_t> codes = codes_of(spelling.lengths);
    for (const LengthToken& token : tokens) {
      put(codes[token.symbol], spelling.lengths[token.symbol]);
      put(token.extra, token_extra_bits(token.symbol));
    }
    put_symbols(symbols, literal.lengths, distance.lengths);
  }
  if (last) align();
}

}  // namespace unrepro
