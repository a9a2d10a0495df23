#pragma once
// Vocabulary shared by every floor: byte views, errors, results.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace unrepro {

// A view of bytes owned by somebody else, usually a Blob.
using Bytes = std::span<const std::uint8_t>;

inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Why something could not be done. Damage inside an artifact is not an Error: decoders report it as an
// Anomaly and go on.
enum class Trouble : std::uint8_t {
  io,           // the operating system refused: missing, unreadable, disk full
  budget,       // a limit of Limits was reached; the message names it
  unsupported,  // understood but not decodable (encrypted, unknown method)
  internal,     // our own invariant is broken
};

struct Error {
  Trouble trouble;
  std::string message;
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(Trouble trouble, std::string message) {
  return tl::unexpected<Error>(Error{trouble, std::move(message)});
}

}  // namespace unrepro
