#include "formats/archive/zip_extra.h"

#include <algorithm>
#include <bit>

#include "formats/archive/zip_content.h"
#include "formats/stream/stream.h"
#include "formats/value.h"

namespace unrepro {
namespace {

enum : std::uint16_t {
  kNtfs = 0x000a,
  kUnixOld = 0x5855,
  kTimes = 0x5455,
  kUnix16 = 0x7855,
  kUnix = 0x7875,
  kAes = 0x9901,
  kJar = 0xcafe,
  kAlignment = 0xd935,
};
constexpr std::int64_t kLatestTime = std::int64_t{1} << 33;

std::string key_of(std::uint16_t id) {
  switch (id) {
    case kExtraZip64:
      return "zip64";
    case kNtfs:
      return "ntfs";
    case kUnixOld:
      return "unix_old";
    case kTimes:
      return "times";
    case kUnix16:
      return "unix16";
    case kUnix:
      return "unix";
    case kExtraUnicodePath:
      return "unicode_path";
    case kExtraUnicodeComment:
      return "unicode_comment";
    case kAes:
      return "aes";
    case kJar:
      return "jar";
    case kAlignment:
      return "alignment";
    default: {
      const std::uint8_t bytes[] = {static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id)};
      std::string text = "0x";
      for (const std::uint8_t byte : bytes)
        for (const int shift : {4, 0}) text += "0123456789abcdef"[byte >> shift & 15];
      return text;
    }
  }
}

bool starts_with(Bytes bytes, Bytes front) {
  return bytes.size() >= front.size() && std::equal(front.begin(), front.end(), bytes.begin());
}

// Whether a central field only repeats the local one. Central time fields hold less than local ones.
bool restates(const ZipExtra& central, const ZipHeader& local) {
  if (central.id == kExtraZip64) return true;  // its values were compared
  const ZipExtra* field = local.extras.find(central.id);
  if (field == nullptr) return false;
  if (std::ranges::equal(field->data, central.data)) return true;
  switch (central.id) {
    case kTimes:
      return central.data.size() <= 5 && starts_with(field->data, central.data);
    case kUnixOld:
      return central.data.size() == 8 && starts_with(field->data, central.data);
    case kUnix:
    case kUnix16:
      return central.data.empty();
    default:
      return false;
  }
}

// Fields that decide something and that some programs read from the local header, others from the directory.
bool is_read_from_either(std::uint16_t id) {
  return id == kUnix || id == kExtraUnicodePath || id == kExtraUnicodeComment || id == kAes;
}

class Emitter {
 public:
  Emitter(TreeBuilder& tree, const ZipHeader& header, const ZipHeader* local)
      : tree_(tree), header_(header), local_(local) {}

  ZipExtraFacts emit() {
    if (header_.extra.empty()) return {};
    area_ = tree_.open("extra", Kind::group, Encoding::list_set);
    std::vector<std::uint16_t> seen;
    for (const ZipExtra& field : header_.extras.fields) {
      one(field);
      if (local_ != nullptr && !restated_ && is_read_from_either(field.id) &&
          local_->extras.find(field.id) != nullptr) {
        problem("the extra field " + key_of(field.id) + " is not that of the local header");
      }
      if (std::find(seen.begin(), seen.end(), field.id) != seen.end()) {
        problem("two extra fields " + key_of(field.id));
      } else if (seen.size() < kMostIds) {
        seen.push_back(field.id);
      }
    }
    const Bytes rest = header_.extra.subspan(header_.extras.parsed);
    if (!rest.empty()) {
      const bool zeros = std::all_of(rest.begin(), rest.end(), [](std::uint8_t byte) { return byte == 0; });
      tree_.take(zeros ? "padding" : "unparsed", zeros ? Kind::padding : Kind::opaque, Encoding::bytes,
                 zeros ? Effect::inert : Effect::behaviour, rest.size(),
                 zeros ? std::uint8_t{kInRange} : std::uint8_t{kCritical});
      if (!zeros) problem(std::to_string(rest.size()) + " bytes of the extra area are no field");
    }
    tree_.close();
    return std::move(facts_);
  }

 private:
  static constexpr std::size_t kMostIds = 64;  // beyond them repetitions are not noticed, but still compared

