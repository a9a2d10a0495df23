#pragma once
// What the decoders of ar archives and of Debian packages share: finding the members and claiming their
// headers.

#include <string>
#include <string_view>
#include <vector>

#include "formats/tree_builder.h"

namespace unrepro {

inline constexpr std::string_view kArMagic = "!<arch>\n";
inline constexpr std::string_view kThinArMagic = "!<thin>\n";
inline constexpr std::uint64_t kArHeaderSize = 60;  // ar.h: struct ar_hdr

// How a member header spells the name.
enum class ArNameStyle : std::uint8_t {
  plain,    // "name", space padded (4.4BSD, and Debian packages)
  slash,    // "name/" (System V, GNU)
  table,    // "/123": offset in the member "//" (GNU)
  leading,  // "#1/20": the first bytes of the content (4.4BSD)
  special,  // "/", "//", "/SYM64/" and the like, kept as spelled
};
std::string_view to_string(ArNameStyle style);

// One member as found by scan_ar(). Views point into the scanned bytes.
struct ArMember {
  std::uint64_t header = 0;  // offset of the header
  std::uint64_t size = 0;    // as the header says, the leading name included
  std::uint64_t stored = 0;  // bytes of it that are in the archive
  std::uint64_t name_length =
      0;  // ArNameStyle::leading: bytes at the start of the content that hold the name
  std::uint64_t table_offset = 0;  // ArNameStyle::table
  ArNameStyle style = ArNameStyle::plain;
  std::string_view path;    // resolved name
  std::string_view origin;  // thin archives: digits that locate the member in a nested archive, or empty
  std::string problem;      // why the header is malformed or ambiguous; empty when it is not

  std::uint64_t content() const { return header + kArHeaderSize; }  // offset
};

struct ArListing {
  bool thin = false;
  std::vector<ArMember> members;
  std::uint64_t end = 0;  // where the first thing that is not a member begins
};

// Finds all members. Requires one of the magics. Stops at the first header that is not one. Each member is
// charged to the budget; when that fails the listing is cut there.
ArListing scan_ar(Bytes bytes, Budget& budget);

// Which of a header's numbers a consumer may act on.
struct ArHeaderEffects {
  Effect mtime = Effect::inert;
  Effect owner = Effect::behaviour;  // uid, gid, mode
  bool blank_numbers = true;         // fields of spaces are usual, as in GNU's "//"
};

// Claims the 60 bytes of a header, and the leading name, inside the open member record; states path and
// spelling as aliases. Reports what is malformed as a structural anomaly of the member.
void take_ar_header(TreeBuilder& tree, const ArMember& member, const ArHeaderEffects& effects, bool thin);

// Claims the byte that aligns the next header, if there is one. It is a line feed (derived), which Debian
// packages demand; Go's compiler and linker write NUL instead. Anything else is a structural anomaly.
enum class ArPadding : std::uint8_t { line_feed, line_feed_or_nul };
void take_ar_padding(TreeBuilder& tree, const ArMember& member, ArPadding allowed);

// Claims what follows the last member, as an anomaly, if anything does.
void take_ar_trailing(TreeBuilder& tree);

}  // namespace unrepro
