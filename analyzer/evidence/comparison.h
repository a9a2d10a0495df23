#pragma once
// Our own predicate, build-comparison: what comparing two builds of one source gave. in-toto's vetted
// predicates have none for it. tools/schema/build-comparison.schema.json describes it.
//
// Both artifacts are subjects. It is monotone: a consumer grants nothing unless `complete` is true and
// `verdict` is one it accepts. The report is named by its digest, and carried as `content` up to
// kEmbeddedReport bytes.

#include <optional>
#include <string>

#include "analyzer/evidence/statement.h"
#include "rules/verdict.h"

namespace unrepro::evidence {

inline constexpr std::string_view kComparisonType = "urn:unrepro:build-comparison:0.1";
inline constexpr std::size_t kEmbeddedReport = 4u << 20;

struct Comparison {
  Resource left, right;
  Verdict verdict = Verdict::incomplete;
  std::optional<Divergence> divergence;
  bool complete = false;
  Capacity capacity;
  std::vector<std::string> causes;
  std::string normal_left, normal_right;  // SHA-256 of the normal forms; empty: none
  std::string tool_version, rules_sha256;
  std::string report_sha256;
  std::string report;  // the report itself, when it is carried; matches its digest and the verdict
  std::vector<std::string> signers;  // ids of keys
};

// Reads a report (unrepro.report/1) to attest to. The subjects are named by the last component of the paths.
// Errors: unsupported; also for a comparison of directories, which have no digest.
Result<Comparison> comparison_of_report(std::string_view report);

// The statement to sign.
std::string write_comparison(const Comparison& comparison);

// Errors: unsupported for another predicate, for members that are missing or malformed, and when a report
// that is carried has another digest or says something else.
Result<Comparison> read_comparison(const Statement& statement);

}  // namespace unrepro::evidence
