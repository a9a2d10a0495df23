#pragma once

#include <optional>

#include "formats/format.h"

namespace unrepro {

// Format::encoder of gzip.
std::optional<EncoderMatch> identify_gzip_encoder(const Tree& tree, bool full, Budget& budget);

}  // namespace unrepro
