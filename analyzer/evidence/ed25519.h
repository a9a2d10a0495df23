#pragma once
// Ed25519 signatures (RFC 8032), and nothing else: there is no algorithm to negotiate.

#include <array>
#include <string>
#include <string_view>

#include "formats/base.h"

namespace unrepro::evidence {

// Whether a signature of 64 bytes holds for a message under a public key of 32 bytes. False for keys that are
// points of small order in any encoding (their signatures hold for many messages) and for signatures whose S
// is not reduced (section 5.1.7), so that nobody else can make a second signature from a first one.
bool verify_ed25519(std::string_view public_key, std::string_view message, std::string_view signature);

// A private key. Leaves no copy of itself behind when destroyed.
class SigningKey {
 public:
  // Requires a seed of 32 bytes (RFC 8032 5.1.5). Errors: unsupported.
  static Result<SigningKey> from_seed(std::string_view seed);
  // A PEM file of an unencrypted PKCS #8 key, as `openssl genpkey -algorithm ed25519` writes it. Errors:
  // unsupported.
  static Result<SigningKey> from_pem(std::string_view pem);
  ~SigningKey();
  SigningKey(SigningKey&& other) noexcept;
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;

  const std::string& public_key() const { return public_key_; }  // 32 bytes
  // 64 bytes.
  std::string sign(std::string_view message) const;

 private:
  SigningKey() = default;

  std::array<unsigned char, 32> seed_{};
  std::string public_key_;
};

// The 32 bytes of a public key in PEM (SubjectPublicKeyInfo, RFC 8410). Errors: unsupported.
Result<std::string> public_key_from_pem(std::string_view pem);

}  // namespace unrepro::evidence
