#pragma once
// What a program looks like once it is loaded: regions of memory and the references between them. The ground
// on which analyzer/layout proves that one image is another one with its contents moved (design 1.4).

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/field.h"

namespace unrepro {

// A leaf that is a part of a region.
struct ImagePart {
  std::string label;
  std::uint64_t begin = 0, size = 0;  // `begin`: address
};

struct ImageRegion {
  enum class Content : std::uint8_t {
    zero,       // no bytes in the file
    bytes,      // references as stated, everything else fixed
    elsewhere,  // fixed in size; what it says is compared by other means
  };
  std::string label;  // key of the leaf that holds its bytes
  std::uint64_t address = 0, size = 0;
  Bytes bytes;  // empty unless Content::bytes
  Content content = Content::bytes;
  bool executable = false, writable = false;
  std::uint64_t align = 1;  // as stated
  // Where several leaves hold the bytes, in any division and one after the other: those there are, ascending.
  // Else empty.
  std::vector<ImagePart> parts = {};
};

// A number in memory that denotes a place: the address of `target` less what it is relative to.
struct ImageReference {
  enum class Origin : std::uint8_t {
    absolute,  // nothing
    self,      // its own address plus `base`
    place,     // the address `base`
  };
  // How the number is written at `at`. All but the first are operands of A64 instructions (Arm ARM, C4),
  // counted from the instruction.
  enum class Form : std::uint8_t {
    number,    // `width` bytes, least significant first
    branch26,  // B, BL: words
    branch19,  // B.cond, CBZ: words
    branch14,  // TBZ: words
    adr,       // ADR: bytes
    page,      // ADRP: pages of 4 KiB
    adr_page,  // ADR: bytes to the beginning of the page
    low12,     // what ADD or LDR adds to a page, in units of 1 << `shift`; `base` lies in the same page
  };
  static constexpr std::uint16_t kAnywhere = 0xffff;
  std::uint64_t at = 0;
  std::uint64_t target = 0;
  std::uint64_t base = 0;
  std::uint16_t region = kAnywhere;  // which region the target is said to be in, or at the end of
  std::uint8_t width = 4;            // bytes
  Origin origin = Origin::self;
  std::uint8_t align = 1;  // what the address of the target must stay a multiple of
  Form form = Form::number;
  std::uint8_t shift = 0;
  bool operator==(const ImageReference&) const = default;
};

// A run of memory that is one thing: nothing inside it may move on its own.
struct ImageExtent {
  std::uint64_t begin = 0, end = 0;
  bool at_least = false;  // it may be longer
};

// An address that is stated outside of memory. A row (formats/format.h) states it as @"LABEL+0x1f": a region
// and an offset in it; other strings stand there in quotes without the sign, those with quotes in them behind
// their length.
struct ImageName {
  std::string name;
  std::uint64_t address = 0;
  std::uint16_t region = ImageReference::kAnywhere;
};

// A function or an object that a table of the program tells the bounds of.
struct ImageThing {
  std::uint64_t begin = 0, end = 0;
  std::string_view name;  // empty when no table names it
};

struct ImageInstruction {
  std::uint64_t address = 0;
  std::string text;  // places by name
};

struct Image {
  enum class Code : std::uint8_t { x86_64, a64 };
  Code code = Code::x86_64;
  std::vector<ImageRegion> regions;        // ascending, without overlap
  std::vector<ImageReference> references;  // ascending by `at`, without overlap
  std::vector<ImageExtent> extents;        // ascending by begin
  std::vector<std::uint64_t> anchors;      // ascending: where something that is referred to begins
  std::vector<std::uint64_t> taken;        // ascending: of these, what pointers are made of
  std::vector<std::uint64_t> tables;       // ascending: where tables of jumps begin
  std::vector<std::string> frame;          // everything else that the loader is told, addresses as places
  std::vector<ImageName> names;            // that decide what runs, or what is linked
  std::vector<ImageThing> things;          // ascending, without overlap
  std::vector<ImageName> labels;           // that only name places, of the leaf `labels_leaf`
  std::string labels_leaf;
  std::vector<std::string> framed;  // keys of the leaves that `frame` states
  std::vector<std::string> named;   // keys of the leaves of which `names` and `references` say everything
  // Why the image is not understood, with the place; else empty. What was read all the same proves nothing,
  // but may show where the trouble is.
  std::string refusal;
  std::string_view
      refusal_leaf;  // key of the leaf that `refusal` is about; empty when it is about another one
  std::shared_ptr<const void> storage;  // keeps what `regions` and `things` refer to beside the blob
};

// The region an address lies in, or null. `regions` ascend without overlap.
inline const ImageRegion* region_around(const std::vector<ImageRegion>& regions, std::uint64_t address) {
  auto at =
      std::upper_bound(regions.begin(), regions.end(), address,
                       [](std::uint64_t value, const ImageRegion& region) { return value < region.address; });
  if (at == regions.begin()) return nullptr;
  --at;
  return address - at->address < at->size ? &*at : nullptr;
}

// Of a decoded program or object; it refers to the tree's blob. Empty for everything that is none.
std::optional<Image> read_image(const Tree& tree);

// The instructions of a run of executable memory, up to `most`. `name` says what stands at an address that an
// instruction refers to; of a target inside the run it is asked nothing.
std::vector<ImageInstruction> list_instructions(const Image& image, const ImageExtent& run, std::size_t most,
                                                const std::function<std::string(std::uint64_t)>& name);

}  // namespace unrepro
