// Property tests use the same inputs on every run, unless RC_PARAMS says otherwise; fewer where code is not
// optimised.

#include <cstdlib>

namespace {

#ifdef __OPTIMIZE__
constexpr const char* kParameters = "seed=20240131";
#else
constexpr const char* kParameters = "seed=20240131 max_success=10";
#endif

[[maybe_unused]] const int kSeeded = setenv("RC_PARAMS", kParameters, 0);

}  // namespace
