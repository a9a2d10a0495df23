#include "analyzer/evidence/envelope.h"

#include <algorithm>
#include <optional>
#include <set>

#include "analyzer/evidence/base64.h"

namespace unrepro::evidence {
namespace {

constexpr std::size_t kMostSignatures = 64;
constexpr std::size_t kMostTries = 4096;  // a third of a second

std::optional<std::string> bytes_of(const Json* member) {
  const std::string* text = member == nullptr ? nullptr : member->as_string();
  return text == nullptr ? std::nullopt : decode_base64(*text);
}

}  // namespace

Result<Envelope> Envelope::parse(std::string_view json, const JsonLimits& limits) {
  const Result<Json> root = parse_json(json, limits);
  if (!root) return tl::unexpected<Error>(root.error());
  Envelope envelope;
  const Json* type = root->find("payloadType");
  auto payload = bytes_of(root->find("payload"));
  if (!payload) return fail(Trouble::unsupported, "envelope without a payload in Base64");
  if (type == nullptr || type->as_string() == nullptr || type->as_string()->empty())
    return fail(Trouble::unsupported, "envelope without a payload type");
  const Json* signatures = root->find("signatures");
  const Json::Array* list = signatures == nullptr ? nullptr : signatures->as_array();
  if (list == nullptr || list->empty()) return fail(Trouble::unsupported, "envelope without signatures");
  if (list->size() > kMostSignatures)
    return fail(Trouble::unsupported, "envelope with " + std::to_string(list->size()) +
                                          " signatures; at most " + std::to_string(kMostSignatures) +
                                          " are read");
  for (const Json& item : *list) {
    auto bytes = bytes_of(item.find("sig"));
    if (!bytes || bytes->empty()) return fail(Trouble::unsupported, "signature without its bytes in Base64");
    envelope.signatures_.push_back({item.text("keyid"), std::move(*bytes)});
  }
  envelope.payload_ = std::move(*payload);
  envelope.payload_type_ = *type->as_string();
  return envelope;
}

std::string pre_authentication_encoding(std::string_view type, std::string_view payload) {
  std::string out = "DSSEv1 " + std::to_string(type.size()) + ' ';
  out.append(type).append(" " + std::to_string(payload.size()) + ' ').append(payload);
  return out;
}

std::vector<std::string> signers_of(std::string_view message, const std::vector<Signature>& signatures,
                                    const KeyRing& keys, std::int64_t received) {
  std::set<std::string> signers;
  std::size_t tries = 0;
  const auto holds = [&](const Signature& signature, const quorum::Key& key) {
    return key.valid_at(received) && verify_ed25519(key.public_key, message, signature.bytes);
  };
  for (const Signature& signature : signatures) {
    const auto hinted = keys.find(signature.keyid);
    if (hinted != keys.end() && holds(signature, hinted->second)) {
      signers.insert(hinted->first);
      continue;
    }
    for (const auto& [id, key] : keys) {
      if (++tries > kMostTries) break;
      if (!holds(signature, key)) continue;
      signers.insert(id);
      break;
    }
  }
  return {signers.begin(), signers.end()};
}

Result<Verified> verify(const Envelope& envelope, const KeyRing& keys, const Demand& demand) {
  if (!demand.payload_type.empty() && envelope.payload_type_ != demand.payload_type)
    return fail(Trouble::unsupported,
                "payload type is " + envelope.payload_type_ + ", expected " + demand.payload_type);
  auto signers = signers_of(pre_authentication_encoding(envelope.payload_type_, envelope.payload_),
                            envelope.signatures_, keys, demand.received);
  if (signers.size() < std::max(demand.threshold, 1u))
    return fail(Trouble::unsupported, "signed by " + std::to_string(signers.size()) +
                                          " known and valid keys, " +
                                          std::to_string(std::max(demand.threshold, 1u)) + " needed");
  return Verified(envelope.payload_, envelope.payload_type_, std::move(signers));
}

std::string sign_envelope(std::string_view type, std::string_view payload, const SigningKey& key) {
  const Json signature =
      Json::object({{"keyid", quorum::key_id(key.public_key())},
                    {"sig", encode_base64(key.sign(pre_authentication_encoding(type, payload)))}});
  return write_json(Json::object({{"payload", encode_base64(payload)},
                                  {"payloadType", type},
                                  {"signatures", Json::Array{signature}}})) +
         '\n';
}

}  // namespace unrepro::evidence
