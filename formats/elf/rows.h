#pragma once
// Views of the tables of an ELF file: each entry as what it says, references resolved.

#include <functional>
#include <memory>

#include "formats/elf/elf_file.h"
#include "formats/format.h"

namespace unrepro::elf {

// Fills a row from its number.
using RowMaker = std::function<void(std::uint64_t, Row&)>;
std::unique_ptr<RowView> make_rows(std::uint64_t count, RowMaker maker);

// Format::rows of ELF.
std::unique_ptr<RowView> rows(const Tree& tree, FieldId leaf);

// One file per kind of table. The file must outlive the view.
std::unique_ptr<RowView> header_rows(const File& file);
std::unique_ptr<RowView> segment_rows(const File& file);
std::unique_ptr<RowView> section_rows(const File& file);
std::unique_ptr<RowView> symbol_rows(const File& file, std::uint32_t section);
std::unique_ptr<RowView> relocation_rows(const File& file, std::uint32_t section);
std::unique_ptr<RowView> relr_rows(const File& file, std::uint32_t section);
std::unique_ptr<RowView> dynamic_rows(const File& file, std::uint32_t section);
std::unique_ptr<RowView> array_rows(const File& file, std::uint32_t section);
std::unique_ptr<RowView> group_rows(const File& file, std::uint32_t section);
std::unique_ptr<RowView> version_rows(const File& file, std::uint32_t section);

// True when the bytes of a section are a table that rows() reads to its last byte.
bool is_table(const File& file, std::uint32_t section);

}  // namespace unrepro::elf
