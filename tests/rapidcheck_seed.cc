// Property tests use the same inputs on every run, unless RC_PARAMS says otherwise.

#include <cstdlib>

namespace {

[[maybe_unused]] const int kSeeded = setenv("RC_PARAMS", "seed=20240131", 0);

}  // namespace
