#include "formats/elf/object.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>

#include "formats/elf/constants.h"
#include "formats/elf/known.h"
#include "formats/value.h"

namespace unrepro::elf {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kMostMemory = 1u << 30;  // so that every address fits an operand
constexpr std::size_t kMostSections = 1 << 13;

// What a relocation puts into the file: a value, and the field that holds it.
struct Recipe {
  enum class Value : std::uint8_t {
    none,
    address,   // S + A
    distance,  // S + A - P
    page,      // of S + A less that of P
    pointer,   // G + A - P
    pointer_page,
    pointer_low,  // G + A
    thread,       // S + A, of thread-local storage
  };
  enum class Field : std::uint8_t {
    word4,
    word8,
    branch26,
    branch19,
    branch14,
    adr,
    low12,
    high12,
  };
  Value value = Value::none;
  Field field = Field::word4;
  std::uint8_t shift = 0;
};

std::optional<Recipe> recipe_of(std::uint16_t machine, std::uint32_t type) {
  using V = Recipe::Value;
  using F = Recipe::Field;
  if (machine == kEmX86_64) {
    switch (type) {
      case 0:
      case 35:  // TLSDESC_CALL
        return Recipe{};
      case 1:
        return Recipe{V::address, F::word8};
      case 2:
      case 4:  // PC32, PLT32
        return Recipe{V::distance, F::word4};
      case 24:
        return Recipe{V::distance, F::word8};
      case 10:
      case 11:  // 32, 32S
        return Recipe{V::address, F::word4};
      case 9:
      case 19:
      case 20:
      case 22:
      case 34:
      case 41:
      case 42:  // GOTPCREL, TLSGD, TLSLD, GOTTPOFF, GOTPC32_TLSDESC, GOTPCRELX, REX_GOTPCRELX
        return Recipe{V::pointer, F::word4};
      case 17:
      case 18:  // DTPOFF64, TPOFF64
        return Recipe{V::thread, F::word8};
      case 21:
      case 23:  // DTPOFF32, TPOFF32
        return Recipe{V::thread, F::word4};
      default:
        return std::nullopt;
    }
  }
  switch (type) {
    case 0:
    case 256:
    case 569:  // TLSDESC_CALL
      return Recipe{};
    case 257:
      return Recipe{V::address, F::word8};
    case 258:
      return Recipe{V::address, F::word4};
    case 260:
      return Recipe{V::distance, F::word8};
    case 261:
      return Recipe{V::distance, F::word4};
    case 274:
      return Recipe{V::distance, F::adr};
    case 275:
    case 276:  // ADR_PREL_PG_HI21
      return Recipe{V::page, F::adr};
    case 277:
    case 278:  // ADD, LDST8
      return Recipe{V::address, F::low12};
    case 284:
      return Recipe{V::address, F::low12, 1};
    case 285:
      return Recipe{V::address, F::low12, 2};
    case 286:
      return Recipe{V::address, F::low12, 3};
    case 299:
      return Recipe{V::address, F::low12, 4};
    case 279:
      return Recipe{V::distance, F::branch14};
    case 280:
      return Recipe{V::distance, F::branch19};
    case 282:
    case 283:  // JUMP26, CALL26
      return Recipe{V::distance, F::branch26};
    case 311:
    case 541:
    case 562:  // ADR_GOT_PAGE, TLSIE_ADR_GOTTPREL_PAGE21, TLSDESC_ADR_PAGE21
      return Recipe{V::pointer_page, F::adr};
    case 312:
    case 542:
    case 563:  // LD64_GOT_LO12_NC, TLSIE_LD64_GOTTPREL_LO12_NC, TLSDESC_LD64_LO12
      return Recipe{V::pointer_low, F::low12, 3};
    case 564:  // TLSDESC_ADD_LO12
      return Recipe{V::pointer_low, F::low12};
    case 549:  // TLSLE_ADD_TPREL_HI12
      return Recipe{V::thread, F::high12};
    case 550:
    case 551:  // TLSLE_ADD_TPREL_LO12
      return Recipe{V::thread, F::low12};
    default:
      return std::nullopt;
  }
}

// Least significant byte first, as the machine's code is.
void store(std::uint8_t* at, std::uint64_t value, unsigned width) {
  for (unsigned i = 0; i < width; ++i) at[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

class Linker {
 public:
  explicit Linker(const File& object) : object_(object), result_(std::make_shared<LinkedObject>(object)) {}

  std::shared_ptr<LinkedObject> run() {
    if (object_.sections.size() > kMostSections) {
      refuse("too many sections");
      return result_;
    }
    File& file = result_->file;
    const Bytes bytes = object_.bytes();
    result_->bytes.assign(bytes.begin(), bytes.end());
    file.read_from(result_->bytes);
    file.type = kEtDyn;
    symbols_ = file.find(kShtSymtab);
    find_strings();
    number_symbols();
    place();
    if (!result_->refusal.empty()) return result_;
    file.index_addresses();
    for (std::uint32_t i = 1; i < file.sections.size(); ++i) {
      const Section& section = file.sections[i];
      if (section.type == kShtSymtab && i != symbols_) refuse("two symbol tables");
      if (section.type != kShtRela && section.type != kShtRel) continue;
      if (section.info >= file.sections.size() || (file.sections[section.info].flags & kShfAlloc) == 0)
        continue;
      if (section.type == kShtRel || !section.decodable || section.link != symbols_ || symbols_ == 0 ||
          result_->strings_of(section.info) != nullptr || !file.sections[section.info].in_memory() ||
          !file.sections[section.info].decodable || file.content(section.info).empty()) {
        refuse("relocations of another kind in " + file.label(i));
      } else {
        apply(i);
      }
    }
    check_overlap();
    move_symbols();
    find_exits();
    if (file.machine == kEmAarch64) make_stubs();
    return result_;
  }

 private:
  void refuse(std::string what) {
    if (result_->refusal.empty()) result_->refusal = std::move(what);
  }

  // The sections .str1.N that the psABI leaves to compilers; not those of a group, which are kept or dropped
  // together with its other members.
  void find_strings() {
    constexpr std::string_view kMark = ".str1.";
    std::map<std::string, std::vector<std::uint32_t>> found;
    const File& file = result_->file;
    for (std::uint32_t i = 1; i < file.sections.size(); ++i) {
      const Section& section = file.sections[i];
      const std::size_t mark = section.name.rfind(kMark);
      const bool is_strings = section.flags == (kShfAlloc | kShfMerge | kShfStrings) &&
                              section.entsize == 1 && (section.link | section.info) == 0 && file.placed[i];
      if (!is_strings || !section.in_memory() || !section.decodable || section.type != kShtProgbits ||
          section.twin > 0 || !section.name.starts_with(".rodata") || mark == section.name.npos ||
          section.name.substr(mark + kMark.size()) != std::to_string(section.align) ||
          file.content(i).back() != 0)
        continue;
      found[std::string(section.name.substr(0, mark + kMark.size())) + "1"].push_back(i);
    }
    for (auto& [label, sections] : found) {
      std::sort(sections.begin(), sections.end(), [&](std::uint32_t a, std::uint32_t b) {
        return file.sections[a].align > file.sections[b].align;
      });
      for (const std::uint32_t i : sections) result_->strings_by_section[i] = result_->strings.size();
      result_->strings.push_back({label, sections});
    }
  }

  void number_symbols() {
    const File& file = result_->file;
    const std::uint64_t count = file.symbol_count(symbols_);
    for (std::uint64_t i = 0; i < count; ++i) {
      const Symbol symbol = file.symbol(symbols_, i);
      const bool is_plain =
          symbol.info == kSttSection && (symbol.name | symbol.other | symbol.value | symbol.size) == 0;
      const bool counts = !is_plain || result_->strings_of(symbol.shndx) == nullptr;
      result_->numbers.push_back(counts ? static_cast<std::uint32_t>(result_->symbols++)
                                        : LinkedObject::kNoNumber);
    }
  }

  void place() {
    std::uint64_t next = kPage;
    const auto take = [&](std::uint64_t size, std::uint64_t align) {
      const bool is_power = (align & (align - 1)) == 0;
      align = std::max(align, kPage);
      if (!is_power || align > kMostMemory || size > kMostMemory || next > kMostMemory)
        return refuse("sections that are too large"), next;
      const std::uint64_t begin = (next + align - 1) & ~(align - 1);
      next = begin + size + kPage;
      return begin;
    };
    File& file = result_->file;
    for (std::uint32_t i = 0; i < file.sections.size(); ++i) {
      Section& section = file.sections[i];
      if (section.addr != 0) return refuse("a section with an address");
      if (section.in_memory() && result_->strings_of(i) == nullptr)
        section.addr = take(section.size, section.align);
    }
    for (LinkedObject::Strings& strings : result_->strings) {
      for (const std::uint32_t i : strings.sections) {
        const Bytes bytes = file.content(i);
        strings.bytes.insert(strings.bytes.end(), bytes.begin(), bytes.end());
      }
      std::uint64_t at = strings.address = take(strings.bytes.size(), 1);
      for (const std::uint32_t i : strings.sections) {
        file.sections[i].addr = at;
        at += file.sections[i].size;
      }
    }
    result_->outside = take(result_->symbols * LinkedObject::kSlot, 1);
    result_->pointers = take(result_->symbols * LinkedObject::kSlot, 1);
    if (file.machine == kEmAarch64) result_->stubs_at = take(result_->symbols * LinkedObject::kSlot, 1);
  }

  std::uint64_t slot(std::uint64_t area, std::uint64_t symbol) const {
    return area + result_->numbers[symbol] * LinkedObject::kSlot;
  }

  // S, and the section that it is in, or 0.
  struct Target {
    std::uint64_t address = 0;
    std::uint32_t section = 0;
    bool is_thread = false;
  };
  std::optional<Target> target(std::uint64_t index) const {
    const File& file = result_->file;
    if (index == 0 || index >= result_->numbers.size()) return std::nullopt;
    const Symbol symbol = file.symbol(symbols_, index);
    constexpr std::uint16_t kCommon = 0xfff2;
    if (symbol.shndx == 0 || symbol.shndx == kCommon)
      return Target{slot(result_->outside, index), 0, (symbol.info & 15) == kSttTls};
    if (symbol.shndx >= file.sections.size()) return std::nullopt;
    const Section& section = file.sections[symbol.shndx];
    if ((section.flags & kShfTls) != 0) return Target{symbol.value, 0, true};
    if (!section.in_memory()) return std::nullopt;
    return Target{section.addr + symbol.value, symbol.shndx, false};
  }

  // The linker takes such a relocation for one to the string around the sum, which is off by what the
  // distance is counted from.
  bool begins_string(std::uint32_t section, std::uint64_t offset) const {
    if (result_->strings_of(section) == nullptr) return true;
    const Bytes bytes = result_->file.content(section);
    return offset < bytes.size() && (offset == 0 || bytes[offset - 1] == 0);
  }

  void apply(std::uint32_t table) {
    const File& file = result_->file;
    const Section changed = file.sections[file.sections[table].info];
    const Bytes entries = file.content(table);
    if (entries.size() % 24 != 0) return refuse("an odd size of " + file.label(table));
    result_->tables.push_back(table);
    for (std::uint64_t at = 0; at < entries.size(); at += 24) {
      const std::uint64_t offset = file.read(entries, at, 8);
      const auto type = static_cast<std::uint32_t>(file.read(entries, at + 8, 4));
      const auto symbol = static_cast<std::uint32_t>(file.read(entries, at + 12, 4));
      const std::uint64_t addend = file.read(entries, at + 16, 8);
      const auto recipe = recipe_of(file.machine, type);
      if (symbol >= result_->numbers.size()) return refuse("a relocation to no symbol");
      // A larger one would be another number in the same field.
      const auto number = static_cast<std::int64_t>(addend);
      if (number < INT32_MIN || number > INT32_MAX) return refuse("an odd addend in " + file.label(table));
      if (!recipe) return refuse("relocation type " + std::to_string(type) + " in " + file.label(table));
      const std::uint64_t width = recipe->value == Recipe::Value::none    ? 0
                                  : recipe->field == Recipe::Field::word8 ? 8
                                                                          : 4;
      if (offset > changed.size || width > changed.size - offset)
        return refuse("a relocation outside of " + file.label(file.sections[table].info));
      result_->relocations.push_back({.section = file.sections[table].info,
                                      .at = changed.addr + offset,
                                      .type = type,
                                      .symbol = result_->numbers[symbol],
                                      .addend = width == 0 ? addend : 0});
      widths_.push_back({changed.addr + offset, changed.addr + offset + width});
      if (width != 0 && !put(*recipe, changed, offset, symbol, addend)) return;
    }
  }

  bool put(const Recipe& recipe, const Section& changed, std::uint64_t offset, std::uint32_t symbol,
           std::uint64_t addend) {
    using V = Recipe::Value;
    const bool is_pointer =
        recipe.value == V::pointer || recipe.value == V::pointer_page || recipe.value == V::pointer_low;
    // The module itself has no symbol.
    const auto to = symbol == 0 ? std::optional(Target{.is_thread = true}) : target(symbol);
    if (!to || (to->is_thread && recipe.value != V::thread && !is_pointer) ||
        (!to->is_thread && recipe.value == V::thread)) {
      return refuse("a relocation to an odd symbol at " + hex(changed.addr + offset)), false;
    }
    const std::uint64_t place = changed.addr + offset;
    const std::uint64_t pointer = slot(result_->pointers, symbol);
    // Calls go by the stub of what is defined elsewhere.
    const bool calls = recipe.field == Recipe::Field::branch26 || recipe.field == Recipe::Field::branch19 ||
                       recipe.field == Recipe::Field::branch14;
    const bool is_outside = !to->is_thread && to->address == slot(result_->outside, symbol);
    const std::uint64_t address = is_pointer            ? pointer
                                  : calls && is_outside ? slot(result_->stubs_at, symbol)
                                                        : to->address;
    const std::uint64_t sum = address + addend;
    const auto page = [](std::uint64_t value) { return value / kPage; };
    std::uint8_t* const field = result_->bytes.data() + changed.offset + offset;
    LinkedObject::Relocation& stated = result_->relocations.back();
    if (is_pointer || recipe.value == V::thread) {
      stated.addend = addend;
    } else if (recipe.value == V::page || recipe.field == Recipe::Field::low12) {
      stated.target = sum;
      stated.target_in = to->section;
    }
    const std::uint8_t width = recipe.field == Recipe::Field::word8 ? 8 : 4;
    const auto section = static_cast<std::uint16_t>(to->section);
    if (recipe.value == V::address && recipe.field != Recipe::Field::low12) {
      result_->references.push_back({.at = place,
                                     .target = sum,
                                     .region = section,
                                     .width = width,
                                     .origin = ImageReference::Origin::absolute});
      result_->taken.push_back(sum);
    }
    // A table of distances from its beginning. What belongs to unwinding is read as what it is.
    const bool is_section = (result_->file.symbol(symbols_, symbol).info & 15) == kSttSection;
    if (is_section && is_pointer) return refuse("a pointer to a section at " + hex(place)), false;
    if (is_section && recipe.value == V::distance && !begins_string(to->section, addend))
      return refuse("a relocation to a part of a string at " + hex(place)), false;
    if (recipe.value == V::distance && !is_section && (changed.flags & kShfExec) == 0 &&
        !changed.name.starts_with(".eh_frame") && !changed.name.starts_with(".gcc_except_table")) {
      result_->references.push_back({.at = place,
                                     .target = to->address,
                                     .base = place - addend,
                                     .region = 0,
                                     .width = width,
                                     .origin = ImageReference::Origin::place});
    }
    if (is_pointer && to->section != 0) result_->taken.push_back(to->address);
    switch (recipe.value) {
      case V::none:
        return true;
      case V::address:
      case V::thread:
      case V::pointer_low:
        return write(recipe, field, sum, place);
      case V::distance:
      case V::pointer:
        return write(recipe, field, sum - place, place);
      case V::page:
      case V::pointer_page:
        return write(recipe, field, page(sum) - page(place), place);
    }
    return false;
  }

  // What stands there before is zero: nobody reads it.
  bool write(const Recipe& recipe, std::uint8_t* field, std::uint64_t value, std::uint64_t place) {
    using F = Recipe::Field;
    if (recipe.field == F::word8 || recipe.field == F::word4) {
      const unsigned width = recipe.field == F::word8 ? 8 : 4;
      const bool is_free = std::all_of(field, field + width, [](std::uint8_t byte) { return byte == 0; });
      store(field, value, width);
      if (!is_free) return refuse("bytes under a relocation at " + hex(place)), false;
      const auto number = static_cast<std::int64_t>(value);
      if (width == 4 && (number < INT32_MIN || number > INT64_C(0xffffffff)))
        return refuse("a relocation out of reach at " + hex(place)), false;
      return true;
    }
    std::uint32_t word = 0;
    for (unsigned i = 0; i < 4; ++i) word |= std::uint32_t{field[i]} << (8 * i);
    bool is_free = true;
    const auto set = [&](std::uint64_t bits, unsigned count, unsigned low) {
      const std::uint32_t mask = ((1u << count) - 1) << low;
      is_free = is_free && (word & mask) == 0;
      word = (word & ~mask) | (static_cast<std::uint32_t>(bits << low) & mask);
    };
    bool fits = true;
    const auto distance = [&](unsigned count, unsigned low) {
      const auto number = static_cast<std::int64_t>(value);
      fits = value % 4 == 0 && number < (INT64_C(2) << count) && number >= -(INT64_C(2) << count);
      set(value >> 2, count, low);
    };
    switch (recipe.field) {
      case F::word4:
      case F::word8:
        break;
      case F::branch26:
        distance(26, 0);
        break;
      case F::branch19:
        distance(19, 5);
        break;
      case F::branch14:
        distance(14, 5);
        break;
      case F::adr:
        fits = value + (1u << 20) < (1u << 21);
        set(value, 2, 29);
        set(value >> 2, 19, 5);
        break;
      case F::low12:
        fits = value % kPage % (1u << recipe.shift) == 0;
        set(value % kPage >> recipe.shift, 12, 10);
        break;
      case F::high12:
        fits = value >> 24 == 0;
        set(value >> 12, 12, 10);
        break;
    }
    store(field, word, 4);
    if (!is_free) return refuse("bytes under a relocation at " + hex(place)), false;
    return fits || (refuse("a relocation out of reach at " + hex(place)), false);
  }

  void check_overlap() {
    std::sort(result_->relocations.begin(), result_->relocations.end(),
              [](const auto& a, const auto& b) { return a.at < b.at; });
    std::sort(widths_.begin(), widths_.end(),
              [](const ImageExtent& a, const ImageExtent& b) { return a.begin < b.begin; });
    std::uint64_t end = 0;
    for (const ImageExtent& field : widths_) {
      if (field.begin < end) return refuse("two relocations of one byte at " + hex(field.begin));
      end = field.end;
    }
  }

  void move_symbols() {
    const File& file = result_->file;
    for (std::uint64_t i = 0; i < result_->numbers.size(); ++i) {
      const Symbol symbol = file.symbol(symbols_, i);
      if (symbol.shndx == 0 || symbol.shndx >= file.sections.size()) continue;
      const Section& section = file.sections[symbol.shndx];
      if ((section.flags & kShfTls) != 0) continue;
      const std::uint64_t value = symbol.value + section.addr;
      std::uint8_t* const field = result_->bytes.data() + file.sections[symbols_].offset + i * 24 + 8;
      store(field, value, 8);
    }
  }

  void find_exits() {
    const File& file = result_->file;
    for (std::uint64_t i = 1; i < result_->numbers.size(); ++i) {
      if (file.symbol(symbols_, i).shndx == 0 && never_returns(file.symbol_name(symbols_, i)))
        result_->exits.push_back(slot(result_->pointers, i));
    }
  }

  // As in a procedure linkage table: ADRP x16, page; LDR x17, [x16, low]; ADD x16, x16, low; BR x17.
  void make_stubs() {
    using V = Recipe::Value;
    using F = Recipe::Field;
    result_->stubs.resize(result_->symbols * LinkedObject::kSlot);
    for (std::uint64_t i = 0; i < result_->symbols; ++i) {
      std::uint8_t* const stub = result_->stubs.data() + i * LinkedObject::kSlot;
      const std::uint64_t place = result_->stubs_at + i * LinkedObject::kSlot;
      const std::uint64_t pointer = result_->pointers + i * LinkedObject::kSlot;
      const std::uint32_t words[] = {0x90000010, 0xf9400211, 0x91000210, 0xd61f0220};
      for (unsigned k = 0; k < std::size(words); ++k) store(stub + 4 * k, words[k], 4);
      write({V::page, F::adr}, stub, pointer / kPage - place / kPage, place);
      write({V::address, F::low12, 3}, stub + 4, pointer, place);
      write({V::address, F::low12}, stub + 8, pointer, place);
    }
  }

  const File& object_;
  std::shared_ptr<LinkedObject> result_;
  std::uint32_t symbols_ = 0;
  std::vector<ImageExtent> widths_;
};

}  // namespace

const LinkedObject::Strings* LinkedObject::strings_of(std::uint32_t section) const {
  const auto found = strings_by_section.find(section);
  return found == strings_by_section.end() ? nullptr : &strings[found->second];
}

std::shared_ptr<LinkedObject> link_object(const File& object) { return Linker(object).run(); }

}  // namespace unrepro::elf
