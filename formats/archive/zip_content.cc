#include "formats/archive/zip_content.h"

#include <libdeflate.h>

#include <array>
#include <memory>
#include <vector>

namespace unrepro {
namespace {

// Larger content is decoded as a stream.
constexpr std::uint64_t kAtOnce = 16u << 20;

struct DecompressorDeleter {
  void operator()(libdeflate_decompressor* decompressor) const { libdeflate_free_decompressor(decompressor); }
};

// Twice as fast as zlib. Empty when the content is not of this size, or damaged.
std::optional<ZipContentCheck> inflate_at_once(Bytes compressed, std::uint64_t size) {
  static thread_local const std::unique_ptr<libdeflate_decompressor, DecompressorDeleter> decompressor(
      libdeflate_alloc_decompressor());
  if (decompressor == nullptr) return std::nullopt;
  // One byte more, so that there is somewhere to point to.
  const auto out = std::make_unique_for_overwrite<std::uint8_t[]>(size + 1);
  std::size_t consumed = 0, produced = 0;
  const libdeflate_result result = libdeflate_deflate_decompress_ex(
      decompressor.get(), compressed.data(), compressed.size(), out.get(), size, &consumed, &produced);
  if (result != LIBDEFLATE_SUCCESS) return std::nullopt;
  return ZipContentCheck{.crc = zip_crc32({out.get(), produced}), .size = produced, .consumed = consumed};
}

std::string_view codec_of(std::uint16_t method) {
  switch (method) {
    case 0:
      return "stored";
    case 8:
      return "deflate";
    case 12:
      return "bzip2";
    case 93:
      return "zstd";
    case 95:
      return "xz";
    default:
      return {};
  }
}

constexpr std::uint16_t kLzma = 14, kLzmaEndsByMarker = 2;
constexpr std::uint64_t kLzmaOwnHeader = 4, kLzmaProperties = 5;

}  // namespace

Result<ZipContent> find_zip_content(const ZipHeader& header, BlobRef compressed, Budget& budget) {
  const Bytes bytes = compressed->bytes();
  if (header.method != kLzma) return ZipContent{codec_of(header.method), std::move(compressed), 0};
  if (bytes.size() < kLzmaOwnHeader + kLzmaProperties || zip_number(bytes, 2, 2) != kLzmaProperties)
    return ZipContent{};
  const bool marker = (header.flags & kLzmaEndsByMarker) != 0;
  std::array<std::uint8_t, 8> size{};
  for (unsigned i = 0; i < size.size(); ++i)
    size[i] = static_cast<std::uint8_t>(marker ? 0xff : header.size >> (8 * i));
  BlobWriter writer(budget);
  for (const Bytes part : {bytes.subspan(kLzmaOwnHeader, kLzmaProperties), Bytes(size),
                           bytes.subspan(kLzmaOwnHeader + kLzmaProperties)}) {
    if (auto appended = writer.append(part); !appended) return tl::unexpected(appended.error());
  }
  auto stream = writer.finish();
  if (!stream) return tl::unexpected(stream.error());
  return ZipContent{"lzma", std::move(*stream), kLzmaOwnHeader};
}

Result<ZipContentCheck> check_zip_content(const ZipContent& content, std::uint64_t size, Budget& budget) {
  const std::string_view codec = content.codec;
  const Bytes bytes = content.stream->bytes();
  if (codec == "stored")
    return ZipContentCheck{.crc = zip_crc32(bytes), .size = bytes.size(), .consumed = bytes.size()};
  if (codec == "deflate" && size <= kAtOnce && size / 1040 <= bytes.size()) {
    if (!budget.charge_output(size)) return fail(Trouble::budget, budget.exhausted());
    if (const auto check = inflate_at_once(bytes, size)) return *check;
  }
  const auto tree = format_by_id(codec).decode(content.stream, {}, budget);
  if (!tree) {
    if (tree.error().trouble == Trouble::unsupported) return ZipContentCheck{.damage = tree.error().message};
    return tl::unexpected(tree.error());
  }
  ZipContentCheck check;
  if (tree->payloads.empty()) {
    check.damage = tree->anomalies.empty() ? "no content" : tree->anomalies.front().message;
    return check;
  }
  const Bytes plain = tree->payloads.front().child->bytes();
  check.crc = zip_crc32(plain);
  check.size = plain.size();
  check.consumed = bytes.size();
  if (codec != "deflate" && !tree->anomalies.empty()) check.damage = tree->anomalies.front().message;
  if (codec == "deflate") check.consumed = (*tree)[tree->payloads.front().field].length;
  return check;
}

std::uint32_t zip_crc32(Bytes bytes) { return libdeflate_crc32(0, bytes.data(), bytes.size()); }

}  // namespace unrepro
