#include "formats/stream/gzip.h"

#include <zlib.h>

#include <string>

#include "formats/stream/deflate.h"
#include "formats/stream/deflate_encoder.h"
#include "formats/stream/stream.h"

namespace unrepro {
namespace {

// Bits of FLG, RFC 1952 section 2.3.1.
enum : std::uint8_t { kHeaderCrc = 2, kExtra = 4, kName = 8, kComment = 16, kReservedFlags = 0xe0 };
constexpr std::uint8_t kDeflateMethod = 8;
constexpr std::uint64_t kFixedHeader = 10;

bool known_os(std::uint8_t os) { return os <= 13 || os == 255; }
bool known_extra_flags(std::uint8_t flags) { return flags == 0 || flags == 2 || flags == 4; }
std::uint8_t in_range_if(bool holds) { return holds ? static_cast<std::uint8_t>(kInRange) : std::uint8_t{0}; }

std::string at_offset(std::uint64_t offset) { return " at offset " + std::to_string(offset); }

class GzipDecoder {
 public:
  GzipDecoder(BlobRef blob, const Context& context, Budget& budget)
      : tree_(std::move(blob), kGzip.id, budget), context_(context), budget_(budget), content_(budget) {}

  Result<Tree> decode();

 private:
  bool header();
  void extra();
  void subfields(std::uint64_t length);
  void terminated(std::string_view key, Kind kind, Effect effect);
  Result<bool> body();
  bool damaged(const std::string& message) {
    tree_.anomaly(member_, AnomalyKind::structural, message);
    return false;
  }

