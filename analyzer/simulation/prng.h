#pragma once
// Random numbers that are the same on every machine. The standard's distributions differ between libraries,
// so ours are written out.

#include <array>
#include <cmath>
#include <cstdint>

namespace unrepro::simulation {

// SplitMix64 (Steele, Lea, Flood 2014): turns a counter into well-mixed bits; used to seed and to combine
// seeds.
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

// xoshiro256** 1.0 (Blackman, Vigna 2018), seeded by four outputs of SplitMix64 from the seed and a stream
// number.
class Prng {
 public:
  explicit constexpr Prng(std::uint64_t seed, std::uint64_t stream = 0) : state_{} {
    std::uint64_t counter = mix(seed) ^ mix(~stream);
    for (std::uint64_t& word : state_) word = mix(counter += 0x9e3779b97f4a7c15);
  }

  constexpr std::uint64_t next() {
    const std::uint64_t result = rotate(state_[1] * 5, 7) * 9;
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = rotate(state_[3], 45);
    return result;
  }

  // Uniform in [0, bound), without bias: multiply and reject (Lemire 2019). Requires bound > 0.
  constexpr std::uint64_t below(std::uint64_t bound) {
    const std::uint64_t reject = (0 - bound) % bound;
    while (true) {
      const std::uint64_t x = next();
      const std::uint64_t low = x * bound;
      if (low >= reject) return high_product(x, bound);
    }
  }

  // True with this probability, to 2^-53.
  bool chance(double probability) { return static_cast<double>(next() >> 11) < std::ldexp(probability, 53); }

 private:
  static constexpr std::uint64_t rotate(std::uint64_t x, int bits) { return x << bits | x >> (64 - bits); }
  static constexpr std::uint64_t high_product(std::uint64_t a, std::uint64_t b) {
    const std::uint64_t a0 = a & 0xffffffff, a1 = a >> 32, b0 = b & 0xffffffff, b1 = b >> 32;
    const std::uint64_t middle = a1 * b0 + (a0 * b0 >> 32);
    return a1 * b1 + (middle >> 32) + (((middle & 0xffffffff) + a0 * b1) >> 32);
  }

  std::array<std::uint64_t, 4> state_;
};

}  // namespace unrepro::simulation
