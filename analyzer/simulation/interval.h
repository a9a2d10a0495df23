#pragma once

#include <cstdint>

namespace unrepro::simulation {

struct Interval {
  double low = 0, high = 1;
  bool contains(double value) const { return low <= value && value <= high; }
};

// Wilson's score interval, 95 %, of `hits` in `trials`. Trials in clusters (builds of one run) are fewer
// independent ones: `design_effect` of them count as one (Kish 1965). No trials give [0, 1].
Interval wilson(double hits, double trials, double design_effect = 1);

}  // namespace unrepro::simulation
