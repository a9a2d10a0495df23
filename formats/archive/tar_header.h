#pragma once
// The 512-byte header block of a tar archive: POSIX.1-2017 pax utility, "ustar Interchange Format", and the
// GNU tar manual, "Basic Tar Format". Private to the tar decoder.

#include <array>
#include <optional>
#include <string>

#include "formats/field.h"
#include "formats/value.h"

namespace unrepro {

inline constexpr std::uint64_t kTarBlock = 512;

enum class TarDialect : std::uint8_t {
  v7,     // no magic: name, mode, owner numbers, size, mtime, type, link name
  ustar,  // "ustar\0": names of owners, prefix
  gnu,    // "ustar  \0": no prefix; times and the sparse map lie there
  star,   // ustar with atime and ctime behind a shorter prefix and "tar\0" at the end
  odd,    // some other magic: programs disagree on what it means
};

enum TarSlotId : std::uint8_t {
  kTarName,
  kTarMode,
  kTarUid,
  kTarGid,
  kTarSize,
  kTarMtime,
  kTarChksum,
  kTarTypeflag,
  kTarLinkname,
  kTarMagic,
  kTarVersion,
  kTarUname,
  kTarGname,
  kTarDevmajor,
  kTarDevminor,
  kTarCommonSlots,
};

struct TarSlot {
  std::string_view key;
  std::uint16_t offset;
  std::uint16_t length;
  Kind kind;
  Encoding encoding;
};

// The slots that all dialects share, by TarSlotId.
extern const std::array<TarSlot, kTarCommonSlots> kTarSlots;

// A view of one header block; the bytes are the archive's.
class TarHeader {
 public:
  // Requires exactly kTarBlock bytes.
  explicit TarHeader(Bytes block);

  Bytes block() const { return block_; }
  TarDialect dialect() const { return dialect_; }
  char type() const { return static_cast<char>(block_[156]); }
  Bytes slot(TarSlotId id) const { return block_.subspan(kTarSlots[id].offset, kTarSlots[id].length); }
  // Text up to the first NUL.
  std::string_view text(TarSlotId id) const;
  Spelling number(TarSlotId id) const { return decode_number(Encoding::tar_number, slot(id)); }
  // The ustar prefix as every reader of this dialect sees it; empty where there is none.
  std::string_view prefix() const;
  // prefix and name joined.
  std::string path() const;
  // The slots from offset 345 on, which depend on the dialect and cover the block to its end.
  std::vector<TarSlot> tail() const;
  // GNU only: the area behind devminor holds something.
  bool has_gnu_area() const { return gnu_area_; }

  // True when the stored checksum is the sum of the block's bytes, unsigned or (old writers) signed, with the
  // field itself counted as blanks.
  bool checksum_holds() const { return checksum_holds_; }
  // True when this may be a header at all: a checksum that holds, or a known magic.
  bool plausible() const {
    return checksum_holds_ || (dialect_ != TarDialect::v7 && dialect_ != TarDialect::odd);
  }

  // Which numbers are spelled otherwise than GNU tar does ("mode=%06o_0"), file type bits in the mode, a
  // typeflag of NUL; empty for the usual case. Together with the dialect and the values it determines the
  // bytes.
  std::string spelling() const;
  // "ustar", "gnu" … followed by spelling().
  std::string dialect_text(bool pax) const;

 private:
  Bytes block_;
  TarDialect dialect_;
  bool gnu_area_ = false;
  bool checksum_holds_;
};

// What a typeflag means to all programs: "file", "directory" …, or "vendor" for letters without a common
// meaning.
std::string_view tar_type_name(char type);
// The file type bits (mode >> 12) that some writers add to the mode.
std::int64_t tar_type_bits(char type);
// Seconds with as many fraction digits as needed, as pax records spell them.
std::string tar_time_text(Number time);

// Text up to the first NUL of a fixed field.
std::string_view until_nul(Bytes bytes);
// True when nothing but NULs follows the first NUL.
bool zero_after_nul(Bytes bytes);
bool all_zero(Bytes bytes);
// An octal field as GNU tar, Go and most others write it: all digits, then one NUL.
bool zero_filled(Bytes bytes);

}  // namespace unrepro
