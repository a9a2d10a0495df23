#pragma once
// The content of zip members. Private to the zip decoder.

#include <optional>
#include <string>

#include "formats/archive/zip_records.h"
#include "formats/format.h"

namespace unrepro {

// The content of a member as a stream of some format.
struct ZipContent {
  std::string_view codec = {};   // id of the format; empty for methods we do not decode
  BlobRef stream = nullptr;      // what that format reads
  std::uint64_t own_header = 0;  // bytes in front of the stream that only zip has
};
// By the compression method (APPNOTE 4.4.5). LZMA data (section 5.8) gets the header that .lzma files have.
// Errors: budget, io.
Result<ZipContent> find_zip_content(const ZipHeader& header, BlobRef compressed, Budget& budget);

struct ZipContentCheck {
  std::uint32_t crc = 0;
  std::uint64_t size = 0;
  std::uint64_t consumed = 0;  // of the stream
  std::string damage = {};     // empty when the content could be decoded
};
// Decodes the content to check it and throws it away. `size` is what the headers say. Errors: budget, io.
Result<ZipContentCheck> check_zip_content(const ZipContent& content, std::uint64_t size, Budget& budget);

std::uint32_t zip_crc32(Bytes bytes);

}  // namespace unrepro
