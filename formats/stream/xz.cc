#include "formats/stream/xz.h"

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "formats/stream/lzma_stream.h"
#include "formats/stream/xz_encoder.h"

namespace unrepro {
namespace {

constexpr std::string_view kHeaderMagic{
    "\xfd"
    "7zXZ\0",
    6};
constexpr std::uint64_t kHeaderSize = LZMA_STREAM_HEADER_SIZE;
constexpr std::uint8_t kHasCompressedSize = 0x40;
constexpr std::uint8_t kHasUncompressedSize = 0x80;
constexpr std::uint32_t kMostThreads = 4;

struct BlockSizes {
  std::uint64_t unpadded;
  std::uint64_t uncompressed;
};

std::string at_offset(std::uint64_t offset) { return " at offset " + std::to_string(offset); }

// Blocks can be decoded in parallel when their headers state both sizes, as threaded encoders write them.
bool first_block_has_sizes(Bytes stream) {
  constexpr std::uint8_t kBoth = kHasCompressedSize | kHasUncompressedSize;
  return stream.size() > kHeaderSize + 1 && stream[kHeaderSize] != 0 &&
         (stream[kHeaderSize + 1] & kBoth) == kBoth;
}

lzma_ret start_decoder(LzmaStream& lzma, Bytes input) {
  // Both artifacts are decoded at the same time, so that each gets half of the processors.
  const std::uint32_t threads = std::clamp(std::thread::hardware_concurrency() / 2, 1u, kMostThreads);
  if (threads == 1 || !first_block_has_sizes(input)) {
    return lzma_stream_decoder(lzma.get(), kLzmaMemoryLimit, LZMA_TELL_UNSUPPORTED_CHECK);
  }
  lzma_mt options{};
  options.flags = LZMA_TELL_UNSUPPORTED_CHECK;
  options.threads = threads;
  options.memlimit_threading = kLzmaMemoryLimit;
  options.memlimit_stop = kLzmaMemoryLimit;
  return lzma_stream_decoder_mt(lzma.get(), &options);
}

// What the index at the end of the input says, section 4: true if it ends the first stream.
std::uint64_t stated_size(Bytes input) {
  lzma_stream_flags footer;
  if (input.size() < LZMA_STREAM_HEADER_SIZE) return 0;
  const Bytes rest = input.first(input.size() - LZMA_STREAM_HEADER_SIZE);
  if (lzma_stream_footer_decode(&footer, rest.data() + rest.size()) != LZMA_OK ||
      footer.backward_size > rest.size())
    return 0;
  lzma_index* index = nullptr;
  std::uint64_t memory = 1u << 20;
  std::size_t position = rest.size() - footer.backward_size;
  if (lzma_index_buffer_decode(&index, &memory, nullptr, rest.data(), &position, rest.size()) != LZMA_OK)
    return 0;
  const std::uint64_t size = lzma_index_uncompressed_size(index);
  lzma_index_end(index, nullptr);
  return size;
}

// Decodes the one stream at the start of `input`; liblzma verifies every checksum, size and reserved bit in
// it. Errors: those of LzmaStream::decode.
Result<StreamEnd> decode_stream(Bytes input, BlobWriter& out) {
  const std::uint64_t size = stated_size(input);
  out.expect(size);
  LzmaStream lzma(size);
  if (start_decoder(lzma, input) != LZMA_OK) return fail(Trouble::internal, "liblzma: cannot start decoding");
  return lzma.decode(input, out, "xz");
}

class XzDecoder {
 public:
  XzDecoder(BlobRef blob, const Context& context, Budget& budget)
      : tree_(std::move(blob), kXz.id, budget), context_(context), budget_(budget), content_(budget) {}

  Result<Tree> decode();

 private:
  Result<bool> stream(std::uint64_t number);
  void stream_header();
  void framing(std::uint64_t stream_length);
  std::vector<BlockSizes> read_index(Bytes index) const;
  void block(std::uint64_t number, const BlockSizes& sizes, std::uint64_t check_size);
  void block_header(std::uint64_t length);
  void filters(std::uint64_t header_end, std::uint32_t count);
  void index(std::uint64_t length, const std::vector<BlockSizes>& records);
  void footer();
  void number(std::string_view key, Kind kind, std::uint8_t flags);
  void checked(std::string_view key, Bytes covered);
  void take_derived(std::string_view key, Kind kind, Encoding encoding, std::uint64_t length) {
    tree_.take(key, kind, encoding, kFraming, length, kDerived);
  }

