#include "formats/stream/lz4_encoder.h"

#include <lz4.h>
#include <lz4frame.h>
#include <lz4hc.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "formats/stream/encoder_search.h"
#include "formats/stream/stream.h"

namespace unrepro {
namespace {

struct CctxDeleter {
  void operator()(LZ4F_cctx* context) const { LZ4F_freeCompressionContext(context); }
};

// What the frame's descriptor says; liblz4 accepted it before.
LZ4F_frameInfo_t frame_info(Bytes frame) {
  LZ4F_frameInfo_t info{};
  LZ4F_dctx* context = nullptr;
  if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)) != 0) return info;
  std::size_t size = frame.size();
  LZ4F_getFrameInfo(context, &info, frame.data(), &size);
  LZ4F_freeDecompressionContext(context);
  return info;
}

std::uint64_t block_size(const LZ4F_frameInfo_t& info) {
  return std::uint64_t{1} << (8 + 2 * std::max<int>(info.blockSizeID, LZ4F_max64KB));
}

// Feeds whole blocks, as the program does, and ends the frame when `finish`.
bool follow_frame(Bytes plain, bool finish, LZ4F_preferences_t preferences, Follower& follower) {
  LZ4F_cctx* made = nullptr;
  if (LZ4F_isError(LZ4F_createCompressionContext(&made, LZ4F_VERSION)) != 0) return false;
  const std::unique_ptr<LZ4F_cctx, CctxDeleter> context(made);
  const std::uint64_t step = block_size(preferences.frameInfo);
  std::vector<std::uint8_t> out(LZ4F_compressBound(step, &preferences) + LZ4F_HEADER_SIZE_MAX);
  const auto accept = [&](std::size_t length) {
    return LZ4F_isError(length) == 0 && follower.accept(Bytes(out).first(length));
  };
  if (!accept(LZ4F_compressBegin(context.get(), out.data(), out.size(), &preferences))) return false;
  for (std::uint64_t fed = 0; fed < plain.size() && (finish || !follower.enough());) {
    const std::uint64_t length = std::min<std::uint64_t>(step, plain.size() - fed);
    if (!finish && length < step) return true;
    if (!accept(LZ4F_compressUpdate(context.get(), out.data(), out.size(), plain.data() + fed, length,
                                    nullptr))) {
      return false;
    }
    fed += length;
  }
  return !finish || accept(LZ4F_compressEnd(context.get(), out.data(), out.size(), nullptr));
}

bool follow_legacy(Bytes plain, bool finish, int level, Follower& follower) {
  std::vector<std::uint8_t> out(LZ4_COMPRESSBOUND(kLz4LegacyBlock) + 4);
  if (!follower.accept(as_bytes("\x02\x21\x4c\x18"))) return false;
  for (std::uint64_t fed = 0; fed < plain.size() && (finish || !follower.enough());) {
    const std::uint64_t length = std::min<std::uint64_t>(kLz4LegacyBlock, plain.size() - fed);
    if (!finish && length < kLz4LegacyBlock) return true;
    const char* from = reinterpret_cast<const char*>(plain.data() + fed);
    char* to = reinterpret_cast<char*>(out.data() + 4);
    const int room = static_cast<int>(out.size() - 4), size = static_cast<int>(length);
    const int made = level < LZ4HC_CLEVEL_MIN ? LZ4_compress_fast(from, to, size, room, 1)
                                              : LZ4_compress_HC(from, to, size, room, level);
    for (unsigned i = 0; i < 4; ++i)
      out[i] = static_cast<std::uint8_t>(static_cast<unsigned>(made) >> (8 * i));
    if (made <= 0 || !follower.accept(Bytes(out).first(static_cast<std::size_t>(made) + 4))) return false;
    fed += length;
  }
  return true;
}

}  // namespace

std::optional<EncoderMatch> identify_lz4_encoder(const Tree& tree, EncoderSearch search, Budget& budget) {
  const auto stream = lone_stream(tree, "frames");
  if (!stream) return std::nullopt;
  const Bytes expected = tree.blob()->bytes();
  const bool legacy = tree.child(stream->record, "frame_descriptor") == kNoField;
  LZ4F_preferences_t preferences{};
  if (!legacy) preferences.frameInfo = frame_info(expected);
  // Blocks are independent of what follows, and nothing is emitted before one is full.
  const std::uint64_t block = legacy ? kLz4LegacyBlock : block_size(preferences.frameInfo);
  const Bytes one_block = stream->plain.first(std::min<std::uint64_t>(stream->plain.size(), block));
  // The likely ones first: the program's default (1 and 2 are one), its best, mkinitramfs's.
  static constexpr std::array<int, 11> kLevels = {1, 9, 12, 3, 4, 5, 6, 7, 8, 10, 11};
  std::vector<Candidate> candidates;
  for (const int level : kLevels) {
    preferences.compressionLevel = level;
    const auto run = [=](Bytes plain, bool finish, Follower& follower) {
      return legacy ? follow_legacy(plain, finish, level, follower)
                    : follow_frame(plain, finish, preferences, follower);
    };
    const std::string name = "lz4 -" + std::string(legacy ? "l" : "") + std::to_string(level) + " (liblz4 " +
                             LZ4_versionString() + ")";
    candidates.push_back({.prefix =
                              [=, plain = one_block] {
                                Follower follower(expected);
                                run(plain, false, follower);
                                return follower.prefix_match();
                              },
                          .variants = {{name, [=, plain = stream->plain] {
                                          Follower follower(expected);
                                          return run(plain, true, follower) && follower.complete();
                                        }}}});
  }
  return find_encoder(candidates, stream->plain.size(), search, budget);
}

}  // namespace unrepro
