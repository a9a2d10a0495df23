#include "formats/elf/notes.h"

#include <algorithm>

#include "formats/elf/build_id.h"
#include "formats/elf/constants.h"

namespace unrepro::elf {
namespace {

constexpr std::size_t kMostNotes = 1000;

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
    // for the 16 random bytes of --build-id=uuid, which GNU ld does not mark as a UUID.
    const bool stripped = file.find(kShtSymtab) == 0, random = !stripped && content.size() == 16;
    const Effect effect = stripped || random ? Effect::content : Effect::behaviour;
    return {"build_id", Kind::build_id, effect, static_cast<std::uint8_t>(random ? kInRange : 0)};
  }
  return {"note " + std::string(name.substr(0, 32)) + " " + hex(type)};
}

}  // namespace

void take_notes(TreeBuilder& tree, const File& file, std::uint32_t section) {
  const std::uint64_t align = file.sections[section].align == 8 ? 8 : 4;
  const Bytes bytes = file.content(section);
  const std::uint64_t base = file.sections[section].offset;
  tree.open(file.label(section), Kind::group, Encoding::list_significant);
  std::uint64_t at = 0;
  for (std::size_t count = 0; at < bytes.size() && count < kMostNotes; ++count) {
    if (bytes.size() - at < 12) break;
    const std::uint64_t name_size = file.read(bytes, at, 4), size = file.read(bytes, at + 4, 4);
    const std::uint64_t begin = at + round_up(12 + name_size, align);
    if (begin > bytes.size() || size > bytes.size() - begin) break;
    const std::uint64_t end = std::min<std::uint64_t>(begin + round_up(size, align), bytes.size());
    std::string_view name = as_text(bytes).substr(at + 12, name_size);
    name = name.substr(0, name.find('\0'));
    // Hashing the file is done once.
    const bool first = count == 0 && file.label(section) == ".note.gnu.build-id";
    const Meaning meaning = meaning_of(file, section, name, file.read(bytes, at + 8, 4),
                                       bytes.subspan(begin, size), base + begin, first);
    tree.open(meaning.key, Kind::group, Encoding::record);
    tree.take("header", Kind::identifier, Encoding::bytes, Effect::behaviour, 12 + name_size);
    take_fill(tree, begin - at - 12 - name_size);
    tree.take("value", meaning.kind, Encoding::bytes, meaning.effect, size, meaning.flags);
    take_fill(tree, end - begin - size);
    tree.close();
    at = end;
  }
  if (at < bytes.size()) {
    tree.take("rest", Kind::data, Encoding::bytes, Effect::behaviour, bytes.size() - at);
  }
  tree.close();
}

}  // namespace unrepro::elf
