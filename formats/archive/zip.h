#pragma once

#include "formats/format.h"

namespace unrepro {

// Zip archives and what is made of them: jar, wheel, egg, xpi, nupkg, apk, OpenDocument, epub … The tree is a
// list of members (what their local headers say first, then what only the central directory says), followed
// by the directory and the end records.
extern const Format kZip;

}  // namespace unrepro
