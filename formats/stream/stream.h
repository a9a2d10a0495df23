#pragma once
// What the stream formats (gzip, xz, zstd, bzip2, lz4, lzma, lzip) share.
//
// Every stream format decompresses while it decodes. A tree has at most one payload: the content of all its
// streams together, as `gzip -dc`, `xz -dc` … would print it, on the first leaf of Kind::stream. There is
// none when a stream is damaged.

#include <string>
#include <string_view>

#include "formats/blob.h"
#include "formats/format.h"
#include "formats/large_memory.h"
#include "formats/tree_builder.h"

namespace unrepro {

// Framing that only concerns the decompressor: it acts on nothing but how the payload is spelled.
inline constexpr Effect kFraming = Effect::inert;

// Room for decompressed bytes on their way into a BlobWriter.
class OutputChunk {
 public:
  static constexpr std::size_t kSize = 128u << 10;
  std::uint8_t* data() { return bytes_.data(); }
  // The first `length` bytes.
  Bytes filled(std::size_t length) const { return {bytes_.data(), length}; }

 private:
  LargeVector<std::uint8_t> bytes_ = LargeVector<std::uint8_t>(kSize);
};

// How the decompression of one stream ended.
struct StreamEnd {
  std::string damage = {};     // empty when the stream is valid; else what the decompressor said
  std::uint64_t consumed = 0;  // bytes of input up to and including the last byte of the stream
};

// The file name of the decoded content: without its compression suffix, "tgz" and its like turned into "tar".
std::string decoded_name(std::string_view name);

// The decoded content of `stream`, which inherits what is known of the stream's own blob. `context.role` must
// be static text, as it is when it comes from a Payload.
Payload decoded_payload(FieldId stream, BlobRef content, const Context& context);

// The decimal key of the n-th item of a list that has no better key, from 1.
std::string ordinal_key(std::uint64_t n);

// After the last stream: claims what remains as trailing bytes, which readers treat differently (ignored,
// warned about, refused), and reports it.
void take_trailing(TreeBuilder& tree);

// How the decoders of formats that may hold several streams end, the record of the last one being closed:
// reports that there are several (`what`), closes their list, claims what trails and hands over the content,
// if there is a stream at all.
Result<Tree> finish_streams(TreeBuilder& tree, std::uint64_t count, std::string_view what,
                            FieldId first_stream, BlobWriter& content, const Context& context);

// Numbers of bytes.size() <= 8 bytes.
std::uint64_t little_endian(Bytes bytes);
std::uint64_t big_endian(Bytes bytes);

}  // namespace unrepro
