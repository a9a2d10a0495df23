#pragma once

#include "formats/format.h"

namespace unrepro {

// The files beside the control file in control.tar, Debian Policy 6.1 and deb(5).
extern const Format kDebScript;     // preinst, postinst, prerm, postrm, config: one leaf
extern const Format kDebConffiles;  // conffiles: paths
extern const Format kDebLines;      // shlibs, symbols, triggers: lines whose order may decide

}  // namespace unrepro
