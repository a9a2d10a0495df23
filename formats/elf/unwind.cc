#include "formats/elf/unwind.h"

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>

namespace unrepro::elf {
namespace {

// Pointer encodings that linkers of today's programs use: 4 bytes relative to themselves, some through a
// slot.
constexpr std::uint8_t kSelf4 = 0x1b, kSelf4Indirect = 0x9b, kOmitted = 0xff, kTable4 = 0x3b;
// The same in code that is not position-independent.
constexpr std::uint8_t kAbsolute4 = 3;

struct Common {
  std::uint8_t code_encoding = 0, data_encoding = kOmitted;
  bool augmented = false;
};

class Reader {
 public:
  Reader(const File& file, const std::vector<ImageRegion>& regions, bool is_object)
      : file_(file), regions_(regions), is_object_(is_object) {}

  Unwind run() {
    const ImageRegion* frames = find(".eh_frame");
    if (frames != nullptr) read_frames(*frames);
    const ImageRegion* header = find(".eh_frame_hdr");
    if (header != nullptr && unwind_.refusal.empty()) read_header(*header);
    for (const std::uint64_t at : data_) {
      if (!unwind_.refusal.empty()) break;
      const ImageRegion* table = region_around(regions_, at);
      if (table == nullptr || !table->label.starts_with(".gcc_except_table")) {
        refuse("exception data outside its section", at);
      } else {
        read_exceptions(*table, at - table->address);
      }
    }
    return std::move(unwind_);
  }

 private:
  const ImageRegion* find(std::string_view label) const {
    const auto at = std::find_if(regions_.begin(), regions_.end(),
                                 [&](const ImageRegion& region) { return region.label == label; });
    return at == regions_.end() ? nullptr : &*at;
  }
  void refuse(const char* what, std::uint64_t address) {
    if (unwind_.refusal.empty()) unwind_.refusal = std::string(what) + " at " + file_.address(address);
  }
  // Adds a reference of 4 bytes, if it is relative to itself and not null, and gives its target.
  std::uint64_t target(const ImageRegion& region, std::uint64_t at, std::uint8_t encoding) {
    return encoding == kAbsolute4 ? file_.read(region.bytes, at, 4) : self(region, at);
  }
  std::uint64_t self(const ImageRegion& region, std::uint64_t at) {
    const auto value = static_cast<std::int32_t>(file_.read(region.bytes, at, 4));
    if (value == 0) return 0;
    const std::uint64_t address = region.address + at;
    unwind_.references.push_back(
        {.at = address, .target = address + static_cast<std::uint64_t>(std::int64_t{value})});
    return unwind_.references.back().target;
  }
  bool is_absolute(std::uint8_t encoding) const { return is_object_ && encoding == kAbsolute4; }
  static std::uint64_t uleb(Bytes bytes, std::uint64_t& at) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; at < bytes.size(); shift += 7) {
      const std::uint8_t byte = bytes[at++];
      if (shift < 64) value |= std::uint64_t{byte & 0x7fu} << shift;
      if ((byte & 0x80) == 0) break;
    }
    return value;
  }
  static std::int64_t sleb(Bytes bytes, std::uint64_t& at) {
    std::uint64_t value = 0;
    unsigned shift = 0;
    std::uint8_t byte = 0;
    do {
      if (at >= bytes.size()) return 0;
      byte = bytes[at++];
      if (shift < 64) value |= std::uint64_t{byte & 0x7fu} << shift;
      shift += 7;
    } while ((byte & 0x80) != 0);
    if (shift < 64 && (byte & 0x40) != 0) value |= ~std::uint64_t{0} << shift;
    return static_cast<std::int64_t>(value);
  }

  void read_frames(const ImageRegion& region) {
    std::unordered_map<std::uint64_t, Common> commons;
    for (std::uint64_t at = 0; at + 4 <= region.size;) {
      const std::uint64_t length = file_.read(region.bytes, at, 4), begin = at + 4;
      if (length == 0 && begin == region.size) return;
      if (length == 0) {  // crtend.o ends the list here; nothing may follow
        return refuse("entries after the end of the unwind table", region.address + at);
      }
      if (length >= 0xfffffff0 || length < 8 || length > region.size - begin) {
        return refuse("an odd unwind entry", region.address + at);
      }
      const std::uint64_t id = file_.read(region.bytes, begin, 4);
      const Bytes body = region.bytes.first(begin + length);
      if (id == 0) {
        if (!read_common(region, body, begin + 4, commons[at]))
          return refuse("an odd CIE", region.address + at);
      } else {
        const auto common = commons.find(begin - id);
        if (id > begin || common == commons.end()) return refuse("an FDE without CIE", region.address + at);
        read_function(region, body, begin + 4, common->second);
      }
      at = begin + length;
    }
  }

