#pragma once
// Message digests of bytes.

#include <compare>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "formats/field.h"

namespace unrepro {

// One of md5, sha1, sha256, sha512 (RFC 1321, FIPS 180-4), fed piece by piece.
class Hasher {
 public:
  // Requires a digest algorithm, not byte_count or installed_size.
  explicit Hasher(Algo algo);
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  void update(Bytes bytes);
  // The raw digest; call once, last. Empty when the algorithm is not available (MD5 on a FIPS-only system).
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// True for the algorithms that Hasher computes.
bool is_digest(Algo algo);
// Bytes in a raw digest; 0 for algorithms that are not digests.
std::size_t digest_size(Algo algo);
// The raw digest of all bytes; empty as for Hasher::finish().
std::string digest(Algo algo, Bytes bytes);

// Lower-case hexadecimal.
std::string to_hex(Bytes bytes);
inline std::string to_hex(std::string_view raw) { return to_hex(as_bytes(raw)); }
// Reads hexadecimal in either case. Empty when a character is not hexadecimal or their number is odd.
std::optional<std::string> from_hex(std::string_view hex);

// XXH3-128, to bucket contents that may be equal. Never evidence of equality: it is not collision resistant.
struct ContentHash {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  auto operator<=>(const ContentHash&) const = default;
};
ContentHash content_hash(Bytes bytes);

}  // namespace unrepro
