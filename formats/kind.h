#pragma once
// What fields mean, how they are spelled and who acts on them: the vocabulary that decoders and rules share.

#include <cstdint>
#include <string_view>

namespace unrepro {

// What a field means, free of any format. Rules reason about kinds, never about formats.
enum class Kind : std::uint8_t {
  group,  // inner node without a meaning of its own
  magic,
  version,
  size,
  offset,
  count,
  flags,
  timestamp,
  mode,
  uid,
  gid,
  user_name,
  group_name,
  path,
  name,
  link_target,
  file_type,
  device,
  inode,
  xattr,
  checksum,
  digest,
  build_id,
  identifier,
  seed,
  signature,
  key,
  padding,
  reserved,
  gap,
  trailing,
  comment,
  text,
  script,
  dependency,
  search_path,
  interpreter,
  host,
  pid,
  address,
  reference,
  code,
  data,
  payload,
  order,
  opaque,
  member,   // a record of a container: one file, section, paragraph …
  stream,   // encoded bytes whose decoded form is a Payload
  dialect,  // which of several spellings of one format a record uses
  debug,    // what only debuggers read
};

// How the bytes of a leaf spell its value (value.h decodes them on demand); for inner nodes, how the children
// are identified and whether consumers can tell their order.
enum class Encoding : std::uint8_t {
  none,
  bytes,  // the bytes are the value
  u8,
  u16le,
  u32le,
  u64le,
  i32le,          // two's complement
  dos_date_time,  // time, then date (FAT): local time without a zone, in steps of two seconds
  filetime,       // 100 ns since 1601-01-01 UTC, 64 bits little-endian
  u16be,
  u32be,
  u64be,
  octal,         // tar, ar, cpio odc: ASCII octal digits, space or NUL terminated
  decimal,       // ASCII decimal digits, possibly padded with spaces
  decimal_time,  // pax: seconds since 1970, decimal with optional sign and fraction
  tar_number,    // octal, or base-256 when the first byte has its high bit set
  nul_text,      // text up to the first NUL or the end of the field
  rows,          // a table; Format::rows says what it states, the bytes alone mean nothing
  // Inner nodes:
  record,            // children have fixed roles given by their keys; their order is the specification's
  list_set,          // children identified by key; no consumer can tell their order
  list_observable,   // children identified by key; a consumer could tell their order
  list_significant,  // children identified by key; their order decides
  sequence,          // children without identity, aligned by content; their order decides
};

// What a consumer does with the field (design 1.1). A decoder that does not know says behaviour.
enum class Effect : std::uint8_t { inert, content, behaviour };

std::string_view to_string(Kind kind);
std::string_view to_string(Effect effect);

}  // namespace unrepro
