#pragma once
// What a quorum demands before it believes an artifact (design section 5), and who its operators are.

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "formats/base.h"

namespace unrepro::quorum {

// Probabilities are parts per thousand million, so that a decision holds no floating point.
using Ppb = std::uint64_t;
inline constexpr Ppb kCertain = 1'000'000'000;

// The worst relation to the released bits that does not hold a decision.
enum class Accept : std::uint8_t { identical, equivalent, explained };

// A key of an operator, a person or a verifier: ed25519 (RFC 8032), or an OpenPGP certificate (RFC 4880).
// Valid for what was received from `valid_from` up to, not including, `valid_until` and `revoked_from`;
// seconds since 1970.
struct Key {
  std::string id;           // hex SHA-256 of the DER SubjectPublicKeyInfo (RFC 8410), or the fingerprint
  std::string public_key;   // 32 bytes, or empty
  std::string operator_id;  // or the person's name, or the verifier's URI
  std::int64_t valid_from = std::numeric_limits<std::int64_t>::min();
  std::int64_t valid_until = std::numeric_limits<std::int64_t>::max();
  std::int64_t revoked_from = std::numeric_limits<std::int64_t>::max();
  std::string certificate;         // OpenPGP, armored, or empty
  std::set<std::string> builders;  // ids that SLSA provenance signed by it may name

  bool valid_at(std::int64_t received) const {
    return received >= valid_from && received < valid_until && received < revoked_from;
  }
};

// An administrative domain that runs builders: one operator, one vote. Traits are what may tie it to others
// (hosting, asn, cpu, kernel …), as the policy's author knows them; the operator's own word counts for
// nothing.
struct Operator {
  std::string id;
  std::map<std::string, std::string> traits;
};

struct Policy {
  std::uint32_t results = 3;          // operators whose results must be in
  std::uint32_t agree = 2;            // independent operators in the class that is released; at least 2
  std::uint32_t require_trusted = 1;  // trusted operators that must hold the released bits
  std::set<std::string> trusted;      // operators
  Accept accept = Accept::equivalent;
  std::uint32_t max_explained = 1;  // operators whose result may be `explained`, when accept says so
  // Freedom that accepted differences may leave whoever chose the released bits, in tenths of a bit. Not
  // asked when a trusted operator holds them bit for bit.
  std::uint64_t max_capacity_decibits = 640;
  Ppb audit_rate = 0;                     // share of decisions that are audited before release; 0: no lottery
  Ppb audit_floor = 0;                    // what reputation can lower the rate to
  Ppb theta = 0;                          // credibility that the released class must reach; 0: not asked
  Ppb assumed_malicious = 200'000'000;    // prior of group credibility: share of bad operators
  std::uint32_t withdraw_after = 3;       // lost arbitrations that cost an operator its seats; 0: never
  std::vector<std::string> independence;  // traits in which operators that count must differ
  std::map<std::string, Operator> operators;
  // By id, each key in one of the three only.
  std::map<std::string, Key> keys;       // of operators: what they sign are results
  std::map<std::string, Key> people;     // whose confirmations count
  std::map<std::string, Key> verifiers;  // whose summaries (VSA) count, by the URI they must name
  // What SLSA provenance must say: another build type, or an external parameter that is not listed, may stand
  // for anything.
  std::string build_type;                     // empty: any
  std::set<std::string> external_parameters;  // names
  std::string digest;                         // hex SHA-256 of the text it was read from
};

// Reads policy.toml. Unknown keys, values out of range and demands that nobody can meet are errors
// (Trouble::unsupported; the message names the key). Pure.
Result<Policy> parse_policy(std::string_view toml);

// The id of an ed25519 public key of 32 bytes.
std::string key_id(std::string_view public_key);

std::string_view to_string(Accept accept);

}  // namespace unrepro::quorum
