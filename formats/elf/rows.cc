#include "formats/elf/rows.h"

#include <algorithm>

#include "formats/elf/constants.h"
#include "formats/elf/dwarf.h"
#include "formats/elf/versions.h"

namespace unrepro::elf {
namespace {

class MadeRows final : public RowView {
 public:
  MadeRows(std::uint64_t count, RowMaker maker) : count_(count), maker_(std::move(maker)) {}
  bool next(Row& row) override {
    if (at_ == count_) return false;
    row = {};
    maker_(at_++, row);
    return true;
  }

 private:
  std::uint64_t at_ = 0, count_;
  RowMaker maker_;
};

std::uint64_t entry_size(const File& file, std::uint32_t type) {
  const bool wide = file.is64();
  switch (type) {
    case kShtSymtab:
    case kShtDynsym:
      return wide ? 24 : 16;
    case kShtRela:
      return wide ? 24 : 12;
    case kShtRel:
    case kShtDynamic:
      return wide ? 16 : 8;
    case kShtGroup:
      return 4;
    case kShtRelr:
    case kShtInitArray:
    case kShtFiniArray:
    case kShtPreinitArray:
      return file.word();
    default:
      return 0;
  }
}

}  // namespace

std::unique_ptr<RowView> make_rows(std::uint64_t count, RowMaker maker) {
  return std::make_unique<MadeRows>(count, std::move(maker));
}

bool is_table(const File& file, std::uint32_t index) {
  const Section& section = file.sections[index];
  if (!section.decodable) return false;
  if (section.type == kShtGnuVerdef || section.type == kShtGnuVerneed) {
    return read_versions(file, index).has_value();
  }
  if ((section.flags & kShfCompressed) != 0) return false;
  const std::uint64_t width = entry_size(file, section.type);
  return width != 0 && section.size % width == 0;
}

std::unique_ptr<RowView> rows(const Tree& tree, FieldId leaf) {
  const File& file = *static_cast<const File*>(tree.index.get());
  const auto at = file.tables.find(leaf);
  if (at == file.tables.end()) return nullptr;
  const std::uint32_t section = at->second;
  if (section == File::kHeader) return header_rows(file);
  if (section == File::kSegments) return segment_rows(file);
  if (section == File::kSections) return section_rows(file);
  if (auto view = debug_rows(file, section)) return view;
  switch (file.sections[section].type) {
    case kShtSymtab:
    case kShtDynsym:
      return symbol_rows(file, section);
    case kShtRel:
    case kShtRela:
      return relocation_rows(file, section);
    case kShtRelr:
      return relr_rows(file, section);
    case kShtDynamic:
      return dynamic_rows(file, section);
    case kShtGroup:
      return group_rows(file, section);
    case kShtGnuVerdef:
    case kShtGnuVerneed:
      return version_rows(file, section);
    default:
      return array_rows(file, section);
  }
}

}  // namespace unrepro::elf
