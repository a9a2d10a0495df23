#pragma once
// DSSE envelopes (github.com/secure-systems-lab/dsse 1.0.2: protocol.md, envelope.md): signed bytes with
// their type.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/evidence/ed25519.h"
#include "analyzer/evidence/json.h"
#include "analyzer/quorum/policy.h"
#include "formats/base.h"

namespace unrepro::evidence {

// Keys that may be believed, by id.
using KeyRing = std::map<std::string, quorum::Key>;

struct Signature {
  std::string keyid;  // a hint for choosing a key; nothing authenticates it
  std::string bytes;
};

// As read: nothing of it may be believed yet, so the payload is out of reach until verify() hands it out.
class Envelope {
 public:
  // Ignores unknown members. Refuses a payload or a signature that is missing or no Base64, an empty list of
  // signatures or more than 64, and what parse_json refuses. Errors: unsupported.
  static Result<Envelope> parse(std::string_view json, const JsonLimits& limits = {});

  const std::string& payload_type() const { return payload_type_; }
  const std::vector<Signature>& signatures() const { return signatures_; }

 private:
  friend Result<class Verified> verify(const Envelope&, const KeyRing&, const struct Demand&);

  std::string payload_, payload_type_;
  std::vector<Signature> signatures_;
};

struct Demand {
  std::int64_t received = 0;    // when the evidence came in, by our clock: keys must be valid then
  std::uint32_t threshold = 1;  // distinct keys that must have signed; at least 1
  std::string payload_type;     // what it must be; empty: any
};

// Bytes whose signatures were checked. Every reader of evidence takes these and not a string, so that what is
// parsed is what was verified; only the checks of signatures make them.
class Verified {
 public:
  const std::string& bytes() const { return bytes_; }
  const std::string& type() const { return type_; }
  // Ids of the keys that signed, distinct, sorted; at least the demanded number.
  const std::vector<std::string>& signers() const { return signers_; }

 private:
  friend Result<Verified> verify(const Envelope&, const KeyRing&, const Demand&);
  friend Result<Verified> verify_link(std::string_view, const KeyRing&, const Demand&);
  friend Result<Verified> verify_signed_text(std::string_view, const KeyRing&, const Demand&);
  Verified(std::string bytes, std::string type, std::vector<std::string> signers)
      : bytes_(std::move(bytes)), type_(std::move(type)), signers_(std::move(signers)) {}

  std::string bytes_, type_;
  std::vector<std::string> signers_;
};

// What is signed: "DSSEv1", the type and the payload, each with its length (protocol.md, PAE).
std::string pre_authentication_encoding(std::string_view type, std::string_view payload);

// Ids, distinct and sorted, of keys of the ring that are valid at that time and have a signature that holds
// over the message. A signature counts for one key, a key counts once. Signatures whose keyid does not name
// their key cost a try for each key of the ring; after 4096 tries no more of them are looked at.
std::vector<std::string> signers_of(std::string_view message, const std::vector<Signature>& signatures,
                                    const KeyRing& keys, std::int64_t received);

// Errors: unsupported when too few keys have signed or the type is another; the message says which.
Result<Verified> verify(const Envelope& envelope, const KeyRing& keys, const Demand& demand);

// The envelope as JSON with one signature, ending in a newline.
std::string sign_envelope(std::string_view type, std::string_view payload, const SigningKey& key);

}  // namespace unrepro::evidence
