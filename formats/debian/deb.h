#pragma once

#include "formats/format.h"

namespace unrepro {

extern const Format kDeb;

}  // namespace unrepro
