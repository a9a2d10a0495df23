#pragma once
// Raw deflate streams (RFC 1951).

#include "formats/blob.h"
#include "formats/stream/stream.h"

namespace unrepro {

struct Inflation {
  StreamEnd end;
  std::uint64_t produced = 0;  // bytes of plaintext
  std::uint32_t crc32 = 0;     // of the plaintext
  // The bits of the last byte behind the end-of-block code, which no reader looks at; encoders write zeros.
  std::uint8_t leftover_bits = 0;
};

// Inflates the stream at the start of `input`, which may be followed by anything, into `out`.
// Errors: those of BlobWriter.
Result<Inflation> inflate_raw(Bytes input, BlobWriter& out);

}  // namespace unrepro
