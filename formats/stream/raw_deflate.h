#pragma once

#include "formats/format.h"

namespace unrepro {

// A deflate stream without a wrapper, as zip holds it. Never guessed: a container names it (Payload::codec).
extern const Format kRawDeflate;

}  // namespace unrepro
