#pragma once
// Debug information (DWARF 4 and 5) as what it denotes. Entries, line tables and address ranges are tables;
// strings, abbreviations, lists and the like are covered as far as these refer to them.

#include <memory>

#include "formats/budget.h"
#include "formats/elf/dwarf_cursor.h"
#include "formats/format.h"
#include "formats/tree_builder.h"

namespace unrepro::elf {

struct DebugInformation {
  DebugSections sections;
  Positions entries[2];                         // of .debug_info and .debug_types: where a DIE begins
  std::vector<std::uint64_t> units[2];          // ascending
  std::vector<std::uint64_t> first_entries[2];  // by unit: how many entries stand before it
  Positions line_tables;
  std::array<Positions, kDebugParts> contributions;  // where their headers begin
  DebugMarks marks;
};

// Reads all of it once. Null when there is none, when any of it is damaged or unknown, when a section that is
// not decoded might refer to what is, or when the budget is exhausted.
std::shared_ptr<DebugInformation> read_debug(const File& file, Budget& budget);

// Claims a section of the debug information, or of its relocations. False, and nothing claimed, for any other
// section. `is_rows` tells whether the leaf just claimed is a table for debug_rows().
bool take_debug(TreeBuilder& tree, const File& file, std::uint32_t section, bool& is_rows);

// The rows of a table; null for sections that are none. Everything must outlive the view.
std::unique_ptr<RowView> debug_rows(const File& file, std::uint32_t section);

// A section of the debug information that is compressed as linkers do it, so that its stream says nothing
// beside its content. Null for any other.
const DebugSection* reproduced_section(const File& file, std::uint32_t section);

// Rows that come several at a time.
class BatchedRows : public RowView {
 public:
  explicit BatchedRows(const DebugSection& section);
  bool next(Row& row) final;
  // False after damage.
  virtual bool ok() const = 0;

 protected:
  // Adds rows to rows_; none at the end.
  virtual void fill() = 0;
  Row& add(std::string key, std::string value);
  // A string that may name a place, as a row of its own; a directory is written with a slash at its end.
  void add_text(std::string key, std::string_view text, bool directory);

  std::vector<Row> rows_;
  Span span_;  // of the rows being added

 private:
  bool compressed_;  // rows then have no place in the leaf
  std::size_t given_ = 0;
};

// One file per table; `marks` is null except for the first reading, which also finds the positions.
std::unique_ptr<BatchedRows> entry_rows(DebugInformation& debug, DebugPart part, DebugMarks* marks);
std::unique_ptr<BatchedRows> line_rows(DebugInformation& debug, DebugMarks* marks);
std::unique_ptr<BatchedRows> range_rows(DebugInformation& debug, DebugMarks* marks);

}  // namespace unrepro::elf
