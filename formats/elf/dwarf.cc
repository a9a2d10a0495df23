#include "formats/elf/dwarf.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>

#include "formats/digest.h"
#include "formats/elf/constants.h"
#include "formats/elf/rows.h"
#include "formats/value.h"

namespace unrepro::elf {
namespace {

constexpr std::uint64_t kMostHoles = 4096;
// Bytes that one byte of debug information may make us read: strings and lists that many entries share.
constexpr std::uint64_t kAmplification = 64, kSmallestWork = 1u << 20;

constexpr std::array<std::string_view, kDebugParts> kNames = {
    ".debug_info",     ".debug_types",    ".debug_line",        ".debug_aranges", ".debug_abbrev",
    ".debug_str",      ".debug_line_str", ".debug_str_offsets", ".debug_addr",    ".debug_rnglists",
    ".debug_loclists", ".debug_ranges",   ".debug_loc"};

constexpr bool is_row_part(DebugPart part) { return part <= DebugPart::aranges; }

std::optional<std::size_t> part_of(std::string_view name) {
  const auto at = std::find(kNames.begin(), kNames.end(), name);
  if (at == kNames.end()) return std::nullopt;
  return static_cast<std::size_t>(at - kNames.begin());
}

// Sections that may refer into those that are decoded, by offsets nobody checks.
bool may_refer(std::string_view name) {
  if (name == ".debug_frame" || name == ".debug_gdb_scripts") return false;
  return name.starts_with(".debug_") || name.starts_with(".zdebug_") || name == ".gdb_index" ||
         name == ".gnu_debugaltlink";
}

// zlib and zstd as linkers and assemblers call them.
std::string compressed_again(std::uint64_t type, Bytes bytes) {
  std::string made;
  if (type == 1) {
    auto length = compressBound(bytes.size());
    made.resize(length);
    if (compress(reinterpret_cast<Bytef*>(made.data()), &length, bytes.data(), bytes.size()) != Z_OK)
      return {};
    made.resize(length);
  } else {
    made.resize(ZSTD_compressBound(bytes.size()));
    const std::size_t length =
        ZSTD_compress(made.data(), made.size(), bytes.data(), bytes.size(), ZSTD_CLEVEL_DEFAULT);
    if (ZSTD_isError(length) != 0) return {};
    made.resize(length);
  }
  return made;
}

// gABI, "Section Compression".
bool inflate_section(const File& file, DebugSection& section, Budget& budget) {
  constexpr std::uint64_t kMostRatio = 1100;  // of deflate; zstd has no bound
  const Bytes all = section.bytes;
  const std::uint64_t header = file.is64() ? 24 : 12;
  if (all.size() <= header) return false;
  const std::uint64_t type = file.read(all, 0, 4);
  const std::uint64_t size = file.read(all, file.is64() ? 8 : 4, file.word());
  const std::uint64_t align = file.read(all, header - file.word(), file.word());
  const Bytes stream = all.subspan(header);
  if ((type != 1 && type != 2) || size / kMostRatio > all.size() || !budget.charge_output(size)) return false;
  if (file.is64() && file.read(all, 4, 4) != 0) return false;
  std::string inflated(size, '\0');
  if (type == 1) {
    uLongf length = size;
    uLong consumed = stream.size();
    if (uncompress2(reinterpret_cast<Bytef*>(inflated.data()), &length, stream.data(), &consumed) != Z_OK ||
        length != size || consumed != stream.size())
      return false;
  } else if (ZSTD_findFrameCompressedSize(stream.data(), stream.size()) != stream.size() ||
             ZSTD_decompress(inflated.data(), size, stream.data(), stream.size()) != size) {
    return false;
  }
  section.reproduced = compressed_again(type, as_bytes(inflated)) == as_text(stream);
  section.stream = std::string(type == 1 ? "zlib" : "zstd") + " align " + hex(align);
  if (!section.reproduced) {
    section.stream += " " + to_hex(digest(Algo::sha256, stream)) + " of " +
                      to_hex(digest(Algo::sha256, as_bytes(inflated)));
  }
  section.align = align;
  section.inflated = blob_from_string(std::move(inflated));
  section.bytes = section.inflated->bytes();
  return true;
}

bool read_relocations(const File& file, std::uint32_t index, DebugSection& section) {
  const Section& table = file.sections[index];
  if (section.relocated_by != 0 || !is_table(file, index)) return false;
  section.relocated_by = index;
  section.symbols = table.link;
  section.addends = table.type == kShtRela;
  const unsigned w = file.word();
  if (file.machine == kEmMips || file.symbol_count(table.link) == 0) return false;
  const Bytes bytes = file.content(index);
  for (std::uint64_t at = 0; at < bytes.size(); at += w * (section.addends ? 3u : 2u)) {
    const std::uint64_t info = file.read(bytes, at + w, w);
    DebugRelocation item{.offset = file.read(bytes, at, w),
                         .type = file.is64() ? info & 0xffffffff : info & 0xff,
                         .symbol = static_cast<std::uint32_t>(file.is64() ? info >> 32 : info >> 8)};
    if (section.addends) {
      const std::uint64_t raw = file.read(bytes, at + 2 * w, w);
      item.addend = file.is64() ? static_cast<std::int64_t>(raw) : static_cast<std::int32_t>(raw);
    }
    section.relocations.push_back(item);
  }
  std::stable_sort(section.relocations.begin(), section.relocations.end(),
                   [](const DebugRelocation& a, const DebugRelocation& b) { return a.offset < b.offset; });
  return true;
}

bool find_sections(const File& file, DebugSections& found, Budget& budget) {
  for (std::uint32_t i = 0; i < file.sections.size(); ++i) {
    const Section& section = file.sections[i];
    const auto part = part_of(section.name);
    if (!part) {
      if (may_refer(section.name)) return false;
      continue;
    }
    if (section.type != kShtProgbits || (section.flags & kShfAlloc) != 0) return false;
    if (!section.has_content()) continue;
    DebugSection& into = found.parts[*part];
    if (!section.decodable || into.index != 0) return false;
    into.index = i;
    into.bytes = file.content(i);
    if ((section.flags & kShfCompressed) != 0 && !inflate_section(file, into, budget)) return false;
  }
  for (std::uint32_t i = 0; file.relocatable() && i < file.sections.size(); ++i) {
    const Section& section = file.sections[i];
    if (section.type != kShtRel && section.type != kShtRela) continue;
    for (DebugSection& target : found.parts) {
      if (target.index == 0 || target.index != section.info) continue;
      if (!read_relocations(file, i, target)) return false;
    }
  }
  return found[DebugPart::info].index != 0 || found[DebugPart::line].index != 0;
}

// Contributions to the sections of DWARF 5 tile them. Most have no offset table, and no unit names them.
bool read_headers(DebugInformation& debug, DebugPart part, DebugMarks& marks) {
  const std::uint64_t size = debug.sections[part].bytes.size();
  const bool lists = part == DebugPart::rnglists || part == DebugPart::loclists;
  Positions& found = debug.contributions[static_cast<std::size_t>(part)];
  for (std::uint64_t at = 0; at < size;) {
    Cursor header(debug.sections, part, at, size, nullptr);
    header.unit();
    const std::uint64_t version = header.number(2);
    header.number(2);
    const bool plain = lists && header.number(4) == 0;
    if (!header.ok() || version != 5) return false;
    const Bytes bytes = debug.sections[part].bytes.subspan(at, header.position() - at);
    const bool flat =
        plain && bytes[bytes.size() - 6] == debug.sections.file->word() && bytes[bytes.size() - 5] == 0;
    if (flat) Cursor(debug.sections, part, at, header.position(), &marks).block(bytes.size());
    found.add(at);
    at = header.end();
  }
  found.finish();
  return true;
}

bool read_all(DebugInformation& debug, Budget& budget) {
  const auto pass = [&](std::unique_ptr<BatchedRows> rows) {
    std::uint64_t count = 0;
    for (Row row; rows->next(row);) {
      if (++count % 65536 == 0 && !budget.allow_time()) return false;
    }
    return rows->ok();
  };
  DebugMarks& marks = debug.marks;
  for (const DebugPart part :
       {DebugPart::str_offsets, DebugPart::addr, DebugPart::rnglists, DebugPart::loclists}) {
    if (!read_headers(debug, part, marks)) return false;
  }
  if (!pass(line_rows(debug, &marks)) || !pass(entry_rows(debug, DebugPart::info, &marks)) ||
      !pass(entry_rows(debug, DebugPart::types, &marks)) || !pass(range_rows(debug, &marks)))
    return false;
  debug.line_tables.finish();
  for (Positions& positions : debug.entries) positions.finish();
  return std::all_of(marks.applied.begin(), marks.applied.end(), [](const std::vector<bool>& applied) {
    return std::find(applied.begin(), applied.end(), false) == applied.end();
  });
}

}  // namespace

std::shared_ptr<DebugInformation> read_debug(const File& file, Budget& budget) {
  auto debug = std::make_shared<DebugInformation>();
  debug->sections.file = &file;
  if (!find_sections(file, debug->sections, budget)) return nullptr;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < kDebugParts; ++i) {
    const DebugSection& section = debug->sections.parts[i];
    total += section.bytes.size();
    if (!is_row_part(static_cast<DebugPart>(i))) debug->marks.read[i].resize(section.bytes.size());
    debug->marks.applied[i].resize(section.relocations.size());
  }
  debug->marks.most_work = total * kAmplification + kSmallestWork;
  if (!read_all(*debug, budget)) return nullptr;
  return debug;
}

