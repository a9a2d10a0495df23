#pragma once

#include <optional>

#include "formats/format.h"

namespace unrepro {

// Format::encoder of zstd.
std::optional<EncoderMatch> identify_zstd_encoder(const Tree& tree, EncoderSearch search, Budget& budget);

}  // namespace unrepro
