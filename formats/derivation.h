#pragma once
// One-sided checks: is a stored value what its sources give? (design 1: "recomputed on each side".)

#include <string>
#include <string_view>

#include "formats/field.h"

namespace unrepro {

enum class Holds : std::uint8_t {
  yes,         // recomputed from the sources, and equal
  no,          // recomputed, and something else is stored
  unverified,  // cannot be recomputed, or may legitimately be something else
};

// What a derivation is computed over.
struct DerivationTarget {
  Bytes content;                 // the bytes; unused by installed_size
  const Tree* tree = nullptr;    // their decoded form; needed by installed_size only
  const Tree* beside = nullptr;  // decoded form of Derivation::beside; needed by installed_size only
};

// Checks the stored text against the target.
// - md5, sha1, sha256, sha512: hexadecimal in either case.
// - byte_count: decimal without leading zeros.
// - crc32_le, crc32_be: the four bytes of the CRC-32 of zlib and gzip.
// - build_id: hexadecimal, or a path as debuggers look for it (see build_id_of_path()): what the GNU build-id
// note of an ELF file says. `unverified` when the content has none.
// - installed_size: deb-control(5), as dpkg-gencontrol computes it: KiB over the unpacked package directory,
// that
//   is the files of data.tar (`tree`) and what stood in DEBIAN/ at that time: its directory and the members
//   of control.tar (`beside`) other than control and md5sums, which are written later. Never `no`, because a
//   package may state any estimate (substvars, other build tools): what the rule does not give is
//   `unverified`.
Holds check_derivation(Algo algo, std::string_view stored, const DerivationTarget& target);

// The build-id that a path ending in ".build-id/ab/cdef" or ".build-id/ab/cdef.debug" names, in hexadecimal;
// its first byte for the folder ".build-id/ab"; empty for any other path.
std::string build_id_of_path(std::string_view path);

}  // namespace unrepro
