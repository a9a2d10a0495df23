#pragma once

#include "formats/format.h"

namespace unrepro {

// The digests of the files of a binary package, deb-md5sums(5), each derived from the member of data.tar that
// it names. The order of the lines means nothing.
extern const Format kMd5sums;

}  // namespace unrepro
