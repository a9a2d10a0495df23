#pragma once

#include "formats/format.h"

namespace unrepro {

extern const Format kMd5sums;

}  // namespace unrepro
