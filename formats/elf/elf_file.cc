#include "formats/elf/elf_file.h"

#include <algorithm>

#include "formats/digest.h"
#include "formats/elf/constants.h"
#include "formats/elf/dynamic.h"
#include "formats/value.h"

namespace unrepro::elf {

constexpr std::size_t kMostSearched = 64;         // segments looked through for one address
constexpr std::size_t kMostDerived = 64;          // sections made of segments
constexpr std::uint64_t kMostChecked = 1u << 26;  // segments times sections

bool Section::has_content() const { return type != kShtNobits && type != kShtNull && size != 0; }

bool Section::in_memory() const {
  const bool thread_zero = type == kShtNobits && (flags & kShfTls) != 0;
  return (flags & kShfAlloc) != 0 && size != 0 && !thread_zero;
}

bool File::is_elf(Bytes bytes) {
  if (bytes.size() < 52 || !as_text(bytes).starts_with("\177ELF")) return false;
  return (bytes[4] == 1 || (bytes[4] == 2 && bytes.size() >= 64)) && (bytes[5] == 1 || bytes[5] == 2);
}

File::File(Bytes bytes) : bytes_(bytes), is64_(bytes[4] == 2), big_(bytes[5] == 2) {
  const unsigned w = word();
  type = static_cast<std::uint16_t>(read(bytes, 16, 2));
  machine = static_cast<std::uint16_t>(read(bytes, 18, 2));
  entry = read(bytes, 24, w);
  phoff = read(bytes, 24 + w, w);
  shoff = read(bytes, 24 + 2 * w, w);
  const std::uint64_t rest = 24 + 3 * w + 4;
  phentsize = static_cast<std::uint16_t>(read(bytes, rest + 2, 2));
  std::uint64_t segment_count = read(bytes, rest + 4, 2);
  shentsize = static_cast<std::uint16_t>(read(bytes, rest + 6, 2));
  std::uint64_t section_count = read(bytes, rest + 8, 2);
  shstrndx = static_cast<std::uint32_t>(read(bytes, rest + 10, 2));
  if (shoff != 0 && shoff <= bytes.size() && bytes.size() - shoff >= section_size()) {
    const Bytes first = bytes.subspan(shoff, section_size());
    if (section_count == 0) section_count = read(first, 8 + 3 * w, w);
    if (shstrndx == 0xffff) shstrndx = static_cast<std::uint32_t>(read(first, 8 + 4 * w, 4));
    if (segment_count == 0xffff) segment_count = read(first, 12 + 4 * w, 4);
  }
  read_segments(segment_count);
  read_sections(shoff == 0 ? 0 : section_count);
  if (segments.size() * sections.size() > kMostChecked) {
    problems.push_back(std::to_string(segments.size()) + " segments and " + std::to_string(sections.size()) +
                       " sections are more than can be checked");
    segments.clear();
  }
  if (sections.empty()) derive_sections();
}

// What the loader and debuggers find without a section table: the interpreter, notes, the dynamic section and
// its strings.
void File::derive_sections() {
  unsectioned = true;
  const auto add = [&](std::string_view name, std::uint32_t section_type, std::uint64_t addr,
                       std::uint64_t offset, std::uint64_t size, std::uint64_t align) {
    const bool inside = size != 0 && offset <= bytes_.size() && size <= bytes_.size() - offset;
    const bool overlaps = std::any_of(sections.begin(), sections.end(), [&](const Section& other) {
      return offset < other.offset + other.size && other.offset < offset + size;
    });
    if (!inside || overlaps || sections.size() > kMostDerived) return;
    if (sections.empty()) sections.emplace_back();
    Section section;
    section.name = name;
    section.named = true;
    section.type = section_type;
    section.flags = kShfAlloc;
    section.addr = addr;
    section.offset = offset;
    section.size = size;
    section.align = align;
    section.twin = static_cast<std::uint32_t>(std::count_if(
        sections.begin(), sections.end(), [&](const Section& other) { return other.name == name; }));
    sections.push_back(section);
  };
  for (const Segment& segment : segments) {
    const auto take = [&](std::string_view name, std::uint32_t section_type) {
      add(name, section_type, segment.vaddr, segment.offset, segment.filesz, segment.align);
    };
    if (segment.type == kPtInterp) take(".interp", kShtProgbits);
    if (segment.type == kPtNote) take("PT_NOTE", kShtNote);
    if (segment.type == kPtDynamic) take("PT_DYNAMIC", kShtDynamic);
  }
  const auto dynamic = std::find_if(sections.begin(), sections.end(),
                                    [](const Section& section) { return section.type == kShtDynamic; });
  if (dynamic == sections.end()) return;
  const auto index = static_cast<std::uint32_t>(dynamic - sections.begin());
  const std::uint64_t address = dynamic_value(*this, index, 5).value_or(0);
  const std::uint64_t size = dynamic_value(*this, index, 10).value_or(0);
  const Bytes strings = memory(address, size);
  if (strings.empty()) return;
  const auto before = static_cast<std::uint32_t>(sections.size());
  add("DT_STRTAB", kShtStrtab, address, static_cast<std::uint64_t>(strings.data() - bytes_.data()), size, 1);
  if (sections.size() > before) sections[index].link = before;
}

void File::read_segments(std::uint64_t count) {
  if (count == 0) return;
  if (phentsize != segment_size() || phoff > bytes_.size() ||
      count > (bytes_.size() - phoff) / segment_size()) {
    problems.push_back(std::to_string(count) + " program headers at " + hex(phoff) + " do not fit in " +
                       hex(bytes_.size()) + " bytes");
    return;
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    const Bytes at = bytes_.subspan(phoff + i * segment_size(), segment_size());
    const auto number = [&](std::uint64_t wide, std::uint64_t narrow, unsigned width) {
      return read(at, is64_ ? wide : narrow, width);
    };
    const unsigned w = word();
    segments.push_back({static_cast<std::uint32_t>(number(0, 0, 4)),
                        static_cast<std::uint32_t>(number(4, 24, 4)), number(8, 4, w), number(16, 8, w),
                        number(24, 12, w), number(32, 16, w), number(40, 20, w), number(48, 28, w)});
  }
}

void File::read_sections(std::uint64_t count) {
  if (count == 0) return;
  if (shentsize != section_size() || shoff > bytes_.size() ||
      count > (bytes_.size() - shoff) / section_size()) {
    problems.push_back(std::to_string(count) + " section headers at " + hex(shoff) + " do not fit in " +
                       hex(bytes_.size()) + " bytes");
    return;
  }
  const unsigned w = word();
  for (std::uint64_t i = 0; i < count; ++i) {
    const Bytes at = bytes_.subspan(shoff + i * section_size(), section_size());
    Section section;
    section.name_offset = static_cast<std::uint32_t>(read(at, 0, 4));
    section.type = static_cast<std::uint32_t>(read(at, 4, 4));
    section.flags = read(at, 8, w);
    section.addr = read(at, 8 + w, w);
    section.offset = read(at, 8 + 2 * w, w);
    section.size = read(at, 8 + 3 * w, w);
    section.link = static_cast<std::uint32_t>(read(at, 8 + 4 * w, 4));
    section.info = static_cast<std::uint32_t>(read(at, 12 + 4 * w, 4));
    section.align = read(at, 16 + 4 * w, w);
    section.entsize = read(at, 16 + 5 * w, w);
    sections.push_back(section);
  }
  // By hash: one that two labels share makes a number too many, no more.
  std::unordered_map<std::uint64_t, std::uint32_t> seen;
  for (std::uint32_t i = 0; i < sections.size() && shstrndx != 0; ++i) {
    Section& section = sections[i];
    if (const auto name = string(shstrndx, section.name_offset)) {
      section.name = *name;
      section.named = true;
    }
    if (section.type == kShtGroup && section.link < sections.size()) {
      const std::uint32_t name = symbol(section.link, section.info).name;
      section.signature = string(sections[section.link].link, name).value_or(std::string_view());
    }
    section.twin = seen[content_hash(as_bytes(label(i))).low]++;
  }
}

void File::index_addresses() {
  by_address_.clear();
  if (relocatable()) return;
  for (std::uint32_t i = 0; i < sections.size(); ++i) {
    if (sections[i].in_memory()) by_address_.push_back(i);
  }
  std::sort(by_address_.begin(), by_address_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::pair(sections[a].addr, a) < std::pair(sections[b].addr, b);
  });
}

