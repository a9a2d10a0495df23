#pragma once

#include <optional>

#include "formats/format.h"

namespace unrepro {

// Format::encoder of xz.
std::optional<EncoderMatch> identify_xz_encoder(const Tree& tree, EncoderSearch search, Budget& budget);

}  // namespace unrepro
