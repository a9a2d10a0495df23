#pragma once
// Formats of which only the places are known that vary with every build, so that a difference has a lead.

#include <vector>

#include "formats/field.h"

namespace unrepro {

struct Slot {
  std::string_view key;
  Kind kind = Kind::opaque;
  Encoding encoding = Encoding::bytes;
  std::uint64_t begin = 0, length = 0;
  std::uint8_t flags = kInRange;
};

// The slots of a blob, ascending, inside of it and without overlap: times, ids and hosts in SquashFS, ext2 to
// ext4, FAT, ISO 9660 and EROFS images, U-Boot images, PE programs, RPM packages and OpenType fonts. Empty
// for all others. A checksum is a slot only where it holds, as a derived one.
std::vector<Slot> known_slots(Bytes bytes);

}  // namespace unrepro
