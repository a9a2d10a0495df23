#include "formats/stream/lzma.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "formats/stream/lzma_stream.h"

namespace unrepro {
namespace {

constexpr std::string_view kLzipMagic = "LZIP";
constexpr std::uint64_t kLzmaHeader = 13, kLzipHeader = 6, kLzipTrailer = 20;
constexpr std::uint8_t kUsualProperties = 0x5d;  // lc 3, lp 0, pb 2
constexpr std::uint64_t kUnknownSize = UINT64_MAX;

std::string at_offset(std::uint64_t offset) { return " at offset " + std::to_string(offset); }

class Decoder {
 public:
  Decoder(BlobRef blob, const Context& context, Budget& budget, bool lzip)
      : tree_(std::move(blob), lzip ? kLzip.id : kLzma.id, budget),
        context_(context),
        budget_(budget),
        content_(budget),
        lzip_(lzip) {}

  Result<Tree> decode();

 private:
  Result<bool> stream(std::uint64_t number);
  void data(std::uint64_t length);
  void derived(std::string_view key, Kind kind, Encoding encoding, std::uint64_t length) {
    tree_.take(key, kind, encoding, kFraming, length, kDerived);
  }

  TreeBuilder tree_;
  const Context& context_;
  Budget& budget_;
  BlobWriter content_;
  const bool lzip_;
  FieldId first_stream_ = kNoField;
};

void Decoder::data(std::uint64_t length) {
  tree_.take("lzma_stream", Kind::stream, Encoding::bytes, kFraming, length);
  if (first_stream_ == kNoField) first_stream_ = tree_.last();
}

// False when the rest cannot be decoded.
Result<bool> Decoder::stream(std::uint64_t number) {
  const FieldId record = tree_.open(ordinal_key(number), Kind::member, Encoding::record);
  const std::uint64_t begin = tree_.position();
  const Bytes rest = tree_.peek(tree_.remaining());
  LzmaStream lzma;
  // liblzma verifies the checksum and both sizes of a member of lzip.
  const lzma_ret started = lzip_ ? lzma_lzip_decoder(lzma.get(), kLzmaMemoryLimit, 0)
                                 : lzma_alone_decoder(lzma.get(), kLzmaMemoryLimit);
  if (started != LZMA_OK) return fail(Trouble::internal, "liblzma: cannot start decoding");
  const auto end = lzma.decode(rest, content_, lzip_ ? "lzip" : "lzma");
  if (!end) return tl::unexpected(end.error());
  const bool old_lzip = lzip_ && rest.size() > 4 && rest[4] == 0;  // its trailer lacks the member size
  const std::uint64_t framing = lzip_ ? kLzipHeader + kLzipTrailer - (old_lzip ? 8 : 0) : kLzmaHeader;
  std::string damage = end->damage;
  if (damage.empty() && end->consumed < framing)
    damage = "stream of " + std::to_string(end->consumed) + " bytes";
  if (!damage.empty()) {
    tree_.anomaly(record, AnomalyKind::structural, damage + at_offset(begin + end->consumed));
    return false;
  }
  if (lzip_) {
    tree_.take("magic", Kind::magic, Encoding::bytes, Effect::behaviour, kLzipMagic.size());
    tree_.take("version", Kind::version, Encoding::u8, Effect::behaviour, 1);
    tree_.take("dictionary_size", Kind::dialect, Encoding::u8, kFraming, 1, kInRange);
    data(end->consumed - framing);
    derived("crc32", Kind::checksum, Encoding::u32le, 4);
    derived("data_size", Kind::size, Encoding::u64le, 8);
    if (!old_lzip) derived("member_size", Kind::size, Encoding::u64le, 8);
  } else {
    tree_.take("properties", Kind::dialect, Encoding::u8, kFraming, 1, kInRange);
    tree_.take("dictionary_size", Kind::dialect, Encoding::u32le, kFraming, 4, kInRange);
    const bool known = little_endian(tree_.peek(8)) != kUnknownSize;
    if (known) {
      derived("uncompressed_size", Kind::size, Encoding::u64le, 8);
    } else {
      tree_.take("uncompressed_size", Kind::dialect, Encoding::bytes, kFraming, 8, kInRange);
    }
    data(end->consumed - framing);
  }
  tree_.close();
  return tree_.ok();
}

Result<Tree> Decoder::decode() {
  tree_.open("", Kind::group, Encoding::record);
  tree_.open("streams", Kind::group, Encoding::list_significant);
  std::uint64_t count = 0;
  do {
    if (!budget_.charge_members(1)) return fail(Trouble::budget, budget_.exhausted());
    const auto whole = stream(++count);
    if (!whole) return tl::unexpected(whole.error());
    if (!*whole) return tree_.finish();
  } while (lzip_ && as_text(tree_.peek(kLzipMagic.size())) == kLzipMagic);
  return finish_streams(tree_, count, "members", first_stream_, content_, context_);
}

// The dictionary that the header states, if the rest of the header is what liblzma's presets give; else 0.
std::uint64_t preset_dictionary(const Tree& tree, FieldId record) {
  const Bytes dictionary = tree.bytes(tree.child(record, "dictionary_size"));
  if (tree.format == kLzip.id) {
    const bool power = dictionary[0] < 32 && tree.bytes(tree.child(record, "version"))[0] == 1;
    return power ? std::uint64_t{1} << dictionary[0] : 0;
  }
  const bool usual = tree.bytes(tree.child(record, "properties"))[0] == kUsualProperties &&
                     little_endian(tree.bytes(tree.child(record, "uncompressed_size"))) == kUnknownSize;
  return usual ? little_endian(dictionary) : 0;
}

// The framing follows from the data and the dictionary, so that reproducing the data reproduces the stream.
std::optional<EncoderMatch> identify_encoder(const Tree& tree, EncoderSearch search, Budget& budget) {
  const auto stream = lone_stream(tree, "streams");
  if (!stream) return std::nullopt;
  const Bytes expected = tree.bytes(tree.child(stream->record, "lzma_stream"));
  const std::uint64_t dictionary = preset_dictionary(tree, stream->record);
  static constexpr std::array<std::uint32_t, 10> kLevels = {6, 9, 5, 8, 7, 4, 3, 2, 1, 0};
  std::vector<Candidate> candidates;
  for (const std::uint32_t flags : {0u, LZMA_PRESET_EXTREME}) {
    for (const std::uint32_t level : kLevels) {
      lzma_options_lzma options;
      if (lzma_lzma_preset(&options, level | flags) != 0 || options.dict_size != dictionary) continue;
      const auto run = [preset = level | flags](Bytes plain, bool finish, Follower& follower) {
        LzmaStream encoder;
        return encoder.start_raw_encoder(LZMA_FILTER_LZMA1, preset) &&
               encoder.follow(plain, finish, follower);
      };
      const std::string name = std::string(tree.format) + " -" + std::to_string(level) +
                               (flags != 0 ? "e" : "") + " (liblzma " + lzma_version_string() + ")";
      candidates.push_back({.prefix =
                                [=, plain = prefix_of(stream->plain)] {
                                  Follower follower(expected);
                                  run(plain, false, follower);
                                  return follower.prefix_match();
                                },
                            .variants = {{name, [=, plain = stream->plain] {
                                            Follower follower(expected);
                                            return run(plain, true, follower) && follower.complete();
                                          }}}});
    }
  }
  return find_encoder(candidates, stream->plain.size(), search, budget);
}

// The header has no magic: properties in range, a dictionary of 2^n or 2^n + 2^(n-1) bytes and a plausible
// size, as liblzma and file(1) demand, and a first byte of data that the range coder always leaves zero.
Bits probe_lzma(const ProbeInput& input) noexcept {
  if (input.bytes.size() <= kLzmaHeader || input.bytes[0] > 224 || input.bytes[kLzmaHeader] != 0) return 0;
  const std::uint64_t dictionary = little_endian(input.bytes.subspan(1, 4));
  const std::uint64_t size = little_endian(input.bytes.subspan(5, 8));
  bool usual = false;
  for (std::uint64_t power = 1u << 12; power <= 1u << 30; power <<= 1) {
    usual |= dictionary == power || dictionary == power + power / 2;
  }
  if (!usual || (size != kUnknownSize && size >> 38 != 0)) return 0;
  return input.bytes[0] == kUsualProperties || input.context.name.ends_with(".lzma") ? 24 : 0;
}

}  // namespace

const Format kLzma = {
    .id = "lzma",
    .spec = "The .lzma File Format, doc/lzma-file-format.txt of XZ Utils",
    .probe = probe_lzma,
    .decode = [](BlobRef blob, const Context& context,
                 Budget& budget) { return Decoder(std::move(blob), context, budget, false).decode(); },
    .encoder = identify_encoder,
};

const Format kLzip = {
    .id = "lzip",
    .spec = "lzip manual, File format",
    .probe = [](const ProbeInput& input) noexcept -> Bits {
      const bool version = input.bytes.size() > kLzipHeader && input.bytes[kLzipMagic.size()] <= 1;
      return as_text(input.bytes).starts_with(kLzipMagic) && version ? 40 : 0;
    },
    .decode = [](BlobRef blob, const Context& context,
                 Budget& budget) { return Decoder(std::move(blob), context, budget, true).decode(); },
    .encoder = identify_encoder,
};

}  // namespace unrepro
