#include "formats/elf/frame.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "formats/elf/constants.h"
#include "formats/value.h"

namespace unrepro::elf {
namespace {

// Whether a section without bytes stands, in the file, at the end of what is before it: in programs, of what
// is loaded before it.
bool follows(const File& file, std::uint32_t index) {
  const Section& section = file.sections[index];
  const std::uint64_t align = std::max<std::uint64_t>(section.align, 1);
  const auto is_behind = [&](const Section& before) {
    const std::uint64_t end = before.offset + (before.type == kShtNobits ? 0 : before.size);
    return section.offset == end || (section.offset - end < align && section.offset % align == 0);
  };
  if (file.segments.empty())
    return section.offset == file.header_size() ||
           std::any_of(file.sections.begin(), file.sections.end(),
                       [&](const Section& each) { return each.decodable && is_behind(each); });
  return index > 0 && is_behind(file.sections[index - 1]);
}

// After which section one stands that has no bytes; `strings` are those sections whose names say nothing.
std::string before_empty(const File& file, const std::set<std::string>& strings, std::uint32_t index) {
  const std::string before = !file.previous[index].empty() ? file.previous[index]
                             : index > 0                   ? file.label(index - 1)
                                                           : std::string();
  return strings.contains(before) ? "strings" : before;
}

// What counts sections and symbols, without those of strings.
std::string info_of(const File& file, const LinkedObject& object, const Section& section) {
  const auto& numbers = object.numbers;
  if (section.type == kShtRela || section.type == kShtRel) return file.label(section.info);
  if (section.type != kShtSymtab && section.type != kShtGroup) return hex(section.info);
  if (section.info > numbers.size()) return "outside " + hex(section.info);
  const auto end = numbers.begin() + section.info;
  const auto counted = section.info - std::count(numbers.begin(), end, LinkedObject::kNoNumber);
  // A group names one symbol.
  const bool is_strings = section.info < numbers.size() && *end == LinkedObject::kNoNumber;
  return hex(static_cast<std::uint64_t>(counted)) + (is_strings ? " strings" : "");
}

}  // namespace

std::string place_in(const Image& image, std::uint64_t address, bool is_end) {
  for (const ImageRegion& region : image.regions) {
    if (!is_end && address == region.address) return "begin of " + region.label;
    if (is_end && address == region.address + region.size) return "end of " + region.label;
  }
  const ImageRegion* inside = region_around(image.regions, address);
  if (inside != nullptr) return inside->label + "+" + hex(address - inside->address);
  const auto next =
      std::upper_bound(image.regions.begin(), image.regions.end(), address,
                       [](std::uint64_t value, const ImageRegion& region) { return value < region.address; });
  if (next == image.regions.begin()) return hex(address);
  const ImageRegion& before = *std::prev(next);
  return address - (before.address + before.size) < 0x10000 ? "past " + before.label : hex(address);
}

std::optional<FrameRefusal> add_frame(const File& file, const LinkedObject* object,
                                      const std::vector<std::uint16_t>& region_of,
                                      const std::vector<std::uint32_t>& section_of, Image& image) {
  std::vector<std::string>& frame = image.frame;
  const Bytes header = file.bytes().first(file.header_size());
  frame.emplace_back(as_text(header.first(24)));
  frame.emplace_back(as_text(header.subspan(48, object != nullptr ? 12 : 16)));
  if (object != nullptr)
    frame.push_back("section names " + file.label(file.shstrndx) + " program headers " + hex(file.phoff));
  frame.push_back("section headers " + (file.sections_placed ? "after the contents" : hex(file.shoff)));
  image.names.push_back({"entry", file.entry});
  for (const Segment& segment : file.segments) {
    std::string text =
        "segment " + hex(segment.type) + " flags " + hex(segment.flags) + " align " + hex(segment.align);
    const ImageRegion* first = region_around(image.regions, segment.vaddr);
    if (segment.memsz == 0) {
      text += " at " + hex(segment.vaddr | segment.offset | segment.paddr | segment.filesz);
    } else {
      if (segment.paddr != segment.vaddr)
        return FrameRefusal{"a physical address of its own", "program_headers"};
      if (segment.filesz == 0) return FrameRefusal{"a segment without bytes of the file", "program_headers"};
      text += " from " + place_in(image, segment.vaddr, false) + " to " +
              place_in(image, segment.vaddr + segment.memsz, true);
      if (segment.filesz != segment.memsz)
        text += segment.filesz == 0 ? " without bytes"
                                    : " bytes to " + place_in(image, segment.vaddr + segment.filesz, true);
      const bool thread = segment.type == 7;
      if (thread)
        text += " size " + hex(segment.memsz) + " bytes " + hex(segment.filesz) + " at " +
                hex(segment.vaddr % std::max<std::uint64_t>(segment.align, 1));
      if (first != nullptr && segment.filesz > 0) {
        const auto index = static_cast<std::size_t>(first - image.regions.data());
        const std::uint64_t offset = index == 0 ? 0 : file.sections[section_of[index]].offset;
        if (segment.offset - offset != segment.vaddr - first->address)
          return FrameRefusal{"a segment that is loaded from elsewhere", "program_headers"};
      } else if (segment.filesz > 0) {
        return FrameRefusal{"a segment that begins nowhere", "program_headers"};
      }
    }
    frame.push_back(std::move(text));
  }
  std::set<std::string> strings;
  for (std::uint32_t i = 0; object != nullptr && i < file.sections.size(); ++i) {
    if (object->strings_of(i) != nullptr) strings.insert(file.label(i));
  }
  for (std::uint32_t i = 0; i < file.sections.size(); ++i) {
    const Section& section = file.sections[i];
    if (object != nullptr && object->strings_of(i) != nullptr) continue;
    std::string text = "section " + file.label(i) + " type " + hex(section.type) + " flags " +
                       hex(section.flags) + " link " + file.label(section.link) + " info " +
                       (object != nullptr ? info_of(file, *object, section) : hex(section.info)) +
                       " entries " + hex(section.entsize);
    const bool loaded = (section.flags & kShfAlloc) != 0;
    const bool thread_zero = section.type == kShtNobits && (section.flags & kShfTls) != 0;
    if (thread_zero) text += " size " + hex(section.size);
    if (loaded && section.size == 0) text += " empty";
    if (object != nullptr && section.size == 0 && file.placed[i])
      text += " after " + before_empty(file, strings, i);
    if (region_of[i] == ImageReference::kAnywhere) text += " align " + hex(section.align);
    if (!section.named || section.name.empty()) text += " name " + hex(section.name_offset);
    if (!loaded) text += " at " + hex(section.addr);
    if (section.type == kShtNobits && loaded) {
      if (!follows(file, i))
        return FrameRefusal{"the offset of " + file.label(i) + " follows from nothing", "section_headers"};
    } else if (!file.placed[i] && !(section.size == 0 && loaded && follows(file, i))) {
      text += " offset " + hex(section.offset) + " size " + hex(section.size);
    }
    if (loaded && section.align > 1 && section.addr % section.align != 0) {
      return FrameRefusal{"section " + file.label(i) + " is not aligned", "section_headers"};
    }
    frame.push_back(std::move(text));
  }
  image.framed = {"header", "program_headers", "section_headers"};
  if (object != nullptr) image.named.insert(image.named.end(), image.framed.begin(), image.framed.end());
  return std::nullopt;
}

}  // namespace unrepro::elf
