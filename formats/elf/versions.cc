#include "formats/elf/versions.h"

#include <algorithm>
#include <set>

#include "formats/elf/constants.h"
#include "formats/elf/rows.h"
#include "formats/value.h"

namespace unrepro::elf {
namespace {

// Walks main records, each with a chain of auxiliaries, which together fill the section. Mostly auxiliaries
// follow their main record; lld writes all needs before the versions needed, and by --default-symver two
// definitions of GNU ld share a name.
class Reader {
 public:
  Reader(const File& file, std::uint32_t section)
      : file_(file), table_(file.sections[section].link), bytes_(file.content(section)) {}

  bool read_needed() {
    for (std::uint64_t next = 1; next != 0; at_ += next) {
      const std::uint64_t count = get(2, 2), name = get(4, 4), first = get(8, 4);
      next = get(12, 4);
      const auto library = file_.string(table_, name);
      if (!may_take(at_, 16) || get(0, 2) != 1 || !library || (count == 0) != (first == 0)) return false;
      entries_.push_back({at_, 16, "needs " + std::string(*library), {}, 0, {name}});
      if (!read_versions_of(*library, at_ + first, count)) return false;
    }
    return fill();
  }

  bool read_defined() {
    std::set<std::uint64_t> names;
    std::uint64_t walked = 0;  // those that are shared every time
    for (std::uint64_t next = 1; next != 0; at_ += next) {
      const std::uint64_t count = get(6, 2), hash = get(8, 4);
      std::uint64_t aux = at_ + get(12, 4);
      next = get(16, 4);
      if (!may_take(at_, 20) || get(0, 2) != 1 || count == 0) return false;
      VersionEntry entry{at_, 20, "defines", {}, static_cast<std::uint32_t>(get(4, 2)), {}};
      for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t offset = number(aux, 0, 4), step = number(aux, 4, 4);
        const auto name = file_.string(table_, offset);
        if (!may_take(aux, 8) || ++walked > bytes_.size() || !name || (i == 0 && hash != sysv_hash(*name)) ||
            (step == 0) != (i + 1 == count))
          return false;
        if (i == 0) entry.version = *name;
        entry.meaning += " " + std::string(*name);
        if (names.insert(aux).second)
          entries_.push_back({aux, 8, "named " + std::string(*name), {}, 0, {offset}});
        aux += step;
      }
      entry.meaning += " flags " + hex(get(2, 2));
      entries_.push_back(std::move(entry));
    }
    return fill();
  }

  std::vector<VersionEntry> take() { return std::move(entries_); }

 private:
  bool read_versions_of(std::string_view library, std::uint64_t at, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto version = file_.string(table_, number(at, 8, 4));
      if (!may_take(at, 16) || !version || number(at, 0, 4) != sysv_hash(*version)) return false;
      const std::string text = std::string(*version) + " of " + std::string(library);
      entries_.push_back({at,
                          16,
                          text + " flags " + hex(number(at, 4, 2)),
                          text,
                          static_cast<std::uint32_t>(number(at, 6, 2) & 0x7fff),
                          {number(at, 8, 4)}});
      if ((number(at, 6, 2) & 0x8000) != 0) entries_.back().meaning += " hidden";
      const std::uint64_t next = number(at, 12, 4);
      if ((next == 0) != (i + 1 == count)) return false;
      at += next;
    }
    return true;
  }
  // Whether a record fits, beside those there are already: chains that run together end here.
  bool may_take(std::uint64_t at, std::uint64_t length) const {
    return at <= bytes_.size() && length <= bytes_.size() - at && entries_.size() < bytes_.size() / 8;
  }
  // Whether the records are all there is.
  bool fill() {
    std::sort(entries_.begin(), entries_.end(),
              [](const VersionEntry& a, const VersionEntry& b) { return a.offset < b.offset; });
    std::uint64_t end = 0;
    for (const VersionEntry& entry : entries_) {
      if (entry.offset != end) return false;
      end += entry.length;
    }
    return end == bytes_.size();
  }
  std::uint64_t number(std::uint64_t record, std::uint64_t at, unsigned width) const {
    return file_.read(bytes_, record + at, width);
  }
  std::uint64_t get(std::uint64_t at, unsigned width) const { return number(at_, at, width); }

  const File& file_;
  std::uint32_t table_;
  Bytes bytes_;
  std::uint64_t at_ = 0;
  std::vector<VersionEntry> entries_;
};

}  // namespace

std::optional<std::vector<VersionEntry>> read_versions(const File& file, std::uint32_t section) {
  Reader reader(file, section);
  const bool needed = file.sections[section].type == kShtGnuVerneed;
  if (!(needed ? reader.read_needed() : reader.read_defined())) return std::nullopt;
  return reader.take();
}

std::unique_ptr<RowView> version_rows(const File& file, std::uint32_t section) {
  auto entries = std::make_shared<std::vector<VersionEntry>>(*read_versions(file, section));
  return make_rows(entries->size(), [entries](std::uint64_t i, Row& row) {
    const VersionEntry& entry = (*entries)[i];
    row.span = {entry.offset, entry.length};
    row.key = entry.version.empty() ? entry.meaning : entry.version;
    row.value = entry.meaning;
    row.kind = Kind::version;
  });
}

}  // namespace unrepro::elf
