#include "formats/elf/strings.h"

#include <algorithm>

#include "formats/elf/constants.h"
#include "formats/elf/dynamic.h"
#include "formats/elf/rows.h"
#include "formats/elf/versions.h"

namespace unrepro::elf {
namespace {

constexpr std::size_t kMostHoles = 4096;

// Offsets of the strings that decoded tables resolve in `table`, ascending.
std::vector<std::uint64_t> references(const File& file, std::uint32_t table) {
  std::vector<std::uint64_t> found;
  const auto refer = [&](std::uint64_t offset) {
    if (file.string(table, offset)) found.push_back(offset);
  };
  const auto sorted = [&] {
    std::sort(found.begin(), found.end());
    return std::move(found);
  };
  if (file.shstrndx == table) {
    for (const Section& section : file.sections) refer(section.name_offset);
  }
  const auto linked = file.linked.find(table);
  if (linked == file.linked.end()) return sorted();
  for (const std::uint32_t i : linked->second) {
    const Section& section = file.sections[i];
    if (!is_table(file, i)) continue;
    if (section.type == kShtSymtab || section.type == kShtDynsym) {
      for (std::uint64_t s = 0; s < file.symbol_count(i); ++s) refer(file.symbol(i, s).name);
    } else if (section.type == kShtDynamic) {
      const unsigned w = file.word();
      const Bytes bytes = file.content(i);
      for (std::uint64_t at = 0; at + 2 * w <= bytes.size(); at += 2 * w) {
        if (dynamic_is_string(file.read(bytes, at, w))) refer(file.read(bytes, at + w, w));
      }
    } else if (section.type == kShtGnuVerdef || section.type == kShtGnuVerneed) {
      const auto entries = read_versions(file, i);
      for (const VersionEntry& entry : *entries) {
        for (const std::uint64_t offset : entry.strings) refer(offset);
      }
    }
  }
  return sorted();
}

}  // namespace

void take_strings(TreeBuilder& tree, const File& file, std::uint32_t section) {
  const std::string_view text = as_text(file.content(section));
  const std::vector<std::uint64_t> used = references(file, section);
  tree.open(file.label(section), Kind::group, Encoding::record);
  std::uint64_t claimed = 0, covered = 0;
  std::size_t holes = 0;
  const auto cover = [&] {
    if (covered > claimed) {
      tree.take("strings", Kind::name, Encoding::bytes, Effect::behaviour, covered - claimed, kCovered);
    }
    claimed = covered;
  };
  // Every table begins with the empty string.
  if (!used.empty() && text.front() == '\0') covered = 1;
  for (const std::uint64_t offset : used) {
    if (offset < covered) continue;
    if (offset > covered) {
      if (++holes > kMostHoles) break;
      cover();
      tree.take("unreferenced", Kind::gap, Encoding::bytes, Effect::behaviour, offset - covered, kCritical);
      claimed = offset;
    }
    covered = offset + file.string(section, offset)->size() + 1;
  }
  cover();
  if (claimed < text.size()) {
    tree.take(used.empty() ? "strings" : "unreferenced", used.empty() ? Kind::data : Kind::gap,
              Encoding::bytes, Effect::behaviour, text.size() - claimed, used.empty() ? 0 : kCritical);
  }
  tree.close();
}

}  // namespace unrepro::elf