  bool read_common(const ImageRegion& region, Bytes body, std::uint64_t at, Common& common) {
    if (at + 2 > body.size() || body[at++] != 1) return false;
    const std::string_view rest = as_text(body.subspan(at));
    const std::size_t end = rest.find('\0');
    if (end == std::string_view::npos) return false;
    const std::string_view letters = rest.substr(0, end);
    at += end + 1;
    uleb(body, at);
    sleb(body, at);
    uleb(body, at);
    if (letters.empty()) return false;  // addresses would be absolute
    if (letters.front() != 'z') return false;
    common.augmented = true;
    uleb(body, at);
    for (const char letter : letters.substr(1)) {
      if (at >= body.size()) return letter == 'S';
      if (letter == 'S') continue;
      const std::uint8_t encoding = body[at++];
      if (letter == 'R') {
        common.code_encoding = encoding;
      } else if (letter == 'L') {
        common.data_encoding = encoding;
        if (encoding != kSelf4 && encoding != kOmitted && !is_absolute(encoding)) return false;
      } else if (letter == 'P') {
        const bool is_self = encoding == kSelf4 || encoding == kSelf4Indirect;
        if ((!is_self && !is_absolute(encoding)) || at + 4 > body.size()) return false;
        target(region, at, encoding);
        at += 4;
      } else {
        return false;
      }
    }
    return common.code_encoding == kSelf4;
  }

  void read_function(const ImageRegion& region, Bytes body, std::uint64_t at, const Common& common) {
    if (at + 9 > body.size()) return refuse("a short FDE", region.address + at);
    const std::uint64_t begin = self(region, at);
    const std::uint64_t length = file_.read(body, at + 4, 4);
    if (length > 0) unwind_.functions.push_back({begin, begin + length});
    at += 8;
    const std::uint64_t extra = uleb(body, at);
    if (common.data_encoding == kOmitted || extra == 0) return;
    if (extra < 4 || at + 4 > body.size()) return refuse("a short FDE", region.address + at);
    if (const std::uint64_t data = target(region, at, common.data_encoding); data != 0) data_.insert(data);
  }

  void read_header(const ImageRegion& region) {
    const Bytes bytes = region.bytes;
    if (bytes.size() < 12 || bytes[0] != 1 || bytes[1] != kSelf4 || bytes[2] != 3 || bytes[3] != kTable4) {
      return refuse("an odd header of unwind tables", region.address);
    }
    self(region, 4);
    const std::uint64_t count = file_.read(bytes, 8, 4);
    if (count != (bytes.size() - 12) / 8 || bytes.size() % 8 != 4) {
      return refuse("an odd header of unwind tables", region.address);
    }
    for (std::uint64_t at = 12; at < bytes.size(); at += 4) {
      const auto value = static_cast<std::int32_t>(file_.read(bytes, at, 4));
      unwind_.references.push_back(
          {.at = region.address + at,
           .target = region.address + static_cast<std::uint64_t>(std::int64_t{value}),
           .base = region.address,
           .origin = ImageReference::Origin::place});
    }
  }

  void read_exceptions(const ImageRegion& region, std::uint64_t at) {
    const Bytes bytes = region.bytes;
    const std::uint64_t place = region.address + at;
    if (at + 4 > bytes.size() || bytes[at++] != kOmitted) return refuse("odd exception data", place);
    const std::uint8_t types = bytes[at++];
    if (types != kOmitted && types != kSelf4Indirect && types != kSelf4 && !is_absolute(types))
      return refuse("odd exception data", place);
    std::uint64_t type_end = 0;
    if (types != kOmitted) {
      type_end = uleb(bytes, at);
      type_end += at;
    }
    if (at >= bytes.size() || bytes[at++] != 1) return refuse("odd exception data", place);
    const std::uint64_t length = uleb(bytes, at);
    if (length > bytes.size() - at) return refuse("odd exception data", place);
    const std::uint64_t actions = at + length;
    std::set<std::uint64_t> pending;
    while (at < actions) {
      for (int i = 0; i < 3; ++i) uleb(bytes, at);
      if (const std::uint64_t action = uleb(bytes, at); action > 0) pending.insert(actions + action - 1);
    }
    // No two functions share call sites, and what else they share is read for a bounded number of times.
    if (place < exceptions_end_) return refuse("exception data that overlaps", place);
    exceptions_end_ = region.address + actions;
    std::int64_t most = 0;
    std::set<std::uint64_t> seen;
    while (!pending.empty()) {
      std::uint64_t record = *pending.begin();
      pending.erase(pending.begin());
      if (!seen.insert(record).second) continue;
      if (record >= bytes.size() || ++exceptions_read_ > bytes.size())
        return refuse("odd exception data", place);
      most = std::max(most, sleb(bytes, record));
      const std::uint64_t field = record;
      const std::int64_t next = sleb(bytes, record);
      if (next != 0) pending.insert(field + static_cast<std::uint64_t>(next));
    }
    if (most == 0) return;
    if (type_end == 0 || type_end > bytes.size() || static_cast<std::uint64_t>(most) > type_end / 4 ||
        (exceptions_read_ += static_cast<std::uint64_t>(most)) > bytes.size()) {
      return refuse("odd exception data", place);
    }
    for (std::int64_t i = 1; i <= most; ++i)
      target(region, type_end - 4 * static_cast<std::uint64_t>(i), types);
  }

  const File& file_;
  const std::vector<ImageRegion>& regions_;
  bool is_object_;
  Unwind unwind_;
  std::set<std::uint64_t> data_;
  std::uint64_t exceptions_end_ = 0, exceptions_read_ = 0;
};

}  // namespace

Unwind read_unwind(const File& file, const std::vector<ImageRegion>& regions, bool is_object) {
  return Reader(file, regions, is_object).run();
}

}  // namespace unrepro::elf
