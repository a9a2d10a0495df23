#include "formats/stream/raw_deflate.h"

#include "formats/stream/deflate.h"
#include "formats/stream/deflate_encoder.h"

namespace unrepro {
namespace {

Result<Tree> decode(BlobRef blob, const Context& context, Budget& budget) {
  const Bytes encoded = blob->bytes();
  TreeBuilder tree(blob, kRawDeflate.id, budget);
  BlobWriter content(budget);
  const FieldId root = tree.open("", Kind::group, Encoding::record);
  const auto inflation = inflate_raw(encoded, content);
  if (!inflation) return tl::unexpected(inflation.error());
  const std::string where = " at offset " + std::to_string(inflation->end.consumed);
  if (!inflation->end.damage.empty()) {
    tree.anomaly(root, AnomalyKind::structural, inflation->end.damage + where);
    return tree.finish();
  }
  tree.take("deflate", Kind::stream, Encoding::bytes, kFraming, inflation->end.consumed);
  const FieldId stream = tree.last();
  if (inflation->leftover_bits != 0) {
    tree.anomaly(stream, AnomalyKind::structural,
                 "bits behind the end of the deflate stream are " + std::to_string(inflation->leftover_bits) +
                     ", not zero" + where);
  }
  take_trailing(tree);
  auto plain = content.finish();
  if (!plain) return tl::unexpected(plain.error());
  Payload payload = decoded_payload(stream, std::move(*plain), context);
  payload.name = context.name;  // of the content: the stream itself has none
  tree.payload(std::move(payload));
  return tree.finish();
}

}  // namespace

const Format kRawDeflate = {
    .id = "deflate",
    .spec = "RFC 1951 (DEFLATE 1.3)",
    .probe = [](const ProbeInput&) noexcept -> Bits { return 0; },
    .decode = decode,
    .encoder = identify_deflate_encoder,
};

}  // namespace unrepro
