#include "formats/archive/ar_symbols.h"

#include <algorithm>
#include <unordered_map>

#include "formats/archive/ar_elf.h"
#include "formats/digest.h"

namespace unrepro {
namespace {

constexpr std::size_t kMaxLabel = 255;    // a label may be repeated for every symbol
constexpr std::uint64_t kMaxPadding = 8;  // ranlib and llvm-ar align to at most this

std::uint64_t read(Bytes bytes, std::uint64_t at, unsigned width, bool big_endian) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < width; ++i) {
    value |= std::uint64_t{bytes[at + i]} << (8 * (big_endian ? width - 1 - i : i));
  }
  return value;
}

Encoding encoding_of(unsigned width, bool big_endian) {
  if (width == 4) return big_endian ? Encoding::u32be : Encoding::u32le;
  return big_endian ? Encoding::u64be : Encoding::u64le;
}

bool all_zero(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

struct Symbol {
  std::string_view name;
  std::uint64_t offset = 0;
};

// States each symbol as an alias; true when every offset is that of a member.
bool state_symbols(TreeBuilder& tree, const std::vector<Symbol>& symbols, FieldId offsets,
                   const ArTargets& targets) {
  bool resolved = true;
  const FieldId list = tree.open("symbols", Kind::group, Encoding::list_significant);
  // In the order of the members, as every writer lists them: then the order says nothing of its own.
  if (std::is_sorted(symbols.begin(), symbols.end(),
                     [](const Symbol& a, const Symbol& b) { return a.offset < b.offset; }))
    tree.set_flags(list, kDerived);
  for (const Symbol& symbol : symbols) {
    if (!tree.ok()) break;
    const std::string_view target = targets.label(symbol.offset);
    if (target.empty() && resolved) {
      tree.anomaly(offsets, AnomalyKind::integrity,
                   "a symbol refers to offset " + std::to_string(symbol.offset) + ", where no member begins");
    }
    resolved = resolved && !target.empty();
    tree.alias(symbol.name, Kind::reference, Effect::behaviour, target);
  }
  tree.close();
  std::vector<ArSymbolEntry> entries;
  for (const Symbol& symbol : symbols) entries.emplace_back(symbol.name, symbol.offset);
  const std::string wrong =
      check_elf_symbols(tree.tree().blob()->bytes(), targets.listing(), std::move(entries));
  if (!wrong.empty()) tree.anomaly(offsets, AnomalyKind::integrity, wrong);
  return resolved;
}

void take_malformed(TreeBuilder& tree, std::uint64_t length, std::string_view what) {
  tree.take("symbol_table", Kind::gap, Encoding::bytes, Effect::behaviour, length, kCritical);
  tree.anomaly(tree.last(), AnomalyKind::structural,
               std::string("malformed symbol table: ") + std::string(what));
}

// Zeros that align the table, counted as part of it.
void take_fill(TreeBuilder& tree, std::uint64_t length) {
  if (length == 0) return;
  const Bytes fill = tree.take("padding", Kind::padding, Encoding::bytes, Effect::behaviour, length);
  if (length <= kMaxPadding && all_zero(fill)) return;
  tree.anomaly(tree.last(), AnomalyKind::structural,
               std::to_string(length) + " bytes follow the names of the symbol table");
}

// Count, offsets, names in the same order, each ended by NUL.
void take_gnu(TreeBuilder& tree, unsigned width, std::uint64_t length, const ArTargets& targets) {
  const Bytes table = tree.peek(length);
  if (table.size() < width) return take_malformed(tree, length, "no room for the count");
  const std::uint64_t count = read(table, 0, width, true);
  if (count > (table.size() - width) / width) return take_malformed(tree, length, "count exceeds its size");
  const std::uint64_t names_at = width + count * width;
  const std::string_view names = as_text(table).substr(names_at);
  std::vector<Symbol> symbols;
  std::size_t end_of_names = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::size_t end = names.find('\0', end_of_names);
    if (end == std::string_view::npos) return take_malformed(tree, length, "fewer names than offsets");
    symbols.push_back(
        {names.substr(end_of_names, end - end_of_names), read(table, width + i * width, width, true)});
    end_of_names = end + 1;
  }
  tree.open("symbol_table", Kind::group, Encoding::record);
  tree.take("count", Kind::count, encoding_of(width, true), Effect::behaviour, width);
  tree.derived(tree.last(), true, "");
  tree.take("offsets", Kind::reference, Encoding::bytes, Effect::behaviour, count * width);
  const FieldId offsets = tree.last();
  tree.take("names", Kind::name, Encoding::bytes, Effect::behaviour, end_of_names, kCovered);
  if (state_symbols(tree, symbols, offsets, targets)) tree.set_flags(offsets, kCovered | kDerived);
  take_fill(tree, names.size() - end_of_names);
  tree.close();
}

