#pragma once
// The symbol tables of static libraries: "/" and "/SYM64/" (System V, GNU), "__.SYMDEF" and its kin (BSD).

#include "formats/archive/ar_header.h"

namespace unrepro {

enum class ArSymbolTable : std::uint8_t { none, gnu32, gnu64, bsd32, bsd64 };
// `first` tells the first member from others: COFF libraries have a second "/" with another layout.
ArSymbolTable symbol_table_kind(const ArMember& member, bool first);

// What the offsets of a symbol table may refer to. The listing must outlive it.
class ArTargets {
 public:
  explicit ArTargets(const ArListing& listing);
  // The member whose header is at `offset`, as a label of bounded length that is unique in the archive: its
  // path (a digest of an overlong one), with its number among members of that name from the second on, after
  // a line feed, which no well-formed name contains. Empty when there is no such member.
  std::string_view label(std::uint64_t offset) const;
  const ArListing& listing() const { return listing_; }

 private:
  const ArListing& listing_;
  std::vector<std::string> labels_;  // by member; empty for tables
};

// Claims `length` bytes as a symbol table inside the open member record. Each symbol is stated as an alias,
// symbol name to member, because offsets mean nothing by themselves; offsets and names are covered only if
// they spell exactly what the aliases say. An offset at which no member begins is an integrity anomaly,
// and so is a table that contradicts the symbols of ELF members.
void take_symbol_table(TreeBuilder& tree, ArSymbolTable kind, std::uint64_t length, const ArTargets& targets);

}  // namespace unrepro
