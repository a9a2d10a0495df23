#include <array>

#include "analyzer/quorum/decision.h"

namespace unrepro::quorum {

std::string_view to_string(State state) {
  static constexpr std::array<std::string_view, 13> kNames = {
      "pending",      "agreed",   "agreed-equivalent", "disputed",  "inputs-differ",
      "insufficient", "rejected", "unreproducible",    "escalated", "auditing",
      "confirmed",    "revoked",  "superseded"};
  return kNames[static_cast<std::size_t>(state)];
}

std::string_view to_string(Standing standing) {
  static constexpr std::array<std::string_view, 5> kNames = {"agrees", "explained", "dissents", "set-aside",
                                                             "missing"};
  return kNames[static_cast<std::size_t>(standing)];
}

}  // namespace unrepro::quorum
