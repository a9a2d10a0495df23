// One claim after the other, in the order of the file: tables as leaves whose rows say what they mean, string
// tables as far as rows refer to them, everything else as its section.

#include "formats/elf/elf.h"

#include <algorithm>

#include "formats/elf/constants.h"
#include "formats/elf/contents.h"
#include "formats/elf/dwarf.h"
#include "formats/elf/elf_file.h"
#include "formats/elf/frame_header.h"
#include "formats/elf/hash_tables.h"
#include "formats/elf/layout.h"
#include "formats/elf/notes.h"
#include "formats/elf/rows.h"
#include "formats/elf/strings.h"
#include "formats/elf/versions.h"
#include "formats/text/text.h"
#include "formats/tree_builder.h"

namespace unrepro {
namespace elf {
namespace {

// A file without section headers: the loader's view is all there is.
std::string segment_label(const File& file, std::uint64_t position, std::uint64_t& end, bool& executable) {
  for (std::size_t i = 0; i < file.segments.size(); ++i) {
    const Segment& segment = file.segments[i];
    if (segment.type != kPtLoad || segment.filesz == 0) continue;
    if (segment.offset > position) {
      end = std::min(end, segment.offset);
    } else if (position - segment.offset < segment.filesz) {
      end = std::min(end, segment.filesz - (position - segment.offset) + position);
      executable = (segment.flags & kPfExec) != 0;
      return "segment " + std::to_string(i);
    }
  }
  return {};
}

class Decoder {
 public:
  Decoder(BlobRef blob, std::string_view path, Budget& budget)
      : path_(path),
        file_(std::make_shared<File>(blob->bytes())),
        budget_(budget),
        tree_(std::move(blob), kElf.id, budget) {}

  Result<Tree> run() {
    regions_ = lay_out(*file_, contradictions_);
    file_->index_addresses();
    index_tables();
    file_->debug = read_debug(*file_, budget_);
    check_segments(*file_, contradictions_);
    tree_.open("", Kind::group, Encoding::record);
    for (const Region& region : regions_) {
      if (!tree_.ok()) break;
      take_region(region);
    }
    if (tree_.ok()) take_rest();
    for (std::string& problem : file_->problems) {
      tree_.anomaly(Tree::kRoot, AnomalyKind::structural, std::move(problem));
    }
    for (Contradiction& found : contradictions_) {
      const auto at = leaves_.find(found.section);
      tree_.anomaly(at == leaves_.end() ? Tree::kRoot : at->second, AnomalyKind::structural,
                    std::move(found.message));
    }
    tree_.tree().index = file_;
    return tree_.finish();
  }

 private:
  // What rows of one table need from another.
  void index_tables() {
    File& file = *file_;
    file.extended.assign(file.sections.size(), 0);
    for (std::uint32_t i = 0; i < file.sections.size(); ++i) {
      const Section& section = file.sections[i];
      if (!section.decodable) continue;
      file.linked[section.link].push_back(i);
      const std::uint32_t linked_type =
          section.link < file.sections.size() ? file.sections[section.link].type : kShtNull;
      const bool linked =
          (linked_type == kShtSymtab || linked_type == kShtDynsym) && is_table(file, section.link);
      const std::uint64_t symbols = linked ? file.symbol_count(section.link) : 0;
      if (section.type == kShtSymtabShndx && linked && section.size == symbols * 4) {
        file.extended[section.link] = i;
      }
      if (section.type == kShtGnuVersym && linked && file.version_table == 0 && section.size == symbols * 2) {
        file.version_table = i;
      }
    }
    for (std::uint32_t i = 0; i < file.sections.size(); ++i) {
      const std::uint32_t type = file.sections[i].type;
      if ((type != kShtGnuVerdef && type != kShtGnuVerneed) || !file.sections[i].decodable) continue;
      const auto entries = read_versions(file, i);
      if (!entries) continue;
      for (const VersionEntry& entry : *entries) {
        if (entry.index == 0) continue;
        if (file.versions.try_emplace(entry.index, entry.version).second) continue;
        contradictions_.push_back({i, "version index " + std::to_string(entry.index) + " is defined twice"});
      }
    }
  }

  void take_region(const Region& region) {
    if (region.begin > tree_.position()) take_between(region);
    const std::uint64_t position = tree_.position();
    if (region.end <= position) return;
    const bool whole = region.begin == position;
    const bool is_section = region.what < file_->sections.size();
    if (!whole || (is_section && !file_->sections[region.what].decodable)) {
      tree_.take("overlapped " + std::to_string(region.what), Kind::opaque, Encoding::bytes,
                 Effect::behaviour, region.end - position, kCritical);
      return;
    }
    if (is_section) return take_section(region.what);
    const bool header = region.what == File::kHeader;
    const std::string_view key = header                           ? "header"
                                 : region.what == File::kSegments ? "program_headers"
                                                                  : "section_headers";
    take_table(key, region.end - region.begin, region.what);
  }

  void take_table(std::string_view key, std::uint64_t length, std::uint32_t what) {
    tree_.take(key, Kind::reference, Encoding::rows, Effect::behaviour, length);
    file_->tables.emplace(tree_.last(), what);
  }

