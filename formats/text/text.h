#pragma once

#include "formats/format.h"

namespace unrepro {

extern const Format kText;

}  // namespace unrepro
