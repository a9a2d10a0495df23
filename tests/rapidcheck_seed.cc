// Property tests use the same inputs on every run, unless RC_PARAMS says otherwise; fewer in slow builds.

#include <cstdlib>

#include "tests/support/slow_build.h"

namespace {

[[maybe_unused]] const int kSeeded =
    setenv("RC_PARAMS", unrepro::test::kSlowBuild ? "seed=20240131 max_success=10" : "seed=20240131", 0);

}  // namespace
