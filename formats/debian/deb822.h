#pragma once

#include "formats/format.h"

namespace unrepro {

extern const Format kDeb822;

}  // namespace unrepro
