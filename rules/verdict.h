#pragma once
// Effects, proofs and verdicts: the table of design 1.1.

#include <cstdint>
#include <optional>
#include <string_view>

#include "formats/field.h"

namespace unrepro {

// Ordered from best to worst, so that the worst of several is their maximum.
enum class Verdict : std::uint8_t { identical, equivalent, explained, incomplete, divergent };

// How a difference was shown to have its cause. Ordered from strongest to weakest.
enum class Proof : std::uint8_t { recomputed, inert, observed, recorded, pattern, inferred, none };

enum class Severity : std::uint8_t { info, warning, alert };

// Why a pair is divergent: each difference has a cause but some touch behaviour; residue; or an alert.
enum class Divergence : std::uint8_t { known, unknown, alert };

// The best verdict that a proof allows for a difference in a field of this effect.
Verdict judge(Effect effect, Proof proof);
// The same for a list whose items are in another order, given that the order is proven.
Verdict judge_order(Encoding list, Proof proof);

std::string_view to_string(Verdict verdict);
std::string_view to_string(Proof proof);
std::string_view to_string(Severity severity);
std::string_view to_string(Divergence divergence);

// What an acceptance lets somebody who controls one side choose freely (causes.md 0.4), in tenths of a bit.
struct Capacity {
  std::uint64_t decibits = 0;
  bool unbounded = false;

  Capacity& operator+=(const Capacity& other) {
    decibits += other.decibits;
    unbounded = unbounded || other.unbounded;
    return *this;
  }
  static Capacity unlimited() { return {0, true}; }
  // log2 of a number of values, rounded up to a tenth of a bit.
  static Capacity of_values(std::uint64_t count);
  // log2(n!), rounded up.
  static Capacity of_orders(std::uint64_t items);
  bool operator==(const Capacity&) const = default;
};

}  // namespace unrepro
