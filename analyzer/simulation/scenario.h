#pragma once
// What to simulate: policies × share of malicious operators × strategies. corpus/quorum/scenario.toml shows
// every key.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/quorum/policy.h"

namespace unrepro::simulation {

// What malicious operators do. All of them collude: they submit the same malicious artifact.
enum class Strategy : std::uint8_t {
  always,        // attack every build
  rare,          // attack a build with probability `rate`
  targeted,      // attack one of the packages only
  colluding,     // attack only when every seat outside the trusted operators is theirs
  sleeper,       // honest until build `wake`, then always
  sybil_burst,   // from build `wake` on, `burst` more nodes, and attack always
  whitewashing,  // attack always; whoever is convicted or withdrawn comes back as a new operator
  free_riding,   // build nothing; hand in what another result shows, or, where nothing shows, something stale
  griefing,      // hand in something else every time, to hold builds
  inputs_lying,  // attack always, and declare other inputs as an excuse
};

enum class Rule : std::uint8_t {
  decide,    // the real decision
  majority,  // for comparison only: what most seats hold is released, nothing is asked, nobody is blamed
};

struct PolicyCase {
  std::string name;
  quorum::Policy policy;
  std::string text;  // what the policy was read from
  Rule rule = Rule::decide;
  bool by_nodes =
      false;  // seats are drawn among nodes, and every node is an operator of its own: free joining
  bool arbitrate = true;        // disputes go to fresh operators, an arbiter and people
  bool commit_reveal = true;    // no result shows before all are in
  std::uint32_t probation = 0;  // builds for which a new operator gets no seat
};

struct Scenario {
  std::uint64_t seed = 1;
  std::uint32_t runs = 100;  // independent histories for each cell
  std::uint32_t builds = 1;  // of each history, one after the other, by the same operators
  std::uint32_t operators = 20;
  std::uint32_t nodes = 5;  // of each operator
  bool independent =
      false;  // each operator is malicious with the share's probability, not a fixed number of them
  double benign_mismatch = 0;   // builds that do not reproduce
  double benign_explained = 1;  // of those, the ones whose differences are explained
  double disguised = 0;         // malicious differences that pass for explained: the analyzer is fooled
  double rate = 0.1;
  std::uint32_t packages = 50;
  std::uint32_t wake = 0, burst = 100;
  std::vector<double> shares;
  std::vector<Strategy> strategies;
  std::vector<PolicyCase> policies;
};

// Reads a scenario. A policy has the keys of policy.toml that quorum::parse_policy() knows besides operators
// and keys, and `rule`, `by_nodes`, `arbitrate`, `commit_reveal`, `probation`; `trusted` is the number of
// trusted operators, who are honest and stand outside the pool. Unknown keys are errors. Errors: unsupported.
Result<Scenario> parse_scenario(std::string_view toml);

std::string_view to_string(Strategy strategy);  // "sybil-burst"

}  // namespace unrepro::simulation
