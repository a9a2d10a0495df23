#pragma once
// Notes (gABI, "Note Section"; GNU, FDO and Go types).

#include "formats/elf/elf_file.h"
#include "formats/tree_builder.h"

namespace unrepro::elf {

inline constexpr std::size_t kMostNotes = 1000;  // read of one section

// Offsets are in the section.
struct Note {
  std::string_view name;
  std::uint64_t type = 0;
  std::uint64_t name_size = 0;
  std::uint64_t begin = 0, size = 0;  // of what it says
  std::uint64_t end = 0;              // of the note and its padding
};
class NoteReader {
 public:
  NoteReader(const File& file, std::uint32_t section)
      : file_(file), bytes_(file.content(section)), align_(file.sections[section].align == 8 ? 8 : 4) {}
  // Empty at the end and where no whole note stands.
  std::optional<Note> read(std::uint64_t at) const;

 private:
  const File& file_;
  Bytes bytes_;
  std::uint64_t align_;
};

// Claims a section of notes, note by note; a build-id that can be recomputed is derived.
void take_notes(TreeBuilder& tree, const File& file, std::uint32_t section);

}  // namespace unrepro::elf
