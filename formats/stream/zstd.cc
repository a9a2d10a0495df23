#include "formats/stream/zstd.h"

#include <zstd.h>
#include <zstd_errors.h>

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "formats/stream/stream.h"
#include "formats/stream/zstd_encoder.h"

namespace unrepro {
namespace {

constexpr std::string_view kFrameMagic = "\x28\xb5\x2f\xfd";
// Bits of the frame header descriptor, RFC 8878 section 3.1.1.1.1.
enum : std::uint8_t { kChecksum = 4, kReservedBit = 8, kUnusedBit = 16, kSingleSegment = 32 };
constexpr int kWindowLogMax = 26;
constexpr std::uint64_t kWindowLimit = std::uint64_t{1} << kWindowLogMax;
constexpr std::uint64_t kBlockHeader = 3;

struct DctxDeleter {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};
using Dctx = std::unique_ptr<ZSTD_DCtx, DctxDeleter>;

std::string at_offset(std::uint64_t offset) { return " at offset " + std::to_string(offset); }

bool is_skippable(Bytes head) {
  return head.size() >= 4 && (head[0] & 0xf0) == 0x50 && head[1] == 0x2a && head[2] == 0x4d &&
         head[3] == 0x18;
}

// Where the parts of a frame lie, relative to its start.
struct FrameLayout {
  std::uint8_t descriptor = 0;
  std::uint64_t window_length = 0;  // of the field: 0 or 1
  std::uint64_t dictionary_length = 0;
  std::uint64_t content_size_length = 0;
  std::uint64_t window = 0;  // bytes of window the decoder needs
  std::uint64_t dictionary = 0;
  std::uint64_t blocks_length = 0;
  bool has_checksum = false;
  std::uint64_t header_length() const { return 5 + window_length + dictionary_length + content_size_length; }
  std::uint64_t length() const { return header_length() + blocks_length + (has_checksum ? 4 : 0); }
};

// Reads the header and steps from block to block. Empty when the frame ends early or has a reserved block
// type.
std::optional<FrameLayout> frame_layout(Bytes frame) {
  static constexpr std::array<std::uint64_t, 4> kDictionaryLengths = {0, 1, 2, 4};
  static constexpr std::array<std::uint64_t, 4> kContentSizeLengths = {0, 2, 4, 8};
  if (frame.size() < 6) return std::nullopt;
  FrameLayout layout;
  layout.descriptor = frame[4];
  const bool single = (layout.descriptor & kSingleSegment) != 0;
  layout.has_checksum = (layout.descriptor & kChecksum) != 0;
  layout.window_length = single ? 0 : 1;
  layout.dictionary_length = kDictionaryLengths[layout.descriptor & 3];
  layout.content_size_length = kContentSizeLengths[layout.descriptor >> 6];
  if (single && layout.content_size_length == 0) layout.content_size_length = 1;
  if (frame.size() < layout.header_length()) return std::nullopt;
  const std::uint64_t after_window = 5 + layout.window_length;
  layout.dictionary = little_endian(frame.subspan(after_window, layout.dictionary_length));
  if (single) {
    layout.window =
        little_endian(frame.subspan(after_window + layout.dictionary_length, layout.content_size_length));
    if (layout.content_size_length == 2) layout.window += 256;
  } else {
    const std::uint64_t base = std::uint64_t{1} << (10 + (frame[5] >> 3));
    layout.window = base + base / 8 * (frame[5] & 7);
  }
  for (std::uint64_t at = layout.header_length();;) {
    if (frame.size() - at < kBlockHeader) return std::nullopt;
    const std::uint64_t header = little_endian(frame.subspan(at, kBlockHeader));
    const std::uint64_t type = header >> 1 & 3;
    if (type == 3) return std::nullopt;
    const std::uint64_t stored = type == 1 ? 1 : header >> 3;
    at += kBlockHeader;
    if (stored > frame.size() - at) return std::nullopt;
    at += stored;
    if ((header & 1) != 0) {
      layout.blocks_length = at - layout.header_length();
      break;
    }
  }
  if (frame.size() < layout.length()) return std::nullopt;
  return layout;
}

class ZstdDecoder {
 public:
  ZstdDecoder(BlobRef blob, const Context& context, Budget& budget)
      : tree_(std::move(blob), kZstd.id, budget), context_(context), budget_(budget), content_(budget) {}

  Result<Tree> decode();

 private:
  Result<bool> frame();
  bool skippable_frame();
  Result<StreamEnd> decompress(Bytes frame);
  void claim(const FrameLayout& layout);

