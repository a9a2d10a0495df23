#pragma once
// What can be calculated about quorums without simulating. Probabilities in and out. References: quorum.md
// sections b.4, c.4 to c.6 and c.8.

#include <cstdint>

namespace unrepro::simulation {

// C(n, k) p^k (1-p)^(n-k).
double binomial(std::uint32_t n, std::uint32_t k, double p);
// Probability of k marked ones among `drawn` of `all` without putting back, `marked` of them marked.
double hypergeometric(std::uint32_t all, std::uint32_t marked, std::uint32_t drawn, std::uint32_t k);

// A majority voting among 2m-1 (m first, then m equal) is wrong although each is bad with probability f and
// all bad ones collude (Sarmenta 2002).
double majority_error(double f, std::uint32_t m);
// The smallest m for which that error is at most `bound`.
std::uint32_t majority_needed(double f, double bound);
// Builds that m-first voting costs on average when every worker that is bad is out of step: m / (1 - f).
double majority_redundancy(double f, std::uint32_t m);

// All of n must agree, each is bad with probability g and all bad ones collude: a bad artifact passes; builds
// are held because some differ.
double unanimity_accepts(double g, std::uint32_t n);
double unanimity_holds(double g, std::uint32_t n);

// Every seat, or at least `needed` of `seats` seats, goes to the attacker when nodes are drawn from `honest`
// and `attacker` many.
double sybil_by_nodes(std::uint32_t honest, std::uint32_t attacker, std::uint32_t seats,
                      std::uint32_t needed);
// The same when operators are drawn and all the nodes belong to one: a number of seats above one cannot be
// reached.
double sybil_by_operators(std::uint32_t honest_operators, std::uint32_t seats, std::uint32_t needed);

// At least one of k bad builds is audited at rate q.
double detection(double q, std::uint32_t k);
// Builds after which an operator that cheats with rate s is detected with this confidence: the smallest k.
std::uint32_t builds_until_detection(double q, double confidence, double s = 1);
// Bad builds on average before the first that is caught.
double bad_before_detection(double q);

// The share of benign mismatches that may stay unexplained so that an unexplained one is an attack with
// probability `posterior`, given how often builds are attacked and differ benignly.
double tolerable_unexplained(double posterior, double attacked, double benign);

}  // namespace unrepro::simulation
