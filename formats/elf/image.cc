// From sections to regions, and from everything that refers to memory to references: the tables of the
// dynamic linker, words under relocations, unwind tables, code, and the tables of offsets that code jumps by.

#include "formats/elf/image.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <tuple>

#include "formats/elf/code.h"
#include "formats/elf/constants.h"
#include "formats/elf/frame.h"
#include "formats/elf/jump_tables.h"
#include "formats/elf/known.h"
#include "formats/elf/object.h"
#include "formats/elf/things.h"
#include "formats/elf/unwind.h"
#include "formats/value.h"

namespace unrepro::elf {
namespace {

using Origin = ImageReference::Origin;

bool is_read(const File& file) {
  return file.is64() && !file.big_endian() && (file.machine == kEmX86_64 || file.machine == kEmAarch64);
}

class Builder {
 public:
  Builder(const File& file, std::shared_ptr<LinkedObject> object)
      : object_(std::move(object)), file_(object_ ? object_->file : file) {}

  Image run() {
    if (!is_read(file_)) return refused("not a machine whose code is read");
    if (file_.type != kEtDyn)
      return refused("absolute addresses cannot be told from numbers: not position-independent");
    if (file_.machine == kEmAarch64) image_.code = Image::Code::a64;
    if (file_.sections.empty()) return refused("no section headers");
    image_.storage = object_;
    if (object_ && !object_->refusal.empty()) return refused(object_->refusal);
    add_regions();
    if (!ok()) return std::move(image_);
    if (object_) add_object();
    // Memory that is not used costs nothing, but to grow does.
    std::uint64_t loaded = 0;
    for (const ImageRegion& region : image_.regions) loaded += region.bytes.size();
    image_.references.reserve(loaded / 16);
    image_.anchors.reserve(loaded / 16);
    // What is refused from here on is read as far as it goes.
    add_tables();
    add_symbols();
    add_unwind();
    add_code();
    finish();
    find_tables();
    finish();
    if (auto refusal = add_frame(file_, object_.get(), region_of_, section_of_, image_))
      refuse(std::move(refusal->reason), refusal->leaf);
    image_.things = find_things(file_, functions_);
    return std::move(image_);
  }

 private:
  bool ok() const { return image_.refusal.empty(); }
  void refuse(std::string what, std::string_view leaf = {}) {
    if (!ok()) return;
    image_.refusal = std::move(what);
    image_.refusal_leaf = leaf;
  }
  Image refused(std::string what) {
    refuse(std::move(what));
    return std::move(image_);
  }
  std::string where(std::uint64_t address) const { return file_.address(address); }

