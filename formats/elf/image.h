#pragma once

#include "formats/elf/elf_file.h"
#include "formats/image.h"

namespace unrepro::elf {

// The loaded image of a position-independent program, shared object or relocatable object of x86-64 or
// AArch64. The file must outlive it. A refusal says what is not understood.
Image read_image(const File& file);

}  // namespace unrepro::elf
