#pragma once
// The decision of a quorum, with a reason for each condition that was checked (design section 5).

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/quorum/case.h"
#include "analyzer/quorum/policy.h"

namespace unrepro::quorum {

enum class State : std::uint8_t {
  pending,            // results are outstanding
  agreed,             // all results that count are bit-identical
  agreed_equivalent,  // some differ within what the policy accepts
  disputed,           // somebody differs, for a known reason or the analysis did not end; or a tie
  inputs_differ,      // somebody differs and was built from other inputs
  insufficient,       // nobody objects, but a demand of the policy is not met
  rejected,           // arbitration found the larger class wrong
  unreproducible,     // arbitration got yet another artifact: a quorum cannot decide
  escalated,          // an unexplained difference or an alert: for people
  auditing,           // agreed, and drawn for an audit that is not in yet
  confirmed,          // agreed, and the audit holds
  revoked,            // was released, and no longer would be
  superseded,         // was released, and something else is now
};

// Whether artifacts are released in this state.
constexpr bool passes(State state) {
  return state == State::agreed || state == State::agreed_equivalent || state == State::confirmed;
}

struct Condition {
  std::string id;  // stable: "ledger-closed", "no-dissent", "agree", …
  bool passed = false;
  std::string detail;  // a plain sentence
};

// Artifacts of one name that count as one: the same bits, or the same normal form where the policy accepts
// it.
struct Class {
  struct Bits {
    Digest sha256;
    std::vector<std::string> operators, results;  // of seats; sorted
    std::set<std::string> trusted;                // operators that hold them in any role but a rerun
  };
  std::vector<Bits> bits;              // most operators first
  std::vector<std::string> operators;  // of seats, distinct, sorted
  std::string normal_sha256;           // empty: unknown
  // Declared facts and inputs that are the same within the class and other outside of it.
  std::map<std::string, std::string> separators;
  bool released = false;
};

// How an operator's result stands to the class that was considered for release.
enum class Standing : std::uint8_t {
  agrees,     // in the class; counts
  explained,  // tolerated; does not count
  dissents,   // holds the decision
  set_aside,  // other inputs and a fresh rebuild with the job's; or shown to be a fault
  missing,    // its result lacks this artifact
};

struct Stance {
  std::string result, operator_id;
  Digest sha256;  // empty when missing
  Standing standing = Standing::agrees;
  Verdict verdict = Verdict::identical;  // to the class's first bits
  std::optional<Divergence> divergence;
  Capacity capacity;
  std::vector<CauseNote> causes;  // left: the class's value; right: this result's
  std::string detail;             // why it stands so; may be empty
};

struct ArtifactDecision {
  std::string name;
  State state = State::pending;
  Digest released;              // empty unless the state passes
  std::vector<Class> classes;   // the one considered first, then most operators
  std::vector<Stance> stances;  // by result
  std::vector<Condition> conditions;
  std::uint64_t bitwise = 0;  // independent operators of seats that hold the released bits and nothing else
  Ppb credibility = 0;        // of the class considered; reported even when the policy does not ask
  std::vector<std::string> shared;  // independence: "hosting=example: debian, suse"
};

// A result that counts for nothing, and why.
struct Ignored {
  std::string result, operator_id, reason;
};

struct Penalty {
  std::string operator_id;
  EventKind kind = EventKind::flake;
  std::string artifact;
  std::vector<Digest> evidence;  // manifests of the results that show it; sorted
  std::string reason;
};

struct Decision {
  State state = State::pending;
  bool unsigned_ok = false;
  bool reference_mode = false;
  std::string job;
  Tool tool;
  Digest policy, inputs;
  std::vector<ArtifactDecision> artifacts;  // by name
  std::vector<Ignored> ignored;             // by result
  std::vector<Penalty> penalties;           // by operator
  std::vector<std::string> next;            // what to do, in plain sentences
};

// Decides. Pure: no clock, no I/O, no globals; the order of lists in the case does not matter. Never more
// lenient than its evidence: a relation that is not there counts as `incomplete`, an unknown value as a no.
Decision decide(const Policy& policy, const Case& kase);

// Pairs to compare for one decision; what is not compared counts as incomplete. Two operators that invent
// names can ask for any number.
inline constexpr std::size_t kMostComparisons = 1000;

// The pairs of artifacts whose relation the decision needs and the case does not hold, at most one fewer than
// there are distinct artifacts of a name, none for names that the job does not list, and kMostComparisons in
// all. To be called with the normal forms filled in.
std::vector<std::pair<Digest, Digest>> comparisons(const Policy& policy, const Case& kase);

// What a decision that released artifacts has become now that the same job was decided again: itself,
// `revoked` or `superseded`.
State later_state(const Decision& earlier, const Decision& now);

std::string_view to_string(State state);  // "agreed-equivalent"
std::string_view to_string(Standing standing);

}  // namespace unrepro::quorum
