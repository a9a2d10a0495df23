#pragma once

#include "formats/format.h"

namespace unrepro {

extern const Format kOpaque;

}  // namespace unrepro
