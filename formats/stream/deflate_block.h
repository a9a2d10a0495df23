#pragma once
// Writes deflate blocks (RFC 1951 section 3.2) the way gzip and zlib do: the same Huffman construction,
// tie-breaking included, and the same choice between stored, fixed and dynamic codes.

#include <span>
#include <utility>
#include <vector>

#include "formats/base.h"

namespace unrepro {

// A literal, or a match of 3 to 258 bytes.
struct DeflateSymbol {
  std::uint16_t distance = 0;  // 0: a literal
  std::uint16_t value = 0;     // the literal, or the length of the match
};

// Code of a distance, 0 to 29, and its number of extra bits (section 3.2.5).
unsigned distance_code(unsigned distance);
unsigned distance_extra_bits(unsigned code);

class DeflateBlockWriter {
 public:
  // Appends one block. `source` is what the symbols stand for, or empty when the encoder has lost it, so that
  // the block cannot be stored; `source_length` is its length in any case. The last block is filled up with
  // zero bits.
  void write(std::span<const DeflateSymbol> symbols, Bytes source, std::uint64_t source_length, bool last);
  // The whole bytes written since the last call.
  std::vector<std::uint8_t> take() { return std::exchange(out_, {}); }

 private:
  void put(std::uint32_t value, unsigned bits);
  void align();
  void stored(Bytes source, bool last);
  void put_symbols(std::span<const DeflateSymbol> symbols, std::span<const std::uint8_t> literal_lengths,
                   std::span<const std::uint8_t> distance_lengths);

  std::vector<std::uint8_t> out_;
  std::uint64_t pending_ = 0;
  unsigned pending_bits_ = 0;
};

}  // namespace unrepro
