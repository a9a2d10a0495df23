#pragma once
// Reads ELF structures (System V gABI, "Object Files"; elf.h of glibc for GNU extensions) without claiming
// bytes. Everything is checked against the size of the file; what lies outside reads as absent.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "formats/field.h"

namespace unrepro::elf {

struct Segment {
  std::uint32_t type = 0, flags = 0;
  std::uint64_t offset = 0, vaddr = 0, paddr = 0, filesz = 0, memsz = 0, align = 0;
};

struct Section {
  std::string_view name;
  std::uint32_t name_offset = 0, type = 0;
  std::uint64_t flags = 0, addr = 0, offset = 0, size = 0;
  std::uint32_t link = 0, info = 0;
  std::uint64_t align = 0, entsize = 0;
  std::string_view signature = {};  // of a group: the symbol that it is about; else empty
  std::uint32_t twin = 0;           // how many earlier sections have the same label without a number
  bool named = false;               // the name could be resolved
  bool decodable = false;           // its bytes lie in the file and belong to nobody else
  bool has_content() const;         // occupies bytes of the file
  bool in_memory() const;           // occupies addresses of its own once loaded
};

struct Symbol {
  std::uint32_t name = 0;
  std::uint8_t info = 0, other = 0;
  std::uint16_t shndx = 0;
  std::uint64_t value = 0, size = 0;
};

// Names longer than this are not resolved, so that overlapping ones cannot cost quadratic time.
inline constexpr std::size_t kLongestName = 4096;

struct DebugInformation;

class File {
 public:
  // Requires is_elf(bytes); the bytes must outlive the file.
  explicit File(Bytes bytes);

  static bool is_elf(Bytes bytes);

  Bytes bytes() const { return bytes_; }
  // Takes everything but what was read already from other bytes, as many, that must outlive the file.
  void read_from(Bytes bytes) { bytes_ = bytes; }
  bool is64() const { return is64_; }
  bool big_endian() const { return big_; }
  unsigned word() const { return is64_ ? 8 : 4; }
  std::uint64_t header_size() const { return is64_ ? 64 : 52; }
  std::uint64_t segment_size() const { return is64_ ? 56 : 32; }
  std::uint64_t section_size() const { return is64_ ? 64 : 40; }
  bool relocatable() const { return type == 1; }

  std::uint16_t type = 0, machine = 0, phentsize = 0, shentsize = 0;
  std::uint64_t entry = 0, phoff = 0, shoff = 0;
  std::uint32_t shstrndx = 0;
  std::vector<Segment> segments;
  std::vector<Section> sections;
  // There is no section table: `sections` are what segments show, and no symbols.
  bool unsectioned = false;
  std::vector<std::string> problems;  // why a table could not be read

  // A number of `width` bytes in the file's order; zero outside the bytes.
  std::uint64_t read(Bytes bytes, std::uint64_t at, unsigned width) const;
  // The bytes of a section; empty when it has none in the file.
  Bytes content(std::uint32_t section) const;
  // The NUL-terminated string in a string table. Empty when there is none or it is too long to be resolved.
  std::optional<std::string_view> string(std::uint32_t table, std::uint64_t offset) const;
  // Unique in the file: ".text", ".text#2", ".group:_ZN4frobEv".
  std::string label(std::uint32_t section) const;
  // "section+0x10" for an address of a loaded section, else the number.
  std::string address(std::uint64_t value) const;
  // The section an address lies in, or at the end of.
  std::optional<std::uint32_t> section_at(std::uint64_t address) const;
  // The loaded bytes at an address.
  Bytes memory(std::uint64_t address, std::uint64_t length) const;
  // First section of this type that can be decoded; 0 when there is none.
  std::uint32_t find(std::uint32_t section_type) const;

  std::uint64_t symbol_count(std::uint32_t table) const;
  Symbol symbol(std::uint32_t table, std::uint64_t index) const;
  // Name with version, or what stands for it: ".text", "#5".
  std::string symbol_name(std::uint32_t table, std::uint64_t index) const;

  // After the constructor: what the decoder found out.
  std::unordered_map<std::uint64_t, std::string> versions;  // index of .gnu.version → meaning
  std::uint32_t version_table = 0;                          // section of SHT_GNU_versym, if decoded
  std::vector<std::uint32_t> extended;  // by symbol table: its SHT_SYMTAB_SHNDX section, or 0
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> linked;  // by section: who links to it
  // Which section a leaf of Encoding::rows is, or one of the values below.
  std::unordered_map<FieldId, std::uint32_t> tables;
  static constexpr std::uint32_t kHeader = 0xfffffff0, kSegments = 0xfffffff1, kSections = 0xfffffff2;
  std::vector<bool> placed;           // sections whose offset follows from what stands before them
  std::vector<std::string> previous;  // by section: what is before it in the file; empty if also in the table
  std::shared_ptr<DebugInformation> debug;  // null when it is not decoded (dwarf.h)
  bool sections_placed = false;             // e_shoff follows from what stands before the section headers

  void index_addresses();

 private:
  void read_segments(std::uint64_t count);
  void read_sections(std::uint64_t count);
  void derive_sections();

  Bytes bytes_;
  bool is64_, big_;
  std::vector<std::uint32_t> by_address_;  // loaded sections, ascending
};

// System V hash of a symbol or version name (gABI, "Hash Table").
std::uint32_t sysv_hash(std::string_view name);

}  // namespace unrepro::elf
