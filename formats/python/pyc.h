#pragma once

#include "formats/format.h"

namespace unrepro {

// Compiled modules of CPython 3.8 to 3.13: PEP 552 for the header, Python/marshal.c for the objects.
extern const Format kPyc;

}  // namespace unrepro
