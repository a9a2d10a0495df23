#pragma once
// A person's word that what a result holds was meant, not an accident: what it takes to convict an operator
// that repeats its artifact.
//
// A DSSE envelope of payload type kConfirmationPayload; its payload is JSON:
//   { "schema": "unrepro.confirmation/1", "job": "frob 1.0-1", "manifest": "SHA-256 of what the result's
//     builder signed" }
// The job and the manifest keep it from being shown for another result.

#include <string>
#include <vector>

#include "analyzer/evidence/envelope.h"

namespace unrepro::evidence {

inline constexpr std::string_view kConfirmationPayload = "application/vnd.unrepro.confirmation+json";
inline constexpr std::string_view kConfirmationSchema = "unrepro.confirmation/1";

struct Confirmation {
  std::string job;
  std::string manifest;              // hex SHA-256
  std::vector<std::string> signers;  // ids of keys
};

// Ignores unknown members. Errors: unsupported.
Result<Confirmation> read_confirmation(const Verified& verified);

// The payload to sign; does not use signers.
std::string write_confirmation(const Confirmation& confirmation);

}  // namespace unrepro::evidence
