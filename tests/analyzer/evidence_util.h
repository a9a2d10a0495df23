#pragma once
// Signed statements for tests, with the keys of RFC 8032.

#include "analyzer/evidence/base64.h"
#include "analyzer/evidence/envelope.h"
#include "analyzer/evidence/statement.h"
#include "formats/digest.h"

namespace unrepro::evidence {

inline const std::string kSomeSha256(64, 'a');
inline const std::string kOtherSha256(64, 'b');

// The keys of RFC 8032, section 7.1, tests 1 and 2.
inline SigningKey key(char which) {
  const char* seed = which == 'A' ? "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
                                  : "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
  return *SigningKey::from_seed(*from_hex(seed));
}

inline quorum::Key registered(const SigningKey& signing, std::string owner) {
  return {quorum::key_id(signing.public_key()), signing.public_key(), std::move(owner)};
}

inline KeyRing ring(std::string_view which) {
  KeyRing keys;
  for (const char each : which) {
    quorum::Key entry = registered(key(each), std::string(1, each));
    keys[entry.id] = entry;
  }
  return keys;
}

inline std::string envelope_json(std::string_view payload, std::string_view type,
                                 std::string_view signatures) {
  return R"({"payload":")" + encode_base64(payload) + R"(","payloadType":")" + std::string(type) +
         R"(","signatures":[)" + std::string(signatures) + "]}";
}

inline std::string signature_json(char which, std::string_view payload,
                                  std::string_view type = kStatementPayload) {
  return R"({"sig":")" + encode_base64(key(which).sign(pre_authentication_encoding(type, payload))) + R"("})";
}

inline Result<Verified> verify_json(const std::string& json, const KeyRing& keys, const Demand& demand = {}) {
  const auto envelope = Envelope::parse(json);
  if (!envelope) return tl::unexpected<Error>(envelope.error());
  return verify(*envelope, keys, demand);
}

inline Verified signed_bytes(std::string_view payload, std::string_view type = kStatementPayload) {
  return *verify_json(sign_envelope(type, payload, key('A')), ring("A"));
}

inline Result<Statement> statement_of(std::string_view json) { return read_statement(signed_bytes(json)); }

inline std::string statement_json(std::string_view subject) {
  return R"({"_type":"https://in-toto.io/Statement/v1","predicateType":"p","predicate":{},"subject":[)" +
         std::string(subject) + "]}";
}

inline std::string message(const auto& result) { return result ? "accepted" : result.error().message; }

}  // namespace unrepro::evidence
