#pragma once

#include <optional>

#include "formats/format.h"

namespace unrepro {

// Format::encoder of bzip2.
std::optional<EncoderMatch> identify_bzip2_encoder(const Tree& tree, EncoderSearch search, Budget& budget);

}  // namespace unrepro
