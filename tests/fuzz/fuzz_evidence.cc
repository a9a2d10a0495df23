// The readers of evidence. The first byte chooses one; the rest is its input, as an envelope, a link, or as
// bytes that are signed first, since readers take verified bytes only.

#include <cstdint>
#include <string>

#include "analyzer/evidence/base64.h"
#include "analyzer/evidence/comparison.h"
#include "analyzer/evidence/confirmation.h"
#include "analyzer/evidence/link.h"
#include "analyzer/evidence/manifest.h"
#include "analyzer/evidence/provenance.h"
#include "analyzer/evidence/vsa.h"
#include "tests/fuzz/require.h"

namespace unrepro::evidence {
namespace {

const SigningKey& key() {
  static const SigningKey made = *SigningKey::from_seed(std::string(32, 's'));
  return made;
}

const KeyRing& ring() {
  static const KeyRing keys = {{quorum::key_id(key().public_key()),
                                {quorum::key_id(key().public_key()), key().public_key(), "owner"}}};
  return keys;
}

Verified signed_bytes(std::string_view payload, std::string_view type) {
  const auto verified = verify(*Envelope::parse(sign_envelope(type, payload, key())), ring(), {});
  FUZZ_REQUIRE(verified.has_value() && verified->bytes() == payload && verified->signers().size() == 1);
  return *verified;
}

void read_json(const std::string& text) {
  const auto json = parse_json(text);
  if (!json) return;
  const std::string once = write_json(*json);
  const auto again = parse_json(once);
  FUZZ_REQUIRE(again.has_value() && write_json(*again) == once);
}

void read_envelope(const std::string& text) {
  const auto envelope = Envelope::parse(text);
  if (envelope) FUZZ_REQUIRE(verify(*envelope, ring(), {.threshold = 2}).has_value() == false);
  if (const auto bytes = decode_base64(text)) FUZZ_REQUIRE(decode_base64(encode_base64(*bytes)) == bytes);
}

void read_signed(const std::string& text) {
  if (const auto statement = read_statement(signed_bytes(text, kStatementPayload))) {
    FUZZ_REQUIRE(!statement->subjects.empty());
    for (const Resource& subject : statement->subjects) FUZZ_REQUIRE(is_sha256(subject.sha256()));
    (void)read_provenance(*statement);
    (void)read_vsa(*statement);
    if (const auto comparison = read_comparison(*statement))
      FUZZ_REQUIRE(!comparison->complete || comparison->verdict != Verdict::incomplete);
  }
  if (const auto said = read_confirmation(signed_bytes(text, kConfirmationPayload))) {
    const auto again = read_confirmation(signed_bytes(write_confirmation(*said), kConfirmationPayload));
    FUZZ_REQUIRE(again.has_value() && again->job == said->job && again->manifest == said->manifest);
  }
  if (const auto manifest = read_manifest(signed_bytes(text, kManifestPayload))) {
    const auto again = read_manifest(signed_bytes(write_manifest(*manifest), kManifestPayload));
    FUZZ_REQUIRE(again.has_value() && again->artifacts == manifest->artifacts && again->job == manifest->job);
    for (const auto& [name, file] : manifest->artifacts) FUZZ_REQUIRE(is_artifact_name(name));
  }
}

void read_other(const std::string& text) {
  FUZZ_REQUIRE(!verify_link(text, {}, {}).has_value());
  if (const auto link = verify_link(text, ring(), {})) (void)read_link(*link);
  (void)comparison_of_report(text);
}

}  // namespace
}  // namespace unrepro::evidence

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 4) {
    case 0:
      unrepro::evidence::read_json(text);
      break;
    case 1:
      unrepro::evidence::read_envelope(text);
      break;
    case 2:
      unrepro::evidence::read_signed(text);
      break;
    default:
      unrepro::evidence::read_other(text);
  }
  return 0;
}
