#include "analyzer/simulation/closed_form.h"

#include <algorithm>
#include <cmath>

namespace unrepro::simulation {
namespace {

// log C(n, k), as a sum: the same on every machine up to the logarithm, unlike lgamma.
double log_choose(std::uint32_t n, std::uint32_t k) {
  double sum = 0;
  for (std::uint32_t i = 1; i <= std::min(k, n - k); ++i)
    sum += std::log(static_cast<double>(n - std::min(k, n - k) + i) / i);
  return sum;
}

}  // namespace

double binomial(std::uint32_t n, std::uint32_t k, double p) {
  if (k > n) return 0;
  if (p <= 0 || p >= 1) return k == (p <= 0 ? 0 : n) ? 1 : 0;
  return std::exp(log_choose(n, k) + k * std::log(p) + (n - k) * std::log1p(-p));
}

double hypergeometric(std::uint32_t all, std::uint32_t marked, std::uint32_t drawn, std::uint32_t k) {
  if (k > marked || k > drawn || drawn > all || drawn - k > all - marked) return 0;
  return std::exp(log_choose(marked, k) + log_choose(all - marked, drawn - k) - log_choose(all, drawn));
}

double majority_error(double f, std::uint32_t m) {
  double sum = 0;
  for (std::uint32_t j = m; j <= 2 * m - 1; ++j) sum += binomial(2 * m - 1, j, f);
  return sum;
}

std::uint32_t majority_needed(double f, double bound) {
  std::uint32_t m = 1;
  while (majority_error(f, m) > bound && m < 100'000) ++m;
  return m;
}

double majority_redundancy(double f, std::uint32_t m) { return m / (1 - f); }

double unanimity_accepts(double g, std::uint32_t n) { return std::pow(g, n); }

double unanimity_holds(double g, std::uint32_t n) { return 1 - std::pow(g, n) - std::pow(1 - g, n); }

double sybil_by_nodes(std::uint32_t honest, std::uint32_t attacker, std::uint32_t seats,
                      std::uint32_t needed) {
  double sum = 0;
  for (std::uint32_t k = needed; k <= seats; ++k)
    sum += hypergeometric(honest + attacker, attacker, seats, k);
  return sum;
}

double sybil_by_operators(std::uint32_t honest_operators, std::uint32_t seats, std::uint32_t needed) {
  return sybil_by_nodes(honest_operators, 1, seats, needed);
}

double detection(double q, std::uint32_t k) { return -std::expm1(k * std::log1p(-q)); }

std::uint32_t builds_until_detection(double q, double confidence, double s) {
  return static_cast<std::uint32_t>(std::ceil(std::log1p(-confidence) / std::log1p(-q * s)));
}

double bad_before_detection(double q) { return (1 - q) / q; }

double tolerable_unexplained(double posterior, double attacked, double benign) {
  return attacked * (1 - posterior) / (posterior * benign);
}

}  // namespace unrepro::simulation
