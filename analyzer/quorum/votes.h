#pragma once

#include <string>
#include <vector>

#include "analyzer/quorum/decision.h"

namespace unrepro::quorum {

// A result that counts, with the operator who signed it.
struct Vote {
  const BuildResult* result;
  std::string operator_id;
  Role role = Role::seat;
  bool fresh = false;

  // The artifact of this name, or empty.
  Digest artifact(const std::string& name) const {
    const auto at = result->artifacts.find(name);
    return at == result->artifacts.end() ? Digest() : at->second;
  }
};

struct Votes {
  std::vector<Vote> counted;  // by result
  std::vector<Ignored> ignored;
};

// Splits the results into those that count and those that do not, each with the reason. The votes refer to
// the case.
Votes weigh(const Policy& policy, const Case& kase);

// Results that the ledger shows as submitted and that the case lacks, and seats that are open, as sentences.
// A result that is damaged or signed by somebody else is not the one that was submitted: else a dissent would
// be gone with one changed byte. Only the ledger itself can give such a seat up (failed, expired).
std::vector<std::string> open_ledger(const Policy& policy, const Case& kase);

}  // namespace unrepro::quorum
