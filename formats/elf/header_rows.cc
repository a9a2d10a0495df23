// The file header, the program headers and the section headers. An offset in the file is not stated where it
// follows from what stands before it: then it says nothing that the order of the contents does not.

#include <array>

#include "formats/elf/constants.h"
#include "formats/elf/dwarf.h"
#include "formats/elf/rows.h"
#include "formats/value.h"

namespace unrepro::elf {
namespace {

std::string segment_name(std::uint32_t type) {
  static constexpr std::array<std::string_view, 8> kNames = {"PT_NULL", "PT_LOAD",  "PT_DYNAMIC", "PT_INTERP",
                                                             "PT_NOTE", "PT_SHLIB", "PT_PHDR",    "PT_TLS"};
  if (type < kNames.size()) return std::string(kNames[type]);
  if (type == 0x6474e550) return "PT_GNU_EH_FRAME";
  if (type == 0x6474e551) return "PT_GNU_STACK";
  if (type == 0x6474e552) return "PT_GNU_RELRO";
  if (type == 0x6474e553) return "PT_GNU_PROPERTY";
  if (type == kPtGnuSframe) return "PT_GNU_SFRAME";
  return "segment type " + hex(type);
}

std::string segment_flags(std::uint32_t flags) {
  std::string text;
  text += (flags & 4) != 0 ? 'R' : '-';
  text += (flags & 2) != 0 ? 'W' : '-';
  text += (flags & 1) != 0 ? 'X' : '-';
  if ((flags & ~7u) != 0) text += " " + hex(flags);
  return text;
}

std::string section_flags(std::uint64_t flags) {
  static constexpr std::string_view kLetters = "WAX?MSILOGTC";
  std::string text;
  for (std::size_t bit = 0; bit < kLetters.size(); ++bit) {
    if ((flags >> bit & 1) != 0 && bit != 3) text += kLetters[bit];
  }
  if ((flags & ~std::uint64_t{0xff7}) != 0) text += " " + hex(flags);
  return text;
}

// sh_info of these holds the index of a section.
bool info_is_section(const Section& section) {
  return (section.flags & kShfInfoLink) != 0 ||
         ((section.type == kShtRel || section.type == kShtRela) && section.info != 0);
}

bool link_is_section(const Section& section) { return section.link != 0; }

std::string info_of(const File& file, std::uint32_t index) {
  const Section& section = file.sections[index];
  if (info_is_section(section)) return file.label(section.info);
  if (section.type == kShtGroup) return file.symbol_name(section.link, section.info);
  return std::to_string(section.info);
}

}  // namespace

std::unique_ptr<RowView> header_rows(const File& file) {
  return make_rows(14, [&file](std::uint64_t i, Row& row) {
    const unsigned w = file.word();
    const std::uint64_t after = 24 + 3 * w;
    const auto number = [&](std::string_view key, std::uint64_t at, unsigned width, Kind kind) {
      row.key = key;
      row.span = {at, width};
      row.value = hex(file.read(file.bytes(), at, width));
      row.kind = kind;
      row.critical = true;
    };
    switch (i) {
      case 0: {
        number("e_ident", 0, 4, Kind::magic);
        row.span.length = 16;
        row.value = std::string(as_text(file.bytes().first(16)));
        return;
      }
      case 1:
        return number("e_type", 16, 2, Kind::file_type);
      case 2:
        return number("e_machine", 18, 2, Kind::file_type);
      case 3:
        return number("e_version", 20, 4, Kind::version);
      case 4:
        number("e_entry", 24, w, Kind::address);
        row.value = file.address(file.entry);
        row.critical = false;
        return;
      case 5:
        return number("e_phoff", 24 + w, w, Kind::offset);
      case 6:
        number("e_shoff", 24 + 2 * w, w, Kind::offset);
        if (file.sections_placed) row.value = "after the contents";
        return;
      case 7:
        return number("e_flags", after, 4, Kind::flags);
      case 8:
        return number("e_ehsize", after + 4, 2, Kind::size);
      case 9:
        return number("e_phentsize", after + 6, 2, Kind::size);
      case 10:
        number("e_phnum", after + 8, 2, Kind::count);
        row.critical = false;  // the headers themselves say more
        return;
      case 11:
        return number("e_shentsize", after + 10, 2, Kind::size);
      case 12:
        number("e_shnum", after + 12, 2, Kind::count);
        row.critical = false;
        return;
      default:
        number("e_shstrndx", after + 14, 2, Kind::reference);
        if (!file.unsectioned) row.value = file.label(file.shstrndx);
        return;
    }
  });
}

std::unique_ptr<RowView> segment_rows(const File& file) {
  return make_rows(file.segments.size() * 2, [&file](std::uint64_t i, Row& row) {
    const Segment& segment = file.segments[i / 2];
    row.span = {i / 2 * file.segment_size(), file.segment_size()};
    row.key = segment_name(segment.type);
    row.value = segment_name(segment.type) + " ";
    row.kind = Kind::address;
    if (i % 2 == 0) {
      row.key += ".flags";
      row.value += segment_flags(segment.flags);
      row.kind = Kind::flags;
      row.critical = segment.type != kPtNote && segment.type != kPtGnuSframe;  // which map nothing
      return;
    }
    row.value += "offset " + hex(segment.offset) + " address " + hex(segment.vaddr) + "/" +
                 hex(segment.paddr) + " size " + hex(segment.filesz) + "/" + hex(segment.memsz) + " align " +
                 hex(segment.align);
  });
}

std::unique_ptr<RowView> section_rows(const File& file) {
  return make_rows(file.sections.size() * 2, [&file](std::uint64_t i, Row& row) {
    const auto index = static_cast<std::uint32_t>(i / 2);
    const Section& section = file.sections[index];
    row.span = {index * file.section_size(), file.section_size()};
    row.key = file.label(index);
    row.value = file.label(index) + " ";
    if (!section.named) row.value += "name " + hex(section.name_offset) + " ";
    // objcopy compresses debug information where that makes it smaller.
    const DebugSection* compressed = reproduced_section(file, index);
    const bool plain = compressed != nullptr && section.align == file.word();
    if (i % 2 == 0) {
      row.key += ".flags";
      row.value += "type " + hex(section.type) + " flags " +
                   section_flags(plain ? section.flags & ~kShfCompressed : section.flags);
      row.kind = Kind::flags;
      // Compilers make a section for every function.
      constexpr std::uint64_t kBoth = kShfWrite | kShfExec;
      row.critical = !file.relocatable() || (section.flags & kBoth) == kBoth;
      return;
    }
    row.kind = Kind::address;
    row.value += "address " + hex(section.addr) + " align " + hex(plain ? compressed->align : section.align) +
                 " entries of " + hex(section.entsize);
    const bool placed = file.placed[index];
    if (placed && !file.previous[index].empty()) row.value += " after " + file.previous[index];
    if (!placed) row.value += " offset " + hex(section.offset);
    if (!placed || !section.decodable || (section.flags & kShfAlloc) != 0) {
      row.value += " size " + hex(section.size);
    }
    if (link_is_section(section)) row.value += " link " + file.label(section.link);
    if (section.info != 0) row.value += " info " + info_of(file, index);
  });
}

}  // namespace unrepro::elf
