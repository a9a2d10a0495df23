#pragma once

#include "formats/format.h"

namespace unrepro {

// tar: v7, ustar, GNU (long names, sparse files, base 256, incremental) and pax archives, to the byte.
//
// The root lists the members, keyed by effective path without leading "./" and trailing "/"; what else lies
// at the top has keys that end with a slash ("end/", "pax_global/" …), which no member has. A member states
// its effective values as aliases, whatever headers spell them; spellings that programs read differently are
// structural anomalies. The content of a sparse member is what the archive stores; its map is an alias.
extern const Format kTar;

}  // namespace unrepro
