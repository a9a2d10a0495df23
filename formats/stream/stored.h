#pragma once

#include "formats/format.h"

namespace unrepro {

// Content that its container holds as it is, where it could be compressed: so that it compares with a
// compressed one by payload. Never guessed: a container names it (Payload::codec).
extern const Format kStored;

}  // namespace unrepro
