#include "tests/formats/elf_oracle.h"

#include <gelf.h>

#include <map>
#include <optional>
#include <vector>

#include "formats/elf/elf.h"
#include "formats/value.h"

namespace unrepro::test {
namespace {

constexpr std::uint64_t kCompressed = 0x800;  // SHF_COMPRESSED

// The rows of one leaf, in order.
std::vector<Row> rows_of(const Tree& tree, FieldId leaf) {
  std::vector<Row> found;
  const auto view = kElf.rows(tree, leaf);
  for (Row row; view != nullptr && view->next(row);) found.push_back(row);
  return found;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class Oracle {
 public:
  Oracle(const Tree& tree, Elf* elf) : tree_(tree), elf_(elf) {
    for (FieldId id = 0; id < tree.size(); ++id) {
      const Field& field = tree[id];
      if (field.encoding == Encoding::rows || field.inner())
        leaves_.try_emplace({field.begin, field.length}, id);
    }
  }

  OracleCounts run() {
    std::size_t names = 0;
    if (gelf_getehdr(elf_, &header_) == nullptr || elf_getshdrstrndx(elf_, &names) != 0) return counts_;
    read_sections(names);
    file_header();
    segments();
    section_headers();
    read_versions();
    for (std::size_t i = 0; i < headers_.size() && counts_.mismatch.empty(); ++i) table(i);
    return counts_;
  }

 private:
  void expect(bool holds, const std::string& ours, const std::string& theirs) {
    if (!holds && counts_.mismatch.empty()) counts_.mismatch = "'" + ours + "', libelf '" + theirs + "'";
  }

  bool relocatable() const { return header_.e_type == ET_REL; }
  Elf_Data* data(std::size_t section) const { return elf_getdata(elf_getscn(elf_, section), nullptr); }
  std::string text(std::size_t table, std::size_t offset) const {
    const char* found = elf_strptr(elf_, table, offset);
    return found == nullptr ? "" : found;
  }

  void read_sections(std::size_t names) {
    std::size_t count = 0;
    elf_getshdrnum(elf_, &count);
    std::map<std::string, unsigned> seen;
    for (std::size_t i = 0; i < count; ++i) gelf_getshdr(elf_getscn(elf_, i), &headers_.emplace_back());
    for (std::size_t i = 0; i < count; ++i) {
      const std::string name = text(names, headers_[i].sh_name);
      std::string label = name.empty() ? "section" : name;
      if (headers_[i].sh_type == SHT_GROUP) label += signature(headers_[i]);
      const unsigned twin = ++seen[label];
      if (twin > 1 || name.empty()) label += "#" + std::to_string(twin);
      by_label_.emplace(label, i);
      labels_.push_back(std::move(label));
    }
  }

  // ":" and the name of the symbol that a group is about.
  std::string signature(const GElf_Shdr& group) const {
    GElf_Sym symbol;
    Elf_Data* symbols = data(group.sh_link);
    if (symbols == nullptr || gelf_getsym(symbols, static_cast<int>(group.sh_info), &symbol) == nullptr)
      return "";
    const std::string name = text(headers_[group.sh_link].sh_link, symbol.st_name);
    return name.empty() ? "" : ":" + name;
  }

  std::string label(std::size_t section) const {
    return section < labels_.size() ? labels_[section] : "section " + std::to_string(section);
  }

  // What ".text+0x20" or "0x1020" denotes; sections of relocatable files begin at 0.
  std::optional<std::uint64_t> address(const std::string& place) const {
    const std::size_t plus = place.rfind("+0x");
    const std::size_t digits = plus == std::string::npos ? 0 : plus + 1;
    if (place.compare(digits, 2, "0x") != 0) return std::nullopt;
    const std::uint64_t value = std::stoull(place.substr(digits + 2), nullptr, 16);
    if (plus == std::string::npos) return value;
    const auto at = by_label_.find(place.substr(0, plus));
    if (at == by_label_.end()) return std::nullopt;
    return value + headers_[at->second].sh_addr;
  }

  std::vector<Row> rows_at(std::uint64_t offset, std::uint64_t size) const {
    const auto leaf = leaves_.find({offset, size});
    return leaf == leaves_.end() ? std::vector<Row>() : rows_of(tree_, leaf->second);
  }

  void file_header() {
    const std::vector<Row> rows = rows_at(0, header_.e_ehsize);
    expect(rows.size() == 14, "rows of the header", "14");
    const auto row = [&](std::size_t at, const std::string& theirs) {
      if (at < rows.size()) expect(rows[at].value == theirs, rows[at].key + " " + rows[at].value, theirs);
    };
    row(1, hex(header_.e_type));
    row(2, hex(header_.e_machine));
    row(3, hex(header_.e_version));
    if (rows.size() > 4)
      expect(address(rows[4].value) == header_.e_entry, rows[4].value, hex(header_.e_entry));
    row(5, hex(header_.e_phoff));
    row(7, hex(header_.e_flags));
    row(9, hex(header_.e_phentsize));
    row(10, hex(header_.e_phnum));
    row(11, hex(header_.e_shentsize));
    row(12, hex(header_.e_shnum));
  }

  void segments() {
    std::size_t count = 0;
    elf_getphdrnum(elf_, &count);
    if (count == 0) return;
    const std::vector<Row> rows = rows_at(header_.e_phoff, count * header_.e_phentsize);
    expect(rows.size() == 2 * count, std::to_string(rows.size()) + " rows of segments",
           std::to_string(count));
    for (std::size_t i = 0; 2 * i < rows.size(); ++i) {
      GElf_Phdr segment;
      if (gelf_getphdr(elf_, static_cast<int>(i), &segment) == nullptr) continue;
      ++counts_.segments;
      const std::string flags = std::string(segment.p_flags & PF_R ? "R" : "-") +
                                (segment.p_flags & PF_W ? "W" : "-") + (segment.p_flags & PF_X ? "X" : "-");
      expect(contains(rows[2 * i].value, " " + flags), rows[2 * i].value, flags);
      const std::string rest = " offset " + hex(segment.p_offset) + " address " + hex(segment.p_vaddr) + "/" +
                               hex(segment.p_paddr) + " size " + hex(segment.p_filesz) + "/" +
                               hex(segment.p_memsz) + " align " + hex(segment.p_align);
      expect(rows[2 * i + 1].value.ends_with(rest), rows[2 * i + 1].value, rest);
    }
  }

  void section_headers() {
    const std::vector<Row> rows = rows_at(header_.e_shoff, headers_.size() * header_.e_shentsize);
    expect(rows.size() == 2 * headers_.size(), std::to_string(rows.size()) + " rows of sections",
           std::to_string(headers_.size()));
    for (std::size_t i = 0; 2 * i < rows.size() && counts_.mismatch.empty(); ++i) {
      const GElf_Shdr& header = headers_[i];
      ++counts_.sections;
      const std::string &flags = rows[2 * i].value, &rest = rows[2 * i + 1].value;
      static constexpr std::string_view kLetters = "WAX?MSILOGTC";
      std::string letters;
      for (std::size_t bit = 0; bit < kLetters.size(); ++bit) {
        if ((header.sh_flags >> bit & 1) != 0 && bit != 3) letters += kLetters[bit];
      }
      const std::string first = label(i) + " type " + hex(header.sh_type) + " flags " + letters;
      std::string second = label(i) + " address " + hex(header.sh_addr) + " align ";
      const bool compressed = (header.sh_flags & kCompressed) != 0;
      expect(flags.starts_with(compressed ? first.substr(0, first.size() - 1) : first), flags, first);
      if (!compressed) second += hex(header.sh_addralign) + " entries of " + hex(header.sh_entsize);
      expect(rest.starts_with(second), rest, second);
      const auto states = [&](const std::string& what, std::uint64_t number) {
        const std::size_t at = rest.find(" " + what + " 0x", second.size());
        if (at == std::string::npos) return;
        const std::string theirs = " " + what + " " + hex(number);
        expect(contains(rest + " ", theirs + " "), rest, theirs);
      };
      states("offset", header.sh_offset);
      states("size", header.sh_size);
      if (header.sh_link != 0)
        expect(contains(rest, " link " + label(header.sh_link)), rest, label(header.sh_link));
    }
  }

  // Names of version indexes, by libelf.
  void read_versions() {
    for (std::size_t i = 0; i < headers_.size(); ++i) {
      const GElf_Shdr& header = headers_[i];
      if (header.sh_type == SHT_GNU_versym) versym_ = i;
      Elf_Data* bytes = data(i);
      if (bytes == nullptr) continue;
      int at = 0;
      for (unsigned n = 0; header.sh_type == SHT_GNU_verdef && n < header.sh_info; ++n) {
        GElf_Verdef item;
        GElf_Verdaux name;
        if (gelf_getverdef(bytes, at, &item) == nullptr) break;
        if (gelf_getverdaux(bytes, at + static_cast<int>(item.vd_aux), &name) != nullptr) {
          versions_[item.vd_ndx & 0x7fff] = text(header.sh_link, name.vda_name);
        }
        at += static_cast<int>(item.vd_next);
      }
      for (unsigned n = 0; header.sh_type == SHT_GNU_verneed && n < header.sh_info; ++n) {
        GElf_Verneed item;
        if (gelf_getverneed(bytes, at, &item) == nullptr) break;
        int aux = at + static_cast<int>(item.vn_aux);
        for (unsigned k = 0; k < item.vn_cnt; ++k) {
          GElf_Vernaux name;
          if (gelf_getvernaux(bytes, aux, &name) == nullptr) break;
          versions_[name.vna_other & 0x7fff] =
              text(header.sh_link, name.vna_name) + " of " + text(header.sh_link, item.vn_file);
          aux += static_cast<int>(name.vna_next);
        }
        at += static_cast<int>(item.vn_next);
      }
    }
  }

  void table(std::size_t index) {
    const GElf_Shdr& header = headers_[index];
    if (header.sh_type == SHT_NOBITS || header.sh_size == 0) return;
    if (header.sh_type == SHT_NOTE) return notes(index);
    Elf_Data* bytes = data(index);
    const bool known = header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM ||
                       header.sh_type == SHT_DYNAMIC || header.sh_type == SHT_REL ||
                       header.sh_type == SHT_RELA;
    if (bytes == nullptr || !known) return;
    const std::vector<Row> rows = rows_at(header.sh_offset, header.sh_size);
    // The relocations of debug information are covered by what that says.
    if (rows.empty() && relocatable() && header.sh_type != SHT_SYMTAB) return;
    const std::size_t width = gelf_fsize(elf_, bytes->d_type, 1, EV_CURRENT);
    expect(width != 0 && rows.size() == header.sh_size / width,
           std::to_string(rows.size()) + " rows of " + label(index), hex(header.sh_size));
    for (std::size_t i = 0; i < rows.size() && counts_.mismatch.empty(); ++i) {
      const int at = static_cast<int>(i);
      if (header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM) {
        symbol(index, bytes, at, rows[i]);
      } else if (header.sh_type == SHT_DYNAMIC) {
        entry(header, bytes, at, rows[i]);
      } else {
        relocation(header, bytes, at, rows[i]);
      }
    }
  }

  std::string place(const GElf_Sym& symbol, Elf32_Word extended) const {
    std::size_t section = symbol.st_shndx;
    if (section == SHN_UNDEF) return "UNDEF " + hex(symbol.st_value);
    if (section == SHN_XINDEX && extended != 0) {
      section = extended;
    } else if (section >= SHN_LORESERVE) {
      return (section == SHN_ABS ? "ABS " : "section " + hex(section) + " ") + hex(symbol.st_value);
    }
    const bool relative =
        section < headers_.size() && !relocatable() && GELF_ST_TYPE(symbol.st_info) != STT_TLS;
    return label(section) + "+" + hex(symbol.st_value - (relative ? headers_[section].sh_addr : 0));
  }

  void symbol(std::size_t index, Elf_Data* bytes, int at, const Row& row) {
    GElf_Sym symbol;
    Elf32_Word extended = 0;
    const int more = elf_scnshndx(elf_getscn(elf_, index));
    if (gelf_getsymshndx(bytes, more > 0 ? data(static_cast<std::size_t>(more)) : nullptr, at, &symbol,
                         &extended) == nullptr)
      return expect(false, row.value, "no symbol");
    ++counts_.symbols;
    const std::string name = text(headers_[index].sh_link, symbol.st_name);
    if (row.key == "FILE") return expect(row.value == name, row.value, name);
    expect(row.key == name, row.key, name);
    static constexpr std::string_view kTypes[] = {"NOTYPE", "OBJECT", "FUNC", "SECTION",
                                                  "FILE",   "COMMON", "TLS"};
    static constexpr std::string_view kBindings[] = {"LOCAL", "GLOBAL", "WEAK"};
    const unsigned type = GELF_ST_TYPE(symbol.st_info), bind = GELF_ST_BIND(symbol.st_info);
    const std::string rest =
        " " + (type < 7 ? std::string(kTypes[type]) : "type " + std::to_string(type)) + " " +
        (bind < 3 ? std::string(kBindings[bind]) : "bind " + std::to_string(bind)) + " other " +
        hex(symbol.st_other) + " size " + hex(symbol.st_size) + " in " + place(symbol, extended);
    expect(row.value.ends_with(rest), row.value, rest);
    if (versym_ == 0 || headers_[versym_].sh_link != index || bind == STB_LOCAL || at == 0) return;
    GElf_Versym number = 0;
    if (gelf_getversym(data(versym_), at, &number) == nullptr) return;
    ++counts_.versions;
    std::string version = name + ((number & 0x8000) != 0 ? "@" : "@@");
    const auto found = versions_.find(number & 0x7fff);
    const bool none = number == 1 || (number == 0 && symbol.st_shndx == SHN_UNDEF);
    if (!none) version += found != versions_.end() ? found->second : std::to_string(number & 0x7fff);
    expect(row.value == version + rest, row.value, version + rest);
  }

  void entry(const GElf_Shdr& header, Elf_Data* bytes, int at, const Row& row) {
    GElf_Dyn dynamic;
    if (gelf_getdyn(bytes, at, &dynamic) == nullptr) return expect(false, row.value, "no entry");
    ++counts_.dynamic;
    const bool string = dynamic.d_tag == DT_NEEDED || dynamic.d_tag == DT_SONAME ||
                        dynamic.d_tag == DT_RPATH || dynamic.d_tag == DT_RUNPATH ||
                        dynamic.d_tag == DT_AUXILIARY || dynamic.d_tag == DT_FILTER;
    if (string) {
      const std::string theirs = row.key + " " + text(header.sh_link, dynamic.d_un.d_val);
      return expect(row.value == theirs, row.value, theirs);
    }
    const auto value = address(row.value.substr(row.key.size() + 1));
    expect(value == dynamic.d_un.d_val, row.value, hex(dynamic.d_un.d_val));
  }

  void relocation(const GElf_Shdr& header, Elf_Data* bytes, int at, const Row& row) {
    GElf_Rela item = {};
    GElf_Rel without = {};
    const bool addends = header.sh_type == SHT_RELA;
    if (!addends && gelf_getrel(bytes, at, &without) != nullptr) {
      item.r_offset = without.r_offset;
      item.r_info = without.r_info;
    } else if (!addends || gelf_getrela(bytes, at, &item) == nullptr) {
      return expect(false, row.value, "no relocation");
    }
    ++counts_.relocations;
    // 64-bit little-endian MIPS has the halves the other way round, which libelf does not know.
    if (header_.e_machine == EM_MIPS && gelf_getclass(elf_) == ELFCLASS64 &&
        header_.e_ident[EI_DATA] == ELFDATA2LSB)
      item.r_info = item.r_info >> 32 | item.r_info << 32;
    expect(address(row.key) == item.r_offset, row.key, hex(item.r_offset));
    const std::string type = row.key + " type " + std::to_string(GELF_R_TYPE(item.r_info));
    expect(row.value.starts_with(type), row.value, type);
    GElf_Sym symbol;
    if (GELF_R_SYM(item.r_info) != 0 && header.sh_link < headers_.size() &&
        gelf_getsym(data(header.sh_link), static_cast<int>(GELF_R_SYM(item.r_info)), &symbol) != nullptr) {
      const std::string name = text(headers_[header.sh_link].sh_link, symbol.st_name);
      expect(row.value.compare(type.size(), name.size() + 1, " " + name) == 0, row.value, name);
    }
    if (!addends) return;
    const std::size_t plus = row.value.rfind(" + ");
    const std::string sum = item.r_addend < 0 ? "-" + hex(0 - static_cast<std::uint64_t>(item.r_addend))
                                              : hex(static_cast<std::uint64_t>(item.r_addend));
    if (plus != std::string::npos) return expect(row.value.substr(plus + 3) == sum, row.value, sum);
    const std::uint64_t mask = gelf_getclass(elf_) == ELFCLASS64 ? ~std::uint64_t{0} : 0xffffffff;
    expect(address(row.value.substr(row.value.rfind(' ') + 1)) ==
               (static_cast<std::uint64_t>(item.r_addend) & mask),
           row.value, sum);
  }

  void notes(std::size_t index) {
    const GElf_Shdr& header = headers_[index];
    const auto leaf = leaves_.find({header.sh_offset, header.sh_size});
    Elf_Data* bytes = data(index);
    if (leaf == leaves_.end() || bytes == nullptr) return;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> ours;
    for (const FieldId note : tree_.children(leaf->second)) {
      if (const FieldId value = tree_.child(note, "value"); value != kNoField)
        ours.emplace_back(tree_[value].begin - header.sh_offset, tree_[value].length);
    }
    GElf_Nhdr note;
    std::size_t name = 0, value = 0, count = 0;
    for (std::size_t at = 0; (at = gelf_getnote(bytes, at, &note, &name, &value)) > 0; ++count) {
      ++counts_.notes;
      const bool same =
          count < ours.size() && ours[count] == std::pair<std::uint64_t, std::uint64_t>(value, note.n_descsz);
      expect(same, label(index) + ": note " + std::to_string(count),
             hex(note.n_descsz) + " bytes at " + hex(value));
    }
    expect(count == ours.size(), std::to_string(ours.size()) + " notes in " + label(index),
           std::to_string(count));
  }

  const Tree& tree_;
  Elf* elf_;
  GElf_Ehdr header_ = {};
  std::vector<GElf_Shdr> headers_;
  std::vector<std::string> labels_;
  std::map<std::string, std::size_t> by_label_;
  std::map<std::uint64_t, std::string> versions_;
  std::size_t versym_ = 0;
  std::map<std::pair<std::uint64_t, std::uint64_t>, FieldId> leaves_;
  OracleCounts counts_;
};

}  // namespace

OracleCounts check_with_libelf(std::string bytes) {
  elf_version(EV_CURRENT);
  Budget budget{Limits{.output_bytes = 64ull << 30}};
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
