#pragma once

#include "formats/format.h"

namespace unrepro {

// lz4 frames, and the legacy frames that Linux reads.
extern const Format kLz4;

}  // namespace unrepro
