// The dynamic section against the section table (gABI, "Dynamic Section").

#include <algorithm>
#include <map>

#include "formats/elf/constants.h"
#include "formats/elf/dynamic.h"
#include "formats/value.h"

namespace unrepro::elf {
namespace {

// A table that the loader finds by its address.
struct Table {
  std::uint64_t tag;
  std::string_view name;
  std::uint32_t type;       // of its section
  std::uint64_t size_tag;   // of what states its size in bytes; 0: none
  std::uint64_t count_tag;  // of what states the number of its entries, as sh_info does; 0: none
};
constexpr Table kTables[] = {
    {4, "DT_HASH", kShtHash, 0, 0},
    {5, "DT_STRTAB", kShtStrtab, 10, 0},
    {6, "DT_SYMTAB", kShtDynsym, 0, 0},
    {25, "DT_INIT_ARRAY", kShtInitArray, 27, 0},
    {26, "DT_FINI_ARRAY", kShtFiniArray, 28, 0},
    {32, "DT_PREINIT_ARRAY", kShtPreinitArray, 33, 0},
    {36, "DT_RELR", kShtRelr, 35, 0},
    {0x6ffffef5, "DT_GNU_HASH", kShtGnuHash, 0, 0},
    {0x6ffffff0, "DT_VERSYM", kShtGnuVersym, 0, 0},
    {0x6ffffffc, "DT_VERDEF", kShtGnuVerdef, 0, 0x6ffffffd},
    {0x6ffffffe, "DT_VERNEED", kShtGnuVerneed, 0, 0x6fffffff},
};
constexpr std::uint64_t kPltRel = 20, kPltRelSize = 2, kJmpRel = 23;
struct Relocations {
  std::uint64_t tag, size_tag;
  std::string_view name;
  std::uint32_t type;
};
constexpr Relocations kRelocations[] = {{7, 8, "DT_RELA", kShtRela}, {17, 18, "DT_REL", kShtRel}};

bool repeats(std::uint64_t tag) {
  // DT_NEEDED, DT_AUXILIARY and DT_FILTER.
  return tag == 1 || tag == 0x7ffffffd || tag == 0x7fffffff;
}

class Checker {
 public:
  Checker(const File& file, std::uint32_t dynamic, std::vector<Contradiction>& contradictions)
      : file_(file), dynamic_(dynamic), contradictions_(contradictions) {
    const std::uint64_t width = 2 * file.word();
    const Bytes table = file.content(dynamic);
    for (std::uint64_t at = 0; at + width <= table.size(); at += width) {
      const std::uint64_t tag = file.read(table, at, file.word());
      if (tag == 0) break;
      const bool first =
          values_.insert_or_assign(tag, file.read(table, at + file.word(), file.word())).second;
      if (!first && !repeats(tag)) disagree("tag " + hex(tag) + " stands there twice");
    }
  }

  void run() {
    for (const Table& table : kTables) check(table);
    for (const Relocations& relocations : kRelocations) check(relocations);
    check_plt();
  }

 private:
  void disagree(std::string message) {
    contradictions_.push_back({dynamic_, file_.label(dynamic_) + ": " + std::move(message)});
  }
  std::optional<std::uint64_t> value(std::uint64_t tag) const {
    const auto at = values_.find(tag);
    return at == values_.end() ? std::nullopt : std::optional(at->second);
  }
  bool loaded(const Section& section, std::uint32_t type) const {
    return section.type == type && (section.flags & kShfAlloc) != 0 && section.size != 0;
  }

  void check(const Table& table) {
    const auto address = value(table.tag);
    const Section* match = nullptr;
    const Section* other = nullptr;
    for (const Section& section : file_.sections) {
      if (!loaded(section, table.type)) continue;
      if (address && section.addr == *address) {
        match = &section;
      } else if (table.type != kShtStrtab) {
        other = &section;
      }
    }
    const std::string name(table.name);
    if (address && match == nullptr) {
      // Linkers leave pointers to tables that came out empty.
      const auto size = table.size_tag != 0 ? value(table.size_tag) : std::nullopt;
      if (size != 0u) disagree(name + " is " + hex(*address) + ", where no such section begins");
      return;
    }
    if (!address && other != nullptr) {
      return disagree("lacks " + name + ", but there is a section for it at " + hex(other->addr));
    }
    if (match == nullptr) return;
    if (other != nullptr) disagree("there is another section for " + name + " at " + hex(other->addr));
    if (const auto size = value(table.size_tag); size && *size != match->size) {
      disagree(name + " has " + hex(*size) + " bytes, its section " + hex(match->size));
    }
    if (const auto count = value(table.count_tag); count && *count != match->info) {
      disagree(name + " has " + std::to_string(*count) + " entries, its section " +
               std::to_string(match->info));
    }
  }

  // [begin, begin + size) has to be whole sections of relocations.
  bool whole_sections(std::uint32_t type, std::uint64_t begin, std::uint64_t size) const {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> inside;
    for (const Section& section : file_.sections) {
      if (loaded(section, type) && section.addr >= begin && section.addr - begin < size)
        inside.emplace_back(section.addr, section.size);
    }
    std::sort(inside.begin(), inside.end());
    std::uint64_t at = begin;
    for (const auto& [address, length] : inside) {
      if (address != at) return false;
      at += length;
    }
    return at - begin == size;
  }

  void check(const Relocations& relocations) {
    const auto begin = value(relocations.tag), size = value(relocations.size_tag);
    if (begin && size && *size != 0 && !whole_sections(relocations.type, *begin, *size)) {
      disagree(std::string(relocations.name) + ": " + hex(*size) + " bytes at " + hex(*begin) +
               " are not whole sections of relocations");
    }
    for (const Section& section : file_.sections) {
      if (!loaded(section, relocations.type)) continue;
      const auto covers = [&](std::optional<std::uint64_t> from, std::optional<std::uint64_t> length) {
        return from && length && section.addr >= *from && section.addr - *from < *length;
      };
      const bool plt = value(kPltRel) == relocations.tag;
      if (!covers(begin, size) && !(plt && covers(value(kJmpRel), value(kPltRelSize)))) {
        disagree("the relocations at " + hex(section.addr) + " are in none of its tables");
      }
    }
  }

  void check_plt() {
    const auto begin = value(kJmpRel), size = value(kPltRelSize), type = value(kPltRel);
    if (!begin || !size || *size == 0) return;
    const auto known = std::find_if(std::begin(kRelocations), std::end(kRelocations),
                                    [&](const Relocations& each) { return type == each.tag; });
    if (known == std::end(kRelocations) || !whole_sections(known->type, *begin, *size)) {
      disagree("DT_JMPREL: " + hex(*size) + " bytes at " + hex(*begin) +
               " are not whole sections of relocations");
    }
  }

  const File& file_;
  std::uint32_t dynamic_;
  std::vector<Contradiction>& contradictions_;
  std::map<std::uint64_t, std::uint64_t> values_;
};

}  // namespace

std::optional<std::uint64_t> dynamic_value(const File& file, std::uint32_t section, std::uint64_t tag) {
  const Bytes table = file.content(section);
  const unsigned w = file.word();
  std::optional<std::uint64_t> found;
  for (std::uint64_t at = 0; at + 2 * w <= table.size(); at += 2 * w) {
    const std::uint64_t each = file.read(table, at, w);
    if (each == 0) break;
    if (each == tag) found = file.read(table, at + w, w);
  }
  return found;
}

void check_dynamic(const File& file, std::uint32_t section, std::vector<Contradiction>& contradictions) {
  Checker(file, section, contradictions).run();
}

}  // namespace unrepro::elf
