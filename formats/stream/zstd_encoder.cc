#include "formats/stream/zstd_encoder.h"

#include <zstd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "formats/stream/encoder_search.h"
#include "formats/stream/stream.h"

namespace unrepro {
namespace {

// How a program drives libzstd, which decides where blocks end.
enum class Drive : std::uint8_t { workers, streaming, one_shot, piped };

struct Settings {
  int level;
  Drive drive;
  bool checksum;
  bool content_size;
};

struct CctxDeleter {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

class Encoder {
 public:
  Encoder(const Settings& settings, std::uint64_t plain_size)
      : drive_(settings.drive), cctx_(ZSTD_createCCtx()) {
    if (cctx_ == nullptr) return;
    set(ZSTD_c_compressionLevel, settings.level);
    set(ZSTD_c_checksumFlag, settings.checksum ? 1 : 0);
    set(ZSTD_c_contentSizeFlag, settings.content_size ? 1 : 0);
    // A library without threads refuses; then this candidate equals another.
    if (settings.drive == Drive::workers || settings.drive == Drive::piped) set(ZSTD_c_nbWorkers, 1);
    if (settings.content_size) ZSTD_CCtx_setPledgedSrcSize(cctx_.get(), plain_size);
  }

  // Feeds `plain` in steps of `step` bytes and ends the frame when `finish`. False when the output departs.
  bool follow(Bytes plain, std::uint64_t step, bool finish, Follower& follower) {
    if (cctx_ == nullptr) return false;
    OutputChunk chunk;
    for (std::uint64_t fed = 0;;) {
      const std::uint64_t length = std::min<std::uint64_t>(step, plain.size() - fed);
      // Who reads a pipe learns of the end when nothing comes any more.
      const bool last = drive_ == Drive::piped ? length == 0 : length < step || fed + length == plain.size();
      const ZSTD_EndDirective directive = last && finish ? ZSTD_e_end : ZSTD_e_continue;
      ZSTD_inBuffer input{plain.data() + fed, length, 0};
      std::size_t left = 0;
      do {
        ZSTD_outBuffer output{chunk.data(), OutputChunk::kSize, 0};
        left = ZSTD_compressStream2(cctx_.get(), &output, &input, directive);
        if (ZSTD_isError(left) != 0 || !follower.accept(chunk.filled(output.pos))) return false;
      } while (directive == ZSTD_e_end ? left != 0 : input.pos < input.size);
      fed += length;
      if (last || (!finish && follower.enough())) return true;
    }
  }

 private:
  void set(ZSTD_cParameter parameter, int value) { ZSTD_CCtx_setParameter(cctx_.get(), parameter, value); }

  Drive drive_;
  std::unique_ptr<ZSTD_CCtx, CctxDeleter> cctx_;
};

std::string name_of(const Settings& settings) {
  std::string name = "zstd -" + std::to_string(settings.level) + " (libzstd " + ZSTD_versionString();
  switch (settings.drive) {
    case Drive::piped:
      return name + ", from a pipe)";
    case Drive::workers:
      return name + ", threaded)";
    case Drive::streaming:
      return name + ", streaming)";
    case Drive::one_shot:
      break;
  }
  return name + ", one call)";
}

}  // namespace

std::optional<EncoderMatch> identify_zstd_encoder(const Tree& tree, EncoderSearch search, Budget& budget) {
  const auto stream = lone_stream(tree, "frames");
  if (!stream) return std::nullopt;
  const Bytes expected = tree.blob()->bytes();
  const bool checksum = tree.child(stream->record, "content_checksum") != kNoField;
  const bool content_size = tree.child(stream->record, "frame_content_size") != kNoField;
  // The likely ones first: the program's default, dpkg-deb's, Ubuntu's; the last three need much memory.
  static constexpr std::array<int, 22> kLevels = {3, 19, 1,  2,  9,  12, 15, 4,  5,  6,  7,
                                                  8, 10, 11, 13, 14, 16, 17, 18, 20, 21, 22};
  std::vector<Candidate> candidates;
  const Bytes plain = stream->plain;
  for (const int level : kLevels) {
    Candidate candidate;
    candidate.prefix = [=] {
      Follower follower(expected);
      Encoder({level, Drive::streaming, checksum, content_size}, plain.size())
          .follow(prefix_of(plain), kFeedStep, false, follower);
      return follower.prefix_match();
    };
    for (const Drive drive : {Drive::workers, Drive::streaming, Drive::one_shot, Drive::piped}) {
      const Settings settings{level, drive, checksum, content_size};
      candidate.variants.push_back(
          {name_of(settings), [=] {
             Follower follower(expected);
             const std::uint64_t step = drive == Drive::one_shot ? plain.size() + 1 : ZSTD_CStreamInSize();
             return Encoder(settings, plain.size()).follow(plain, step, true, follower) &&
                    follower.complete();
           }});
    }
    candidates.push_back(std::move(candidate));
  }
  return find_encoder(candidates, stream->plain.size(), search, budget);
}

}  // namespace unrepro
