#include "formats/stream/bzip2.h"

#include <algorithm>
#include <limits>
#include <string>

#include "formats/stream/bzip2_encoder.h"
#include "formats/stream/bzip2_stream.h"
#include "formats/stream/stream.h"

namespace unrepro {
namespace {

// The format has no document; these are the magic numbers every implementation agrees on.
constexpr std::uint64_t kEndMagic = 0x177245385090;
constexpr std::uint64_t kMagicMask = 0xffffffffffff;
constexpr std::uint64_t kSmallestStream = 14;

std::string at_offset(std::uint64_t offset) { return " at offset " + std::to_string(offset); }

bool has_header(Bytes bytes) {
  return as_text(bytes).starts_with("BZh") && bytes.size() >= 4 && bytes[3] >= '1' && bytes[3] <= '9';
}

// Decodes the stream at the start of `input`; libbz2 verifies the checksums of blocks and stream.
// Errors: those of BlobWriter.
Result<StreamEnd> decode_stream(Bytes input, BlobWriter& out) {
  Bzip2Stream bunzip(BZ2_bzDecompressEnd);
  if (!bunzip.started(BZ2_bzDecompressInit(bunzip.get(), 0, 0)))
    return fail(Trouble::io, "libbz2: cannot start decoding");
  OutputChunk chunk;
  std::uint64_t fed = 0;
  for (;;) {
    if (bunzip->avail_in == 0 && fed < input.size()) {
      const std::uint64_t more =
          std::min<std::uint64_t>(input.size() - fed, std::numeric_limits<unsigned>::max() / 2);
      // libbz2's interface lacks the const.
      bunzip->next_in = reinterpret_cast<char*>(const_cast<std::uint8_t*>(input.data() + fed));
      bunzip->avail_in = static_cast<unsigned>(more);
      fed += more;
    }
    bunzip->next_out = reinterpret_cast<char*>(chunk.data());
    bunzip->avail_out = OutputChunk::kSize;
    const int status = BZ2_bzDecompress(bunzip.get());
    const std::size_t produced = OutputChunk::kSize - bunzip->avail_out;
    if (auto appended = out.append(chunk.filled(produced)); !appended)
      return tl::unexpected(appended.error());
    const std::uint64_t consumed = fed - bunzip->avail_in;
    if (status == BZ_STREAM_END) return StreamEnd{.consumed = consumed};
    if (status == BZ_MEM_ERROR) return fail(Trouble::io, "libbz2: out of memory");
    if (status != BZ_OK) return StreamEnd{.damage = "corrupt bzip2 stream", .consumed = consumed};
    if (bunzip->avail_in == 0 && fed == input.size() && bunzip->avail_out > 0) {
      return StreamEnd{.damage = "bzip2 stream ends early", .consumed = consumed};
    }
  }
}

// The bits of the last byte behind the stream's checksum, which no reader looks at; encoders write zeros. The
// end is found by the magic number 80 bits before it.
std::uint8_t leftover_bits(Bytes stream) {
  if (stream.size() < kSmallestStream) return 0;
  const Bytes tail = stream.last(11);
  for (unsigned unused = 0; unused < 8; ++unused) {
    // The magic number's 48 bits begin 80 + unused bits before the end, thus 8 - unused bits into the tail.
    std::uint64_t window = 0;
    for (const std::uint8_t byte : tail.first(7)) window = window << 8 | byte;
    if ((window >> unused & kMagicMask) == kEndMagic) {
      return static_cast<std::uint8_t>(stream.back() & ((1u << unused) - 1));
    }
  }
  return 0;
}

class Bzip2Decoder {
 public:
  Bzip2Decoder(BlobRef blob, const Context& context, Budget& budget)
      : tree_(std::move(blob), kBzip2.id, budget), context_(context), budget_(budget), content_(budget) {}

  Result<Tree> decode();

 private:
  Result<bool> stream(std::uint64_t number);

  TreeBuilder tree_;
  const Context& context_;
  Budget& budget_;
  BlobWriter content_;
  FieldId first_stream_ = kNoField;
};

// False when the rest cannot be decoded.
Result<bool> Bzip2Decoder::stream(std::uint64_t number) {
  const FieldId record = tree_.open(ordinal_key(number), Kind::member, Encoding::record);
  const std::uint64_t begin = tree_.position();
  const Bytes rest = tree_.peek(tree_.remaining());
  const auto end = decode_stream(rest, content_);
  if (!end) return tl::unexpected(end.error());
  if (!end->damage.empty()) {
    tree_.anomaly(record, AnomalyKind::structural, end->damage + at_offset(begin + end->consumed));
    return false;
  }
  tree_.take("magic", Kind::magic, Encoding::bytes, Effect::behaviour, 3);
  tree_.take("level", Kind::dialect, Encoding::decimal, kFraming, 1, kInRange);
  tree_.take("blocks", Kind::stream, Encoding::bytes, kFraming, end->consumed - 4);
  if (first_stream_ == kNoField) first_stream_ = tree_.last();
  if (const std::uint8_t bits = leftover_bits(rest.first(end->consumed)); bits != 0) {
    tree_.anomaly(tree_.last(), AnomalyKind::structural,
                  "bits behind the end of the stream are " + std::to_string(bits) + ", not zero" +
                      at_offset(tree_.position() - 1));
  }
  tree_.close();
  return tree_.ok();
}

Result<Tree> Bzip2Decoder::decode() {
  tree_.open("", Kind::group, Encoding::record);
  tree_.open("streams", Kind::group, Encoding::list_significant);
  std::uint64_t count = 0;
  do {
    if (!budget_.charge_members(1)) return fail(Trouble::budget, budget_.exhausted());
    const auto whole = stream(++count);
    if (!whole) return tl::unexpected(whole.error());
    if (!*whole) return tree_.finish();
  } while (has_header(tree_.peek(4)));
  return finish_streams(tree_, count, "streams", first_stream_, content_, context_);
}

}  // namespace

const Format kBzip2 = {
    .id = "bzip2",
    .spec = "bzip2 1.0 as implemented by libbz2; the format has no document of its own",
    .probe = [](const ProbeInput& input) noexcept -> Bits { return has_header(input.bytes) ? 27 : 0; },
    .decode = [](BlobRef blob, const Context& context,
                 Budget& budget) { return Bzip2Decoder(std::move(blob), context, budget).decode(); },
    .encoder = identify_bzip2_encoder,
};

}  // namespace unrepro
