// The checker of layout proofs on its own: a certificate and two images from the input, numbers of one byte.
// What it accepts must be what it says: every byte outside of references and edits is on the other side,
// every region is covered, and the pair the other way round is accepted as well.

#include <algorithm>
#include <cstdint>
#include <string>

#include "analyzer/layout/check.h"
#include "analyzer/layout/locate.h"
#include "analyzer/layout/propose.h"
#include "tests/fuzz/require.h"

namespace unrepro {
namespace {

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  std::uint8_t byte() { return at_ < size_ ? data_[at_++] : 0; }
  std::uint64_t place() { return byte() * 4u + (byte() & 3u); }
  Bytes bytes(std::size_t length) {
    length = std::min(length, size_ - at_);
    at_ += length;
    return {data_ + at_ - length, length};
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_, at_ = 0;
};

// As read_image() promises: ascending and without overlap.
Image read(Input& input) {
  Image image;
  image.frame = {"frame"};
  std::uint64_t end = 0;
  for (int count = input.byte() % 4; count > 0; --count) {
    ImageRegion region{.label = "region" + std::to_string(image.regions.size())};
    const std::uint8_t flags = input.byte();
    region.address = end + input.byte();
    region.bytes = input.bytes(input.byte());
    region.size = region.bytes.size();
    region.executable = (flags & 1) != 0;
    region.writable = (flags & 2) != 0;
    if ((flags & 12) == 12) region.content = ImageRegion::Content::zero;
    if ((flags & 12) == 8) region.content = ImageRegion::Content::elsewhere;
    if (region.content != ImageRegion::Content::bytes) region.bytes = {};
    end = region.address + region.size;
    if (region.size > 0) image.regions.push_back(region);
  }
  std::uint64_t at = 0;
  for (int count = input.byte() % 16; count > 0; --count) {
    ImageReference reference{.at = at + input.byte(), .target = input.place(), .base = input.byte()};
    const std::uint8_t flags = input.byte();
    reference.width = static_cast<std::uint8_t>(1u << (flags & 3));
    reference.origin = static_cast<ImageReference::Origin>((flags >> 2) % 3);
    reference.align = static_cast<std::uint8_t>(1u << (flags >> 6));
    if ((flags & 32) != 0) reference.region = input.byte() % 4;
    if (reference.width == 4 && (flags & 16) == 0) {
      const std::uint8_t form = input.byte();
      reference.form = static_cast<ImageReference::Form>(form % 8);
      reference.shift = form >> 6;
    }
    at = reference.at + reference.width;
    image.references.push_back(reference);
    image.anchors.push_back(reference.target);
    if ((flags & 16) != 0) image.taken.push_back(reference.target);
  }
  for (int count = input.byte() % 8; count > 0; --count) image.anchors.push_back(input.place());
  for (int count = input.byte() % 8; count > 0; --count) {
    const std::uint64_t begin = input.place();
    image.extents.push_back({begin, begin + input.byte(), (input.byte() & 1) != 0});
  }
  if ((input.byte() & 1) != 0) image.tables.push_back(input.place());
  if ((input.byte() & 1) != 0) image.names.push_back({"entry", input.place()});
  if ((input.byte() & 1) != 0) image.labels.push_back({"label", input.place(), 0});
  for (auto* places : {&image.anchors, &image.taken}) {
    std::sort(places->begin(), places->end());
    places->erase(std::unique(places->begin(), places->end()), places->end());
  }
  std::sort(image.extents.begin(), image.extents.end(),
            [](const ImageExtent& a, const ImageExtent& b) { return a.begin < b.begin; });
  return image;
}

bool is_reference(const Image& image, std::uint64_t at) {
  return std::any_of(image.references.begin(), image.references.end(),
                     [&](const ImageReference& r) { return at - r.at < r.width; });
}

// What holds of every accepted certificate, one byte at a time.
void require_image_of(const Image& left, const Image& right, const layout::Certificate& certificate) {
  for (std::size_t i = 0; i < left.regions.size(); ++i) {
    const ImageRegion& a = left.regions[i];
    const ImageRegion& b = right.regions[i];
    for (std::uint64_t at = 0; at < a.bytes.size(); ++at) {
      const std::uint64_t address = a.address + at;
      const auto piece = std::find_if(certificate.pieces.begin(), certificate.pieces.end(),
                                      [&](const auto& p) { return address - p.left < p.left_size; });
      if (piece == certificate.pieces.end()) {
        FUZZ_REQUIRE(a.bytes[at] == 0 && !a.executable);
      } else if (piece->edit) {
        FUZZ_REQUIRE(!a.executable && !a.writable);
      } else {
        const std::uint64_t there = address - piece->left + piece->right - b.address;
        FUZZ_REQUIRE(there < b.bytes.size());
        FUZZ_REQUIRE(is_reference(left, address) || a.bytes[at] == b.bytes[there]);
      }
    }
  }
}

void try_certificate(const Image& left, const Image& right, const layout::Certificate& certificate) {
  layout::locate(left, right, certificate);
  if (layout::check(left, right, certificate)) return;
  require_image_of(left, right, certificate);
  layout::Certificate inverse;
  for (const layout::Piece& p : certificate.pieces)
    inverse.pieces.push_back({p.right, p.left, p.right_size, p.left_size, p.edit});
  FUZZ_REQUIRE(!layout::check(right, left, inverse));
  FUZZ_REQUIRE(layout::labels_follow(left, right, certificate) ==
               layout::labels_follow(right, left, inverse));
}

}  // namespace
}  // namespace unrepro

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace unrepro;
  Input input(data, size);
  layout::Certificate certificate;
  const std::uint8_t count = input.byte() % 16;
  for (int i = 0; i < count; ++i) {
    layout::Piece piece{.left = input.place(), .right = input.place(), .left_size = input.byte()};
    const std::uint8_t flags = input.byte();
    piece.right_size = (flags & 2) != 0 ? input.byte() : piece.left_size;
    piece.edit = (flags & 1) != 0;
    certificate.pieces.push_back(piece);
  }
  std::sort(certificate.pieces.begin(), certificate.pieces.end(),
            [](const auto& a, const auto& b) { return a.left < b.left; });
  const Image left = read(input), right = read(input);
  try_certificate(left, right, certificate);
  const bool comparable = left.regions.size() == right.regions.size();
  if (comparable) try_certificate(left, right, layout::propose(left, right));
  return 0;
}
