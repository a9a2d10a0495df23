#include "formats/stream/bzip2_encoder.h"

#include <algorithm>
#include <string>

#include "formats/stream/bzip2_stream.h"
#include "formats/stream/encoder_search.h"
#include "formats/stream/stream.h"

namespace unrepro {
namespace {

// Feeds `plain`, and ends the stream when `finish`.
bool follow(Bytes plain, bool finish, int level, Follower& follower) {
  Bzip2Stream bzip(BZ2_bzCompressEnd);
  if (!bzip.started(BZ2_bzCompressInit(bzip.get(), level, 0, 0))) return false;
  OutputChunk chunk;
  std::uint64_t fed = 0;
  for (;;) {
    if (bzip->avail_in == 0 && fed < plain.size()) {
      const std::uint64_t step = std::min<std::uint64_t>(kFeedStep, plain.size() - fed);
      bzip->next_in = reinterpret_cast<char*>(const_cast<std::uint8_t*>(plain.data() + fed));
      bzip->avail_in = static_cast<unsigned>(step);
      fed += step;
    }
    const bool ending = fed == plain.size() && finish;
    if (!finish && ((fed == plain.size() && bzip->avail_in == 0) || follower.enough())) return true;
    bzip->next_out = reinterpret_cast<char*>(chunk.data());
    bzip->avail_out = OutputChunk::kSize;
    const int status = BZ2_bzCompress(bzip.get(), ending ? BZ_FINISH : BZ_RUN);
    if (!follower.accept(chunk.filled(OutputChunk::kSize - bzip->avail_out))) return false;
    if (status == BZ_STREAM_END) return true;
    if (status < 0) return false;
  }
}

}  // namespace

std::optional<EncoderMatch> identify_bzip2_encoder(const Tree& tree, EncoderSearch search, Budget& budget) {
  const auto stream = lone_stream(tree, "streams");
  if (!stream) return std::nullopt;
  const Bytes expected = tree.blob()->bytes();
  const int level = expected[3] - '0';
  const Candidate candidate{
      .prefix =
          [&] {
            Follower follower(expected);
            follow(prefix_of(stream->plain), false, level, follower);
            return follower.prefix_match();
          },
      .variants = {{"bzip2 -" + std::to_string(level) + " (libbz2 " +
                        std::string(std::string_view(BZ2_bzlibVersion()).substr(0, 5)) + ")",
                    [&] {
                      Follower follower(expected);
                      return follow(stream->plain, true, level, follower) && follower.complete();
                    }}},
  };
  return find_encoder({&candidate, 1}, stream->plain.size(), search, budget);
}

}  // namespace unrepro
