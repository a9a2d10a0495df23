#pragma once

#include "formats/format.h"

namespace unrepro {

// Message catalogues of GNU gettext (GNU gettext manual, "The Format of GNU MO Files"; revisions 0.0
// and 1.0).
extern const Format kMo;

}  // namespace unrepro
