#pragma once

#include "formats/format.h"

namespace unrepro {

// The control file of a binary package, deb-control(5). Fills Tree::identity.
extern const Format kDebControl;

// The source version that a binary version belongs to: without the suffix that a binary-only rebuild adds
// (dpkg-genbuildinfo, Debian developer's reference 5.10.2.1: "+b" and digits).
std::string_view without_binnmu(std::string_view version);

// "name (version)" of a Source field; the version is empty when it is not given.
struct SourceName {
  std::string_view name, version;
};
SourceName split_source(std::string_view value);

}  // namespace unrepro
