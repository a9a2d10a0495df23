#pragma once
// Base64 (RFC 4648), strictly: exactly one spelling in each alphabet.

#include <optional>
#include <string>
#include <string_view>

namespace unrepro::evidence {

// The standard alphabet, padded.
std::string encode_base64(std::string_view bytes);

// Reads the standard (section 4) or the URL-safe alphabet (section 5), padded or, in multiples that need no
// other reading, without padding. Empty for a mix of both alphabets, other characters, white space, wrong
// padding, and left-over bits that are not zero.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace unrepro::evidence
