#include "formats/elf/layout.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "formats/elf/constants.h"
#include "formats/elf/dynamic.h"
#include "formats/value.h"

namespace unrepro::elf {
namespace {

std::string name_of(const File& file, std::uint32_t what) {
  if (what == File::kHeader) return "header";
  if (what == File::kSegments) return "program_headers";
  return what == File::kSections ? "section_headers" : file.label(what);
}

// The segment that loads a section from the file, or null.
const Segment* loader(const File& file, const Section& section) {
  for (const Segment& segment : file.segments) {
    if (segment.type != kPtLoad || section.addr < segment.vaddr) continue;
    const std::uint64_t inside = section.addr - segment.vaddr;
    if (inside <= segment.filesz && section.size <= segment.filesz - inside) return &segment;
  }
  return nullptr;
}

bool loads_at(const File& file, const Section& section) {
  const Segment* segment = loader(file, section);
  return segment != nullptr && section.offset - segment->offset == section.addr - segment->vaddr;
}

// Guile gives the headers sections of their own: a second view of what is decoded as headers.
bool shows_headers(const File& file, const Section& section) {
  const std::uint64_t segments = file.segments.size() * file.segment_size();
  const bool first = section.offset == 0 && file.phoff == file.header_size() &&
                     section.size == file.header_size() + segments;
  return first ||
         (section.offset == file.shoff && section.size == file.sections.size() * file.section_size());
}

}  // namespace

bool aligns(const File& file, const Region& region, std::uint64_t length) {
  if (region.align > 1 && length < region.align && region.begin % region.align == 0) return true;
  std::uint64_t page = 0;
  for (const Segment& segment : file.segments) {
    if (segment.type == kPtLoad) page = std::max(page, segment.align);
  }
  // Segments begin, and what is read-only after relocation ends, at a page of memory.
  return std::any_of(file.segments.begin(), file.segments.end(), [&](const Segment& segment) {
    if (segment.type == kPtLoad) return segment.offset == region.begin && length < segment.align;
    // The first words of .got.plt still belong to it.
    const std::uint64_t end = segment.offset + segment.filesz;
    return segment.type == kPtGnuRelro && end >= region.begin && end < region.end && length < page;
  });
}

namespace {

// Whether a section stands where the empty ones between it and `position`, each aligned, leave it.
bool follows_empty(const File& file, const Region& region, std::uint64_t position) {
  for (std::uint32_t i = region.what; i-- > 0;) {
    const Section& section = file.sections[i];
    if (section.has_content() && section.size > 0) return false;
    const std::uint64_t gap = section.offset - position;
    if (section.align < 2 || gap >= section.align || section.offset % section.align != 0) continue;
    const std::uint64_t rest = region.begin - section.offset;
    return rest == 0 || (rest < region.align && region.begin % region.align == 0);
  }
  return false;
}

}  // namespace

std::vector<Region> lay_out(File& file, std::vector<Contradiction>& contradictions) {
  const std::uint64_t size = file.bytes().size();
  std::vector<Region> regions = {{0, file.header_size(), File::kHeader, 1}};
  if (!file.segments.empty()) {
    regions.push_back(
        {file.phoff, file.phoff + file.segments.size() * file.segment_size(), File::kSegments, file.word()});
  }
  if (!file.sections.empty() && !file.unsectioned) {
    regions.push_back(
        {file.shoff, file.shoff + file.sections.size() * file.section_size(), File::kSections, file.word()});
  }
  for (std::uint32_t i = 0; i < file.sections.size(); ++i) {
    Section& section = file.sections[i];
    if (!section.has_content() || shows_headers(file, section)) continue;
    if (section.offset > size || section.size > size - section.offset) {
      contradictions.push_back({i, "section " + std::to_string(i) + ": " + hex(section.size) + " bytes at " +
                                       hex(section.offset) + " exceed the file of " + hex(size)});
      continue;
    }
    section.decodable = true;
    regions.push_back({section.offset, section.offset + section.size, i, section.align});
  }
  std::stable_sort(regions.begin(), regions.end(), [](const Region& a, const Region& b) {
    return std::tuple(a.begin, a.end, ~a.what) < std::tuple(b.begin, b.end, ~b.what);
  });
  file.placed.assign(file.sections.size(), false);
  file.previous.assign(file.sections.size(), {});
  std::unordered_map<std::uint64_t, std::uint32_t> ends;  // offset → the region that ends there
  std::uint64_t position = 0;
  std::uint32_t before = File::kHeader;
  for (const Region& region : regions) {
    const bool is_section = region.what < file.sections.size();
    if (region.begin < position) {
      contradictions.push_back(
          {is_section ? region.what : 0, "the " + std::string(is_section ? "section" : "table") + " at " +
                                             hex(region.begin) + " overlaps what ends at " + hex(position)});
      if (is_section) file.sections[region.what].decodable = false;
    } else if (const std::uint64_t gap = region.begin - position; is_section) {
      const Section& section = file.sections[region.what];
      const bool loaded = (section.flags & kShfAlloc) != 0 && !file.segments.empty();
      file.placed[region.what] =
          loaded ? loads_at(file, section)
                 : gap == 0 || aligns(file, region, gap) || follows_empty(file, region, position);
      if (before + 1 != region.what) file.previous[region.what] = name_of(file, before);
    } else if (region.what == File::kSections) {
      file.sections_placed = &region == &regions.back() && (gap == 0 || aligns(file, region, gap));
    }
    position = std::max(position, region.end);
    before = region.what;
    ends.emplace(region.end, region.what);
  }
  // Sections without bytes stand between others.
  for (std::uint32_t i = 0; i < file.sections.size(); ++i) {
    const Section& section = file.sections[i];
    const bool loaded = (section.flags & kShfAlloc) != 0 && !file.segments.empty();
    const auto after = ends.find(section.offset);
    if (section.size != 0 || section.type == kShtNull || loaded || after == ends.end()) continue;
    file.placed[i] = true;
    if (after->second + 1 != i) file.previous[i] = name_of(file, after->second);
  }
  return regions;
}

void check_segments(const File& file, std::vector<Contradiction>& contradictions) {
  if (file.unsectioned || file.segments.empty()) return;
  // What objcopy --only-keep-debug leaves: headers of segments without their bytes.
  const bool debug_only =
      std::none_of(file.sections.begin(), file.sections.end(), [](const Section& section) {
        return (section.flags & kShfAlloc) != 0 && section.has_content() && section.type != kShtNote;
      });
  if (debug_only) return;
  const auto disagree = [&](std::uint32_t section, std::string message) {
    contradictions.push_back({section, file.label(section) + ": " + std::move(message)});
  };
  std::uint32_t dynamic = 0, interpreter = 0;
  for (std::uint32_t i = 0; i < file.sections.size(); ++i) {
    const Section& section = file.sections[i];
    if ((section.flags & kShfAlloc) == 0 || section.size == 0) continue;
    if (section.type == kShtDynamic) dynamic = i;
    if (section.name == ".interp") interpreter = i;
    if (section.type == kShtNobits) {
      if ((section.flags & kShfTls) == 0 && loader(file, section) != nullptr) {
        disagree(i, "has no bytes in the file, but a segment loads bytes at " + hex(section.addr));
      }
      continue;
    }
    const Segment* segment = loader(file, section);
    if (segment == nullptr) {
      disagree(i, "no segment loads all of " + hex(section.size) + " bytes at " + hex(section.addr));
    } else if (!loads_at(file, section)) {
      disagree(i, "stands at offset " + hex(section.offset) + ", but its address is loaded from " +
                      hex(segment->offset + (section.addr - segment->vaddr)));
    } else if ((section.flags & kShfExec) != 0 && (segment->flags & kPfExec) == 0) {
      disagree(i, "is executable, its segment is not");
    } else if ((section.flags & kShfWrite) != 0 && (segment->flags & kPfWrite) == 0) {
      disagree(i, "is writable, its segment is not");
    }
  }
  for (const Segment& segment : file.segments) {
    const auto matches = [&](std::uint32_t section) {
      return section != 0 && file.sections[section].offset == segment.offset &&
             file.sections[section].size == segment.filesz;
    };
    if (segment.type == kPtDynamic && !matches(dynamic)) {
      disagree(dynamic, "PT_DYNAMIC is " + hex(segment.filesz) + " bytes at " + hex(segment.offset) +
                            ", not a dynamic section");
    }
    if (segment.type == kPtInterp && !matches(interpreter)) {
      disagree(interpreter,
               "PT_INTERP is " + hex(segment.filesz) + " bytes at " + hex(segment.offset) + ", not .interp");
    }
  }
  if (dynamic != 0 && file.sections[dynamic].decodable) check_dynamic(file, dynamic, contradictions);
}

}  // namespace unrepro::elf
