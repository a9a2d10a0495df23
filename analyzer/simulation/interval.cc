#include "analyzer/simulation/interval.h"

#include <algorithm>
#include <cmath>

namespace unrepro::simulation {

Interval wilson(double hits, double trials, double design_effect) {
  constexpr double z = 1.959963984540054;  // the normal distribution's 97.5 % quantile
  if (trials <= 0) return {};
  const double p = hits / trials, n = trials / std::max(design_effect, 1.0);
  const double centre = p + z * z / (2 * n);
  const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  const double scale = 1 + z * z / n;
  // Rounding must not exclude the ends.
  return {hits <= 0 ? 0 : (centre - half) / scale, hits >= trials ? 1 : (centre + half) / scale};
}

}  // namespace unrepro::simulation
