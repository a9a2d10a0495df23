#include "formats/stream/lz4.h"

#include <lz4.h>
#include <lz4frame.h>

#include <memory>
#include <string>

#include "formats/stream/lz4_encoder.h"
#include "formats/stream/stream.h"

namespace unrepro {
namespace {

constexpr std::uint64_t kFrameMagic = 0x184d2204, kLegacyMagic = 0x184c2102, kSkippableMagic = 0x184d2a50;
// Bits of the frame descriptor's FLG byte.
enum : std::uint8_t { kDictionary = 1, kContentChecksum = 4, kContentSize = 8 };

std::string at_offset(std::uint64_t offset) { return " at offset " + std::to_string(offset); }

bool is_magic(std::uint64_t magic) {
  return magic == kFrameMagic || magic == kLegacyMagic || (magic & ~std::uint64_t{15}) == kSkippableMagic;
}

struct DctxDeleter {
  void operator()(LZ4F_dctx* context) const { LZ4F_freeDecompressionContext(context); }
};

// Decodes the frame at the start of `input`; liblz4 verifies reserved bits, checksums and the content size,
// and takes 4 MiB at most. Errors: those of BlobWriter.
Result<StreamEnd> decode_frame(Bytes input, BlobWriter& out) {
  LZ4F_dctx* made = nullptr;
  if (LZ4F_isError(LZ4F_createDecompressionContext(&made, LZ4F_VERSION)) != 0) {
    return fail(Trouble::io, "liblz4: out of memory");
  }
  const std::unique_ptr<LZ4F_dctx, DctxDeleter> context(made);
  OutputChunk chunk;
  std::uint64_t consumed = 0;
  for (;;) {
    std::size_t produced = OutputChunk::kSize, read = input.size() - consumed;
    const std::size_t status =
        LZ4F_decompress(context.get(), chunk.data(), &produced, input.data() + consumed, &read, nullptr);
    if (LZ4F_isError(status) != 0)
      return StreamEnd{.damage = LZ4F_getErrorName(status), .consumed = consumed};
    consumed += read;
    if (auto appended = out.append(chunk.filled(produced)); !appended)
      return tl::unexpected(appended.error());
    if (status == 0) return StreamEnd{.consumed = consumed};
    if (produced == 0 && read == 0) return StreamEnd{.damage = "lz4 frame ends early", .consumed = consumed};
  }
}

// A legacy frame has no end mark: it ends with the input or where another frame's magic stands.
Result<StreamEnd> decode_legacy_frame(Bytes input, BlobWriter& out) {
  const auto block = std::make_unique_for_overwrite<char[]>(kLz4LegacyBlock);
  std::uint64_t at = 4, previous = kLz4LegacyBlock;
  while (at < input.size()) {
    const auto damaged = [&](std::string_view what) { return StreamEnd{std::string(what), at}; };
    if (input.size() - at < 4) return damaged("lz4 frame ends early");
    const std::uint64_t size = little_endian(input.subspan(at, 4));
    if (is_magic(size)) break;
    if (previous < kLz4LegacyBlock) return damaged("a block follows one that is not full");
    if (size > static_cast<std::uint64_t>(LZ4_COMPRESSBOUND(kLz4LegacyBlock)))
      return damaged("block too large");
    if (size > input.size() - at - 4) return damaged("lz4 frame ends early");
    const int produced =
        LZ4_decompress_safe(reinterpret_cast<const char*>(input.data() + at + 4), block.get(),
                            static_cast<int>(size), static_cast<int>(kLz4LegacyBlock));
    if (produced < 0) return damaged("corrupt lz4 block");
    previous = static_cast<std::uint64_t>(produced);
    if (auto appended = out.append(as_bytes({block.get(), previous})); !appended) {
      return tl::unexpected(appended.error());
    }
    at += 4 + size;
  }
  return StreamEnd{.consumed = at};
}

class Lz4Decoder {
 public:
  Lz4Decoder(BlobRef blob, const Context& context, Budget& budget)
      : tree_(std::move(blob), kLz4.id, budget), context_(context), budget_(budget), content_(budget) {}

  Result<Tree> decode();

 private:
  Result<bool> frame(std::uint64_t magic);
  bool skippable_frame();
  void claim(std::uint64_t length);
  void blocks(std::uint64_t length) {
    tree_.take("blocks", Kind::stream, Encoding::bytes, kFraming, length);
    if (first_stream_ == kNoField) first_stream_ = tree_.last();
  }

