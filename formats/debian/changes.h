#pragma once

#include "formats/format.h"

namespace unrepro {

// What dpkg-buildpackage leaves beside the packages: deb-changes(5), dsc(5), deb-buildinfo(5), signed or not.
// Listed files are members; each is opened beside the document when the context can, and its digests and
// sizes are derived from it. Members are keyed by file name with the artifact's own version replaced, so that
// two versions pair.
extern const Format kChanges;
extern const Format kDsc;
extern const Format kBuildinfo;

}  // namespace unrepro
