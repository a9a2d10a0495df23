// One decoder under any bytes: probing, decoding, the tree's invariants, every leaf view, every value.
// The whole input is the blob.

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>

#include "formats/format.h"
#include "formats/image.h"
#include "formats/value.h"
#include "tests/fuzz/format_name.h"
#include "tests/fuzz/require.h"

namespace unrepro {
namespace {

// Searching an encoder costs a hundred times what decoding does: a fuzzer does it for one input in 64.
bool wants_encoder([[maybe_unused]] Bytes input) {
#ifdef UNREPRO_FUZZ_REPLAY
  return true;
#else
  return std::accumulate(input.begin(), input.end(), 0u) % 64 == 0;
#endif
}

// A view must tile its leaf front to back.
void walk_view(const Format& format, const Tree& tree, FieldId leaf, ViewKind kind) {
  const auto view = format.view(tree, leaf, kind);
  if (!view) return;
  std::uint64_t end = 0;
  Span span;
  while (view->next(span)) {
    FUZZ_REQUIRE(span.begin == end);
    FUZZ_REQUIRE(span.length > 0 && span.length <= tree[leaf].length - end);
    end += span.length;
  }
  FUZZ_REQUIRE(end == tree[leaf].length);
}

// Rows lie in their leaf; there are no more of them than a table has bytes.
void walk_rows(const Format& format, const Tree& tree, FieldId leaf) {
  const auto view = format.rows(tree, leaf);
  FUZZ_REQUIRE(view != nullptr);
  std::uint64_t count = 0;
  for (Row row; view->next(row); ++count) {
    FUZZ_REQUIRE(row.span.begin <= tree[leaf].length);
    FUZZ_REQUIRE(row.span.length <= tree[leaf].length - row.span.begin);
    if (row.span.length == 0) --count;  // of a compressed table
  }
  FUZZ_REQUIRE(count <= tree[leaf].length);
}

void walk(const Format& format, const Tree& tree, Budget& budget) {
  FUZZ_REQUIRE(tree.check_tiling().empty());
  const auto fields = static_cast<FieldId>(tree.size());
  for (FieldId id = 0; id < fields; ++id) {
    FUZZ_REQUIRE(tree.bytes(id).size() == tree[id].length);
    if (tree[id].inner()) continue;
    FUZZ_REQUIRE(describe(tree, id, 64).size() < 4096);
    if (tree[id].encoding == Encoding::rows) walk_rows(format, tree, id);
    if (!format.view) continue;
    walk_view(format, tree, id, ViewKind::lines);
    walk_view(format, tree, id, ViewKind::tokens);
  }
  FieldId previous = 0;
  for (const Payload& payload : tree.payloads) {
    FUZZ_REQUIRE(payload.field < fields && payload.field >= previous);
    previous = payload.field;
  }
  for (const Derivation& derivation : tree.derivations) FUZZ_REQUIRE(derivation.field < fields);
  for (const Anomaly& anomaly : tree.anomalies) {
    FUZZ_REQUIRE(anomaly.field < fields || anomaly.field == kNoField);
    FUZZ_REQUIRE(!anomaly.message.empty());
  }
  if (format.encoder && wants_encoder(tree.blob()->bytes())) (void)format.encoder(tree, {}, budget);
}

// What an image promises that is understood.
void walk_image(const Image& image) {
  if (!image.refusal.empty()) return;
  std::uint64_t end = 0;
  for (const ImageRegion& region : image.regions) {
    FUZZ_REQUIRE(region.address >= end && region.address + region.size >= region.address);
    FUZZ_REQUIRE(region.bytes.empty() || region.bytes.size() == region.size);
    end = region.address + region.size;
  }
  end = 0;
  for (const ImageReference& reference : image.references) {
    FUZZ_REQUIRE(reference.at >= end);
    end = reference.at + reference.width;
  }
  FUZZ_REQUIRE(std::is_sorted(image.anchors.begin(), image.anchors.end()));
  FUZZ_REQUIRE(std::ranges::is_sorted(image.extents, {}, &ImageExtent::begin));
  FUZZ_REQUIRE(std::ranges::is_sorted(image.things, {}, &ImageThing::begin));
}

void decode(const Format& format, const BlobRef& blob, const Context& context) {
  (void)format.probe({blob->bytes(), context});
  Budget budget{
      Limits{.output_bytes = 8u << 20, .members = 4096, .nodes = 200'000, .wall = std::chrono::seconds{60}}};
  const auto tree = format.decode(blob, context, budget);
  if (tree) {
    walk(format, *tree, budget);
    if (const auto image = read_image(*tree)) walk_image(*image);
  } else {
    // An allocator under pressure aside, bytes alone may exhaust the budget or be unsupported, nothing worse.
    FUZZ_REQUIRE(tree.error().trouble == Trouble::budget || tree.error().trouble == Trouble::unsupported);
  }
}

}  // namespace
}  // namespace unrepro

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace unrepro;
  const Format& format = format_by_id(kFuzzFormat);
  FUZZ_REQUIRE(format.id == kFuzzFormat);
  const BlobRef blob = blob_from_string({reinterpret_cast<const char*>(data), size});
  decode(format, blob, {.name = "input"});
  decode(format, blob, {.name = "control.tar", .role = "deb.control", .unpacked_by_root = true});
  return 0;
}
