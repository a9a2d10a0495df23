#pragma once

#include "formats/format.h"

namespace unrepro {

// Debian binary packages, deb(5), format 2.0. The members, their order and their spelling are checked
// strictly, because dpkg, apt and other readers choose differently among what they do not expect.
extern const Format kDeb;

}  // namespace unrepro
