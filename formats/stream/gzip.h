#pragma once

#include "formats/format.h"

namespace unrepro {

extern const Format kGzip;

}  // namespace unrepro
