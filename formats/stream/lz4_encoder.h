#pragma once

#include <optional>

#include "formats/format.h"

namespace unrepro {

inline constexpr std::uint64_t kLz4LegacyBlock = 8u << 20;  // of plaintext in each block of a legacy frame

// Format::encoder of lz4.
std::optional<EncoderMatch> identify_lz4_encoder(const Tree& tree, EncoderSearch search, Budget& budget);

}  // namespace unrepro
