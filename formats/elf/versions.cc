#include "formats/elf/versions.h"

#include <algorithm>

#include "formats/elf/constants.h"
#include "formats/elf/rows.h"
#include "formats/value.h"

namespace unrepro::elf {
namespace {

// Walks records that fill the section: definitions are packed, each main record followed by its auxiliaries.
// Needs are packed alike by GNU ld, gold and mold; lld writes all main records first.
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
    std::sort(entries_.begin(), entries_.end(),
              [](const VersionEntry& a, const VersionEntry& b) { return a.offset < b.offset; });
    std::uint64_t end = 0;
    for (const VersionEntry& entry : entries_) {
      if (entry.offset != end) return false;
      end += entry.length;
    }
    return end == bytes_.size();
  }

  bool read_defined() {
    while (at_ < bytes_.size()) {
      if (bytes_.size() - at_ < 20 || get(0, 2) != 1) return false;
      const std::uint64_t count = get(6, 2), next = get(16, 4);
      if (count == 0 || get(12, 4) != 20 || !follows(20 + count * 8, next)) return false;
      VersionEntry entry{at_, 20 + count * 8, "defines", {}, static_cast<std::uint32_t>(get(4, 2)), {}};
      const std::uint64_t flags = get(2, 2), hash = get(8, 4);
      at_ += 20;
      for (std::uint64_t i = 0; i < count; ++i, at_ += 8) {
        if (get(4, 4) != (i + 1 < count ? 8u : 0u)) return false;
        const auto name = file_.string(table_, get(0, 4));
        if (!name || (i == 0 && hash != sysv_hash(*name))) return false;
        if (i == 0) entry.version = *name;
        entry.meaning += " " + std::string(*name);
        entry.strings.push_back(get(0, 4));
      }
      entry.meaning += " flags " + hex(flags);
      entries_.push_back(std::move(entry));
    }
    return true;
  }

  std::vector<VersionEntry> take() { return std::move(entries_); }

 private:
  bool read_versions_of(std::string_view library, std::uint64_t at, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto number = [&](std::uint64_t offset, unsigned width) {
        return file_.read(bytes_, at + offset, width);
      };
      const auto version = file_.string(table_, number(8, 4));
      if (!may_take(at, 16) || !version || number(0, 4) != sysv_hash(*version)) return false;
      const std::string text = std::string(*version) + " of " + std::string(library);
      entries_.push_back({at,
                          16,
                          text + " flags " + hex(number(4, 2)),
                          text,
                          static_cast<std::uint32_t>(number(6, 2) & 0x7fff),
                          {number(8, 4)}});
      if ((number(6, 2) & 0x8000) != 0) entries_.back().meaning += " hidden";
      const std::uint64_t next = number(12, 4);
      if ((next == 0) != (i + 1 == count)) return false;
      at += next;
    }
    return true;
  }
  // Whether a record fits, beside those there are already: chains that run together end here.
  bool may_take(std::uint64_t at, std::uint64_t length) const {
    return at <= bytes_.size() && length <= bytes_.size() - at && entries_.size() < bytes_.size() / 16;
  }
  std::uint64_t get(std::uint64_t at, unsigned width) const { return file_.read(bytes_, at_ + at, width); }
  bool follows(std::uint64_t length, std::uint64_t next) const {
    const std::uint64_t rest = bytes_.size() - at_;
    return next == 0 ? length == rest : next == length && length < rest;
  }

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