  void problem(const std::string& text) {
    tree_.anomaly(area_, AnomalyKind::structural,
                  text + " in the header at offset " + std::to_string(header_.at));
  }
  // A leaf; derived where the whole field restates another.
  Bytes take(std::string_view key, Kind kind, Encoding encoding, Effect effect, std::uint64_t length,
             std::uint8_t flags = 0) {
    left_ -= length;
    return tree_.take(key, kind, encoding, effect, length, restated_ ? std::uint8_t{kDerived} : flags);
  }
  void time(std::string_view key, Encoding encoding, bool is_instant = false) {
    const std::uint64_t width = encoding == Encoding::filetime ? 8 : 4;
    if (left_ < width) return;
    const Bytes bytes = take(key, Kind::timestamp, encoding, Effect::inert, width);
    const auto number = decode_number(encoding, bytes).number;
    const bool unset = std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
    const bool in_range = unset || (number && number->value >= 0 && number->value <= kLatestTime);
    if (in_range) tree_.set_flags(tree_.last(), kInRange);
    in_range_ = in_range_ && in_range;
    if (is_instant && facts_.instant == kNoField) facts_.instant = tree_.last();
  }
  // Local owners are stated by aliases of the member.
  std::uint8_t covered() const { return local_ == nullptr ? std::uint8_t{kCovered} : std::uint8_t{0}; }
  std::string owner(std::string_view key, std::uint64_t width) {
    const Bytes bytes = take(key, Kind::data, Encoding::bytes, Effect::behaviour, width, covered());
    return std::to_string(little_endian(bytes));
  }
  void rest() {
    if (left_ == 0) return;
    in_range_ = false;
    take("data", Kind::opaque, Encoding::bytes, Effect::behaviour, left_);
  }

  void one(const ZipExtra& field);
  void body(const ZipExtra& field);
  void ntfs();
  void unix_owner(const ZipExtra& field);
  void unicode(const ZipExtra& field, Kind kind, Bytes plain);

