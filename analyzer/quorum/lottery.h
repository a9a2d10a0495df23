#pragma once
// The audit lottery: nobody can know the draw before the results are in, anybody can check it afterwards.

#include "analyzer/quorum/case.h"

namespace unrepro::quorum {

// What is published before results come in: SHA-256 of the seed's bytes. The seed is given in hex.
Digest commit(std::string_view seed_hex);

// A digest of the results that are in for seats: operators and manifests, in sorted order, of the ledger or,
// where that records none, of the results.
Digest results_root(const Case& kase);

// Whether the job is audited: HMAC-SHA-256 with the seed as key over job and root, its first 64 bits as a
// number below rate · 2^64.
bool drawn(std::string_view seed_hex, std::string_view job, const Digest& root, Ppb rate);

}  // namespace unrepro::quorum
