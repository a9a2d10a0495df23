#pragma once
// One header of a cpio archive with its name and where its data lies: cpio(5) of libarchive; for newc and crc
// Documentation/driver-api/early-userspace/buffer-format.rst of Linux. Private to the cpio decoder.

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/field.h"

namespace unrepro {

enum class CpioDialect : std::uint8_t { newc, crc, odc, binary_le, binary_be };

enum CpioSlotId : std::uint8_t {
  kCpioMagic,
  kCpioIno,
  kCpioMode,
  kCpioUid,
  kCpioGid,
  kCpioNlink,
  kCpioMtime,
  kCpioFilesize,
  kCpioDevmajor,  // in odc and binary the whole number, major * 256 + minor
  kCpioDevminor,
  kCpioRdevmajor,
  kCpioRdevminor,
  kCpioNamesize,
  kCpioCheck,
  kCpioSlots,
};

struct CpioSlot {
  CpioSlotId id;
  std::uint8_t length;
};

struct CpioMember {
  CpioDialect dialect{};
  std::string_view hex_case;                        // how newc and crc spell numbers: "", "lower", "mixed"
  std::array<std::uint64_t, kCpioSlots> numbers{};  // zero where the dialect has no such slot
  std::string_view path;                            // up to the NUL
  std::uint64_t name_length = 0, name_padding = 0;  // as far as the archive goes
  std::uint64_t data_begin = 0, data_length = 0, data_padding = 0;
  std::vector<std::string> problems;  // structural anomalies

  std::uint64_t end() const { return data_begin + data_length + data_padding; }
  std::uint64_t type_bits() const { return numbers[kCpioMode] >> 12; }
  // "file", "directory" …, or "unknown".
  std::string_view type() const;
  bool is_trailer() const { return path == "TRAILER!!!"; }
  bool is_linked() const { return numbers[kCpioNlink] > 1 && type() != "directory"; }
  // "newc", "odc", "newc, lower" …: together with the values it determines the header's bytes.
  std::string dialect_text() const;
};

// The slots of a header, in their order.
std::span<const CpioSlot> cpio_slots(CpioDialect dialect);
std::string_view cpio_slot_key(CpioSlotId id);
Kind cpio_slot_kind(CpioSlotId id);

// What the first bytes say, if they are a magic of cpio.
std::optional<CpioDialect> cpio_dialect(Bytes bytes);
// Reads the header at `at`. Empty when there is no whole, well-formed one.
std::optional<CpioMember> read_cpio_member(Bytes archive, std::uint64_t at);
// Where the next archive may begin: dialects differ in alignment.
bool cpio_may_begin(Bytes archive, std::uint64_t at);

}  // namespace unrepro
