#include "formats/graphics/png.h"

#include <libdeflate.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <string>

#include "formats/stream/stream.h"
#include "formats/text/text.h"
#include "formats/tree_builder.h"

namespace unrepro {
namespace {

constexpr std::string_view kSignature = "\x89PNG\r\n\x1a\n";
constexpr std::uint64_t kFrame = 12;           // length, type and CRC of a chunk
constexpr std::uint64_t kLongestKeyword = 79;  // section 11.3.3.1

// Section 11.3.5.1: year, month, day, hour, minute and second, in UTC. Empty when it is no time.
std::optional<std::string> time_of(Bytes bytes) {
  if (bytes.size() != 7) return std::nullopt;
  const auto year = static_cast<unsigned>(big_endian(bytes.first(2)));
  const unsigned month = bytes[2], day = bytes[3], hour = bytes[4], minute = bytes[5], second = bytes[6];
  if (year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 ||
      minute > 59 || second > 60)
    return std::nullopt;
  char text[32];
  const int length = std::snprintf(text, sizeof text, "%04u-%02u-%02uT%02u:%02u:%02uZ", year, month, day,
                                   hour, minute, second);
  return std::string(text, static_cast<std::size_t>(length));
}

class PngDecoder {
 public:
  PngDecoder(BlobRef blob, Budget& budget) : tree_(std::move(blob), kPng.id, budget) {}

  Result<Tree> decode() {
    tree_.open("", Kind::group, Encoding::record);
    tree_.take("signature", Kind::magic, Encoding::bytes, Effect::behaviour, kSignature.size());
    tree_.open("chunks", Kind::group, Encoding::list_significant);
    bool ended = false;
    while (!ended && tree_.remaining() >= kFrame && big_endian(tree_.peek(4)) <= tree_.remaining() - kFrame)
      ended = chunk() == "IEND";
    tree_.close();
    if (!ended)
      tree_.anomaly(Tree::kRoot, AnomalyKind::structural,
                    "no chunk at offset " + std::to_string(tree_.position()));
    if (tree_.remaining() > 0)
      tree_.take("trailing", Kind::trailing, Encoding::bytes, Effect::behaviour, tree_.remaining(),
                 kCritical);
    return tree_.finish();
  }

 private:
  std::string chunk() {
    const std::uint64_t length = big_endian(tree_.peek(4));
    const Bytes whole = tree_.peek(length + 4, 4);
    const std::string type(as_text(whole.first(4)));
    const Bytes content = whole.subspan(4);
    const std::size_t keyword = keyword_length(type, content);
    std::string key = type;
    if (keyword > 0) key.append(" ").append(as_text(content.first(keyword)));
    if (const unsigned before = seen_[key]++; before > 0) key += '#' + std::to_string(before + 1);
    tree_.open(key, Kind::member, Encoding::record);
    tree_.take("length", Kind::size, Encoding::u32be, Effect::behaviour, 4, kDerived);
    tree_.take("type", Kind::file_type, Encoding::bytes, Effect::behaviour, 4);
    fill(type, content, keyword);
    tree_.take("crc", Kind::checksum, Encoding::u32be, Effect::behaviour, 4);
    const FieldId crc = tree_.last();
    tree_.derived(crc, big_endian(tree_.bytes(crc)) == libdeflate_crc32(0, whole.data(), whole.size()),
                  "the CRC of a chunk is another one");
    tree_.close();
    return type;
  }

  // Sections 11.3.3.2 to 11.3.3.4: of text chunks, up to the NUL; 0 when there is none.
  static std::size_t keyword_length(std::string_view type, Bytes content) {
    if (type != "tEXt" && type != "iTXt" && type != "zTXt") return 0;
    const std::string_view text = as_text(content).substr(0, kLongestKeyword + 1);
    const std::size_t end = text.find('\0');
    return end == text.npos ? 0 : end;
  }

  void fill(std::string_view type, Bytes content, std::size_t keyword) {
    std::uint64_t rest = content.size();
    if (const auto time = type == "tIME" ? time_of(content) : std::nullopt) {
      tree_.alias("modified", Kind::text, Effect::content, *time);
      tree_.take("time", Kind::timestamp, Encoding::bytes, Effect::content, rest, kCovered);
      return;
    }
    if (keyword > 0) {
      std::size_t head = keyword + 1;
      bool plain = type == "tEXt";
      if (type == "iTXt" && content.size() >= head + 2) {
        plain = content[head] == 0;
        head += 2;
        for (int field = 0; field < 2; ++field) {  // language tag, translated keyword
          const std::size_t end = as_text(content).find('\0', head);
          plain = plain && end != std::string_view::npos;
          if (plain) head = end + 1;
        }
      }
      tree_.take("keyword", Kind::name, Encoding::bytes, Effect::behaviour, head);
      rest -= head;
      if (plain) {
        tree_.take("text", Kind::text, Encoding::bytes, Effect::content, rest);
        return;
      }
    }
    tree_.take("content", Kind::data, Encoding::bytes, Effect::behaviour, rest);
  }

  TreeBuilder tree_;
  std::map<std::string, unsigned> seen_;
};

}  // namespace

const Format kPng = {
    .id = "png",
    .spec = "Portable Network Graphics (PNG) Specification (Third Edition), sections 5 and 11",
    .probe = [](const ProbeInput& input) noexcept -> Bits {
      return as_text(input.bytes).starts_with(kSignature) ? 64 : 0;
    },
    .decode = [](BlobRef blob, const Context&,
                 Budget& budget) { return PngDecoder(std::move(blob), budget).decode(); },
    .view = view_text_leaf,
};

}  // namespace unrepro
