#include "formats/elf/build_id.h"

#include <xxhash.h>

#include <algorithm>

#include "formats/digest.h"
#include "formats/elf/constants.h"
#include "formats/elf/notes.h"

namespace unrepro::elf {
namespace {

constexpr std::uint64_t kChunk = 1u << 20;
constexpr std::uint64_t kLongestHole = 64;  // a note section with its build-id and nothing else

struct Hole {
  std::uint64_t begin, length;
};

// Feeds [begin, end) with the hole as zeros.
template <class Sink>
void feed(Bytes bytes, std::uint64_t begin, std::uint64_t end, const Hole& hole, Sink&& sink) {
  const std::uint64_t zeros_begin = std::clamp(hole.begin, begin, end);
  const std::uint64_t zeros_end = std::clamp(hole.begin + hole.length, begin, end);
  static constexpr std::uint8_t kZeros[kLongestHole] = {};
  sink(bytes.subspan(begin, zeros_begin - begin));
  sink(Bytes(kZeros).first(zeros_end - zeros_begin));
  sink(bytes.subspan(zeros_end, end - zeros_end));
}

std::string without(Bytes bytes, std::uint64_t at, std::uint64_t length) {
  std::string text(as_text(bytes));
  std::fill_n(text.begin() + static_cast<std::ptrdiff_t>(at), length, '\0');
  return text;
}

// The file header without its offsets, the program headers, then every section header without its offset
// followed by its contents; symbols and their names are left out. The note is not yet written then.
std::string gnu_ld(const File& file, Algo algo, const Hole& hole) {
  std::uint64_t total = 0;
  for (std::uint32_t i = 0; i < file.sections.size(); ++i) total += file.content(i).size();
  if (total > file.bytes().size()) return {};
  Hasher hasher(algo);
  const auto sink = [&](Bytes bytes) { hasher.update(bytes); };
  const unsigned w = file.word();
  sink(as_bytes(without(file.bytes().first(file.header_size()), 24 + w, 2 * w)));
  if (!file.segments.empty())
    sink(file.bytes().subspan(file.phoff, file.segments.size() * file.segment_size()));
  for (std::uint32_t i = 0; i < file.sections.size(); ++i) {
    const Section& section = file.sections[i];
    const Bytes header = file.bytes().subspan(file.shoff + i * file.section_size(), file.section_size());
    sink(as_bytes(without(header, 8 + 2 * w, w)));
    const bool symbols =
        section.type == kShtSymtab || (section.type == kShtStrtab && (section.flags & kShfAlloc) == 0);
    const Bytes content = file.content(i);
    if (symbols || content.empty()) continue;
    feed(file.bytes(), section.offset, section.offset + section.size, hole, sink);
  }
  return hasher.finish();
}

std::string gold(const File& file, Algo algo, const Hole& hole) {
  Hasher hasher(algo);
  feed(file.bytes(), 0, file.bytes().size(), hole, [&](Bytes bytes) { hasher.update(bytes); });
  return hasher.finish();
}

std::string lld(const File& file, Algo algo, const Hole& hole) {
  Hasher all(algo);
  for (std::uint64_t at = 0; at < file.bytes().size(); at += kChunk) {
    Hasher chunk(algo);
    feed(file.bytes(), at, std::min<std::uint64_t>(at + kChunk, file.bytes().size()), hole,
         [&](Bytes bytes) { chunk.update(bytes); });
    all.update(as_bytes(chunk.finish()));
  }
  return all.finish();
}

std::string little_endian(std::uint64_t value) {
  std::string text(8, '\0');
  for (unsigned i = 0; i < 8; ++i) text[i] = static_cast<char>(value >> (8 * i));
  return text;
}

std::string lld_fast(const File& file, const Hole& hole) {
  std::string hashes;
  for (std::uint64_t at = 0; at < file.bytes().size(); at += kChunk) {
    std::string chunk;
    feed(file.bytes(), at, std::min<std::uint64_t>(at + kChunk, file.bytes().size()), hole,
         [&](Bytes bytes) { chunk.append(as_text(bytes)); });
    hashes += little_endian(XXH64(chunk.data(), chunk.size(), 0));
  }
  return little_endian(XXH64(hashes.data(), hashes.size(), 0));
}

}  // namespace

bool build_id_holds(const File& file, std::uint32_t section, std::uint64_t offset, std::uint64_t length) {
  const Hole hole{offset, length};
  const Hole note{file.sections[section].offset, file.sections[section].size};
  if (note.length > kLongestHole) return false;
  const std::string_view stored = as_text(file.bytes().subspan(offset, length));
  if (length == 8) return stored == lld_fast(file, hole);
  const Algo algo = length == 16 ? Algo::md5 : Algo::sha1;
  if (stored == gnu_ld(file, algo, note)) return true;
  // The others hash the whole file, so that nothing can have been removed since.
  if (file.find(kShtSymtab) == 0) return false;
  return stored == lld(file, algo, hole) || stored == gold(file, algo, hole);
}

std::string find_build_id(Bytes bytes) {
  if (!File::is_elf(bytes)) return {};
  const File file(bytes);
  for (std::uint32_t i = 0; i < file.sections.size(); ++i) {
    if (file.sections[i].type != kShtNote) continue;
    const NoteReader reader(file, i);
    std::uint64_t at = 0;
    for (std::size_t count = 0; count < kMostNotes; ++count) {
      const auto note = reader.read(at);
      if (!note) break;
      if (note->name == "GNU" && note->type == 3)
        return std::string(as_text(file.content(i).subspan(note->begin, note->size)));
      at = note->end;
    }
  }
  return {};
}

}  // namespace unrepro::elf
