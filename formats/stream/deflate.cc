#include "formats/stream/deflate.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

namespace unrepro {
namespace {

class Inflater {
 public:
  Inflater() { ready_ = inflateInit2(&z_, -MAX_WBITS) == Z_OK; }
  ~Inflater() {
    if (ready_) inflateEnd(&z_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  bool ready() const { return ready_; }
  z_stream& stream() { return z_; }

 private:
  z_stream z_{};
  bool ready_ = false;
};

// What zlib says of the bit position after Z_BLOCK made it return.
constexpr int kUnusedBits = 7;
constexpr int kLastBlock = 64;
constexpr int kEndOfBlock = 128;

}  // namespace

// zlib rather than libdeflate although it is slower: only zlib tells where in the last byte the stream ends.
Result<Inflation> inflate_raw(Bytes input, BlobWriter& out) {
  Inflater inflater;
  if (!inflater.ready()) return fail(Trouble::internal, "zlib: cannot start inflating");
  z_stream& z = inflater.stream();
  OutputChunk chunk;
  Inflation result;
  std::uint64_t fed = 0;
  for (;;) {
    if (z.avail_in == 0 && fed < input.size()) {
      const std::uint64_t more =
          std::min<std::uint64_t>(input.size() - fed, std::numeric_limits<uInt>::max() / 2);
      z.next_in = const_cast<Bytef*>(input.data() + fed);  // zlib's old interface lacks the const
      z.avail_in = static_cast<uInt>(more);
      fed += more;
    }
    z.next_out = chunk.data();
    z.avail_out = OutputChunk::kSize;
    // Z_BLOCK returns at every block boundary; the inner loop fills the chunk nevertheless.
    int status = Z_OK;
    bool at_end = false;
    while (status == Z_OK && !at_end && z.avail_out > 0 && (z.avail_in > 0 || fed == input.size())) {
      status = inflate(&z, Z_BLOCK);
      at_end = status == Z_OK && (z.data_type & kLastBlock) != 0 && (z.data_type & kEndOfBlock) != 0;
    }
    const Bytes produced = chunk.filled(OutputChunk::kSize - z.avail_out);
    if (auto appended = out.append(produced); !appended) return tl::unexpected(appended.error());
    result.crc32 = static_cast<std::uint32_t>(crc32_z(result.crc32, produced.data(), produced.size()));
    result.produced += produced.size();
    result.end.consumed = fed - z.avail_in;
    if (at_end || status == Z_STREAM_END) {
      const int unused = at_end ? z.data_type & kUnusedBits : 0;
      if (unused > 0) {
        result.leftover_bits = static_cast<std::uint8_t>(input[result.end.consumed - 1] >> (8 - unused));
      }
      return result;
    }
    if (status == Z_MEM_ERROR) return fail(Trouble::io, "zlib: out of memory");
    if (status == Z_BUF_ERROR) {
      result.end.damage = "deflate data ends early";
      return result;
    }
    if (status != Z_OK) {
      result.end.damage = z.msg != nullptr ? z.msg : "invalid deflate data";
      return result;
    }
  }
}

}  // namespace unrepro