  void take_section(std::uint32_t index) {
    File& file = *file_;
    const Section& section = file.sections[index];
    const auto first = static_cast<FieldId>(tree_.tree().size());
    leaves_.emplace(index, first);
    if (bool is_rows = false; take_debug(tree_, file, index, is_rows)) {
      if (is_rows) file.tables.emplace(tree_.last(), index);
      return;
    }
    if (is_table(file, index)) return take_table(file.label(index), section.size, index);
    switch (section.type) {
      case kShtStrtab:
        if (file.unsectioned) break;  // symbols that refer to it are not decoded
        return take_strings(tree_, file, index);
      case kShtNote:
        return take_notes(tree_, file, index);
      case kShtHash:
      case kShtGnuHash:
        return take_hash_table(index);
      default:
        break;
    }
    const bool stated = index == file.version_table ||
                        (section.type == kShtSymtabShndx && section.link < file.sections.size() &&
                         file.extended[section.link] == index);
    if (file.label(index) == ".eh_frame_hdr") return take_frame_header(index);
    if (!stated) return take_contents(tree_, file, index, path_);
    tree_.take(file.label(index), Kind::reference, Encoding::bytes, Effect::behaviour, section.size,
               kCovered);
  }

  void take_hash_table(std::uint32_t index) {
    const Section& section = file_->sections[index];
    tree_.take(file_->label(index), Kind::digest, Encoding::bytes, Effect::behaviour, section.size);
    if (file_->find(section.type) != index) return;
    const std::string wrong = check_hash_table(*file_, index);
    tree_.derived(tree_.last(), wrong.empty(), file_->label(index) + ": " + wrong);
  }

  void take_frame_header(std::uint32_t index) {
    tree_.take(file_->label(index), Kind::reference, Encoding::bytes, Effect::behaviour,
               file_->sections[index].size);
    const FrameHeaderCheck check = check_frame_header(*file_, index);
    if (check.known) tree_.derived(tree_.last(), check.wrong.empty(), ".eh_frame_hdr: " + check.wrong);
  }

  void take_between(const Region& next) {
    const std::uint64_t length = next.begin - tree_.position();
    const std::string name = next.what < file_->sections.size() ? file_->label(next.what)
                             : next.what == File::kSegments     ? "program_headers"
                                                                : "section_headers";
    const Bytes bytes = tree_.peek(length);
    const bool zero = std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
    if (zero && aligns(*file_, next, length)) {
      tree_.take("padding before " + name, Kind::padding, Encoding::bytes, Effect::inert, length, kInRange);
    } else if (file_->unsectioned) {
      take_segments(next.begin);
    } else {
      // Zeros hide nothing: what strip took away was there.
      tree_.take("gap before " + name, Kind::gap, Encoding::bytes, Effect::behaviour, length,
                 zero ? std::uint8_t{0} : std::uint8_t{kCritical});
    }
  }

  // Bytes up to `limit`, by the segments that load them.
  void take_segments(std::uint64_t limit) {
    while (tree_.ok() && tree_.position() < limit) {
      std::uint64_t end = limit;
      bool executable = false;
      const std::string label = segment_label(*file_, tree_.position(), end, executable);
      const std::uint64_t length = end - tree_.position();
      if (label.empty()) {
        const bool last = end == tree_.size();
        tree_.take(last ? "trailing" : "gap", last ? Kind::trailing : Kind::gap, Encoding::bytes,
                   Effect::behaviour, length, kCritical);
      } else {
        tree_.take(label, executable ? Kind::code : Kind::data, Encoding::bytes, Effect::behaviour, length);
      }
    }
  }

  void take_rest() {
    if (tree_.remaining() == 0) return;
    if (file_->unsectioned) return take_segments(tree_.size());
    tree_.take("trailing", Kind::trailing, Encoding::bytes, Effect::behaviour, tree_.remaining(), kCritical);
  }

  std::string_view path_;
  std::shared_ptr<File> file_;
  Budget& budget_;
  TreeBuilder tree_;
  std::vector<Region> regions_;
  std::vector<Contradiction> contradictions_;
  std::unordered_map<std::uint32_t, FieldId> leaves_;  // by section
};

Result<Tree> decode(BlobRef blob, const Context& context, Budget& budget) {
  if (File::is_elf(blob->bytes())) return Decoder(std::move(blob), context.name, budget).run();
  TreeBuilder tree(std::move(blob), kElf.id, budget);
  tree.open("", Kind::group, Encoding::record);
  tree.anomaly(Tree::kRoot, AnomalyKind::structural, "no ELF header");
  return tree.finish();
}

// Strings among read-only data are messages, names and banners that the program prints. Which of them it
// opens or runs cannot be seen here: rules accept little of them.
Effect effect_at(const Tree& tree, FieldId leaf, const Span& span) {
  const Effect effect = tree[leaf].effect;
  if (tree[leaf].kind != Kind::data || !tree.key(leaf).starts_with(".rodata")) return effect;
  const bool printable = is_printable(tree.text(leaf).substr(span.begin, span.length));
  return printable ? std::min(effect, Effect::content) : effect;
}

}  // namespace
}  // namespace elf

const Format kElf = {
    .id = "elf",
    .spec = "System V gABI, chapters 4 and 5; LSB Core, Symbol Versioning; GNU extensions as in elf.h",
    .probe = [](const ProbeInput& input) noexcept -> Bits { return elf::File::is_elf(input.bytes) ? 48 : 0; },
    .decode = elf::decode,
    .effect_at = elf::effect_at,
    .rows = elf::rows,
};

}  // namespace unrepro
