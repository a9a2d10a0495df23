#pragma once
// The content of zip members. Private to the zip decoder.

#include <optional>
#include <string>

#include "formats/format.h"

namespace unrepro {

// Id of the format that decodes a compression method (APPNOTE 4.4.5); empty for methods we do not decode.
std::string_view zip_codec(std::uint16_t method);

struct ZipContentCheck {
  std::uint32_t crc = 0;
  std::uint64_t size = 0;
  std::uint64_t consumed = 0;  // of the compressed bytes
  std::string damage = {};     // empty when the content could be decoded
};
// Decodes the content to check it and throws it away. `size` is what the headers say. Errors: budget, io.
Result<ZipContentCheck> check_zip_content(std::string_view codec, BlobRef compressed, std::uint64_t size,
                                          Budget& budget);

std::uint32_t zip_crc32(Bytes bytes);

}  // namespace unrepro
