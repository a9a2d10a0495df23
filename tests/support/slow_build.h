#pragma once
// What tests take on where code is not optimised.

#include <cstddef>

namespace unrepro::test {

#ifdef __OPTIMIZE__
inline constexpr bool kSlowBuild = false;
#else
inline constexpr bool kSlowBuild = true;
#endif

// How far apart the places are that sweeps over a fixture's bytes visit. Prime to 8, so that a sweep over
// bits sees each bit of a byte.
inline constexpr std::size_t kStride = kSlowBuild ? 11 : 1;

}  // namespace unrepro::test
