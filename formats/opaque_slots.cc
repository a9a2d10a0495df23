#include "formats/opaque_slots.h"

#include <algorithm>

#include "formats/stream/stream.h"

namespace unrepro {
namespace {

constexpr std::size_t kMostSlots = 256;  // a table may name the same place any number of times

class Finder {
 public:
  explicit Finder(Bytes bytes) : bytes_(bytes) {}

  std::vector<Slot> find() {
    file_systems();
    if (has(0, "\x27\x05\x19\x56")) time("time", Encoding::u32be, 8, 4);  // U-Boot's image.h
    portable_executable();
    package();
    font();
    std::sort(slots_.begin(), slots_.end(), [](const Slot& a, const Slot& b) { return a.begin < b.begin; });
    std::uint64_t end = 0;
    std::erase_if(slots_, [&](const Slot& slot) {
      const bool drop = slot.begin < end;
      if (!drop) end = slot.begin + slot.length;
      return drop;
    });
    return std::move(slots_);
  }

 private:
  bool reaches(std::uint64_t at, std::uint64_t length) const {
    return at <= bytes_.size() && length <= bytes_.size() - at;
  }
  bool has(std::uint64_t at, std::string_view magic) const {
    return reaches(at, magic.size()) && as_text(bytes_.subspan(at, magic.size())) == magic;
  }
  void add(const Slot& slot) {
    if (slot.length > 0 && slots_.size() < kMostSlots && reaches(slot.begin, slot.length))
      slots_.push_back(slot);
  }
  void time(std::string_view key, Encoding encoding, std::uint64_t at, std::uint64_t length) {
    add({key, Kind::timestamp, encoding, at, length});
  }
  void id(std::string_view key, std::uint64_t at, std::uint64_t length) {
    add({key, Kind::identifier, Encoding::bytes, at, length});
  }

  void file_systems() {
    if (has(0, "hsqs")) time("mkfs_time", Encoding::u32le, 8, 4);  // SquashFS 4.0, superblock
    if (has(0x438, "\x53\xef")) {  // ext4: Documentation/filesystems/ext4/super.rst
      time("s_mtime", Encoding::u32le, 0x42c, 4);
      time("s_wtime", Encoding::u32le, 0x430, 4);
      time("s_lastcheck", Encoding::u32le, 0x440, 4);
      id("s_uuid", 0x468, 16);
      id("s_hash_seed", 0x4ec, 16);
      time("s_mkfs_time", Encoding::u32le, 0x508, 4);
    }
    // The serial number of a volume is computed from the time.
    if (has(0x36, "FAT12   ") || has(0x36, "FAT16   ")) time("serial", Encoding::bytes, 0x27, 4);
    if (has(0x52, "FAT32   ")) time("serial", Encoding::bytes, 0x43, 4);
    // ECMA-119, section 8.4: volume descriptors of 2048 bytes, from sector 16.
    constexpr std::uint64_t kSector = 2048, kFirst = 16, kMost = 8;
    for (std::uint64_t at = kFirst * kSector; has(at + 1, "CD001") && at < (kFirst + kMost) * kSector;
         at += kSector) {
      if (bytes_[at] != 1 && bytes_[at] != 2) continue;
      for (const std::uint64_t offset : {813, 830, 864})
        time("volume_time", Encoding::bytes, at + offset, 17);
    }
    if (has(1024, "\xe2\xe1\xf5\xe0")) {  // EROFS, erofs_fs.h
      time("build_time", Encoding::u64le, 1024 + 24, 8);
      id("uuid", 1024 + 48, 16);
    }
  }

  // Microsoft's "PE Format": COFF header, then the optional header with the checksum.
  void portable_executable() {
    if (!has(0, "MZ") || !reaches(0x3c, 4)) return;
    const std::uint64_t header = little_endian(bytes_.subspan(0x3c, 4));
    if (!has(header, std::string_view("PE\0\0", 4))) return;
    time("TimeDateStamp", Encoding::u32le, header + 8, 4);
    const std::uint64_t checksum = header + 24 + 64;
    if (reaches(checksum, 4) && little_endian(bytes_.subspan(checksum, 4)) == image_checksum(checksum))
      add({"CheckSum", Kind::checksum, Encoding::u32le, checksum, 4, kDerived});
  }
  // CheckSumMappedFile(): words added with their carries, without the sum itself, and the length.
  std::uint64_t image_checksum(std::uint64_t place) const {
    std::uint64_t sum = 0;
    for (std::uint64_t at = 0; at < bytes_.size(); at += 2) {
      if (at >= place && at < place + 4) continue;
      sum += little_endian(bytes_.subspan(at, std::min<std::size_t>(2, bytes_.size() - at)));
      sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum + bytes_.size();
  }

  // RPM's format.md: the lead, the signature header padded to eight bytes, the header.
  void package() {
    constexpr std::uint64_t kLead = 96, kIntro = 16, kEntry = 16;
    if (!has(0, "\xed\xab\xee\xdb")) return;
    const auto header_size = [&](std::uint64_t at) -> std::uint64_t {
      if (!has(at, "\x8e\xad\xe8\x01") || !reaches(at, kIntro)) return 0;
      return kIntro + big_endian(bytes_.subspan(at + 8, 4)) * kEntry + big_endian(bytes_.subspan(at + 12, 4));
    };
    const std::uint64_t signature = header_size(kLead);
    const std::uint64_t main = kLead + (signature + 7) / 8 * 8;
    if (signature == 0 || header_size(main) == 0 || !reaches(main, header_size(main))) return;
    const std::uint64_t entries = big_endian(bytes_.subspan(main + 8, 4)),
                        data = main + kIntro + entries * kEntry;
    for (std::uint64_t i = 0; i < entries; ++i) {
      const std::uint64_t entry = main + kIntro + i * kEntry;
      constexpr std::uint64_t kBuildTime = 1006, kBuildHost = 1007;
      const std::uint64_t tag = big_endian(bytes_.subspan(entry, 4)),
                          at = data + big_endian(bytes_.subspan(entry + 8, 4));
      if (tag == kBuildTime) time("BUILDTIME", Encoding::u32be, at, 4);
      if (tag != kBuildHost || !reaches(at, 1)) continue;
      const std::size_t length = as_text(bytes_.subspan(at)).find('\0');
      add({"BUILDHOST", Kind::host, Encoding::bytes, at, std::min<std::size_t>(length, 256)});
    }
  }

  // OpenType: the table directory; `head` has created and modified.
  void font() {
    const bool is_font = has(0, std::string_view("\0\1\0\0\0", 5)) || has(0, "OTTO");
    if (!is_font || !reaches(0, 12)) return;
    const std::uint64_t tables = big_endian(bytes_.subspan(4, 2));
    for (std::uint64_t i = 0; i < tables && reaches(12 + i * 16, 16); ++i) {
      const std::uint64_t entry = 12 + i * 16, at = big_endian(bytes_.subspan(entry + 8, 4));
      if (!has(entry, "head")) continue;
      time("created", Encoding::u64be, at + 20, 8);
      return time("modified", Encoding::u64be, at + 28, 8);
    }
  }

  Bytes bytes_;
  std::vector<Slot> slots_;
};

}  // namespace

std::vector<Slot> known_slots(Bytes bytes) { return Finder(bytes).find(); }

}  // namespace unrepro