  TreeBuilder tree_;
  const Context& context_;
  Budget& budget_;
  BlobWriter content_;
  FieldId record_ = kNoField;
  FieldId first_stream_ = kNoField;
};

// The parts of a frame that was decoded successfully.
void Lz4Decoder::claim(std::uint64_t length) {
  const std::uint64_t end = tree_.position() + length;
  tree_.take("magic", Kind::magic, Encoding::u32le, Effect::behaviour, 4);
  tree_.open("frame_descriptor", Kind::group, Encoding::record);
  const Bytes flags = tree_.take("flg", Kind::dialect, Encoding::u8, kFraming, 1, kInRange);
  tree_.take("bd", Kind::dialect, Encoding::u8, kFraming, 1, kInRange);
  if ((flags[0] & kContentSize) != 0) {
    tree_.take("content_size", Kind::size, Encoding::u64le, kFraming, 8, kDerived);
  }
  tree_.take("header_checksum", Kind::checksum, Encoding::u8, kFraming, 1, kDerived);
  tree_.close();
  const bool checksum = (flags[0] & kContentChecksum) != 0;
  blocks(end - tree_.position() - (checksum ? 4 : 0));
  if (checksum) tree_.take("content_checksum", Kind::checksum, Encoding::u32le, kFraming, 4, kDerived);
}

// False when the rest cannot be decoded.
Result<bool> Lz4Decoder::frame(std::uint64_t magic) {
  const std::uint64_t begin = tree_.position();
  const Bytes rest = tree_.peek(tree_.remaining());
  const bool legacy = magic == kLegacyMagic;
  if (!legacy && rest.size() > 4 && (rest[4] & kDictionary) != 0) {
    return fail(Trouble::unsupported, "lz4: the frame" + at_offset(begin) + " needs a dictionary");
  }
  const auto end = legacy ? decode_legacy_frame(rest, content_) : decode_frame(rest, content_);
  if (!end) return tl::unexpected(end.error());
  if (!end->damage.empty()) {
    tree_.anomaly(record_, AnomalyKind::structural, end->damage + at_offset(begin + end->consumed));
    return false;
  }
  if (legacy) {
    tree_.take("magic", Kind::magic, Encoding::u32le, Effect::behaviour, 4);
    blocks(end->consumed - 4);
  } else {
    claim(end->consumed);
  }
  return tree_.ok();
}

// Readers skip it, which makes it a place to hide data.
bool Lz4Decoder::skippable_frame() {
  tree_.anomaly(record_, AnomalyKind::structural, "skippable frame" + at_offset(tree_.position()));
  tree_.take("magic", Kind::magic, Encoding::u32le, Effect::behaviour, 4);
  const Bytes size = tree_.take("frame_size", Kind::size, Encoding::u32le, Effect::behaviour, 4);
  if (!tree_.ok()) return false;
  tree_.take("user_data", Kind::opaque, Encoding::bytes, Effect::behaviour, little_endian(size), kCritical);
  return tree_.ok();
}

Result<Tree> Lz4Decoder::decode() {
  tree_.open("", Kind::group, Encoding::record);
  tree_.open("frames", Kind::group, Encoding::list_significant);
  std::uint64_t count = 0;
  for (;;) {
    const Bytes head = tree_.peek(4);
    const std::uint64_t magic = little_endian(head);
    if (head.size() < 4 || !is_magic(magic)) break;
    if (!budget_.charge_members(1)) return fail(Trouble::budget, budget_.exhausted());
    record_ = tree_.open(ordinal_key(++count), Kind::member, Encoding::record);
    const bool skippable = magic != kFrameMagic && magic != kLegacyMagic;
    const Result<bool> whole = skippable ? Result<bool>(skippable_frame()) : frame(magic);
    if (!whole) return tl::unexpected(whole.error());
    if (!*whole) return tree_.finish();
    tree_.close();
  }
  return finish_streams(tree_, count, "frames", first_stream_, content_, context_);
}

// Skippable frames come before frames of zstd as well: that decoder takes what begins with one.
Bits probe_lz4(const ProbeInput& input) noexcept {
  if (input.bytes.size() < 4) return 0;
  const std::uint64_t magic = little_endian(input.bytes.first(4));
  return magic == kFrameMagic || magic == kLegacyMagic ? 32 : 0;
}

}  // namespace

const Format kLz4 = {
    .id = "lz4",
    .spec = "LZ4 Frame Format 1.6.2",
    .probe = probe_lz4,
    .decode = [](BlobRef blob, const Context& context,
                 Budget& budget) { return Lz4Decoder(std::move(blob), context, budget).decode(); },
    .encoder = identify_lz4_encoder,
};

}  // namespace unrepro