  void add_regions() {
    const std::uint64_t headers = file_.header_size() + file_.segments.size() * file_.segment_size();
    const bool loaded =
        file_.phoff == file_.header_size() &&
        std::any_of(file_.segments.begin(), file_.segments.end(), [&](const Segment& segment) {
          return segment.type == kPtLoad && segment.offset == 0 && segment.vaddr == 0 &&
                 segment.filesz >= headers;
        });
    if (!loaded && !object_) return refuse("the headers are not loaded at address 0");
    image_.regions.push_back({.label = "header",
                              .address = 0,
                              .size = headers,
                              .bytes = {},
                              .content = ImageRegion::Content::elsewhere});
    section_of_.push_back(0);
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 1; i < file_.sections.size(); ++i) {
      const bool is_strings = object_ && object_->strings_of(i) != nullptr;
      if (file_.sections[i].in_memory() && !is_strings) order.push_back(i);
    }
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::pair(file_.sections[a].addr, a) < std::pair(file_.sections[b].addr, b);
    });
    region_of_.assign(file_.sections.size(), ImageReference::kAnywhere);
    for (const std::uint32_t i : order) {
      const Section& section = file_.sections[i];
      const ImageRegion& last = image_.regions.back();
      const bool fits =
          section.addr >= last.address + last.size && section.addr + section.size > section.addr;
      if (!fits || !section.named || section.name.empty() || section.twin > 0 ||
          image_.regions.size() > 4096) {
        return refuse("section " + file_.label(i) + " overlaps or has no name of its own");
      }
      const bool nobits = section.type == kShtNobits;
      const bool elsewhere = section.type == kShtNote || section.name == ".interp";
      if (!elsewhere && !(object_ ? is_known_object_section : is_known_section)(section.name))
        return refuse("section " + file_.label(i) + " is not known");
      if (!nobits && !section.decodable) return refuse("section " + file_.label(i) + " cannot be read");
      region_of_[i] = static_cast<std::uint16_t>(image_.regions.size());
      section_of_.push_back(i);
      image_.regions.push_back({.label = file_.label(i),
                                .address = section.addr,
                                .size = section.size,
                                .bytes = nobits || elsewhere ? Bytes{} : file_.content(i),
                                .content = nobits      ? ImageRegion::Content::zero
                                           : elsewhere ? ImageRegion::Content::elsewhere
                                                       : ImageRegion::Content::bytes,
                                .executable = (section.flags & kShfExec) != 0,
                                .writable = (section.flags & kShfWrite) != 0,
                                .align = section.align});
      if ((section.flags & (kShfExec | kShfWrite)) == (kShfExec | kShfWrite)) {
        return refuse("section " + file_.label(i) + " is writable code");
      }
    }
  }

  // What the linker will be told.
  void add_object() {
    for (const LinkedObject::Strings& strings : object_->strings) {
      std::vector<ImagePart> parts;
      for (const std::uint32_t i : strings.sections) {
        region_of_[i] = static_cast<std::uint16_t>(image_.regions.size());
        parts.push_back({file_.label(i), file_.sections[i].addr, file_.sections[i].size});
      }
      image_.regions.push_back({.label = strings.label,
                                .address = strings.address,
                                .size = strings.bytes.size(),
                                .bytes = strings.bytes,
                                .parts = std::move(parts)});
    }
    const std::uint64_t size = object_->symbols * LinkedObject::kSlot;
    if (size != 0) {
      const auto add = [&](const char* label, std::uint64_t address, Bytes code) {
        image_.regions.push_back(
            {.label = label,
             .address = address,
             .size = size,
             .bytes = code,
             .content = code.empty() ? ImageRegion::Content::zero : ImageRegion::Content::bytes,
             .executable = !code.empty()});
      };
      add("outside", object_->outside, {});
      add("pointers", object_->pointers, {});
      if (!object_->stubs.empty()) add("stubs", object_->stubs_at, object_->stubs);
      section_of_.resize(image_.regions.size());
    }
    exits_ = object_->exits;
    for (ImageReference reference : object_->references) {
      reference.region = reference.region != 0 ? region_of_[reference.region] : ImageReference::kAnywhere;
      image_.references.push_back(reference);
    }
    code_.taken = object_->taken;
    for (const LinkedObject::Relocation& relocation : object_->relocations) {
      const std::string text = "relocation " + std::to_string(relocation.type) + " of symbol " +
                               std::to_string(relocation.symbol) + " + " + hex(relocation.addend);
      image_.names.push_back({text, relocation.at, region_of_[relocation.section]});
      const std::uint16_t region =
          relocation.target_in != 0 ? region_of_[relocation.target_in] : ImageReference::kAnywhere;
      if (relocation.target != 0) image_.names.push_back({"target of a " + text, relocation.target, region});
    }
    for (const std::uint32_t table : object_->tables) image_.named.push_back(file_.label(table));
  }

  const ImageRegion* region_at(std::uint64_t address) const { return region_around(image_.regions, address); }

  void absolute(std::uint64_t at, std::uint64_t target, std::uint16_t region = ImageReference::kAnywhere) {
    image_.references.push_back(
        {.at = at, .target = target, .base = 0, .region = region, .width = 8, .origin = Origin::absolute});
  }

  void add_tables() {
    for (std::uint32_t i = 1; i < file_.sections.size(); ++i) {
      if (region_of_[i] == ImageReference::kAnywhere) continue;
      const Section& section = file_.sections[i];
      if (section.type == kShtRela) add_relocations(i);
      if (section.type == kShtRel) refuse("section " + file_.label(i) + " has no addends");
      if (section.type == kShtRelr) add_relative(i);
      if (section.type == kShtDynamic) add_dynamic(i);
    }
    std::sort(words_.begin(), words_.end());
    for (const ImageRegion& region : image_.regions) {
      if (region.label == ".got.plt" || region.label == ".got") add_got(region);
    }
  }

  // A word in memory that the dynamic linker sees or replaces.
  bool relocated(std::uint64_t at, bool may_hold, std::uint64_t expected) {
    const ImageRegion* region = region_at(at);
    if (region == nullptr || region->content == ImageRegion::Content::elsewhere ||
        at + 8 > region->address + region->size) {
      return refuse("a relocation outside of data at " + hex(at)), false;
    }
    if (!region->writable) return refuse("a relocation of read-only " + where(at)), false;
    const std::uint64_t value = file_.read(region->bytes, at - region->address, 8);
    words_.push_back(at);
    if (value == 0) return true;
    if (!may_hold) return true;  // what it holds is replaced, and must not differ
    if (expected != 0 && value != expected) refuse("a word that is not its addend at " + where(at));
    absolute(at, value);
    code_.taken.push_back(value);
    return true;
  }

  void add_relocations(std::uint32_t index) {
    const Bytes bytes = file_.content(index);
    if (bytes.size() % 24 != 0) return refuse("an odd size of " + file_.label(index));
    const std::uint64_t base = file_.sections[index].addr;
    for (std::uint64_t at = 0; at < bytes.size(); at += 24) {
      const std::uint64_t place = file_.read(bytes, at, 8), type = file_.read(bytes, at + 8, 4);
      const std::uint64_t addend = file_.read(bytes, at + 16, 8);
      absolute(base + at, place);
      switch (relocation_role(file_.machine, static_cast<std::uint32_t>(type))) {
        case RelocationRole::address:
          absolute(base + at + 16, addend);
          code_.taken.push_back(addend);
          relocated(place, true, addend);
          break;
        case RelocationRole::resolver:
          absolute(base + at + 16, addend);
          code_.taken.push_back(addend);
          relocated(place, true, 0);
          break;
        case RelocationRole::stub:
          relocated(place, true, 0);
          if (never_returns(file_.symbol_name(file_.sections[index].link, file_.read(bytes, at + 12, 4))))
            exits_.push_back(place);
          break;
        case RelocationRole::symbol:
          relocated(place, false, 0);
          break;
        case RelocationRole::copy:
          break;
        case RelocationRole::unknown:
          refuse("relocation type " + std::to_string(type) + " in " + file_.label(index));
      }
    }
  }

  void add_relative(std::uint32_t index) {
    const Bytes bytes = file_.content(index);
    if (bytes.size() % 8 != 0) return refuse("an odd size of " + file_.label(index));
    std::uint64_t next = 0;
    for (std::uint64_t at = 0; at < bytes.size(); at += 8) {
      const std::uint64_t word = file_.read(bytes, at, 8);
      if ((word & 1) == 0) {
        absolute(file_.sections[index].addr + at, word);
        relocated(word, true, 0);
        next = word + 8;
        continue;
      }
      std::uint64_t last = next;
      for (unsigned bit = 1; bit < 64; ++bit) {
        if ((word >> bit & 1) == 0) continue;
        last = next + bit * 8;
        relocated(last - 8, true, 0);
      }
      // What one word of bits names keeps its distance from what stands before.
      image_.extents.push_back({next - 8, last});
      next += 63 * 8;
    }
  }

  void add_dynamic(std::uint32_t index) {
    const Bytes bytes = file_.content(index);
    for (std::uint64_t at = 0; at + 16 <= bytes.size(); at += 16) {
      const std::uint64_t tag = file_.read(bytes, at, 8), value = file_.read(bytes, at + 8, 8);
      if (tag == 22) return refuse("relocations of code");
      if (is_address_tag(tag)) absolute(file_.sections[index].addr + at + 8, value, region_starting(value));
      if (tag == 0) break;
    }
    dynamic_ = file_.sections[index].addr;
  }

  std::uint16_t region_starting(std::uint64_t address) const {
    for (std::size_t i = 0; i < image_.regions.size(); ++i) {
      if (image_.regions[i].address == address) return static_cast<std::uint16_t>(i);
    }
    return ImageReference::kAnywhere;
  }

  // Words that the linker filled in for good: the address of the dynamic section; others look like none, or
  // like one of the headers, which do not move.
  void add_got(const ImageRegion& region) {
    for (std::uint64_t at = 0; at + 8 <= region.size; at += 8) {
      const std::uint64_t value = file_.read(region.bytes, at, 8), address = region.address + at;
      if (value == 0 || std::binary_search(words_.begin(), words_.end(), address)) continue;
      const ImageRegion* target = region_at(value);
      if (at == 0 && value == dynamic_) {
        absolute(address, value, region_starting(value));
      } else if (target != nullptr && target != image_.regions.data()) {
        refuse("an address without relocation at " + where(address));
      }
    }
  }

  void add_symbols() {
    for (std::uint32_t i = 1; i < file_.sections.size(); ++i) {
      const Section& section = file_.sections[i];
      const bool dynamic = section.type == kShtDynsym;
      if ((!dynamic && section.type != kShtSymtab) || !section.decodable) continue;
      if (!dynamic && !object_) image_.labels_leaf = file_.label(i);
      if (object_) image_.named.push_back(file_.label(i));
      const std::uint64_t count = file_.symbol_count(i);
      for (std::uint64_t k = 0; k < count; ++k) add_symbol(i, k, dynamic);
    }
  }

  void add_symbol(std::uint32_t table, std::uint64_t index, bool dynamic) {
    const Symbol symbol = file_.symbol(table, index);
    if (object_ && object_->numbers[index] == LinkedObject::kNoNumber) return;
    const unsigned type = symbol.info & 15;
    const bool placed = symbol.shndx > 0 && symbol.shndx < file_.sections.size() && type != kSttTls;
    const std::uint16_t region = placed ? region_of_[symbol.shndx] : ImageReference::kAnywhere;
    // The linker marks the bounds of sections by symbols that belong to none of them.
    const bool inside = placed && region != ImageReference::kAnywhere &&
                        symbol.value >= image_.regions[region].address &&
                        symbol.value <= image_.regions[region].address + image_.regions[region].size;
    if (!dynamic) {
      const auto name = file_.string(file_.sections[table].link, symbol.name);
      // An empty name is the one at 0.
      const bool is_odd = !name || (name->empty() && symbol.name != 0);
      std::string text = is_odd ? "name at " + hex(symbol.name) : std::string(*name);
      text += ' ' + std::to_string(symbol.info) + ' ' + std::to_string(symbol.other) + ' ' +
              (is_whole_string(symbol, region) ? "all" : hex(symbol.size)) + ' ';
      text += region != ImageReference::kAnywhere ? image_.regions[region].label
              : placed                            ? file_.label(symbol.shndx)
                                                  : hex(symbol.shndx);
      if (!inside && placed && object_) {
        text += ' ' + hex(symbol.value - file_.sections[symbol.shndx].addr);
      } else if (!inside) {
        text += ' ' + (placed ? place_in(image_, symbol.value, true) : hex(symbol.value));
      }
      (object_ ? image_.names : image_.labels)
          .push_back(
              {std::move(text), inside ? symbol.value : 0, inside ? region : ImageReference::kAnywhere});
    } else if (inside) {
      absolute(file_.sections[table].addr + index * 24 + 8, symbol.value, region);
    } else if (placed && region_at(symbol.value) != nullptr) {
      return refuse("a symbol outside of its section at " + where(symbol.value));
    }
    if (!inside || type == kSttSection) return;
    // LLVM names the tables that it makes of pointers.
    const auto name = file_.string(file_.sections[table].link, symbol.name);
    if (name && name->starts_with("reltable.")) relative_tables_.push_back(symbol.value);
    if (symbol.value < image_.regions[region].address + image_.regions[region].size)
      image_.anchors.push_back(symbol.value);
    const std::uint64_t rest = image_.regions[region].address + image_.regions[region].size - symbol.value;
    if (symbol.size > 1 && symbol.size <= rest)
      image_.extents.push_back({symbol.value, symbol.value + symbol.size});
  }

  // Whether a symbol of an object, as clang makes them, names a string that the linker may merge.
  bool is_whole_string(const Symbol& symbol, std::uint16_t region) const {
    if (!object_ || region == ImageReference::kAnywhere || (symbol.info >> 4) != 0) return false;
    const ImageRegion& strings = image_.regions[region];
    if ((file_.sections[symbol.shndx].flags & kShfStrings) == 0) return false;
    const std::uint64_t at = symbol.value - strings.address;
    if (at >= strings.bytes.size() || symbol.size > strings.bytes.size() - at) return false;
    return as_text(strings.bytes.subspan(at)).find('\0') + 1 == symbol.size;
  }

  void add_unwind() {
    Unwind unwind = read_unwind(file_, image_.regions, object_ != nullptr);
    if (!unwind.refusal.empty()) refuse(std::move(unwind.refusal));
    image_.references.insert(image_.references.end(), unwind.references.begin(), unwind.references.end());
    for (const ImageExtent& function : unwind.functions) {
      // One entry covers a whole procedure linkage table.
      const ImageRegion* region = region_at(function.begin);
      if (region == nullptr || function.end > region->address + region->size ||
          function.end < function.begin) {
        refuse("an unwind entry outside of code at " + where(function.begin));
        continue;
      }
      image_.extents.push_back(function);
      functions_.push_back(function);
    }
    for (std::uint64_t at = 0; object_ && at < object_->stubs.size(); at += LinkedObject::kSlot)
      functions_.push_back({object_->stubs_at + at, object_->stubs_at + at + LinkedObject::kSlot});
    std::sort(functions_.begin(), functions_.end(),
              [](const ImageExtent& a, const ImageExtent& b) { return a.begin < b.begin; });
  }

  void add_code() {
    for (const ImageRegion& region : image_.regions) {
      if (!region.executable || region.content != ImageRegion::Content::bytes) continue;
      if (file_.machine == kEmX86_64) read_x86_64(region, functions_, code_);
      code_regions_.push_back(&region);
    }
    if (file_.machine == kEmAarch64) {
      read_aarch64(surroundings(), code_);
      // Where exceptions land is no path that is followed.
      for (const ImageRegion& region : image_.regions) {
        if (region.label == ".gcc_except_table") refuse("landing pads of AArch64 code", region.label);
      }
    }
    if (!code_.refusal.empty()) refuse(code_.refusal);
    for (const ImageExtent& function : functions_) {
      if (!is_instruction(function.begin)) {
        refuse("unwind tables and code disagree at " + where(function.begin));
      }
    }
    std::sort(code_.taken.begin(), code_.taken.end());
    code_.taken.erase(std::unique(code_.taken.begin(), code_.taken.end()), code_.taken.end());
    image_.taken = code_.taken;
    for (const ImageExtent& things : code_.together) {
      const ImageRegion* region = region_at(things.begin);
      if (region != nullptr && things.end <= region->address + region->size) image_.extents.push_back(things);
    }
    for (const ImageExtent& access : code_.accesses) {
      // What is also reached through a pointer may be longer.
      if (std::binary_search(code_.taken.begin(), code_.taken.end(), access.begin)) continue;
      const ImageRegion* region = region_at(access.begin);
      if (region != nullptr && access.end <= region->address + region->size) image_.extents.push_back(access);
    }
  }

  // Functions are entered at their beginning only; other code anywhere.
  Surroundings surroundings() const {
    Surroundings program{image_.regions, functions_, {file_.entry}, image_.anchors, exits_};
    for (const ImageReference& reference : image_.references) {
      program.anchors.push_back(reference.target);
      const ImageExtent function = function_around(reference.target);
      if (reference.origin == Origin::absolute && function.begin == reference.target)
        program.entries.push_back(reference.target);
    }
    for (auto* places : {&program.entries, &program.anchors, &program.exits}) {
      std::sort(places->begin(), places->end());
      places->erase(std::unique(places->begin(), places->end()), places->end());
    }
    return program;
  }

  bool is_instruction(std::uint64_t address) const {
    for (std::size_t i = 0; i < code_regions_.size(); ++i) {
      const std::uint64_t at = address - code_regions_[i]->address;
      if (at < code_regions_[i]->size) return code_.instructions[i][at];
    }
    return false;
  }

  // Sorts what was found since it was called last into the rest.
  template <class T, class Less>
  static void merge_from(std::vector<T>& items, std::size_t sorted, Less less) {
    const auto middle = items.begin() + static_cast<std::ptrdiff_t>(sorted);
    if (!std::is_sorted(middle, items.end(), less)) std::sort(middle, items.end(), less);
    std::inplace_merge(items.begin(), middle, items.end(), less);
  }

  // Sorts what was found and checks that no two references share a byte.
  void finish() {
    auto& references = image_.references;
    auto& anchors = image_.anchors;
    for (std::size_t i = sorted_references_; i < references.size(); ++i)
      anchors.push_back(references[i].target);
    merge_from(anchors, sorted_anchors_, std::less<>());
    anchors.erase(std::unique(anchors.begin(), anchors.end()), anchors.end());
    merge_from(references, sorted_references_, [](const ImageReference& a, const ImageReference& b) {
      return std::tuple(a.at, a.target, a.width) < std::tuple(b.at, b.target, b.width);
    });
    std::size_t kept = 0;
    for (const ImageReference& reference : references) {
      if (kept > 0 && references[kept - 1] == reference) continue;
      if (kept > 0 && references[kept - 1].at + references[kept - 1].width > reference.at) {
        refuse("two references share a byte at " + where(reference.at));
      } else {
        references[kept++] = reference;
      }
    }
    references.resize(kept);
    merge_from(image_.extents, sorted_extents_, [](const ImageExtent& a, const ImageExtent& b) {
      return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    sorted_references_ = references.size();
    sorted_anchors_ = anchors.size();
    sorted_extents_ = image_.extents.size();
  }

  void find_tables() {
    // Tables of A64 code are known by how it reads them.
    const bool by_content = file_.machine == kEmX86_64;
    const auto is_code = [&](std::uint64_t address) { return by_content && is_instruction(address); };
    std::sort(relative_tables_.begin(), relative_tables_.end());
    OffsetTables tables = find_offset_tables(image_, code_.taken, relative_tables_, is_code);
    if (!tables.refusal.empty()) refuse(tables.refusal + " at " + where(tables.place));
    // Each computed jump has its table in the same function, and each table such a jump: else it could be
    // numbers.
    std::vector<std::uint64_t> used;
    std::uint64_t known = ~std::uint64_t{0};
    for (const std::uint64_t jump : code_.computed_jumps) {
      const ImageExtent function = function_around(jump);
      if (function.begin == known) continue;
      const std::size_t before = used.size();
      auto reference =
          std::lower_bound(image_.references.begin(), image_.references.end(), function.begin,
                           [](const ImageReference& r, std::uint64_t value) { return r.at < value; });
      for (; reference != image_.references.end() && reference->at < function.end; ++reference) {
        if (std::binary_search(tables.jumps.begin(), tables.jumps.end(), reference->target))
          used.push_back(reference->target);
      }
      if (used.size() == before) refuse("a jump without its table at " + where(jump));
      known = function.begin;
    }
    std::sort(used.begin(), used.end());
    for (const std::uint64_t table : tables.jumps) {
      if (!std::binary_search(used.begin(), used.end(), table))
        refuse("a table by which nothing jumps at " + where(table));
    }
    image_.tables = std::move(tables.jumps);
    image_.tables.insert(image_.tables.end(), code_.tables.begin(), code_.tables.end());
    std::sort(image_.tables.begin(), image_.tables.end());
    image_.references.insert(image_.references.end(), tables.references.begin(), tables.references.end());
    image_.extents.insert(image_.extents.end(), tables.extents.begin(), tables.extents.end());
  }

  ImageExtent function_around(std::uint64_t address) const {
    const auto next =
        std::upper_bound(functions_.begin(), functions_.end(), address,
                         [](std::uint64_t value, const ImageExtent& extent) { return value < extent.begin; });
    if (next == functions_.begin() || address >= std::prev(next)->end) return {address, address};
    return *std::prev(next);
  }

  std::shared_ptr<LinkedObject> object_;  // null for programs
  const File& file_;
  Image image_;
  std::vector<std::uint16_t> region_of_;   // by section
  std::vector<std::uint32_t> section_of_;  // by region
  std::vector<std::uint64_t> words_;       // under relocations
  std::size_t sorted_references_ = 0, sorted_anchors_ = 0, sorted_extents_ = 0;
  std::vector<ImageExtent> functions_;  // ascending
  std::vector<std::uint64_t> relative_tables_;
  std::vector<std::uint64_t> exits_;  // words that lead to functions that never return
  std::uint64_t dynamic_ = 0;
  Code code_{.references = image_.references};
  std::vector<const ImageRegion*> code_regions_;
};

}  // namespace

Image read_image(const File& file) {
  return Builder(file, file.relocatable() && is_read(file) ? link_object(file) : nullptr).run();
}

}  // namespace unrepro::elf
