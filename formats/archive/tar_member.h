#pragma once
// One member of a tar archive with everything that belongs to it: the auxiliary headers before it, and what
// all of them together say. Private to the tar decoder.

#include <bitset>
#include <string>
#include <vector>

#include "formats/archive/tar_header.h"
#include "formats/archive/tar_names.h"
#include "formats/archive/tar_pax.h"

namespace unrepro {

using TarSlots = std::bitset<kTarCommonSlots>;

// Where the data of a header lies, cut at the end of the archive.
struct TarExtent {
  std::uint64_t begin = 0;
  std::uint64_t length = 0;
  std::uint64_t padding = 0;
  std::uint64_t end() const { return begin + length + padding; }
  // False when the archive ends before the data's last block does.
  bool whole() const { return (length + padding) % kTarBlock == 0; }
};

// A header of type x, g, L or K and its data.
struct TarAuxiliary {
  enum class Role : std::uint8_t { pax, global, long_name, long_link };
  Role role;
  std::uint64_t at;  // offset of the header in the archive
  TarHeader header;
  TarExtent data;
  PaxRecords pax;    // pax and global
  TarSlots covered;  // slots that say nothing of their own
  AuxiliaryName name;
  bool unterminated = false;  // a long name without the NUL that most programs write after it
};

// A value that the member has for every reader.
struct TarAlias {
  std::string key;
  Kind kind;
  Effect effect;
  std::uint8_t flags;
  Encoding encoding;
  std::string value;
};

struct TarMember {
  std::vector<TarAuxiliary> auxiliaries;
  std::uint64_t at = 0;  // offset of the member's own header
  // Empty when the archive ends or is damaged after the auxiliary headers.
  std::optional<TarHeader> header;
  std::string path;
  std::string_view type;  // "file", "directory" … (static), or "vendor" for unknown ones
  std::string link_target;
  std::vector<TarAlias> aliases;
  TarSlots covered;
  bool prefix_covered = false;         // and, in GNU and star headers, what lies in its place
  std::uint64_t extension_blocks = 0;  // of an old GNU sparse map, between header and data
  std::uint64_t map_bytes = 0;         // of a pax 1.0 sparse map, at the front of the data
  TarExtent data;
  bool is_file = false;               // the data is a file's content
  bool is_member = true;              // false for labels and continuations: the path denotes no file
  bool broken = false;                // the size is unusable: nothing after the header can be found
  std::vector<std::string> problems;  // structural anomalies
};

// The data of a header, where it would lie, cut at the end of the archive.
TarExtent place_tar_data(Bytes archive, std::uint64_t begin, std::uint64_t length);

// " at offset N", for messages.
std::string at_offset(std::uint64_t at);

// Whether a header may begin here.
bool tar_header_at(Bytes archive, std::uint64_t at);

// Reads the member whose first header is at `at`; requires tar_header_at(). Headers of type g are taken only
// between auxiliary headers; one that comes first is read by read_global().
TarMember read_tar_member(Bytes archive, std::uint64_t at, bool unpacked_by_root);
TarAuxiliary read_tar_auxiliary(Bytes archive, std::uint64_t at, TarAuxiliary::Role role,
                                std::vector<std::string>& problems);

}  // namespace unrepro
