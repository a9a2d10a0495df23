#include "analyzer/quorum/lottery.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <limits>

#include "formats/digest.h"

namespace unrepro::quorum {
namespace {

// Length-prefixed, so that no two lists of parts give one text.
void part(std::string& out, std::string_view text) {
  out.append(std::to_string(text.size())).push_back(':');
  out.append(text);
}

}  // namespace

Digest commit(std::string_view seed_hex) {
  const auto seed = from_hex(seed_hex);
  return seed ? to_hex(digest(Algo::sha256, as_bytes(*seed))) : Digest();
}

Digest results_root(const Case& kase) {
  std::vector<std::string> leaves;
  const auto add = [&](std::string_view owner, std::string_view manifest) {
    std::string leaf;
    part(leaf, owner);
    part(leaf, manifest);
    leaves.push_back(std::move(leaf));
  };
  for (const Seat& seat : kase.seats) {
    if (seat.role != Role::seat || seat.state != SeatState::submitted) continue;
    if (!seat.manifest.empty()) add(seat.operator_id, seat.manifest);
    for (const BuildResult& result : kase.results) {
      if (seat.manifest.empty() && result.seat == seat.id) add(seat.operator_id, result.manifest);
    }
  }
  for (const BuildResult& result : kase.results) {
    if (kase.seats.empty() && result.role == Role::seat)
      add(result.signer.empty() ? result.claimed_operator : result.signer, result.manifest);
  }
  std::sort(leaves.begin(), leaves.end());
  std::string all;
  for (const std::string& leaf : leaves) part(all, leaf);
  return to_hex(digest(Algo::sha256, as_bytes(all)));
}

bool drawn(std::string_view seed_hex, std::string_view job, const Digest& root, Ppb rate) {
  const auto seed = from_hex(seed_hex);
  if (!seed || rate >= kCertain) return true;
  std::string message;
  part(message, job);
  part(message, root);
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  if (HMAC(EVP_sha256(), seed->data(), static_cast<int>(seed->size()),
           reinterpret_cast<const unsigned char*>(message.data()), message.size(), mac.data(),
           &size) == nullptr)
    return true;
  std::uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number = number << 8 | mac[static_cast<std::size_t>(i)];
  // rate · 2^64 / 10^9, without leaving 64 bits.
  constexpr std::uint64_t kWhole = 18'446'744'073, kRest = 709'551'616;
  static_assert(kWhole * kCertain + (kRest - 1) == std::numeric_limits<std::uint64_t>::max());
  return number < rate * kWhole + rate * kRest / kCertain;
}

}  // namespace unrepro::quorum
