#pragma once
// Texts with an OpenPGP signature in clear (RFC 4880, section 7), as Debian's builders sign .buildinfo files.

#include <string_view>

#include "analyzer/evidence/envelope.h"

namespace unrepro::evidence {

inline constexpr std::string_view kSignedText = "text signed with OpenPGP";

// Checks the signatures against the keys that have a certificate; what they cover becomes the bytes of the
// result, with dash-escapes undone, its type is kSignedText. Only a text that is one signed message and
// nothing besides, with LF as line ends, is read. A certificate counts for the key whose fingerprint is that
// of its primary key, and as it was when the evidence came in: expired or revoked it does not. Uses librnp,
// which is loaded when it is needed. Errors: unsupported; io when librnp is not installed.
Result<Verified> verify_signed_text(std::string_view text, const KeyRing& keys, const Demand& demand);

}  // namespace unrepro::evidence
