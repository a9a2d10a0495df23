#pragma once

#include "formats/format.h"

namespace unrepro {

extern const Format kBzip2;

}  // namespace unrepro