  TreeBuilder& tree_;
  const ZipHeader& header_;
  const ZipHeader* local_;
  ZipExtraFacts facts_;
  FieldId area_ = kNoField;
  bool restated_ = false;
  bool in_range_ = true;
  std::uint64_t left_ = 0;
};

void Emitter::one(const ZipExtra& field) {
  restated_ = local_ != nullptr ? restates(field, *local_)
                                : field.id == kExtraZip64 || (field.id == kJar && has_jar_marker(header_));
  const bool times = field.id == kTimes || field.id == kNtfs || field.id == kUnixOld;
  const bool marker = field.id == kJar || field.id == kAlignment;
  const Kind kind = times ? Kind::timestamp : marker ? Kind::dialect : Kind::opaque;
  const FieldId id = tree_.open(key_of(field.id), kind, Encoding::record,
                                times || marker ? Effect::inert : Effect::behaviour);
  tree_.take("id", Kind::identifier, Encoding::u16le, Effect::behaviour, 2, kDerived);
  tree_.take("length", Kind::size, Encoding::u16le, Effect::behaviour, 2, kDerived);
  left_ = field.data.size();
  in_range_ = times || marker;
  body(field);
  rest();
  tree_.close();
  if (restated_) {
    tree_.set_flags(id, kDerived);
  } else if (in_range_) {
    tree_.set_flags(id, kInRange);
  }
}

void Emitter::body(const ZipExtra& field) {
  const std::uint64_t size = field.data.size();
  switch (field.id) {
    case kExtraZip64: {
      const std::uint64_t used = std::min(size, header_.zip64_used);
      if (used > 0) take("values", Kind::size, Encoding::bytes, Effect::behaviour, used);
      restated_ = restated_ && used == size;  // more than the header asks for is read by nobody
      break;
    }
    case kTimes: {
      if (size == 0) break;
      const std::uint8_t flags = field.data[0];
      if (flags > 7) in_range_ = false;
      take("flags", Kind::dialect, Encoding::u8, Effect::inert, 1,
           flags > 7 ? std::uint8_t{0} : std::uint8_t{kInRange});
      if ((flags & 1) != 0) time("modified", Encoding::i32le, true);
      if ((flags & 2) != 0) time("accessed", Encoding::i32le);
      if ((flags & 4) != 0) time("created", Encoding::i32le);
      break;
    }
    case kNtfs:
      ntfs();
      break;
    case kUnixOld:
      time("accessed", Encoding::i32le);
      time("modified", Encoding::i32le, true);
      if (left_ != 4) break;
      facts_.uid = owner("uid", 2);
      facts_.gid = owner("gid", 2);
      break;
    case kUnix16:
    case kUnix:
      unix_owner(field);
      break;
    case kExtraUnicodePath:
      unicode(field, Kind::path, header_.name);
      break;
    case kExtraUnicodeComment:
      unicode(field, Kind::comment, header_.comment);
      break;
    case kAes:
      if (size != 7) break;
      take("version", Kind::version, Encoding::u16le, Effect::behaviour, 2);
      take("vendor", Kind::identifier, Encoding::bytes, Effect::behaviour, 2);
      take("strength", Kind::flags, Encoding::u8, Effect::behaviour, 1);
      take("method", Kind::dialect, Encoding::u16le, Effect::behaviour, 2);
      break;
    case kAlignment:
      if (size < 2) break;
      // A power of two, as the members of an apk are aligned (SDK tool zipalign).
      in_range_ = std::has_single_bit(zip_number(field.data, 0, 2));
      take("alignment", Kind::dialect, Encoding::u16le, Effect::inert, 2,
           in_range_ ? std::uint8_t{kInRange} : std::uint8_t{0});
      if (left_ > 0 && std::all_of(field.data.begin() + 2, field.data.end(), [](auto b) { return b == 0; }))
        take("padding", Kind::padding, Encoding::bytes, Effect::inert, left_, kInRange);
      break;
    default:
      break;
  }
}

void Emitter::ntfs() {
  constexpr std::uint64_t kAttribute = 28;
  if (left_ != 4 + kAttribute || tree_.peek(4, 4).size() != 4 ||
      little_endian(tree_.peek(4, 4)) != (24u << 16 | 1u)) {
    return;
  }
  const bool zero = little_endian(tree_.peek(4)) == 0;
  take("reserved", Kind::reserved, Encoding::u32le, Effect::behaviour, 4);
  in_range_ = in_range_ && zero;
  take("tag", Kind::identifier, Encoding::u16le, Effect::behaviour, 2, kDerived);
  take("tag_length", Kind::size, Encoding::u16le, Effect::behaviour, 2, kDerived);
  time("modified", Encoding::filetime, true);
  time("accessed", Encoding::filetime);
  time("created", Encoding::filetime);
}

void Emitter::unix_owner(const ZipExtra& field) {
  const Bytes data = field.data;
  if (field.id == kUnix16) {
    if (data.size() != 4) return;
    facts_.uid = owner("uid", 2);
    facts_.gid = owner("gid", 2);
    return;
  }
  if (data.size() < 3 || data[0] != 1) return;
  const std::uint64_t uid = data[1];
  if (uid == 0 || uid > 8 || data.size() < 3 + uid) return;
  const std::uint64_t gid = data[2 + uid];
  if (gid == 0 || gid > 8 || data.size() != 3 + uid + gid) return;
  take("version", Kind::version, Encoding::u8, Effect::behaviour, 1);
  take("uid_size", Kind::size, Encoding::u8, Effect::behaviour, 1, covered());
  facts_.uid = owner("uid", uid);
  take("gid_size", Kind::size, Encoding::u8, Effect::behaviour, 1, covered());
  facts_.gid = owner("gid", gid);
}

// Section 4.6.8 and 4.6.9: version 1, the CRC-32 of the plain text, the text in UTF-8.
void Emitter::unicode(const ZipExtra& field, Kind kind, Bytes plain) {
  if (field.data.size() < 5) return;
  take("version", Kind::version, Encoding::u8, Effect::behaviour, 1);
  const Bytes crc = take("crc32", Kind::checksum, Encoding::u32le, Effect::behaviour, 4);
  tree_.derived(
      tree_.last(), little_endian(crc) == zip_crc32(plain),
      "the checksum in a Unicode path or comment is not that of the plain text, in the header at offset " +
          std::to_string(header_.at));
  const Bytes text = field.data.subspan(5);
  take("text", kind, Encoding::bytes, Effect::behaviour, left_, kCritical);
  if (zip_text_is_unambiguous(header_, plain) && as_text(text) != as_text(plain))
    problem("a Unicode path or comment that gives another text");
}

}  // namespace

bool zip_text_is_unambiguous(const ZipHeader& header, Bytes text) {
  return (header.flags & kZipUtf8) != 0 ||
         std::all_of(text.begin(), text.end(), [](std::uint8_t byte) { return byte < 0x80; });
}

bool has_jar_marker(const ZipHeader& first) {
  const ZipExtra* marker = first.at == 0 ? first.extras.find(kJar) : nullptr;
  return marker != nullptr && marker->data.empty();
}

ZipExtraFacts emit_zip_extra(TreeBuilder& tree, const ZipHeader& header, const ZipHeader* local) {
  return Emitter(tree, header, local).emit();
}

}  // namespace unrepro
