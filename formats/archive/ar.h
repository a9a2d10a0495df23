#pragma once

#include "formats/format.h"

namespace unrepro {

extern const Format kAr;

}  // namespace unrepro