namespace {

// Claims a section as far as tables refer to it.
void take_covered(TreeBuilder& tree, const File& file, const DebugSection& section,
                  const std::vector<bool>& read) {
  const std::string label = file.label(section.index);
  const std::uint64_t size = file.sections[section.index].size;
  const auto leaf = [&](std::string_view key, bool covered, std::uint64_t length) {
    tree.take(key, covered ? Kind::debug : Kind::gap, Encoding::bytes, Effect::content, length,
              covered ? kCovered : 0);
  };
  const auto hole = std::find(read.begin(), read.end(), false);
  if (hole == read.end() && (section.stream.empty() || section.reproduced)) return leaf(label, true, size);
  if (!section.stream.empty()) {
    tree.take(label, Kind::data, Encoding::bytes, Effect::content, size);
    return;
  }
  tree.open(label, Kind::group, Encoding::record);
  std::uint64_t at = 0, pieces = 0;
  while (at < size) {
    const bool covered = read[at];
    std::uint64_t end = at;
    while (end < size && read[end] == covered) ++end;
    if (++pieces == kMostHoles) end = size;
    const bool last = pieces == kMostHoles;
    leaf(covered && !last ? "referenced" : "unreferenced", covered && !last, end - at);
    at = end;
  }
  tree.close();
}

}  // namespace