std::uint64_t File::read(Bytes bytes, std::uint64_t at, unsigned width) const {
  if (at > bytes.size() || bytes.size() - at < width) return 0;
  std::uint64_t value = 0;
  for (unsigned i = 0; i < width; ++i) {
    value |= std::uint64_t{bytes[at + i]} << (8 * (big_ ? width - 1 - i : i));
  }
  return value;
}

Bytes File::content(std::uint32_t index) const {
  if (index >= sections.size()) return {};
  const Section& section = sections[index];
  if (!section.has_content() || section.offset > bytes_.size() ||
      section.size > bytes_.size() - section.offset)
    return {};
  return bytes_.subspan(section.offset, section.size);
}

std::optional<std::string_view> File::string(std::uint32_t table, std::uint64_t offset) const {
  if (table >= sections.size() || sections[table].type != kShtStrtab) return std::nullopt;
  const std::string_view text = as_text(content(table));
  if (offset >= text.size()) return std::nullopt;
  const std::string_view rest = text.substr(offset, kLongestName + 1);
  const std::size_t end = rest.find('\0');
  if (end == std::string_view::npos) return std::nullopt;
  return rest.substr(0, end);
}

std::string File::label(std::uint32_t index) const {
  if (index >= sections.size()) return "section " + std::to_string(index);
  const Section& section = sections[index];
  std::string text = section.named && !section.name.empty() ? std::string(section.name) : "section";
  if (!section.signature.empty()) text.append(":").append(section.signature);
  if (section.twin > 0 || section.name.empty()) text += "#" + std::to_string(section.twin + 1);
  return text;
}

