#include "formats/stream/lzma_stream.h"

#include <algorithm>
#include <array>
#include <string>

namespace unrepro {
namespace {

constexpr std::uint64_t kUsualRatio = 3;  // of decompressed to compressed bytes

std::string damage_text(lzma_ret status, std::string_view name) {
  const std::string stream = std::string(name) + " stream";
  switch (status) {
    case LZMA_FORMAT_ERROR:
      return "not an " + stream;
    case LZMA_OPTIONS_ERROR:
      return "unknown filter, reserved bits or options";
    case LZMA_UNSUPPORTED_CHECK:
      return "unknown integrity check, which cannot be verified";
    case LZMA_BUF_ERROR:
      return stream + " ends early";
    default:
      return "corrupt " + stream;
  }
}

}  // namespace

LzmaStream::LzmaStream(std::uint64_t output) : output_(output) {
  // Of a dictionary no more is used than what comes out.
  if (output > 0) stream_.allocator = &allocator_;
}

bool LzmaStream::start_raw_encoder(lzma_vli filter, std::uint32_t preset) {
  lzma_options_lzma options;
  if (lzma_lzma_preset(&options, preset) != 0) return false;
  const std::array<lzma_filter, 2> filters = {lzma_filter{filter, &options},
                                              lzma_filter{LZMA_VLI_UNKNOWN, nullptr}};
  return lzma_raw_encoder(&stream_, filters.data()) == LZMA_OK;
}

Result<StreamEnd> LzmaStream::decode(Bytes input, BlobWriter& out, std::string_view name) {
  stream_.next_in = input.data();
  stream_.avail_in = input.size();
  out.expect(kUsualRatio * input.size());
  OutputChunk chunk;
  lzma_ret status = LZMA_OK;
  while (status == LZMA_OK) {
    stream_.next_out = chunk.data();
    stream_.avail_out = OutputChunk::kSize;
    while (status == LZMA_OK && stream_.avail_out > 0) status = lzma_code(&stream_, LZMA_FINISH);
    const Bytes produced = chunk.filled(OutputChunk::kSize - stream_.avail_out);
    if (auto appended = out.append(produced); !appended) return tl::unexpected(appended.error());
  }
  if (status == LZMA_MEMLIMIT_ERROR) {
    return fail(Trouble::unsupported,
                std::string(name) + ": decoding needs " + std::to_string(lzma_memusage(&stream_) >> 20) +
                    " MiB, the limit is " + std::to_string(kLzmaMemoryLimit >> 20) + " MiB");
  }
  if (status == LZMA_MEM_ERROR) return fail(Trouble::io, "liblzma: out of memory");
  StreamEnd end{.consumed = stream_.total_in};
  if (status != LZMA_STREAM_END) end.damage = damage_text(status, name);
  return end;
}

bool LzmaStream::follow(Bytes plain, bool finish, Follower& follower) {
  OutputChunk chunk;
  for (std::uint64_t fed = 0;;) {
    if (stream_.avail_in == 0) {
      const std::uint64_t step = std::min<std::uint64_t>(kFeedStep, plain.size() - fed);
      stream_.next_in = plain.data() + fed;
      stream_.avail_in = step;
      fed += step;
    }
    const bool last = fed == plain.size();
    stream_.next_out = chunk.data();
    stream_.avail_out = OutputChunk::kSize;
    const lzma_ret status = lzma_code(&stream_, last && finish ? LZMA_FINISH : LZMA_RUN);
    if (!follower.accept(chunk.filled(OutputChunk::kSize - stream_.avail_out))) return false;
    if (status == LZMA_STREAM_END) return true;
    if (status != LZMA_OK) return false;
    if (!finish && ((last && stream_.avail_in == 0) || follower.enough())) return true;
  }
}

}  // namespace unrepro
