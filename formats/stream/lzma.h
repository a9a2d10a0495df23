#pragma once

#include "formats/format.h"

namespace unrepro {

// LZMA without a container (.lzma), and its container lzip (.lz). Their one encoder search is that of
// liblzma's presets: what the program lzip or the LZMA SDK writes is only named where liblzma writes the
// same.
extern const Format kLzma;
extern const Format kLzip;

}  // namespace unrepro