  TreeBuilder tree_;
  const Context& context_;
  Budget& budget_;
  BlobWriter content_;
  Dctx dctx_;
  FieldId record_ = kNoField;
  FieldId first_stream_ = kNoField;
};

Result<StreamEnd> ZstdDecoder::decompress(Bytes frame) {
  if (dctx_ == nullptr) {
    dctx_.reset(ZSTD_createDCtx());
    if (dctx_ == nullptr) return fail(Trouble::io, "libzstd: out of memory");
    ZSTD_DCtx_setParameter(dctx_.get(), ZSTD_d_windowLogMax, kWindowLogMax);
  }
  ZSTD_DCtx_reset(dctx_.get(), ZSTD_reset_session_only);
  OutputChunk chunk;
  ZSTD_inBuffer input{frame.data(), frame.size(), 0};
  for (;;) {
    ZSTD_outBuffer output{chunk.data(), OutputChunk::kSize, 0};
    const std::size_t before = input.pos;
    const std::size_t status = ZSTD_decompressStream(dctx_.get(), &output, &input);
    if (ZSTD_isError(status) != 0) {
      if (ZSTD_getErrorCode(status) == ZSTD_error_memory_allocation) {
        return fail(Trouble::io, "libzstd: out of memory");
      }
      return StreamEnd{.damage = ZSTD_getErrorName(status), .consumed = input.pos};
    }
    if (auto appended = content_.append(chunk.filled(output.pos)); !appended) {
      return tl::unexpected(appended.error());
    }
    if (status == 0) return StreamEnd{.consumed = input.pos};
    if (output.pos == 0 && input.pos == before) {
      return StreamEnd{.damage = "frame ends early", .consumed = input.pos};
    }
  }
}

void ZstdDecoder::claim(const FrameLayout& layout) {
  tree_.take("magic", Kind::magic, Encoding::u32le, Effect::behaviour, 4);
  const bool unused = (layout.descriptor & kUnusedBit) != 0;
  tree_.take("frame_header_descriptor", Kind::flags, Encoding::u8, kFraming, 1,
             unused ? std::uint8_t{0} : static_cast<std::uint8_t>(kInRange));
  if (unused) {
    tree_.anomaly(tree_.last(), AnomalyKind::structural,
                  "the unused bit of the frame header is set" + at_offset(tree_.position() - 1));
  }
  if (layout.window_length > 0) {
    tree_.take("window_descriptor", Kind::dialect, Encoding::u8, kFraming, 1, kInRange);
  }
  if (layout.dictionary_length > 0) {
    tree_.take("dictionary_id", Kind::identifier, Encoding::bytes, Effect::behaviour,
               layout.dictionary_length);
    tree_.anomaly(
        tree_.last(), AnomalyKind::structural,
        "dictionary number 0 is spelled out" + at_offset(tree_.position() - layout.dictionary_length));
  }
  if (layout.content_size_length > 0) {
    tree_.take("frame_content_size", Kind::size, Encoding::bytes, kFraming, layout.content_size_length,
               kDerived);
  }
  tree_.take("blocks", Kind::stream, Encoding::bytes, kFraming, layout.blocks_length);
  if (first_stream_ == kNoField) first_stream_ = tree_.last();
  if (layout.has_checksum) {
    tree_.take("content_checksum", Kind::checksum, Encoding::u32le, kFraming, 4, kDerived);
  }
}

// False when the rest cannot be decoded.
Result<bool> ZstdDecoder::frame() {
  const std::uint64_t begin = tree_.position();
  const auto damaged = [&](const std::string& message, std::uint64_t offset) {
    tree_.anomaly(record_, AnomalyKind::structural, message + at_offset(begin + offset));
    return false;
  };
  const Bytes rest = tree_.peek(tree_.remaining());
  const auto layout = frame_layout(rest);
  if (!layout) return damaged("frame ends early or has a reserved block type", 0);
  if ((layout->descriptor & kReservedBit) != 0)
    return damaged("the reserved bit of the frame header is set", 4);
  if (layout->dictionary != 0) {
    return fail(Trouble::unsupported, "zstd: needs dictionary number " + std::to_string(layout->dictionary));
  }
  if (layout->window > kWindowLimit) {
    return fail(Trouble::unsupported, "zstd: needs a window of " + std::to_string(layout->window) +
                                          " bytes, the limit is " + std::to_string(kWindowLimit));
  }
  const auto end = decompress(rest.first(layout->length()));
  if (!end) return tl::unexpected(end.error());
  if (!end->damage.empty()) return damaged(end->damage, end->consumed);
  if (end->consumed != layout->length()) {
    return fail(Trouble::internal, "zstd: frame of " + std::to_string(layout->length()) +
                                       " bytes, libzstd read " + std::to_string(end->consumed));
  }
  claim(*layout);
  return true;
}

// Section 3.1.2. Readers skip it, which makes it a place to hide data.
bool ZstdDecoder::skippable_frame() {
  const std::uint64_t begin = tree_.position();
  tree_.anomaly(record_, AnomalyKind::structural, "skippable frame" + at_offset(begin));
  tree_.take("magic", Kind::magic, Encoding::u32le, Effect::behaviour, 4);
  const Bytes size = tree_.take("frame_size", Kind::size, Encoding::u32le, Effect::behaviour, 4);
  if (!tree_.ok()) return false;
  tree_.take("user_data", Kind::opaque, Encoding::bytes, Effect::behaviour, little_endian(size), kCritical);
  return tree_.ok();
}

Result<Tree> ZstdDecoder::decode() {
  tree_.open("", Kind::group, Encoding::record);
  tree_.open("frames", Kind::group, Encoding::list_significant);
  std::uint64_t count = 0;
  for (;;) {
    const Bytes head = tree_.peek(4);
    const bool skippable = is_skippable(head);
    if (!skippable && as_text(head) != kFrameMagic) break;
    if (!budget_.charge_members(1)) return fail(Trouble::budget, budget_.exhausted());
    record_ = tree_.open(ordinal_key(++count), Kind::member, Encoding::record);
    const Result<bool> whole = skippable ? Result<bool>(skippable_frame()) : frame();
    if (!whole) return tl::unexpected(whole.error());
    if (!*whole) return tree_.finish();
    tree_.close();
  }
  return finish_streams(tree_, count, "frames", first_stream_, content_, context_);
}

Bits probe_zstd(const ProbeInput& input) noexcept {
  const Bytes head = input.bytes.first(std::min<std::size_t>(input.bytes.size(), 4));
  if (as_text(head) == kFrameMagic) return 32;
  return is_skippable(head) ? 28 : 0;
}

}  // namespace

const Format kZstd = {
    .id = "zstd",
    .spec = "RFC 8878 (Zstandard)",
    .probe = probe_zstd,
    .decode = [](BlobRef blob, const Context& context,
                 Budget& budget) { return ZstdDecoder(std::move(blob), context, budget).decode(); },
    .encoder = identify_zstd_encoder,
};

}  // namespace unrepro
