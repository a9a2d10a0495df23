#pragma once
// SLSA provenance v1 (slsa.dev/spec/v1.0/provenance): how a builder says that it made artifacts.

#include <set>
#include <string>
#include <vector>

#include "analyzer/evidence/statement.h"

namespace unrepro::evidence {

inline constexpr std::string_view kProvenanceType = "https://slsa.dev/provenance/v1";

struct Provenance {
  std::vector<Resource> subjects;
  std::string build_type, builder_id;
  Json external_parameters;                         // an object
  std::vector<Resource> dependencies;               // resolvedDependencies
  std::string invocation, started_on, finished_on;  // may be empty
  std::vector<std::string> signers;
};

// Errors: unsupported for another predicate and for members that the specification requires and that are
// missing or malformed.
Result<Provenance> read_provenance(const Statement& statement);

// What the consumer fixed beforehand ("Verifying artifacts", step 2). Whoever signs may name any builder, so
// a builder is believed from its own keys only.
struct ProvenanceDemand {
  std::map<std::string, std::set<std::string>> builders;  // id of a key → builder ids it may speak for
  std::string build_type;                                 // empty: any
  std::set<std::string> parameters;                       // external parameters that may be there
  std::uint32_t threshold = 1;                            // signers that may speak for the builder
};

// What a policy fixes.
ProvenanceDemand provenance_demand(const quorum::Policy& policy);

// Nothing when it meets the demand, else what does not.
std::string refusal(const Provenance& provenance, const ProvenanceDemand& demand);

}  // namespace unrepro::evidence
