#include "formats/stream/stored.h"

#include "formats/stream/stream.h"

namespace unrepro {
namespace {

Result<Tree> decode(BlobRef blob, const Context& context, Budget& budget) {
  TreeBuilder tree(blob, kStored.id, budget);
  tree.open("", Kind::group, Encoding::record);
  tree.take("bytes", Kind::stream, Encoding::bytes, kFraming, blob->size());
  Payload payload = decoded_payload(tree.last(), blob, context);
  payload.name = context.name;
  tree.payload(std::move(payload));
  return tree.finish();
}

}  // namespace

const Format kStored = {
    .id = "stored",
    .spec = "none: the bytes are the content",
    .probe = [](const ProbeInput&) noexcept -> Bits { return 0; },
    .decode = decode,
    .encoder =
        [](const Tree&, EncoderSearch, Budget&) {
          return std::optional(EncoderMatch{"stored", true});
        },
};

}  // namespace unrepro
