#pragma once
// Link metablocks of in-toto before DSSE (in-toto specification 0.9, section 4), as rebuilderd publishes
// them.

#include <map>
#include <string>
#include <string_view>

#include "analyzer/evidence/envelope.h"

namespace unrepro::evidence {

// Checks the signatures (in hexadecimal) over the canonical JSON of `signed`; that text becomes the bytes of
// the result, its type is "link". Refuses strings with control characters, which implementations canonicalize
// differently, and fractions. Errors: unsupported.
Result<Verified> verify_link(std::string_view metablock, const KeyRing& keys, const Demand& demand);

using DigestByName = std::map<std::string, std::string>;  // SHA-256

struct Link {
  std::string name;  // of the step: "rebuild frob_1.0-1_amd64.deb"
  DigestByName materials, products;
  std::vector<std::string> signers;
};

// Errors: unsupported; also for a material or product without a SHA-256, or with an unusable name.
Result<Link> read_link(const Verified& verified);

}  // namespace unrepro::evidence
