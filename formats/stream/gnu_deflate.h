#pragma once
// The deflate encoder of GNU gzip, which differs from zlib in its hash, its block size and in ending a block
// early when the data turn compressible. Written from the published description of the algorithm and checked
// against the program; see encoder_test.cc.

#include "formats/base.h"
#include "formats/stream/encoder_search.h"

namespace unrepro {

// Largest plaintext the encoder takes.
inline constexpr std::uint64_t kGnuDeflateAtMost = 0xfff00000;

// Encodes `plain` as `gzip -LEVEL` does, from 1 to 9. Ends early when the output departs, or, unless `whole`,
// when enough of it was compared.
void follow_gnu_deflate(int level, Bytes plain, bool whole, Follower& follower);

}  // namespace unrepro
