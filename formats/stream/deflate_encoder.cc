#include "formats/stream/deflate_encoder.h"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "formats/stream/encoder_search.h"
#include "formats/stream/gnu_deflate.h"
#include "formats/stream/stream.h"

namespace unrepro {
namespace {

class Deflater {
 public:
  Deflater(int level, int memory_level) {
    ready_ = deflateInit2(&z_, level, Z_DEFLATED, -MAX_WBITS, memory_level, Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~Deflater() {
    if (ready_) deflateEnd(&z_);
  }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  bool follow(Bytes plain, bool finish, Follower& follower) {
    if (!ready_) return false;
    OutputChunk chunk;
    for (std::uint64_t fed = 0;;) {
      if (z_.avail_in == 0) {
        const std::uint64_t step = std::min<std::uint64_t>(kFeedStep, plain.size() - fed);
        z_.next_in = const_cast<Bytef*>(plain.data() + fed);
        z_.avail_in = static_cast<uInt>(step);
        fed += step;
      }
      const bool last = fed == plain.size();
      z_.next_out = chunk.data();
      z_.avail_out = OutputChunk::kSize;
      const int status = deflate(&z_, last && finish ? Z_FINISH : Z_NO_FLUSH);
      if (!follower.accept(chunk.filled(OutputChunk::kSize - z_.avail_out))) return false;
      if (status == Z_STREAM_END) return true;
      if (status != Z_OK && status != Z_BUF_ERROR) return false;
      if (!finish && ((last && z_.avail_in == 0) || follower.enough())) return true;
    }
  }

 private:
  z_stream z_{};
  bool ready_ = false;
};

Candidate zlib_candidate(int level, int memory_level, Bytes plain, Bytes expected) {
  std::string name = "zlib " + std::string(zlibVersion()) + " level " + std::to_string(level);
  if (memory_level != 8) name += ", memory level " + std::to_string(memory_level);
  return {.prefix =
              [=] {
                Follower follower(expected);
                Deflater(level, memory_level).follow(prefix_of(plain), false, follower);
                return follower.prefix_match();
              },
          .variants = {{std::move(name), [=] {
                          Follower follower(expected);
                          return Deflater(level, memory_level).follow(plain, true, follower) &&
                                 follower.complete();
                        }}}};
}

struct CompressorDeleter {
  void operator()(libdeflate_compressor* compressor) const { libdeflate_free_compressor(compressor); }
};

// libdeflate has no streaming interface: of a prefix, the last blocks differ from those of the whole.
std::vector<std::uint8_t> libdeflate_compress(int level, Bytes plain) {
  const std::unique_ptr<libdeflate_compressor, CompressorDeleter> compressor(
      libdeflate_alloc_compressor(level));
  if (compressor == nullptr) return {};
  std::vector<std::uint8_t> out(libdeflate_deflate_compress_bound(compressor.get(), plain.size()));
  out.resize(
      libdeflate_deflate_compress(compressor.get(), plain.data(), plain.size(), out.data(), out.size()));
  return out;
}

Candidate libdeflate_candidate(int level, Bytes plain, Bytes expected) {
  return {.prefix =
              [=] {
                // A block takes at most 300,000 bytes or little more, so half of this is settled.
                constexpr std::size_t kPrefix = 1u << 20;
                const auto out = libdeflate_compress(level, plain.first(std::min(plain.size(), kPrefix)));
                Follower follower(expected);
                follower.accept(Bytes(out).first(out.size() / 2));
                return follower.prefix_match();
              },
          .variants = {{"libdeflate " LIBDEFLATE_VERSION_STRING " level " + std::to_string(level), [=] {
                          Follower follower(expected);
                          return follower.accept(libdeflate_compress(level, plain)) && follower.complete();
                        }}}};
}

Candidate gnu_candidate(int level, Bytes plain, Bytes expected) {
  const auto follow = [=](bool whole) {
    Follower follower(expected);
    follow_gnu_deflate(level, plain, whole, follower);
    return follower;
  };
  return {.prefix = [follow] { return follow(false).prefix_match(); },
          .variants = {
              {"gzip -" + std::to_string(level) + " (GNU)", [follow] { return follow(true).complete(); }}}};
}

// RFC 1952 XFL: 2 for the slowest, 4 for the fastest algorithm.
std::vector<int> levels_by_likelihood(std::uint8_t extra_flags) {
  if (extra_flags == 4) return {1, 9, 6, 2, 3, 4, 5, 7, 8};
  if (extra_flags == 2) return {9, 6, 1, 2, 3, 4, 5, 7, 8};
  return {6, 9, 5, 7, 8, 4, 3, 2, 1};
}

enum class First : std::uint8_t { gnu, zlib };

std::optional<EncoderMatch> identify(Bytes plain, Bytes expected, const std::vector<int>& levels, First first,
                                     EncoderSearch search, Budget& budget) {
  std::vector<Candidate> gnu, candidates;
  if (plain.size() <= kGnuDeflateAtMost) {
    for (const int level : levels) gnu.push_back(gnu_candidate(level, plain, expected));
  }
  for (const int memory_level : {8, 9}) {
    for (const int level : levels) candidates.push_back(zlib_candidate(level, memory_level, plain, expected));
  }
  const std::size_t before = first == First::gnu ? 0 : levels.size();
  candidates.insert(candidates.begin() + static_cast<std::ptrdiff_t>(before), gnu.begin(), gnu.end());
  for (int level = 1; level <= 12; ++level)
    candidates.push_back(libdeflate_candidate(level, plain, expected));
  return find_encoder(candidates, plain.size(), search, budget);
}

}  // namespace

std::optional<EncoderMatch> identify_gzip_encoder(const Tree& tree, EncoderSearch search, Budget& budget) {
  const auto stream = lone_stream(tree, "members");
  if (!stream) return std::nullopt;
  const std::vector<int> levels = levels_by_likelihood(tree.bytes(tree.child(stream->record, "xfl"))[0]);
  return identify(stream->plain, tree.bytes(tree.child(stream->record, "deflate")), levels, First::gnu,
                  search, budget);
}

// Most zip archives are written by zlib (Java, Python) at its default level.
std::optional<EncoderMatch> identify_deflate_encoder(const Tree& tree, EncoderSearch search, Budget& budget) {
  if (tree.payloads.size() != 1 || !tree.anomalies.empty()) return std::nullopt;
  const Payload& payload = tree.payloads.front();
  return identify(payload.child->bytes(), tree.bytes(payload.field), levels_by_likelihood(0), First::zlib,
                  search, budget);
}

}  // namespace unrepro