  TreeBuilder tree_;
  const Context& context_;
  Budget& budget_;
  BlobWriter content_;
  FieldId first_stream_ = kNoField;
};

// A variable-length integer, section 1.2, if there is one.
std::optional<std::uint64_t> variable_length(Bytes bytes, std::size_t& position) {
  lzma_vli value = 0;
  if (lzma_vli_decode(&value, nullptr, bytes.data(), &position, bytes.size()) != LZMA_OK) return std::nullopt;
  return value;
}

void XzDecoder::number(std::string_view key, Kind kind, std::uint8_t flags) {
  std::size_t length = 0;
  if (!variable_length(tree_.peek(LZMA_VLI_BYTES_MAX), length)) length = 0;
  tree_.take(key, kind, Encoding::bytes, kFraming, length, flags);
}

// A CRC-32 of bytes of the stream.
void XzDecoder::checked(std::string_view key, Bytes covered) {
  const std::uint64_t begin = tree_.position();
  const std::uint64_t stored = little_endian(tree_.take(key, Kind::checksum, Encoding::u32le, kFraming, 4));
  if (!tree_.ok()) return;
  const std::uint32_t computed = lzma_crc32(covered.data(), covered.size(), 0);
  tree_.derived(
      tree_.last(), stored == computed,
      "CRC-32 is " + std::to_string(stored) + ", computed " + std::to_string(computed) + at_offset(begin));
}

// Section 2.1.1.
void XzDecoder::stream_header() {
  tree_.open("header", Kind::group, Encoding::record);
  tree_.take("magic", Kind::magic, Encoding::bytes, Effect::behaviour, kHeaderMagic.size());
  const Bytes flags = tree_.peek(2);
  tree_.take("reserved_flags", Kind::reserved, Encoding::u8, kFraming, 1, kInRange);
  tree_.take("check_type", Kind::dialect, Encoding::u8, kFraming, 1, kInRange);
  checked("crc32", flags);
  tree_.close();
}

// The records of a valid index, section 4.
std::vector<BlockSizes> XzDecoder::read_index(Bytes index) const {
  std::vector<BlockSizes> records;
  std::size_t position = 1;
  const auto count = variable_length(index, position);
  for (std::uint64_t i = 0; count && i < *count; ++i) {
    const auto unpadded = variable_length(index, position);
    const auto uncompressed = unpadded ? variable_length(index, position) : std::nullopt;
    if (!uncompressed || !budget_.charge_members(1)) break;
    records.push_back({*unpadded, *uncompressed});
  }
  return records;
}

// Filter flags of a block header, section 3.1.5.
void XzDecoder::filters(std::uint64_t header_end, std::uint32_t count) {
  tree_.open("filters", Kind::group, Encoding::list_significant);
  for (std::uint32_t i = 1; i <= count && tree_.position() < header_end; ++i) {
    tree_.open(ordinal_key(i), Kind::group, Encoding::record);
    number("id", Kind::dialect, kInRange);
    std::size_t length = 0;
    const auto properties = variable_length(tree_.peek(LZMA_VLI_BYTES_MAX), length);
    tree_.take("properties_size", Kind::size, Encoding::bytes, kFraming, length, kDerived);
    tree_.take("properties", Kind::dialect, Encoding::bytes, kFraming, properties.value_or(0), kInRange);
    tree_.close();
  }
  tree_.close();
}

// Section 3.1.
void XzDecoder::block_header(std::uint64_t length) {
  const Bytes covered = tree_.peek(length - 4);
  const std::uint64_t end = tree_.position() + covered.size();
  tree_.open("header", Kind::group, Encoding::record);
  const std::uint8_t flags = covered.size() > 1 ? covered[1] : 0;
  take_derived("header_size", Kind::size, Encoding::u8, 1);
  tree_.take("flags", Kind::flags, Encoding::u8, kFraming, 1, kInRange);
  if ((flags & kHasCompressedSize) != 0) number("compressed_size", Kind::size, kDerived);
  if ((flags & kHasUncompressedSize) != 0) number("uncompressed_size", Kind::size, kDerived);
  filters(end, (flags & 3u) + 1);
  if (tree_.position() < end) {
    tree_.take("padding", Kind::padding, Encoding::bytes, kFraming, end - tree_.position(), kInRange);
  }
  checked("crc32", covered);
  tree_.close();
}

// Section 3. The sizes come from the index, which the decoder has checked against the blocks.
void XzDecoder::block(std::uint64_t number_of_block, const BlockSizes& sizes, std::uint64_t check_size) {
  const Bytes size_byte = tree_.peek(1);
  if (size_byte.empty()) return;
  const std::uint64_t header_length = (size_byte[0] + std::uint64_t{1}) * 4;
  if (sizes.unpadded < header_length + check_size) return;
  const std::uint64_t data = sizes.unpadded - header_length - check_size;
  tree_.open(ordinal_key(number_of_block), Kind::group, Encoding::record);
  block_header(header_length);
  tree_.take("compressed_data", Kind::stream, Encoding::bytes, kFraming, data);
  if (first_stream_ == kNoField && tree_.ok()) first_stream_ = tree_.last();
  const std::uint64_t padding = (4 - data % 4) % 4;
  if (padding > 0) tree_.take("padding", Kind::padding, Encoding::bytes, kFraming, padding, kInRange);
  if (check_size > 0) take_derived("check", Kind::checksum, Encoding::bytes, check_size);
  tree_.close();
}

void XzDecoder::index(std::uint64_t length, const std::vector<BlockSizes>& records) {
  const Bytes covered = tree_.peek(length - 4);
  const std::uint64_t end = tree_.position() + covered.size();
  tree_.open("index", Kind::group, Encoding::record);
  tree_.take("indicator", Kind::magic, Encoding::u8, kFraming, 1, kInRange);
  number("records_number", Kind::count, kDerived);
  tree_.open("records", Kind::group, Encoding::list_significant);
  for (std::uint64_t i = 1; i <= records.size() && tree_.ok(); ++i) {
    tree_.open(ordinal_key(i), Kind::group, Encoding::record);
    number("unpadded_size", Kind::size, kDerived);
    number("uncompressed_size", Kind::size, kDerived);
    tree_.close();
  }
  tree_.close();
  if (tree_.position() < end) {
    tree_.take("padding", Kind::padding, Encoding::bytes, kFraming, end - tree_.position(), kInRange);
  }
  checked("crc32", covered);
  tree_.close();
}

// Section 2.1.2.
void XzDecoder::footer() {
  tree_.open("footer", Kind::group, Encoding::record);
  checked("crc32", tree_.peek(6, 4));
  take_derived("backward_size", Kind::size, Encoding::u32le, 4);
  take_derived("stream_flags", Kind::flags, Encoding::bytes, 2);
  tree_.take("magic", Kind::magic, Encoding::bytes, Effect::behaviour, 2);
  tree_.close();
}

// The parts of a stream that was decoded successfully, so its framing is known to be consistent.
void XzDecoder::framing(std::uint64_t stream_length) {
  const Bytes stream = tree_.peek(stream_length);
  lzma_stream_flags flags{};
  if (lzma_stream_footer_decode(&flags, stream.last(kHeaderSize).data()) != LZMA_OK ||
      flags.backward_size > stream.size() - 2 * kHeaderSize) {
    return;
  }
  const std::uint64_t index_length = flags.backward_size;
  const std::vector<BlockSizes> records =
      read_index(stream.subspan(stream.size() - kHeaderSize - index_length, index_length));
  stream_header();
  tree_.open("blocks", Kind::group, Encoding::list_significant);
  for (std::uint64_t i = 0; i < records.size() && tree_.ok(); ++i) {
    block(i + 1, records[i], lzma_check_size(flags.check));
  }
  if (records.empty()) {
    // No block, hence no byte of data: a stream of nothing, for the payload to hang on.
    tree_.take("compressed_data", Kind::stream, Encoding::bytes, kFraming, 0);
    if (first_stream_ == kNoField) first_stream_ = tree_.last();
  }
  tree_.close();
  index(index_length, records);
  footer();
}

// False when the rest cannot be decoded.
Result<bool> XzDecoder::stream(std::uint64_t stream_number) {
  const FieldId record = tree_.open(ordinal_key(stream_number), Kind::member, Encoding::record);
  const std::uint64_t begin = tree_.position();
  const auto end = decode_stream(tree_.peek(tree_.remaining()), content_);
  if (!end) return tl::unexpected(end.error());
  if (!end->damage.empty()) {
    tree_.anomaly(record, AnomalyKind::structural, end->damage + at_offset(begin + end->consumed));
    return false;
  }
  framing(end->consumed);
  if (!budget_.ok()) return fail(Trouble::budget, budget_.exhausted());
  if (!tree_.ok() || tree_.position() != begin + end->consumed) {
    return fail(Trouble::internal, "xz: framing parsed to offset " + std::to_string(tree_.position()) +
                                       ", liblzma ended at " + std::to_string(begin + end->consumed));
  }
  tree_.close();
  return true;
}

Result<Tree> XzDecoder::decode() {
  tree_.open("", Kind::group, Encoding::record);
  tree_.open("streams", Kind::group, Encoding::list_significant);
  std::uint64_t count = 0;
  do {
    if (!budget_.charge_members(1)) return fail(Trouble::budget, budget_.exhausted());
    const auto whole = stream(++count);
    if (!whole) return tl::unexpected(whole.error());
    if (!*whole) return tree_.finish();
  } while (as_text(tree_.peek(kHeaderMagic.size())) == kHeaderMagic);
  // Stream padding, section 2.2, trails as well: readers that stop at the first stream never look at it.
  return finish_streams(tree_, count, "streams", first_stream_, content_, context_);
}

}  // namespace

const Format kXz = {
    .id = "xz",
    .spec = "The .xz File Format 1.1.0",
    .probe = [](const ProbeInput& input) noexcept -> Bits {
      return as_text(input.bytes).starts_with(kHeaderMagic) ? 48 : 0;
    },
    .decode = [](BlobRef blob, const Context& context,
                 Budget& budget) { return XzDecoder(std::move(blob), context, budget).decode(); },
    .encoder = identify_xz_encoder,
};

}  // namespace unrepro
