#pragma once
// What a builder says of its build in a format that is not ours, once its signature holds.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/evidence/link.h"

namespace unrepro::evidence {

struct Attestation {
  std::string what;                          // "buildinfo of frob 1.0-1"
  std::string builder;                       // of provenance; else empty
  DigestByName artifacts, inputs;            // SHA-256 by name
  std::map<std::string, std::string> facts;  // of a buildinfo, named as in Record
  std::vector<std::string> signers;          // ids of keys
  std::string digest;                        // SHA-256 of what is signed
};

// Reads what was signed: a Debian .buildinfo in clear text (deb-buildinfo(5); a .dsc that it lists is an
// input), rebuilderd's link metablock (materials are inputs), or SLSA provenance v1 in a DSSE envelope
// (resolved dependencies are inputs). None of them names a job. The keys are those of the policy's operators;
// provenance must be what the policy allows (provenance_demand). Errors: unsupported; io (see
// verify_signed_text).
Result<Attestation> read_attestation(std::string_view text, const quorum::Policy& policy,
                                     const Demand& demand);

}  // namespace unrepro::evidence
