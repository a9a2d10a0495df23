#pragma once
// Records of pax extended headers: POSIX.1-2017 pax utility, "pax Extended Header". Private to the tar
// decoder.

#include <optional>
#include <string>
#include <vector>

#include "formats/field.h"

namespace unrepro {

// "LENGTH KEYWORD=VALUE\n". Views point into the archive.
struct PaxRecord {
  std::string_view keyword;
  std::string_view value;
  std::uint64_t length = 0;  // of the whole record
  Kind kind = Kind::opaque;
  Effect effect = Effect::behaviour;
  std::uint8_t flags = 0;
};

struct PaxRecords {
  std::vector<PaxRecord> records;
  std::uint64_t parsed = 0;  // bytes that are well-formed records, from the front
  std::string problem;       // why parsing stopped there; empty at the end
  bool duplicates = false;   // a keyword occurs twice, other than the pairs of GNU.sparse 0.0
};
PaxRecords parse_pax(Bytes data);

// An extended attribute that a record states: SCHILY.xattr.NAME=raw, LIBARCHIVE.xattr.NAME=base64 with NAME
// percent-encoded, or RHT.security.selinux. Empty when the record is none or does not decode.
struct PaxXattr {
  std::string name;
  std::string value;
};
std::optional<PaxXattr> decode_xattr(const PaxRecord& record);

}  // namespace unrepro
