#pragma once
// Maps of sparse members: GNU tar manual, "Storing Sparse Files" (old GNU type S, pax formats 0.0, 0.1
// and 1.0). Private to the tar decoder.

#include <optional>
#include <string>
#include <vector>

#include "formats/archive/tar_header.h"
#include "formats/archive/tar_pax.h"

namespace unrepro {

struct SparseExtent {
  std::uint64_t offset;  // in the unpacked file
  std::uint64_t length;
};

struct SparseMap {
  std::vector<SparseExtent> extents;
  std::string problem;  // why programs could read it differently; empty when none

  // Checks order, overlap and that exactly `stored` bytes are placed within `real`; notes the first problem.
  void check(std::uint64_t stored, std::uint64_t real);
  // "offset+length,offset+length".
  std::string text() const;
};

// Old GNU: the entries of the header area and of the extension blocks that follow it in `after`. `blocks` is
// how many of those belong to the map; `truncated` that the last one is missing.
struct OldSparse {
  SparseMap map;
  std::uint64_t blocks = 0;
  std::optional<std::int64_t> real_size;
};
OldSparse parse_old_sparse(const TarHeader& header, Bytes after);

// pax 0.0: records GNU.sparse.offset and GNU.sparse.numbytes in turn; marks them kCovered.
SparseMap parse_sparse_pairs(std::vector<PaxRecord>& records);
// pax 0.1: "offset,length,offset,length".
SparseMap parse_sparse_list(std::string_view text);
// pax 1.0: decimal lines before the content, padded to a block. `bytes` is how much of the data the map
// takes.
struct LeadingSparse {
  SparseMap map;
  std::uint64_t bytes = 0;
};
LeadingSparse parse_leading_sparse(Bytes data);

// A plain decimal number of pax records; empty when it is not spelled canonically.
std::optional<std::uint64_t> parse_pax_number(std::string_view text);

}  // namespace unrepro
