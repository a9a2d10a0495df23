#include "formats/elf/hash_tables.h"

#include <algorithm>

#include "formats/elf/constants.h"
#include "formats/elf/rows.h"

namespace unrepro::elf {
namespace {

std::uint32_t gnu_hash(std::string_view name) {
  std::uint32_t hash = 5381;
  for (const char c : name) hash = hash * 33 + static_cast<std::uint8_t>(c);
  return hash;
}

// What the scripts of GNU ld define on demand, and leave out of the table.
bool is_of_linker(std::string_view name) {
  name = name.substr(0, name.find('@'));
  return name == "__bss_start" || name == "_edata" || name == "_end";
}

std::string check_sysv(const File& file, std::uint32_t section) {
  const Bytes bytes = file.content(section);
  const std::uint32_t symbols = file.sections[section].link;
  // Alpha and 64-bit S/390 have words of 8 bytes.
  const unsigned w = file.sections[section].entsize == 8 ? 8 : 4;
  const std::uint64_t words = bytes.size() / w;
  const std::uint64_t buckets = file.read(bytes, 0, w), count = file.read(bytes, w, w);
  if (words < 2 || bytes.size() % w != 0 || buckets == 0 || count != file.symbol_count(symbols) ||
      buckets > words - 2 || count != words - 2 - buckets) {
    return std::to_string(buckets) + " buckets and " + std::to_string(count) + " symbols do not fit in " +
           std::to_string(words) + " words";
  }
  std::vector<bool> seen(count, false);
  for (std::uint64_t bucket = 0; bucket < buckets; ++bucket) {
    for (std::uint64_t at = file.read(bytes, (2 + bucket) * w, w); at != 0;
         at = file.read(bytes, (2 + buckets + at) * w, w)) {
      if (at >= count || seen[at]) return "the chain of bucket " + std::to_string(bucket) + " is broken";
      seen[at] = true;
      const auto name = file.string(file.sections[symbols].link, file.symbol(symbols, at).name);
      if (!name || sysv_hash(*name) % buckets != bucket) {
        return "symbol " + std::to_string(at) + " is in the wrong bucket";
      }
    }
  }
  for (std::uint64_t at = 1; at < count; ++at) {
    const Symbol symbol = file.symbol(symbols, at);
    if (!seen[at] && symbol.shndx != 0 && (symbol.info >> 4) != 0) {
      return "symbol " + std::to_string(at) + " cannot be found";
    }
  }
  return {};
}

std::string check_gnu(const File& file, std::uint32_t section) {
  const Bytes bytes = file.content(section);
  const std::uint32_t symbols = file.sections[section].link;
  const std::uint64_t total = file.symbol_count(symbols);
  const std::uint64_t buckets = file.read(bytes, 0, 4), first = file.read(bytes, 4, 4);
  const std::uint64_t bloom = file.read(bytes, 8, 4), shift = file.read(bytes, 12, 4);
  const unsigned w = file.word();
  const std::uint64_t bits = std::uint64_t{w} * 8;
  if (bytes.size() < 16 || buckets == 0 || bloom == 0 || (bloom & (bloom - 1)) != 0 || first == 0 ||
      shift > 31)
    return "its header is malformed";
  // GNU ld writes one bucket for no symbols, and counts from symbol 1 then.
  const std::uint64_t chains = 16 + bloom * w + buckets * 4;
  const bool empty =
      bytes.size() >= chains && bytes.size() <= chains + 4 &&
      std::all_of(bytes.begin() + 16, bytes.end(), [](std::uint8_t byte) { return byte == 0; });
  const std::uint64_t hashed = !empty && first < total ? total - first : 0;
  const std::uint64_t expected = chains + hashed * 4;
  if (expected != bytes.size() && !empty) {
    return std::to_string(bytes.size()) + " bytes, expected " + std::to_string(expected);
  }
  std::vector<std::uint64_t> filter(bloom, 0), heads(buckets, 0);
  std::uint64_t last_bucket = 0;
  for (std::uint64_t i = 0; i < hashed; ++i) {
    const auto name = file.string(file.sections[symbols].link, file.symbol(symbols, first + i).name);
    if (!name) return "symbol " + std::to_string(first + i) + " has no name";
    const std::uint32_t hash = gnu_hash(*name);
    const std::uint64_t bucket = hash % buckets;
    if (i > 0 && bucket < last_bucket) return "symbols are not sorted by bucket";
    if (i == 0 || bucket != last_bucket) heads[bucket] = first + i;
    last_bucket = bucket;
    std::uint64_t& cell = filter[hash / bits & (bloom - 1)];
    cell |= std::uint64_t{1} << (hash % bits) | std::uint64_t{1} << ((hash >> shift) % bits);
    bool ends = i + 1 == hashed;
    if (!ends) {
      const auto next = file.string(file.sections[symbols].link, file.symbol(symbols, first + i + 1).name);
      ends = !next || gnu_hash(*next) % buckets != bucket;
    }
    if (file.read(bytes, chains + i * 4, 4) != ((hash & ~1u) | (ends ? 1u : 0u))) {
      return "the hash of symbol " + std::to_string(first + i) + " is not that of its name";
    }
  }
  for (std::uint64_t i = 0; i < bloom && !empty; ++i) {
    if (file.read(bytes, 16 + i * w, w) != filter[i]) return "the filter does not fit the symbols";
  }
  for (std::uint64_t i = 0; i < buckets && !empty; ++i) {
    if (file.read(bytes, 16 + bloom * w + i * 4, 4) != heads[i]) {
      return "bucket " + std::to_string(i) + " does not begin at its first symbol";
    }
  }
  for (std::uint64_t i = 1; (empty || i < first) && i < total; ++i) {
    const Symbol symbol = file.symbol(symbols, i);
    if (symbol.shndx != 0 && (symbol.info >> 4) != 0 && !is_of_linker(file.symbol_name(symbols, i)))
      return "symbol " + std::to_string(i) + " cannot be found";
  }
  return {};
}

}  // namespace

std::string check_hash_table(const File& file, std::uint32_t section) {
  const std::uint32_t symbols = file.sections[section].link;
  if (symbols >= file.sections.size() || file.sections[symbols].type != kShtDynsym ||
      !is_table(file, symbols))
    return "it is not linked to a dynamic symbol table";
  return file.sections[section].type == kShtHash ? check_sysv(file, section) : check_gnu(file, section);
}

}  // namespace unrepro::elf
