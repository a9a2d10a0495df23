#include "analyzer/evidence/link.h"

#include <algorithm>

#include "analyzer/evidence/statement.h"
#include "formats/digest.h"

namespace unrepro::evidence {
namespace {

bool has_control(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

// Depth is limited by parse_json.
bool one_canonical_form(const Json& json) {
  if (const std::string* text = json.as_string()) return !has_control(*text);
  if (const Json::Array* items = json.as_array())
    return std::all_of(items->begin(), items->end(), one_canonical_form);
  if (const Json::Object* members = json.as_object()) {
    return std::all_of(members->begin(), members->end(), [](const JsonMember& member) {
      return !has_control(member.name) && one_canonical_form(member.value);
    });
  }
  return !std::holds_alternative<double>(json.value());
}

Result<DigestByName> read_artifacts(const Json* json) {
  DigestByName artifacts;
  if (json == nullptr || json->as_object() == nullptr)
    return fail(Trouble::unsupported, "link without materials or products");
  for (const JsonMember& member : *json->as_object()) {
    std::string sha256 = member.value.text("sha256");
    if (!is_artifact_name(member.name)) return fail(Trouble::unsupported, "artifact with an unusable name");
    if (!is_sha256(sha256)) return fail(Trouble::unsupported, "no SHA-256 of " + member.name);
    artifacts.emplace(member.name, std::move(sha256));
  }
  return artifacts;
}

}  // namespace

Result<Verified> verify_link(std::string_view metablock, const KeyRing& keys, const Demand& demand) {
  constexpr std::size_t kMostSignatures = 64;
  const Result<Json> root = parse_json(metablock);
  if (!root) return tl::unexpected<Error>(root.error());
  const Json* content = root->find("signed");
  const Json* list = root->find("signatures");
  if (content == nullptr || content->as_object() == nullptr || list == nullptr || list->as_array() == nullptr)
    return fail(Trouble::unsupported, "no link metablock");
  if (list->as_array()->size() > kMostSignatures) return fail(Trouble::unsupported, "too many signatures");
  if (!one_canonical_form(*content))
    return fail(Trouble::unsupported,
                "link with more than one canonical form: control characters or fractions");
  std::vector<Signature> signatures;
  for (const Json& item : *list->as_array()) {
    auto bytes = from_hex(item.text("sig"));
    if (!bytes || bytes->empty()) return fail(Trouble::unsupported, "signature without its bytes");
    signatures.push_back({item.text("keyid"), std::move(*bytes)});
  }
  std::string bytes = write_json(*content);
  auto signers = signers_of(bytes, signatures, keys, demand.received);
  if (signers.size() < std::max(demand.threshold, 1u))
    return fail(Trouble::unsupported,
                "signed by " + std::to_string(signers.size()) + " known and valid keys");
  return Verified(std::move(bytes), "link", std::move(signers));
}

Result<Link> read_link(const Verified& verified) {
  if (verified.type() != "link") return fail(Trouble::unsupported, "no link");
  const Result<Json> root = parse_json(verified.bytes());
  if (!root) return tl::unexpected<Error>(root.error());
  if (root->text("_type") != "link") return fail(Trouble::unsupported, "metablock of another type than link");
  Link link{root->text("name"), {}, {}, verified.signers()};
  for (const auto& [name, into] : {std::pair{"materials", &link.materials}, {"products", &link.products}}) {
    auto read = read_artifacts(root->find(name));
    if (!read) return tl::unexpected<Error>(read.error());
    *into = std::move(*read);
  }
  return link;
}

}  // namespace unrepro::evidence
