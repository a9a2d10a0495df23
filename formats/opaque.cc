#include "formats/opaque.h"

#include "formats/opaque_slots.h"
#include "formats/tree_builder.h"

namespace unrepro {
namespace {

bool is_executable(Bytes bytes) {
  const std::string_view head = as_text(bytes.first(std::min<std::size_t>(bytes.size(), 4)));
  return head ==
             "\x7f"
             "ELF" ||
         head.starts_with("MZ") || head == "\xfe\xed\xfa\xcf" || head == "\xcf\xfa\xed\xfe";
}

Result<Tree> decode(BlobRef blob, const Context&, Budget& budget) {
  TreeBuilder tree(std::move(blob), kOpaque.id, budget);
  tree.open("", Kind::group, Encoding::record);
  const Kind kind = is_executable(tree.peek(4)) ? Kind::code : Kind::opaque;
  for (const Slot& slot : known_slots(tree.peek(tree.size()))) {
    tree.take("bytes", kind, Encoding::bytes, Effect::behaviour, slot.begin - tree.position());
    tree.take(slot.key, slot.kind, slot.encoding, Effect::behaviour, slot.length, slot.flags);
  }
  tree.take("bytes", kind, Encoding::bytes, Effect::behaviour, tree.remaining());
  return tree.finish();
}

}  // namespace

const Format kOpaque = {
    .id = "opaque",
    .spec = "none: bytes without a known structure",
    .probe = [](const ProbeInput&) noexcept -> Bits { return 1; },
    .decode = decode,
};

}  // namespace unrepro
