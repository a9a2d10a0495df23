#pragma once
// The decoders and encoders of liblzma, shared by xz, lzma and lzip.

#include <lzma.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "formats/blob.h"
#include "formats/large_memory.h"
#include "formats/stream/encoder_search.h"
#include "formats/stream/stream.h"

namespace unrepro {

// What a decoder of one stream may take: enough for the 64 MiB dictionary of `xz -9`, and for two threads on
// the blocks of `xz -6`.
inline constexpr std::uint64_t kLzmaMemoryLimit = 96u << 20;

class LzmaStream {
 public:
  // `output`: how many bytes may come, as a hint for how to ask for memory; 0 when unknown.
  explicit LzmaStream(std::uint64_t output = 0);
  ~LzmaStream() { lzma_end(&stream_); }
  LzmaStream(const LzmaStream&) = delete;
  LzmaStream& operator=(const LzmaStream&) = delete;
  lzma_stream* get() { return &stream_; }

  // Starts an encoder of data without framing. `filter` is LZMA_FILTER_LZMA1 (ended by a marker) or _LZMA2.
  bool start_raw_encoder(lzma_vli filter, std::uint32_t preset);

  // Decodes the one stream at the start of `input`, after a decoder was started; liblzma verifies what it
  // can. `name` is the format's. Errors: those of BlobWriter, unsupported (memory limit).
  Result<StreamEnd> decode(Bytes input, BlobWriter& out, std::string_view name);
  // Encodes `plain` with the encoder that was started, and ends the stream when `finish`. False when the
  // output departs from what is expected.
  bool follow(Bytes plain, bool finish, Follower& follower);

 private:
  std::uint64_t output_;
  lzma_allocator allocator_ = {
      .alloc =
          [](void* output, std::size_t count, std::size_t size) {
            return allocate_large(count * size, *static_cast<std::uint64_t*>(output));
          },
      .free = [](void*, void* memory) { std::free(memory); },
      .opaque = &output_,
  };
  lzma_stream stream_ = LZMA_STREAM_INIT;
};

}  // namespace unrepro
