#pragma once
// The result of comparing two artifacts, as plain data. Writers turn it into text and JSON (design section
// 3).

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/field.h"
#include "rules/verdict.h"

namespace unrepro {

// The cause of residue.
inline constexpr std::string_view kUnexplained = "unexplained";

// Which record of the build a side brought: none, one that it brought itself, one signed by somebody else.
enum class FactsState : std::uint8_t { none, given, verified };

struct ReportSide {
  std::string path;    // as given by the caller
  std::string sha256;  // of the file; empty for a directory
  std::uint64_t size = 0;
  std::string format;
  std::optional<std::string>
      normal_sha256;  // set on both sides when the verdict is at most explained and not identical
  FactsState facts = FactsState::none;
  std::optional<Identity> identity;
};

struct Accounting {
  std::uint64_t differing_bytes = 0;  // = sum of by_proof + derived + unexplained
  std::uint64_t explained_bytes = 0;  // = sum of by_proof + derived
  std::uint64_t unexplained_bytes = 0;
  std::uint64_t derived_bytes = 0;
  std::map<Proof, std::uint64_t> by_proof;
  Capacity capacity;
};

// One value of a finding on one side: where in its blob, and what, decoded and escaped.
struct Evidence {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::string value;
};

struct Finding {
  std::uint32_t id = 0;  // 1-based, in report order
  std::string cause;     // id of the cause table, or "unexplained"
  Proof proof = Proof::none;
  Effect effect = Effect::behaviour;
  Verdict verdict = Verdict::divergent;
  Severity severity = Severity::info;
  std::string location;  // artifact!member!member#field (location.h)
  std::string format;
  std::string field;  // key of the field
  Kind kind = Kind::opaque;
  std::uint64_t differences = 1;  // how many differences this finding stands for
  std::uint64_t bytes = 0;        // weight of all of them
  Capacity capacity;
  bool touches_code = false;
  bool derived = false;  // follows from other findings
  std::optional<Evidence> left, right;
  std::vector<std::uint32_t> derived_from;  // ids of findings
  std::vector<std::string> listing;         // of code: lines of instructions that differ; may be empty
  std::string note;    // what was found out: the parameter, the encoder, the failing check; may be empty
  std::string remedy;  // for the tool that wrote it; empty when only the cause's is known
  std::vector<std::string> observed;  // variations of a build that, each alone, were seen to change this
};

// All findings of one cause that is no consequence of another.
struct CauseSummary {
  std::string id;
  Verdict verdict = Verdict::equivalent;
  bool blocking = false;  // keeps the pair from a better verdict
  std::uint64_t findings = 0;
  std::uint64_t differences = 0;
  std::uint64_t bytes = 0;
  Proof proof = Proof::recomputed;  // the weakest used
  Severity severity = Severity::info;
  Capacity capacity;
  std::vector<std::string> locations;  // the first few, distinct
  std::vector<std::string> notes;      // distinct notes of its findings, the first few
  std::vector<std::string> remedies;   // distinct remedies of its findings, the first few
};

// A suspicion that explains nothing, but tells a person where to look.
struct Lead {
  std::string id;
  std::string evidence;
};

struct Incomplete {
  std::string location;
  std::string reason;
};

// What an experiment showed: builds that differ in this variation only differ in this file.
struct Observation {
  std::string file, cause, variation;  // variation "repeat": nothing was varied
  unsigned runs = 1;                   // in how many builds
  bool marker = false;                 // the file has a value that only this variation brings
};

struct PassStats {
  std::string name;
  double seconds = 0;
  std::uint64_t bytes = 0;
};

struct Report {
  std::string reference_time;  // ISO 8601; the "now" that ranges were checked against
  ReportSide left, right;
  Verdict verdict = Verdict::identical;
  std::optional<Divergence> divergence;
  std::uint64_t alerts = 0;
  std::string subject;  // "same source and version", "other source version 1.0 → 1.1", … for line one
  // The verdict without the blocking causes; equal to verdict when nothing blocks.
  Verdict without_blocking = Verdict::identical;
  std::uint64_t members = 0;  // compared
  std::uint64_t differing_members = 0;
  Accounting accounting;
  std::vector<CauseSummary> causes;  // blocking first, then most bytes
  std::vector<Lead> leads;
  std::vector<Finding> findings;  // by severity, bytes, location
  std::uint64_t omitted_findings = 0;
  std::uint64_t omitted_bytes = 0;
  std::vector<Incomplete> incomplete;
  std::vector<Observation> observations;  // empty without an experiment
  std::vector<PassStats> stats;           // measured, therefore never part of text or JSON reports
};

}  // namespace unrepro
