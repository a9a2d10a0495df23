#pragma once
// SLSA verification summaries, VSA v1 (slsa.dev/spec/v1.0/verification_summary): what a quorum says to those
// who consume artifacts. Only for decisions that release; that there is none is the refusal.

#include <string>
#include <vector>

#include "analyzer/evidence/statement.h"
#include "analyzer/quorum/decision.h"

namespace unrepro::evidence {

inline constexpr std::string_view kVsaType = "https://slsa.dev/verification_summary/v1";

struct Vsa {
  std::vector<Resource> subjects;
  std::string verifier;     // a URI: the service or person, with its family of policies
  std::string verified_at;  // RFC 3339
  std::string resource;     // a URI: what the subjects are, as consumers ask for it
  std::string policy_sha256;
  std::vector<std::string> attestations;  // SHA-256 of *all* attestations that the decision saw
  bool passed = false;
  std::vector<std::string> levels;   // QUORUM_BITWISE_3_OPERATORS, QUORUM_TRUSTED_1 …
  std::vector<std::string> signers;  // ids of keys
};

// What a decision lets be said; verifier, verified_at, resource and attestations stay empty. `agreeing` and
// `trusted` in the levels are the fewest over all artifacts. Errors: unsupported when the decision or one of
// its artifacts releases nothing.
Result<Vsa> summarize(const quorum::Decision& decision);

// The statement to sign. Requires passed.
std::string write_vsa(const Vsa& vsa);

// Errors: unsupported for another predicate, and for members that are missing or malformed.
Result<Vsa> read_vsa(const Statement& statement);

struct VsaDemand {
  std::string verifier, resource;   // what they must be; empty: any
  std::string sha256;               // a subject that must be there; empty: any
  std::vector<std::string> levels;  // that must be there, or one with a greater number
};

// Nothing when it meets the demand (section "How to verify"), else what does not.
std::string refusal(const Vsa& vsa, const VsaDemand& demand);

}  // namespace unrepro::evidence
