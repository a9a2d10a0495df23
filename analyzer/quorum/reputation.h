#pragma once
// What the record of an operator is worth (quorum.md c.4). It may add a condition or steer audits and
// schedules; it never replaces an operator.

#include <vector>

#include "analyzer/quorum/case.h"

namespace unrepro::quorum {

struct Reputation {
  double good = 0, bad = 0;  // decayed counts: a Beta(good + 1, bad + 1) posterior
  std::uint32_t arbitrations_lost = 0;
  bool convicted = false;

  // The 5 % quantile of the posterior: "at least this reliable, with 95 % confidence". Rounded down.
  Ppb lower_bound() const;
};

// Folds an operator's events, oldest first whatever their order in the list: each event and each 30 idle days
// up to `now` multiply the counts by 0.99; a passed audit adds 1 good, a flake or lost arbitration 1 bad, a
// failed ringer 5 bad.
Reputation reputation(const std::vector<Event>& events, const std::string& operator_id, std::int64_t now);

// Credibility of one result (Sarmenta 2002, spot-checks with blacklisting): 1 − f/((1 − f)·k·e) after k
// passed audits, 1 − f before; the lower bound instead where that is less and something failed.
double credibility(const Reputation& reputation, Ppb assumed_malicious);

// Probability that the first group of results is the right one, given that the others are there (Sarmenta's
// group credibility). Each group holds one credibility per operator.
Ppb group_credibility(const std::vector<std::vector<double>>& groups);

// The share of jobs of an operator to audit: its unreliability times the policy's rate, at least its floor.
Ppb audit_rate(const Policy& policy, const Reputation& reputation);

}  // namespace unrepro::quorum
