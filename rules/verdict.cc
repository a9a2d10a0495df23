#include "rules/verdict.h"

#include <array>
#include <cmath>

namespace unrepro {

Verdict judge(Effect effect, Proof proof) {
  if (proof == Proof::none || proof == Proof::inferred) return Verdict::divergent;
  switch (effect) {
    case Effect::inert:
      return proof == Proof::recomputed || proof == Proof::inert ? Verdict::equivalent : Verdict::explained;
    case Effect::content:
      return Verdict::explained;
    case Effect::behaviour:
      return proof == Proof::recomputed ? Verdict::explained : Verdict::divergent;
  }
  return Verdict::divergent;
}

Verdict judge_order(Encoding list, Proof proof) {
  if (proof == Proof::none || proof == Proof::inferred) return Verdict::divergent;
  if (list == Encoding::list_set) return Verdict::equivalent;
  if (list == Encoding::list_observable) return Verdict::explained;
  return Verdict::divergent;
}

std::string_view to_string(Verdict verdict) {
  static constexpr std::array<std::string_view, 5> kNames = {"identical", "equivalent", "explained",
                                                             "incomplete", "divergent"};
  return kNames[static_cast<std::size_t>(verdict)];
}

std::string_view to_string(Proof proof) {
  static constexpr std::array<std::string_view, 7> kNames = {"recomputed", "inert",    "observed", "recorded",
                                                             "pattern",    "inferred", "none"};
  return kNames[static_cast<std::size_t>(proof)];
}

std::string_view to_string(Severity severity) {
  static constexpr std::array<std::string_view, 3> kNames = {"info", "warning", "alert"};
  return kNames[static_cast<std::size_t>(severity)];
}

std::string_view to_string(Divergence divergence) {
  static constexpr std::array<std::string_view, 3> kNames = {"known", "unknown", "alert"};
  return kNames[static_cast<std::size_t>(divergence)];
}

Capacity Capacity::of_values(std::uint64_t count) {
  if (count <= 1) return {};
  return {static_cast<std::uint64_t>(std::ceil(10.0 * std::log2(static_cast<double>(count)) - 1e-6)), false};
}

Capacity Capacity::of_orders(std::uint64_t items) {
  if (items <= 1) return {};
  constexpr double kLn2 = 0.693147180559945309417232121458;
  const double bits = std::lgamma(static_cast<double>(items) + 1.0) / kLn2;
  return {static_cast<std::uint64_t>(std::ceil(10.0 * bits - 1e-6)), false};
}

}  // namespace unrepro
