// How far apart the places are that sweeps over a fixture's bytes visit.

#ifndef UNREPRO_TESTS_SUPPORT_SWEEP_H_
#define UNREPRO_TESTS_SUPPORT_SWEEP_H_

#include <cstddef>

namespace unrepro::test {

// Every place; only some where code is not optimised. Prime to 8, so that a sweep over bits sees each bit of
// a byte.
#ifdef __OPTIMIZE__
inline constexpr std::size_t kStride = 1;
#else
inline constexpr std::size_t kStride = 11;
#endif

}  // namespace unrepro::test

#endif  // UNREPRO_TESTS_SUPPORT_SWEEP_H_
