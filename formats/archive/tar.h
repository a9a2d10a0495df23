#pragma once

#include "formats/format.h"

namespace unrepro {

extern const Format kTar;

}  // namespace unrepro