  TreeBuilder tree_;
  const Context& context_;
  Budget& budget_;
  BlobWriter content_;
  FieldId member_ = kNoField;
  FieldId first_stream_ = kNoField;
};

// The zero-terminated fields; without a terminator the field is damage and becomes a gap.
void GzipDecoder::terminated(std::string_view key, Kind kind, Effect effect) {
  const std::size_t nul = as_text(tree_.peek(tree_.remaining())).find('\0');
  // One more than there is, when there is no terminator: fails, and makes the builder say so.
  const std::uint64_t length = nul == std::string_view::npos ? tree_.remaining() + 1 : nul + 1;
  tree_.take(key, kind, Encoding::nul_text, effect, length);
}

void GzipDecoder::subfields(std::uint64_t length) {
  tree_.open("extra", Kind::group, Encoding::list_significant);
  std::uint64_t left = length;
  while (left >= 4 && tree_.ok()) {
    const Bytes head = tree_.peek(4);
    const std::uint64_t size = little_endian(head.subspan(2, 2));
    if (size > left - 4) break;
    const std::string key(as_text(head.first(2)));
    tree_.open(key, Kind::group, Encoding::record);
    tree_.take("id", Kind::identifier, Encoding::bytes, Effect::behaviour, 2);
    tree_.take("length", Kind::size, Encoding::u16le, kFraming, 2, kDerived);
    tree_.take("data", Kind::opaque, Encoding::bytes, Effect::behaviour, size);
    tree_.close();
    left -= 4 + size;
  }
  if (left > 0 && tree_.ok()) {
    tree_.take("unparsed", Kind::opaque, Encoding::bytes, Effect::behaviour, left, kCritical);
    tree_.anomaly(tree_.last(), AnomalyKind::structural,
                  std::to_string(left) + " bytes of the extra field are no subfield" +
                      at_offset(tree_.position() - left));
  }
  tree_.close();
}

void GzipDecoder::extra() {
  const Bytes length = tree_.take("xlen", Kind::size, Encoding::u16le, kFraming, 2);
  if (!tree_.ok()) return;
  const std::uint64_t bytes = little_endian(length);
  if (bytes > tree_.remaining()) {
    damaged("extra field of " + std::to_string(bytes) + " bytes, " + std::to_string(tree_.remaining()) +
            " remain");
    tree_.take("extra", Kind::opaque, Encoding::bytes, Effect::behaviour, bytes);
    return;
  }
  tree_.set_flags(tree_.last(), kDerived);
  subfields(bytes);
}

// False when nothing that follows can be decoded; the reason is recorded.
bool GzipDecoder::header() {
  const std::uint64_t begin = tree_.position();
  const Bytes fixed = tree_.peek(kFixedHeader);
  if (fixed.size() < kFixedHeader) return damaged("gzip header ends early" + at_offset(begin));
  const std::uint8_t flags = fixed[3];
  if (fixed[2] != kDeflateMethod) {
    return damaged("unknown compression method " + std::to_string(fixed[2]) + at_offset(begin));
  }
  tree_.take("id", Kind::magic, Encoding::bytes, Effect::behaviour, 2);
  tree_.take("cm", Kind::dialect, Encoding::u8, kFraming, 1, kInRange);
  tree_.take("flg", Kind::flags, Encoding::u8, kFraming, 1, in_range_if((flags & kReservedFlags) == 0));
  const FieldId flags_field = tree_.last();
  tree_.take("mtime", Kind::timestamp, Encoding::u32le, Effect::inert, 4, kInRange);
  tree_.take("xfl", Kind::dialect, Encoding::u8, kFraming, 1, in_range_if(known_extra_flags(fixed[8])));
  tree_.take("os", Kind::dialect, Encoding::u8, kFraming, 1, in_range_if(known_os(fixed[9])));
  if ((flags & kReservedFlags) != 0) {
    tree_.anomaly(
        flags_field, AnomalyKind::structural,
        "reserved flags " + std::to_string(flags & kReservedFlags) + " are set" + at_offset(begin + 3));
    return false;
  }
  if ((flags & kExtra) != 0) extra();
  if ((flags & kName) != 0) terminated("fname", Kind::name, Effect::behaviour);
  if ((flags & kComment) != 0) terminated("fcomment", Kind::comment, Effect::content);
  if ((flags & kHeaderCrc) != 0) {
    const Bytes before = tree_.tree().blob()->bytes().subspan(begin, tree_.position() - begin);
    const auto expected = static_cast<std::uint16_t>(crc32_z(0, before.data(), before.size()));
    const Bytes stored = tree_.take("fhcrc", Kind::checksum, Encoding::u16le, kFraming, 2);
    if (tree_.ok()) {
      tree_.derived(tree_.last(), little_endian(stored) == expected,
                    "header checksum is " + std::to_string(little_endian(stored)) + ", computed " +
                        std::to_string(expected) + at_offset(begin));
    }
  }
  return tree_.ok() || damaged("gzip header ends early" + at_offset(begin));
}

// The deflate stream and its trailer. False when the rest cannot be decoded.
Result<bool> GzipDecoder::body() {
  const std::uint64_t begin = tree_.position();
  const auto inflation = inflate_raw(tree_.peek(tree_.remaining()), content_);
  if (!inflation) return tl::unexpected(inflation.error());
  if (!inflation->end.damage.empty()) {
    return damaged(inflation->end.damage + at_offset(begin + inflation->end.consumed));
  }
  tree_.take("deflate", Kind::stream, Encoding::bytes, kFraming, inflation->end.consumed);
  if (first_stream_ == kNoField) first_stream_ = tree_.last();
  if (inflation->leftover_bits != 0) {
    tree_.anomaly(tree_.last(), AnomalyKind::structural,
                  "bits behind the end of the deflate stream are " +
                      std::to_string(inflation->leftover_bits) + ", not zero" +
                      at_offset(tree_.position() - 1));
  }
  if (tree_.remaining() < 8) {
    return damaged("gzip trailer has " + std::to_string(tree_.remaining()) + " of 8 bytes" +
                   at_offset(tree_.position()));
  }
  const std::uint64_t crc = little_endian(tree_.take("crc32", Kind::checksum, Encoding::u32le, kFraming, 4));
  tree_.derived(tree_.last(), crc == inflation->crc32,
                "CRC-32 is " + std::to_string(crc) + ", computed " + std::to_string(inflation->crc32) +
                    at_offset(tree_.position() - 4));
  const std::uint64_t size = little_endian(tree_.take("isize", Kind::size, Encoding::u32le, kFraming, 4));
  tree_.derived(tree_.last(), size == (inflation->produced & 0xffffffff),
                "size is " + std::to_string(size) + ", the content has " +
                    std::to_string(inflation->produced) + at_offset(tree_.position() - 4));
  return true;
}

Result<Tree> GzipDecoder::decode() {
  tree_.open("", Kind::group, Encoding::record);
  tree_.open("members", Kind::group, Encoding::list_significant);
  std::uint64_t count = 0;
  bool whole = true;
  while (whole && (count == 0 || as_text(tree_.peek(2)) == "\x1f\x8b")) {
    if (!budget_.charge_members(1)) return fail(Trouble::budget, budget_.exhausted());
    member_ = tree_.open(ordinal_key(++count), Kind::member, Encoding::record);
    whole = header();
    if (whole) {
      const auto body_done = body();
      if (!body_done) return tl::unexpected(body_done.error());
      whole = *body_done;
    }
    if (whole) tree_.close();
  }
  if (!whole) return tree_.finish();
  return finish_streams(tree_, count, "members", first_stream_, content_, context_);
}

Bits probe_gzip(const ProbeInput& input) noexcept {
  const Bytes bytes = input.bytes;
  if (bytes.size() < 3 || bytes[0] != 0x1f || bytes[1] != 0x8b) return 0;
  return bytes[2] == kDeflateMethod ? 24 : 16;
}

}  // namespace

const Format kGzip = {
    .id = "gzip",
    .spec = "RFC 1952 (GZIP file format 4.3), RFC 1951 (DEFLATE 1.3)",
    .probe = probe_gzip,
    .decode = [](BlobRef blob, const Context& context,
                 Budget& budget) { return GzipDecoder(std::move(blob), context, budget).decode(); },
    .encoder = identify_gzip_encoder,
};

}  // namespace unrepro
