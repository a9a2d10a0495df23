#pragma once

#include "formats/format.h"

namespace unrepro {

// cpio: newc and crc (SVR4), odc (POSIX.1-1988) and old binary in both byte orders, to the byte; several
// archives one after the other, as the Linux kernel reads an initramfs, the last of which may be compressed.
//
// The root lists the members of all archives, keyed by path without leading "./" and trailing "/"; what else
// lies at the top has keys that end with a slash ("trailer 1/", "end 1/", "compressed/"), which no member
// has. A member states its values as aliases. Root unpacks, whoever holds the archive. Hard links are stated
// by `link_group`, the least path of the group within its archive, so that inode and device numbers say
// nothing else.
extern const Format kCpio;

}  // namespace unrepro