std::optional<std::uint32_t> File::section_at(std::uint64_t address) const {
  auto at = std::upper_bound(by_address_.begin(), by_address_.end(), address,
                             [&](std::uint64_t value, std::uint32_t i) { return value < sections[i].addr; });
  if (at == by_address_.begin()) return std::nullopt;
  --at;
  if (address - sections[*at].addr > sections[*at].size) return std::nullopt;
  return *at;
}

std::string File::address(std::uint64_t value) const {
  const auto section = section_at(value);
  return section ? label(*section) + "+" + hex(value - sections[*section].addr) : hex(value);
}

Bytes File::memory(std::uint64_t address, std::uint64_t length) const {
  std::size_t seen = 0;
  for (const Segment& segment : segments) {
    if (++seen > kMostSearched) break;
    if (segment.type != kPtLoad || address < segment.vaddr) continue;
    const std::uint64_t inside = address - segment.vaddr;
    if (inside > segment.filesz || length > segment.filesz - inside) continue;
    if (segment.offset > bytes_.size() || segment.filesz > bytes_.size() - segment.offset) continue;
    return bytes_.subspan(segment.offset + inside, length);
  }
  return {};
}

std::uint32_t File::find(std::uint32_t section_type) const {
  for (std::uint32_t i = 0; i < sections.size(); ++i) {
    if (sections[i].type == section_type && sections[i].decodable) return i;
  }
  return 0;
}

std::uint64_t File::symbol_count(std::uint32_t table) const {
  return content(table).size() / (is64_ ? 24 : 16);
}

Symbol File::symbol(std::uint32_t table, std::uint64_t index) const {
  const Bytes bytes = content(table);
  const std::uint64_t width = is64_ ? 24 : 16;
  if (index >= bytes.size() / width) return {};
  const Bytes at = bytes.subspan(index * width, width);
  const auto name = static_cast<std::uint32_t>(read(at, 0, 4));
  if (is64_) {
    return {name, at[4], at[5], static_cast<std::uint16_t>(read(at, 6, 2)), read(at, 8, 8), read(at, 16, 8)};
  }
  return {name, at[12], at[13], static_cast<std::uint16_t>(read(at, 14, 2)), read(at, 4, 4), read(at, 8, 4)};
}

std::string File::symbol_name(std::uint32_t table, std::uint64_t index) const {
  if (index == 0) return {};
  if (index >= symbol_count(table)) return "symbol " + std::to_string(index);
  const Symbol item = symbol(table, index);
  if ((item.info & 15) == kSttSection && item.name == 0 && item.shndx < 0xff00) {
    return "section " + label(item.shndx);
  }
  const auto found = string(sections[table].link, item.name);
  std::string name = found ? std::string(*found) : "name at " + hex(item.name);
  if (version_table != 0 && sections[version_table].link == table) {
    const std::uint64_t number = read(content(version_table), index * 2, 2);
    const auto version = versions.find(number & 0x7fff);
    name += (number & 0x8000) != 0 ? "@" : "@@";
    // An undefined symbol without a version has 0 or 1, depending on the linker.
    const bool none = number == 1 || (number == 0 && item.shndx == 0 && version == versions.end());
    if (!none) name += version != versions.end() ? version->second : std::to_string(number & 0x7fff);
  }
  // A name is not always an identity: local symbols share them.
  if ((item.info >> 4) == 0 && index < symbol_count(table)) {
    name += " at " + (item.shndx < 0xff00 ? label(item.shndx) : hex(item.shndx)) + " " +
            (item.shndx < sections.size() && !relocatable() && (item.info & 15) != kSttTls
                 ? hex(item.value - sections[item.shndx].addr)
                 : hex(item.value));
  }
  return name;
}

std::uint32_t sysv_hash(std::string_view name) {
  std::uint32_t hash = 0;
  for (const char c : name) {
    hash = (hash << 4) + static_cast<std::uint8_t>(c);
    const std::uint32_t high = hash & 0xf0000000;
    hash ^= high >> 24;
    hash &= ~high;
  }
  return hash;
}

}  // namespace unrepro::elf
