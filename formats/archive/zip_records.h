#pragma once
// The fixed records of a zip archive (APPNOTE.TXT 6.3.10, section 4.3). Private to the zip decoder.

#include <optional>
#include <string>
#include <vector>

#include "formats/base.h"

namespace unrepro {

inline constexpr std::string_view kZipLocal{"PK\x03\x04", 4};
inline constexpr std::string_view kZipCentral{"PK\x01\x02", 4};
inline constexpr std::string_view kZipEnd{"PK\x05\x06", 4};
inline constexpr std::string_view kZip64End{"PK\x06\x06", 4};
inline constexpr std::string_view kZip64Locator{"PK\x06\x07", 4};
inline constexpr std::string_view kZipDescriptor{"PK\x07\x08", 4};
inline constexpr std::uint64_t kZipLocalSize = 30, kZipCentralSize = 46, kZipEndSize = 22;
inline constexpr std::uint64_t kZip64EndSize = 56, kZip64LocatorSize = 20;
inline constexpr std::uint64_t kZip32Max = 0xffffffff;

// General purpose flags, section 4.4.4.
enum : std::uint16_t { kZipEncrypted = 1, kZipHasDescriptor = 8, kZipUtf8 = 0x800, kZipKnownFlags = 0x80e };
// Ids of extra fields that other fields depend on, sections 4.5 and 4.6.
enum : std::uint16_t { kExtraZip64 = 1, kExtraUnicodeComment = 0x6375, kExtraUnicodePath = 0x7075 };

// An extra field inside its area.
struct ZipExtra {
  std::uint16_t id = 0;
  Bytes data;
};
struct ZipExtras {
  std::vector<ZipExtra> fields;
  std::uint64_t parsed = 0;  // bytes of the area that are fields
  const ZipExtra* find(std::uint16_t id) const;
};
// The fields at the front of the area; stops at what is none, and where only zero bytes are left (alignment).
ZipExtras parse_zip_extras(Bytes area);

// What the local and the central header of a member both state.
struct ZipHeader {
  std::uint64_t at = 0;      // offset of its signature
  std::uint64_t length = 0;  // up to the end of its variable fields
  std::uint16_t needed = 0, flags = 0, method = 0;
  std::uint32_t modified = 0, crc = 0;
  std::uint64_t compressed = 0, size = 0;  // zip64 applied
  Bytes name, extra, comment;              // local headers have no comment
  ZipExtras extras;
  std::uint64_t zip64_used = 0;  // bytes of the zip64 field that stand for fields of the header
};
struct ZipCentral : ZipHeader {
  std::uint16_t made_by = 0, disk = 0, internal = 0;
  std::uint32_t external = 0;
  std::uint64_t offset = 0;  // of the local header, zip64 applied, as stored
};
// Empty when there is no whole header at `at`.
std::optional<ZipHeader> read_zip_local(Bytes archive, std::uint64_t at);
std::optional<ZipCentral> read_zip_central(Bytes archive, std::uint64_t at);

// Where the archive ends and its directory lies.
struct ZipEnd {
  std::uint64_t at = 0;
  std::uint64_t comment = 0;              // bytes of it that are there
  std::optional<std::uint64_t> zip64_at;  // the zip64 end record
  std::uint64_t zip64_length = 0;         // including its extensible data
  std::uint64_t entries = 0;
  std::uint64_t directory_begin = 0, directory_end = 0;
  // What has to be added to stored offsets: not zero when something was put before a finished archive.
  std::uint64_t base = 0;
  std::vector<std::string> problems;
};
// Empty when there is no end record whose directory lies inside the archive.
std::optional<ZipEnd> find_zip_end(Bytes archive);
// Whether an end record points to a directory. Reads the last 64 KiB at most.
bool has_zip_directory(Bytes archive) noexcept;

std::uint64_t zip_number(Bytes archive, std::uint64_t at, std::uint64_t width);
bool zip_signature_at(Bytes archive, std::uint64_t at, std::string_view signature);

// Which version of the format a method came with (APPNOTE 4.4.3.2); 0 when it is not known.
std::uint16_t zip_version_of(std::uint16_t method);
// Whether writers state this version as needed for a method. Readers skip or refuse a member that asks for
// more than they know, so that any other number changes who reads it.
bool is_zip_version(std::uint16_t version, std::uint16_t method, bool zip64);

}  // namespace unrepro
