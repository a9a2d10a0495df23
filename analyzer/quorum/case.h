#pragma once
// Everything a decision depends on besides the policy: the job, its ledger of seats, the results, what
// comparing them gave, audits, arbitration, and what is on record about operators. Plain data; digests are
// hex SHA-256 in lower case; times are seconds since 1970.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "analyzer/quorum/policy.h"
#include "rules/verdict.h"

namespace unrepro::quorum {

using Digest = std::string;

// What was to be built.
struct Job {
  std::string id;
  std::map<std::string, Digest> inputs;  // "source" and what else the job fixed; empty: nothing fixed
  std::set<std::string> artifacts;       // names that must come out; empty: not known
  std::set<Digest> reference;            // reference mode: the artifacts to confirm; empty: symmetric mode
};

// Why a result was made. Only seats count towards agreement; any role but a rerun can show that a trusted
// operator holds the bits.
enum class Role : std::uint8_t {
  seat,
  audit,    // drawn by the lottery; made by a trusted operator
  arbiter,  // decides a dispute; made by a trusted operator, twice
  rerun,    // the same operator again, to tell a fault from intent
};

enum class SeatState : std::uint8_t { open, submitted, failed, expired };

// An assignment of the job to an operator. The ledger decides which results exist and what they are for: one
// that it does not show as submitted counts for nothing, one that it does and that is not there keeps the
// decision open.
struct Seat {
  std::string id;
  std::string operator_id;
  Role role = Role::seat;
  SeatState state = SeatState::open;
  bool fresh = false;    // assigned after a difference of inputs, to rebuild with the job's
  std::string replaces;  // the expired or failed seat that it refills; empty: one of the first
  Digest manifest;       // of what was submitted; empty: not recorded
};

struct BuildResult {
  std::string id;                            // unique in the case
  std::string seat;                          // id; empty when there is no ledger
  Role role = Role::seat;                    // asked when there is no ledger only
  std::string claimed_operator, builder;     // its own word
  std::string signer;                        // id of the key whose signature holds; empty: none holds
  bool attested = false;                     // by another system's statement, which names no job
  Digest manifest;                           // of the signed manifest's bytes, or what stands for them
  std::int64_t received = 0;                 // by the ledger's clock
  std::map<std::string, Digest> artifacts;   // as they are, by name; empty: the build failed
  std::map<std::string, Digest> inputs;      // declared
  std::map<std::string, std::string> facts;  // declared
  std::string isolation;                     // declared: vm, microvm, container, none
  std::string defect;  // why it cannot be believed although there is a signature; empty: nothing
};

// A cause that separates two artifacts.
struct CauseNote {
  std::string id;
  Verdict verdict = Verdict::equivalent;
  bool blocking = false;
  std::string location, left, right;  // the first one found, with both values
  std::string remedy;
};

// What comparing two artifacts gave; left < right.
struct Relation {
  Digest left, right;
  Verdict verdict = Verdict::incomplete;
  std::optional<Divergence> divergence;
  Capacity capacity;
  std::vector<CauseNote> causes;  // blocking ones first
  std::string incomplete;         // why, when it is
};

// The audit lottery. `commitment` is published before the results come in; the seed is opened after.
struct AuditDraw {
  Digest commitment;  // SHA-256 of the seed
  std::string seed;   // as hex; empty until opened
  Digest root;        // of the results that were in: results_root()
  Ppb rate = 0;       // between the policy's floor and rate, by reputation
};

enum class EventKind : std::uint8_t { audit_passed, flake, ringer_failed, arbitration_lost, convicted };

// What is on record about an operator: from audits and arbitration only, never from agreeing with others.
struct Event {
  std::string operator_id;
  EventKind kind = EventKind::audit_passed;
  std::int64_t at = 0;
  Digest evidence;
};

// The unrepro that compared the artifacts: on record, so that another one can decide the same again.
struct Tool {
  std::string version;
  Digest rules_sha256;
};

// All of it. The order of no list matters.
struct Case {
  Job job;
  Tool tool;
  std::int64_t now = 0;      // the time of the decision
  bool unsigned_ok = false;  // a local experiment: the claimed operator is believed
  std::vector<Seat> seats;   // empty: no ledger; every result has a seat of its own
  std::vector<BuildResult> results;
  std::map<Digest, Digest> normal;  // artifact → its normal form, where there is one
  std::vector<Relation> relations;
  std::optional<AuditDraw> audit;
  // People who signed that a result was meant, by the result's manifest.
  std::map<Digest, std::set<std::string>> confirmations;
  std::vector<Event> events;
};

// A digest of the case that no order of its lists changes.
Digest case_digest(const Case& kase);

std::string_view to_string(SeatState state);
std::string_view to_string(Role role);
std::string_view to_string(EventKind kind);

}  // namespace unrepro::quorum
