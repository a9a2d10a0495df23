#include "formats/archive/ar_elf.h"

#include <algorithm>
#include <optional>

#include "formats/elf/constants.h"
#include "formats/elf/elf_file.h"

namespace unrepro {
namespace {

// Names of the symbols that a linker finds in an object, sorted. Empty when they cannot be told.
std::optional<std::vector<std::string_view>> defined_symbols(Bytes object) {
  if (!elf::File::is_elf(object)) return std::nullopt;
  const elf::File file(object);
  std::vector<std::string_view> names;
  for (std::uint32_t i = 0; i < file.sections.size(); ++i) {
    if (file.sections[i].name.starts_with(".gnu.lto_")) return std::nullopt;
    if (file.sections[i].type != elf::kShtSymtab) continue;
    for (std::uint64_t at = 1; at < file.symbol_count(i); ++at) {
      const elf::Symbol symbol = file.symbol(i, at);
      if (symbol.shndx == 0 || (symbol.info >> 4) == 0) continue;
      const auto name = file.string(file.sections[i].link, symbol.name);
      if (!name) return std::nullopt;
      names.push_back(*name);
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace

std::string check_elf_symbols(Bytes archive, const ArListing& listing, std::vector<ArSymbolEntry> entries) {
  if (listing.thin) return {};
  std::sort(entries.begin(), entries.end(), [](const ArSymbolEntry& a, const ArSymbolEntry& b) {
    return std::pair(a.second, a.first) < std::pair(b.second, b.first);
  });
  auto next = entries.begin();
  for (const ArMember& member : listing.members) {
    while (next != entries.end() && next->second < member.header) ++next;
    std::vector<std::string_view> listed;
    for (; next != entries.end() && next->second == member.header; ++next) listed.push_back(next->first);
    if (member.style == ArNameStyle::special || !member.problem.empty()) continue;
    const auto defined = defined_symbols(
        archive.subspan(member.content() + member.name_length, member.stored - member.name_length));
    if (!defined) continue;
    for (const std::string_view name : listed) {
      if (!std::binary_search(defined->begin(), defined->end(), name)) {
        return "the table leads to the member at offset " + std::to_string(member.header) +
               " for a symbol that it does not define";
      }
    }
    if (!std::includes(listed.begin(), listed.end(), defined->begin(), defined->end())) {
      return "the member at offset " + std::to_string(member.header) + " defines a symbol that is not listed";
    }
  }
  return {};
}

}  // namespace unrepro
