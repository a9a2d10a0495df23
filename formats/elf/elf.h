#pragma once

#include "formats/format.h"

namespace unrepro {

extern const Format kElf;

}  // namespace unrepro
