#include "tests/formats/elf_oracle.h"

#include <gelf.h>

#include "formats/elf/elf.h"

namespace unrepro::test {
namespace {

// The rows of one leaf, in order.
std::vector<Row> rows_of(const Tree& tree, FieldId leaf) {
  std::vector<Row> found;
  const auto view = kElf.rows(tree, leaf);
  for (Row row; view != nullptr && view->next(row);) found.push_back(row);
  return found;
}

class Oracle {
 public:
  Oracle(const Tree& tree, Elf* elf) : tree_(tree), elf_(elf) {}

  OracleCounts run() {
    std::size_t names = 0;
    if (elf_getshdrstrndx(elf_, &names) != 0) return counts_;
    const std::vector<Row> headers = rows_of(tree_, tree_.child(Tree::kRoot, "section_headers"));
    for (std::size_t i = 0; 2 * i < headers.size() && counts_.mismatch.empty(); ++i) {
      Elf_Scn* section = elf_getscn(elf_, i);
      GElf_Shdr header;
      if (section == nullptr || gelf_getshdr(section, &header) == nullptr) continue;
      const char* name = elf_strptr(elf_, names, header.sh_name);
      const std::string& ours = headers[2 * i + 1].key;
      const std::string theirs = name == nullptr ? "" : name;
      ++counts_.sections;
      if (!theirs.empty() && ours != theirs && !ours.starts_with(theirs + "#")) differ(ours, theirs);
      if (const FieldId leaf = leaf_at(header.sh_offset, header.sh_size); leaf != kNoField) {
        table(section, header, rows_of(tree_, leaf));
      }
    }
    return counts_;
  }

 private:
  void differ(const std::string& ours, const std::string& theirs) {
    if (counts_.mismatch.empty()) counts_.mismatch = "'" + ours + "', libelf '" + theirs + "'";
  }

  FieldId leaf_at(std::uint64_t offset, std::uint64_t size) const {
    for (FieldId id = 0; id < tree_.size(); ++id) {
      const Field& field = tree_[id];
      if (field.encoding == Encoding::rows && field.begin == offset && field.length == size) return id;
    }
    return kNoField;
  }

  void table(Elf_Scn* section, const GElf_Shdr& header, const std::vector<Row>& rows) {
    Elf_Data* data = elf_getdata(section, nullptr);
    if (data == nullptr) return;
    for (std::size_t i = 0; i < rows.size() && counts_.mismatch.empty(); ++i) {
      const int at = static_cast<int>(i);
      GElf_Sym symbol;
      GElf_Dyn dynamic;
      if (header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM) {
        if (gelf_getsym(data, at, &symbol) == nullptr) continue;
        ++counts_.symbols;
        const char* name = elf_strptr(elf_, header.sh_link, symbol.st_name);
        const std::string& ours = rows[i].key == "FILE" ? rows[i].value : rows[i].key;
        if (name != nullptr && ours != name) differ(ours, name);
      } else if (header.sh_type == SHT_DYNAMIC) {
        if (gelf_getdyn(data, at, &dynamic) == nullptr) continue;
        ++counts_.dynamic;
        const bool string = dynamic.d_tag == DT_NEEDED || dynamic.d_tag == DT_SONAME ||
                            dynamic.d_tag == DT_RPATH || dynamic.d_tag == DT_RUNPATH;
        const char* text = string ? elf_strptr(elf_, header.sh_link, dynamic.d_un.d_val) : nullptr;
        if (text != nullptr && !rows[i].value.ends_with(" " + std::string(text))) differ(rows[i].value, text);
      } else if (header.sh_type == SHT_RELA || header.sh_type == SHT_REL) {
        relocation(header, data, at, rows[i]);
      }
    }
  }

  void relocation(const GElf_Shdr& header, Elf_Data* data, int at, const Row& row) {
    GElf_Rela with;
    GElf_Rel without;
    std::uint64_t info = 0;
    if (header.sh_type == SHT_RELA && gelf_getrela(data, at, &with) != nullptr) {
      info = with.r_info;
    } else if (header.sh_type == SHT_REL && gelf_getrel(data, at, &without) != nullptr) {
      info = without.r_info;
    } else {
      return;
    }
    ++counts_.relocations;
    GElf_Shdr symbols;
    Elf_Scn* section = elf_getscn(elf_, header.sh_link);
    if (section == nullptr || gelf_getshdr(section, &symbols) == nullptr || GELF_R_SYM(info) == 0) return;
    GElf_Sym symbol;
    if (gelf_getsym(elf_getdata(section, nullptr), static_cast<int>(GELF_R_SYM(info)), &symbol) == nullptr)
      return;
    const char* name = elf_strptr(elf_, symbols.sh_link, symbol.st_name);
    if (name != nullptr && row.value.find(name) == std::string::npos) differ(row.value, name);
  }

  const Tree& tree_;
  Elf* elf_;
  OracleCounts counts_;
};

}  // namespace

OracleCounts check_with_libelf(std::string bytes) {
  elf_version(EV_CURRENT);
  Budget budget{Limits{.output_bytes = 64 << 20}};
  const auto tree = kElf.decode(blob_from_string(bytes), {}, budget);
  if (!tree) return {.mismatch = tree.error().message};
  if (const std::string wrong = tree->check_tiling(); !wrong.empty()) return {.mismatch = wrong};
  Elf* elf = elf_memory(bytes.data(), bytes.size());
  if (elf == nullptr) return {};
  OracleCounts counts = Oracle(*tree, elf).run();
  elf_end(elf);
  return counts;
}

}  // namespace unrepro::test
