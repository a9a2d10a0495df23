#include "formats/archive/ar.h"

#include <algorithm>

#include "formats/archive/ar_header.h"
#include "formats/archive/ar_symbols.h"

namespace unrepro {
namespace {

bool is_name_table(const ArMember& member) {
  return member.style == ArNameStyle::special && member.path == "//";
}

// Claims the long name table, entry by entry. An entry that a member's path states is covered, provided that
// the members refer to the entries in their order (else the order would be a place to hide).
void take_name_table(TreeBuilder& tree, const ArListing& listing, std::uint64_t length) {
  std::vector<std::uint64_t> used;
  for (const ArMember& member : listing.members) {
    if (member.style == ArNameStyle::table && member.problem.empty()) used.push_back(member.table_offset);
  }
  const bool in_order = std::is_sorted(used.begin(), used.end());
  tree.open("names", Kind::group, Encoding::sequence);
  const std::string_view table = as_text(tree.peek(length));
  auto next_used = used.begin();
  std::uint64_t at = 0;
  while (at < table.size() && tree.ok()) {
    const std::size_t found = table.find_first_of(std::string_view("\n\0", 2), at);
    const std::uint64_t end = found == std::string_view::npos ? table.size() : found + 1;
    if (end == table.size() && table.substr(at) == "\n") {
      tree.take("padding", Kind::padding, Encoding::bytes, Effect::behaviour, 1);
      tree.derived(tree.last(), true, "");
      break;
    }
    while (in_order && next_used != used.end() && *next_used < at) ++next_used;
    const bool referenced = in_order && next_used != used.end() && *next_used == at;
    tree.take("name", Kind::name, Encoding::bytes, Effect::behaviour, end - at, referenced ? kCovered : 0);
    at = end;
  }
  tree.close();
}

void take_content(TreeBuilder& tree, const ArListing& listing, const ArMember& member, bool first,
                  const ArTargets& targets) {
  const std::uint64_t length = member.stored - member.name_length;
  if (!member.problem.empty() && member.stored < member.size && !listing.thin) {
    tree.take("content", Kind::gap, Encoding::bytes, Effect::behaviour, length, kCritical);
    return;
  }
  if (listing.thin && member.style != ArNameStyle::special) return;
  if (const ArSymbolTable kind = symbol_table_kind(member, first); kind != ArSymbolTable::none) {
    take_symbol_table(tree, kind, length, targets);
  } else if (is_name_table(member)) {
    take_name_table(tree, listing, length);
  } else {
    tree.take("content", Kind::payload, Encoding::bytes, Effect::behaviour, length);
    if (member.style != ArNameStyle::special) {
      tree.payload({.field = tree.last(), .name = std::string(member.path)});
    }
  }
}

// The header of a table restates nothing of a file. Linkers of old BSDs compare the time of theirs with the
// file's.
ArHeaderEffects effects_of(const ArMember& member, bool first) {
  const ArSymbolTable kind = symbol_table_kind(member, first);
  const bool bsd = kind == ArSymbolTable::bsd32 || kind == ArSymbolTable::bsd64;
  return {.mtime = bsd ? Effect::content : Effect::inert};
}

Result<Tree> decode(BlobRef blob, const Context&, Budget& budget) {
  const ArListing listing = scan_ar(blob->bytes(), budget);
  const ArTargets targets(listing);
  TreeBuilder tree(std::move(blob), kAr.id, budget);
  tree.tree().owners_free = true;
  tree.open("", Kind::group, Encoding::record);
  tree.take("magic", Kind::magic, Encoding::bytes, Effect::behaviour, kArMagic.size());
  tree.open("members", Kind::group, Encoding::list_significant);
  for (const ArMember& member : listing.members) {
    if (!tree.ok()) break;
    const bool first = &member == &listing.members.front();
    tree.open(member.path, Kind::member, Encoding::record);
    take_ar_header(tree, member, effects_of(member, first), listing.thin);
    take_content(tree, listing, member, first, targets);
    take_ar_padding(tree, member, ArPadding::line_feed_or_nul);
    tree.close();
  }
  tree.close();
  if (tree.ok()) take_ar_trailing(tree);
  return tree.finish();
}

}  // namespace

const Format kAr = {
    .id = "ar",
    .spec = "ar(5); System V and GNU: binutils ar.h; 4.4BSD: ar(5), ranlib(5); LLVM ArchiveWriter for SYM64",
    .probe = [](const ProbeInput& input) noexcept -> Bits {
      const std::string_view text = as_text(input.bytes);
      return text.starts_with(kArMagic) || text.starts_with(kThinArMagic) ? 64 : 0;
    },
    .decode = decode,
};

}  // namespace unrepro
