#include "formats/elf/frame_header.h"

#include <algorithm>
#include <map>

#include "formats/elf/constants.h"
#include "formats/value.h"

namespace unrepro::elf {
namespace {

constexpr std::uint8_t kRelative = 0x10, kAbsolute = 0;  // DW_EH_PE_pcrel, _absptr
constexpr std::string_view kUsualHeader("\x01\x1b\x03\x3b", 4);
constexpr std::uint64_t kHeader = 12;  // with the pointer to .eh_frame and the number of entries

struct Frame {
  std::uint64_t begin = 0;  // first address that it unwinds
  std::uint64_t at = 0;     // its own address
};

// Reads the frames of .eh_frame in order. False when something is not understood.
class FrameReader {
 public:
  FrameReader(const File& file, const Section& section, Bytes bytes)
      : file_(file), base_(section.addr), bytes_(bytes) {}

  bool read(std::vector<Frame>& frames) {
    std::uint64_t at = 0;
    while (bytes_.size() - at >= 4) {
      const std::uint64_t length = number(at, 4);
      if (length == 0) return at + 4 == bytes_.size();
      if (length == 0xffffffff || length < 4 || length > bytes_.size() - at - 4) return false;
      const std::uint64_t end = at + 4 + length, id = number(at + 4, 4);
      if (id == 0) {
        const auto encoding = pointer_encoding(at + 8, end);
        if (!encoding) return false;
        encodings_[at] = *encoding;
      } else {
        const auto common = id <= at + 4 ? encodings_.find(at + 4 - id) : encodings_.end();
        if (common == encodings_.end()) return false;
        const auto begin = address(at + 8, end, common->second);
        if (!begin) return false;
        frames.push_back({*begin, base_ + at});
      }
      at = end;
    }
    return at == bytes_.size();
  }

 private:
  std::uint64_t number(std::uint64_t at, unsigned width) const { return file_.read(bytes_, at, width); }

  bool skip_leb(std::uint64_t& at, std::uint64_t end) const {
    while (at < end) {
      if ((bytes_[at++] & 0x80) == 0) return true;
    }
    return false;
  }

  // How a common entry says that addresses are written.
  std::optional<std::uint8_t> pointer_encoding(std::uint64_t at, std::uint64_t end) const {
    const std::uint8_t version = at < end ? bytes_[at++] : 0;
    if (version != 1 && version != 3) return std::nullopt;
    const std::string_view rest = as_text(bytes_.subspan(at, end - at));
    const std::size_t length = rest.find('\0');
    if (length == std::string_view::npos) return std::nullopt;
    const std::string_view augmentation = rest.substr(0, length);
    at += length + 1;
    if (augmentation.empty()) return kAbsolute;
    if (augmentation.front() != 'z' || !skip_leb(at, end) || !skip_leb(at, end)) return std::nullopt;
    if (version == 1 ? at++ >= end : !skip_leb(at, end)) return std::nullopt;
    if (!skip_leb(at, end)) return std::nullopt;
    std::uint8_t encoding = kAbsolute;
    for (const char letter : augmentation.substr(1)) {
      if (letter == 'S' || letter == 'B') continue;
      if (at >= end) return std::nullopt;
      const std::uint8_t value = bytes_[at++];
      if (letter == 'R') {
        encoding = value;
      } else if (letter == 'P') {
        const unsigned width = width_of(value);
        if (width == 0 || end - at < width) return std::nullopt;
        at += width;
      } else if (letter != 'L') {
        return std::nullopt;
      }
    }
    return encoding;
  }

  unsigned width_of(std::uint8_t encoding) const {
    switch (encoding & 0x0f) {
      case 0x00:
        return file_.word();
      case 0x03:
      case 0x0b:
        return 4;
      case 0x04:
      case 0x0c:
        return 8;
      default:
        return 0;
    }
  }

  std::optional<std::uint64_t> address(std::uint64_t at, std::uint64_t end, std::uint8_t encoding) const {
    const unsigned width = width_of(encoding);
    const std::uint8_t base = encoding & 0xf0;
    if (width == 0 || end - at < width || (base != kRelative && base != kAbsolute)) return std::nullopt;
    std::uint64_t value = number(at, width);
    if (width == 4 && (encoding & 8) != 0) {
      value = static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(value)});
    }
    if (base == kRelative) value += base_ + at;
    return file_.is64() ? value : value & 0xffffffff;
  }

  const File& file_;
  std::uint64_t base_;
  Bytes bytes_;
  std::map<std::uint64_t, std::uint8_t> encodings_;  // by offset of the common entry
};

std::uint64_t signed_word(const File& file, Bytes bytes, std::uint64_t at) {
  const auto value = static_cast<std::int32_t>(file.read(bytes, at, 4));
  return static_cast<std::uint64_t>(std::int64_t{value});
}

}  // namespace

FrameHeaderCheck check_frame_header(const File& file, std::uint32_t index) {
  const Section& section = file.sections[index];
  const Bytes bytes = file.content(index);
  if (bytes.size() < kHeader || !as_text(bytes).starts_with(kUsualHeader)) return {};
  const std::uint64_t mask = file.is64() ? ~std::uint64_t{0} : 0xffffffff;
  const std::uint64_t pointer = (section.addr + 4 + signed_word(file, bytes, 4)) & mask;
  const auto frames_at = std::find_if(file.sections.begin(), file.sections.end(), [](const Section& each) {
    return each.name == ".eh_frame" && each.decodable;
  });
  if (frames_at == file.sections.end()) return {};
  if (frames_at->addr != pointer)
    return {true, "points to " + hex(pointer) + ", .eh_frame is at " + hex(frames_at->addr)};
  std::vector<Frame> frames;
  const auto number = static_cast<std::uint32_t>(frames_at - file.sections.begin());
  if (!FrameReader(file, *frames_at, file.content(number)).read(frames)) return {};
  std::stable_sort(frames.begin(), frames.end(),
                   [](const Frame& a, const Frame& b) { return a.begin < b.begin; });
  const std::uint64_t count = file.read(bytes, 8, 4);
  if (count != frames.size()) {
    // lld keeps the first of several frames that begin at one address.
    frames.erase(std::unique(frames.begin(), frames.end(),
                             [](const Frame& a, const Frame& b) { return a.begin == b.begin; }),
                 frames.end());
  }
  if (count != frames.size() || bytes.size() != kHeader + count * 8)
    return {true, std::to_string(count) + " entries in " + std::to_string(bytes.size()) + " bytes for " +
                      std::to_string(frames.size()) + " frames"};
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t begin = (section.addr + signed_word(file, bytes, kHeader + i * 8)) & mask;
    const std::uint64_t at = (section.addr + signed_word(file, bytes, kHeader + i * 8 + 4)) & mask;
    if (begin != frames[i].begin || at != frames[i].at)
      return {true, "entry " + std::to_string(i) + " is not the frame of " + hex(frames[i].begin)};
  }
  return {true, {}};
}

}  // namespace unrepro::elf