// Size of the entries, entries of (offset of the name, offset of the member), size of the names, names.
bool take_bsd(TreeBuilder& tree, unsigned width, bool big_endian, std::uint64_t length,
              const ArTargets& targets) {
  const Bytes table = tree.peek(length);
  const std::uint64_t entry = std::uint64_t{width} * 2;
  if (table.size() < entry) return false;
  const std::uint64_t entries_size = read(table, 0, width, big_endian);
  if (entries_size > table.size() - entry || entries_size % entry != 0) return false;
  const std::uint64_t names_size = read(table, width + entries_size, width, big_endian);
  const std::uint64_t names_at = entry + entries_size;
  if (names_size > table.size() - names_at) return false;
  const std::string_view names = as_text(table).substr(names_at, names_size);
  std::vector<Symbol> symbols;
  std::uint64_t packed = 0;  // end of the names while they stand in the order of the entries
  bool in_order = true;
  for (std::uint64_t at = width; at < width + entries_size; at += entry) {
    const std::uint64_t name_at = read(table, at, width, big_endian);
    if (name_at > names.size()) return false;
    // A name that does not begin where the last one ended may be shared, and repeated for every entry.
    in_order = in_order && name_at == packed;
    if (!in_order) break;
    const std::size_t end = names.find('\0', name_at);
    if (end == std::string_view::npos) return false;
    symbols.push_back({names.substr(name_at, end - name_at), read(table, at + width, width, big_endian)});
    packed = end + 1;
  }
  const std::uint8_t covered = in_order ? kCovered : 0;
  tree.open("symbol_table", Kind::group, Encoding::record);
  tree.take("entries_size", Kind::size, encoding_of(width, big_endian), Effect::behaviour, width);
  tree.derived(tree.last(), true, "");
  tree.take("offsets", Kind::reference, Encoding::bytes, Effect::behaviour, entries_size);
  const FieldId offsets = tree.last();
  tree.take("names_size", Kind::size, encoding_of(width, big_endian), Effect::behaviour, width);
  tree.derived(tree.last(), true, "");
  const std::uint64_t used = in_order ? packed : names_size;
  tree.take("names", Kind::name, Encoding::bytes, Effect::behaviour, used, covered);
  if (state_symbols(tree, symbols, offsets, targets) && in_order)
    tree.set_flags(offsets, kCovered | kDerived);
  take_fill(tree, table.size() - names_at - used);
  tree.close();
  return true;
}

}  // namespace

ArSymbolTable symbol_table_kind(const ArMember& member, bool first) {
  if (!member.problem.empty()) return ArSymbolTable::none;
  if (member.style == ArNameStyle::special) {
    if (member.path == "/" && first) return ArSymbolTable::gnu32;
    return member.path == "/SYM64/" && first ? ArSymbolTable::gnu64 : ArSymbolTable::none;
  }
  if (!first) return ArSymbolTable::none;
  if (member.path == "__.SYMDEF" || member.path == "__.SYMDEF SORTED") return ArSymbolTable::bsd32;
  if (member.path == "__.SYMDEF_64" || member.path == "__.SYMDEF_64 SORTED") return ArSymbolTable::bsd64;
  return ArSymbolTable::none;
}

ArTargets::ArTargets(const ArListing& listing) : listing_(listing) {
  std::unordered_map<std::string_view, std::uint64_t> seen;
  labels_.reserve(listing.members.size());
  for (const ArMember& member : listing.members) {
    std::string& label = labels_.emplace_back();
    if (member.style == ArNameStyle::special) continue;
    label = member.path.size() <= kMaxLabel ? std::string(member.path)
                                            : "\n" + to_hex(digest(Algo::sha256, as_bytes(member.path)));
    const std::uint64_t number = ++seen[member.path];
    if (number > 1) label.append("\n").append(std::to_string(number));
  }
}

std::string_view ArTargets::label(std::uint64_t offset) const {
  const auto at =
      std::lower_bound(listing_.members.begin(), listing_.members.end(), offset,
                       [](const ArMember& member, std::uint64_t wanted) { return member.header < wanted; });
  if (at == listing_.members.end() || at->header != offset) return {};
  return labels_[static_cast<std::size_t>(at - listing_.members.begin())];
}

void take_symbol_table(TreeBuilder& tree, ArSymbolTable kind, std::uint64_t length,
                       const ArTargets& targets) {
  if (kind == ArSymbolTable::gnu32 || kind == ArSymbolTable::gnu64) {
    return take_gnu(tree, kind == ArSymbolTable::gnu32 ? 4 : 8, length, targets);
  }
  const unsigned width = kind == ArSymbolTable::bsd32 ? 4 : 8;
  // The byte order is that of the target machine; the sizes fit in one order only, except in an empty table.
  if (take_bsd(tree, width, false, length, targets) || take_bsd(tree, width, true, length, targets)) return;
  take_malformed(tree, length, "sizes exceed the member, or a name has no end");
}

}  // namespace unrepro
