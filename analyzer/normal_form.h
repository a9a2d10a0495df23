#pragma once

#include <string>

#include "analyzer/artifact.h"

namespace unrepro {

// SHA-256, in hex, of the artifact's normal form (design 1.1): inert values, verified derivations and
// reproduced encodings dropped, set lists sorted, free owners numbered by first use. A function of one
// artifact only, so that one digest per side decides equivalence for any number of sides. Anything a decoder
// found fault with enters as its raw bytes. Errors: as Opened::open.
Result<std::string> normal_sha256(const Opened& root, bool verify_encoding, Budget& budget);

}  // namespace unrepro