bool take_debug(TreeBuilder& tree, const File& file, std::uint32_t index, bool& is_rows) {
  is_rows = false;
  if (file.debug == nullptr) return false;
  for (std::size_t i = 0; i < kDebugParts; ++i) {
    const DebugSection& section = file.debug->sections.parts[i];
    if (section.index == 0) continue;
    const std::uint64_t size = file.sections[index].size;
    if (section.relocated_by == index) {
      tree.take(file.label(index), Kind::debug, Encoding::bytes, Effect::content, size, kCovered);
      return true;
    }
    if (section.index != index) continue;
    is_rows = is_row_part(static_cast<DebugPart>(i));
    if (is_rows) {
      tree.take(file.label(index), Kind::debug, Encoding::rows, Effect::content, size);
    } else {
      take_covered(tree, file, section, file.debug->marks.read[i]);
    }
    return true;
  }
  return false;
}

std::unique_ptr<RowView> debug_rows(const File& file, std::uint32_t index) {
  if (file.debug == nullptr) return nullptr;
  DebugInformation& debug = *file.debug;
  const auto is = [&](DebugPart part) { return debug.sections[part].index == index; };
  if (is(DebugPart::info)) return entry_rows(debug, DebugPart::info, nullptr);
  if (is(DebugPart::types)) return entry_rows(debug, DebugPart::types, nullptr);
  if (is(DebugPart::line)) return line_rows(debug, nullptr);
  if (is(DebugPart::aranges)) return range_rows(debug, nullptr);
  return nullptr;
}

const DebugSection* reproduced_section(const File& file, std::uint32_t index) {
  if (file.debug == nullptr) return nullptr;
  for (const DebugSection& section : file.debug->sections.parts) {
    if (section.index == index && section.reproduced) return &section;
  }
  return nullptr;
}

BatchedRows::BatchedRows(const DebugSection& section) : compressed_(!section.stream.empty()) {
  if (compressed_ && !section.reproduced) add("compression", section.stream).kind = Kind::stream;
}

bool BatchedRows::next(Row& row) {
  if (given_ == rows_.size()) {
    rows_.clear();
    given_ = 0;
    fill();
    if (rows_.empty()) return false;
  }
  row = std::move(rows_[given_++]);
  return true;
}

Row& BatchedRows::add(std::string key, std::string value) {
  return rows_.emplace_back(Row{.span = compressed_ ? Span{} : span_,
                                .key = std::move(key),
                                .value = std::move(value),
                                .kind = Kind::debug,
                                .effect = Effect::content});
}

void BatchedRows::add_text(std::string key, std::string_view text, bool directory) {
  Row& row = add(std::move(key), std::string(text));
  row.kind = Kind::text;
  if (directory) row.value += '/';
}

}  // namespace unrepro::elf
