#pragma once

#include <string>
#include <string_view>

namespace unrepro {

// The name of a package without what tells the versions of one interface apart: numbers ("libicu72",
// "python3.11-dev"), the suffix of a transition ("libglib2.0-0t64") and the checksums of OCaml's interfaces
// ("libreact-ocaml-9r3f7").
std::string without_version(std::string_view package);

}  // namespace unrepro
