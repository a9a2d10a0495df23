#include "formats/elf/notes.h"

#include <algorithm>

#include "formats/elf/build_id.h"
#include "formats/elf/constants.h"
#include "formats/value.h"

namespace unrepro::elf {
namespace {

std::uint64_t round_up(std::uint64_t value, std::uint64_t align) {
  return (value + align - 1) / align * align;
}

void take_fill(TreeBuilder& tree, std::uint64_t length) {
  if (length == 0) return;
  const Bytes fill = tree.peek(length);
  if (std::all_of(fill.begin(), fill.end(), [](std::uint8_t byte) { return byte == 0; })) {
    tree.take("padding", Kind::padding, Encoding::bytes, Effect::inert, length, kInRange);
  } else {
    tree.take("padding", Kind::gap, Encoding::bytes, Effect::behaviour, length, kCritical);
  }
}

struct Meaning {
  std::string key;
  Kind kind = Kind::data;
  Effect effect = Effect::behaviour;
  std::uint8_t flags = 0;
};

// What objcopy --only-keep-debug leaves: no code at all.
bool is_detached(const File& file) {
  bool detached = false;
  for (const Section& section : file.sections) {
    if ((section.flags & kShfExec) == 0) continue;
    if (section.type != kShtNobits) return false;
    detached = true;
  }
  return detached;
}

// RFC 4122, sections 4.1.1 and 4.1.3: variant 10, version 4.
bool is_random_uuid(Bytes bytes) { return (bytes[8] & 0xc0) == 0x80 && (bytes[6] & 0xf0) == 0x40; }

Meaning meaning_of(const File& file, std::uint32_t section, std::string_view name, std::uint64_t type,
                   Bytes content, std::uint64_t offset, bool first) {
  if (name == "GNU" && type == 1) return {"abi_tag", Kind::version};
  if (name == "GNU" && type == 5) return {"property", Kind::flags, Effect::behaviour, kCritical};
  if (name == "FDO" && type == 0xcafe1a7e) return {"package", Kind::text, Effect::content};
  if (name == "FDO" && type == 0x407c0c0a) return {"dlopen", Kind::dependency, Effect::behaviour, kCritical};
  if (name == "Go" && type == 4) return {"go_build_id", Kind::build_id, Effect::content};
  const bool known_size = content.size() == 8 || content.size() == 16 || content.size() == 20;
  if (name == "GNU" && type == 3 && known_size) {
    if (first && build_id_holds(file, section, offset, content.size())) {
      return {"build_id", Kind::build_id, Effect::inert, kDerived | kInRange};
    }
    // What strip removed was hashed too, so that nothing can be said then. A whole file's id has to hold, but
    // for the 16 random bytes of --build-id=uuid. GNU ld and lld do not mark them as a UUID, mold does.
    const bool stripped = file.find(kShtSymtab) == 0 || is_detached(file);
    const bool random = content.size() == 16 && (!stripped || is_random_uuid(content));
    const Effect effect = stripped || random ? Effect::content : Effect::behaviour;
    return {"build_id", Kind::build_id, effect, static_cast<std::uint8_t>(random ? kInRange : 0)};
  }
  return {"note " + std::string(name.substr(0, 32)) + " " + hex(type)};
}

}  // namespace

std::optional<Note> NoteReader::read(std::uint64_t at) const {
  if (at >= bytes_.size() || bytes_.size() - at < 12) return std::nullopt;
  Note note{.name_size = file_.read(bytes_, at, 4)};
  note.size = file_.read(bytes_, at + 4, 4);
  note.type = file_.read(bytes_, at + 8, 4);
  note.begin = at + round_up(12 + note.name_size, align_);
  if (note.begin > bytes_.size() || note.size > bytes_.size() - note.begin) return std::nullopt;
  note.end = std::min<std::uint64_t>(note.begin + round_up(note.size, align_), bytes_.size());
  note.name = as_text(bytes_).substr(at + 12, note.name_size);
  note.name = note.name.substr(0, note.name.find('\0'));
  return note;
}

void take_notes(TreeBuilder& tree, const File& file, std::uint32_t section) {
  const Bytes bytes = file.content(section);
  const std::uint64_t base = file.sections[section].offset;
  tree.open(file.label(section), Kind::group, Encoding::list_significant);
  const NoteReader reader(file, section);
  std::uint64_t at = 0;
  for (std::size_t count = 0; count < kMostNotes; ++count) {
    const auto note = reader.read(at);
    if (!note) break;
    // Hashing the file is done once.
    const bool first = count == 0 && file.label(section) == ".note.gnu.build-id";
    const Meaning meaning = meaning_of(file, section, note->name, note->type,
                                       bytes.subspan(note->begin, note->size), base + note->begin, first);
    tree.open(meaning.key, Kind::group, Encoding::record);
    tree.take("header", Kind::identifier, Encoding::bytes, Effect::behaviour, 12 + note->name_size);
    take_fill(tree, note->begin - at - 12 - note->name_size);
    tree.take("value", meaning.kind, Encoding::bytes, meaning.effect, note->size, meaning.flags);
    take_fill(tree, note->end - note->begin - note->size);
    tree.close();
    at = note->end;
  }
  if (at < bytes.size()) {
    tree.take("rest", Kind::data, Encoding::bytes, Effect::behaviour, bytes.size() - at);
  }
  tree.close();
}

}  // namespace unrepro::elf
