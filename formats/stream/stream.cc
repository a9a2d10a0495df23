#include "formats/stream/stream.h"

#include <array>
#include <utility>

namespace unrepro {

std::string decoded_name(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 17> kSuffixes = {{
      {".gz", ""},
      {".xz", ""},
      {".zst", ""},
      {".bz2", ""},
      {".tgz", ".tar"},
      {".taz", ".tar"},
      {".txz", ".tar"},
      {".tzst", ".tar"},
      {".tbz", ".tar"},
      {".tbz2", ".tar"},
      {".tb2", ".tar"},
      {".svgz", ".svg"},
      {".zstd", ""},
      {".lzma", ""},
      {".lz4", ""},
      {".lz", ""},
      {".tlz", ".tar"},
  }};
  for (const auto& [suffix, replacement] : kSuffixes) {
    if (name.ends_with(suffix)) {
      return std::string(name.substr(0, name.size() - suffix.size())).append(replacement);
    }
  }
  return std::string(name);
}

Payload decoded_payload(FieldId stream, BlobRef content, const Context& context) {
  return {.field = stream,
          .child = std::move(content),
          .role = context.role,
          .name = decoded_name(context.name),
          .unpacked_by_root = context.unpacked_by_root};
}

std::string ordinal_key(std::uint64_t n) { return std::to_string(n); }

void take_trailing(TreeBuilder& tree) {
  if (!tree.ok() || tree.remaining() == 0) return;
  const std::uint64_t length = tree.remaining();
  const std::uint64_t begin = tree.position();
  tree.take("trailing", Kind::trailing, Encoding::bytes, Effect::behaviour, length, kCritical);
  tree.anomaly(
      tree.last(), AnomalyKind::structural,
      std::to_string(length) + " bytes after the end of the stream at offset " + std::to_string(begin));
}

Result<Tree> finish_streams(TreeBuilder& tree, std::uint64_t count, std::string_view what,
                            FieldId first_stream, BlobWriter& content, const Context& context) {
  if (count > 1) {
    tree.anomaly(Tree::kRoot, AnomalyKind::structural,
                 "several " + std::string(what) + " (" + std::to_string(count) +
                     "), of which some readers see the first only");
  }
  tree.close();
  take_trailing(tree);
  auto plain = content.finish();
  if (!plain) return tl::unexpected(plain.error());
  if (first_stream != kNoField) tree.payload(decoded_payload(first_stream, std::move(*plain), context));
  return tree.finish();
}

std::uint64_t little_endian(Bytes bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | bytes[i];
  return value;
}

std::uint64_t big_endian(Bytes bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

}  // namespace unrepro
