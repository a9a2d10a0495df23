#pragma once

#include "formats/format.h"

namespace unrepro {

// Static libraries and other ar archives: System V, GNU and BSD names, thin archives, symbol tables. Members
// are keyed by their resolved name; names may repeat and the order of members decides what a linker takes.
extern const Format kAr;

}  // namespace unrepro
