#pragma once

#include <optional>
#include <span>

#include "formats/format.h"

namespace unrepro {

// Format::encoder of gzip.
std::optional<EncoderMatch> identify_gzip_encoder(const Tree& tree, EncoderSearch search, Budget& budget);
// Format::encoder of raw deflate streams.
std::optional<EncoderMatch> identify_deflate_encoder(const Tree& tree, EncoderSearch search, Budget& budget);

}  // namespace unrepro
