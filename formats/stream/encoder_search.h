#pragma once
// Which encoder made a stream? Candidates are run on the plaintext, and what they emit is compared with the
// stream while they emit it, so that most candidates fail after one block. All limits count bytes, never
// time, so that the answer is the same on every machine.

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "formats/format.h"

namespace unrepro {

// A plaintext up to this size is always encoded as a whole.
inline constexpr std::uint64_t kWholeAtMost = 2u << 20;
// From this size on, a prefix is tried first, because some encoders emit nothing until they have seen
// everything.
inline constexpr std::uint64_t kPrefixFrom = 256u << 10;
// At most this many bytes are a prefix, and fewer once this much of the stream was matched.
inline constexpr std::uint64_t kPrefixAtMost = 2u << 20;
inline constexpr std::uint64_t kMatchedEnough = 64u << 10;
// A prefix that yields less than this proves nothing.
inline constexpr std::uint64_t kMatchedAtLeast = 256;
// Plaintext handed to an encoder at a time.
inline constexpr std::uint64_t kFeedStep = 64u << 10;

// The start of a plaintext that is encoded to try a candidate.
inline Bytes prefix_of(Bytes plain) {
  return plain.first(std::min<std::size_t>(plain.size(), kPrefixAtMost));
}

// What a prefix tells: the encoder emits something else, nothing or too little to tell, or the same.
enum class PrefixMatch : std::uint8_t { refuted, silent, same };

// Follows an encoder's output along the stream it should reproduce.
class Follower {
 public:
  explicit Follower(Bytes expected) : expected_(expected) {}
  // False once the output departs from the stream; stays false.
  bool accept(Bytes emitted);
  bool same() const { return same_; }
  bool complete() const { return same_ && matched_ == expected_.size(); }
  // Enough is known about a prefix to stop.
  bool enough() const { return matched_ >= kMatchedEnough; }
  // At the end of a prefix.
  PrefixMatch prefix_match() const;

 private:
  Bytes expected_;
  std::uint64_t matched_ = 0;
  bool same_ = true;
};

// Encoders with settings that begin a stream alike.
struct Candidate {
  // Encodes the start of the plaintext without ending the stream.
  std::function<PrefixMatch()> prefix;
  // Encodes everything; true when the stream is reproduced bit for bit. `name` is an EncoderMatch's.
  struct Variant {
    std::string name;
    std::function<bool()> whole;
  };
  std::vector<Variant> variants;
};

// The first candidate that reproduces as much as is tried. Empty when none does or the budget ran out.
std::optional<EncoderMatch> find_encoder(std::span<const Candidate> candidates, std::uint64_t plain_size,
                                         EncoderSearch search, Budget& budget);

// The field reached by these keys from the root, or kNoField.
FieldId descend(const Tree& tree, std::initializer_list<std::string_view> keys);

// What an encoder search works on: the content and record of a stream that is valid, alone in its blob and
// free of structural anomalies. Empty otherwise.
struct LoneStream {
  Bytes plain;
  FieldId record = kNoField;
};
std::optional<LoneStream> lone_stream(const Tree& tree, std::string_view list);

}  // namespace unrepro
