#include "analyzer/evidence/ed25519.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <memory>

#include "formats/digest.h"

namespace unrepro::evidence {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

const unsigned char* data(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// The y coordinates, little-endian, of the eight points whose order divides 8, with the spellings at or above
// 2^255 - 19. The sign bit of x is cleared.
constexpr std::array<std::string_view, 7> kSmallOrder = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

// The order of the base point, little-endian (RFC 8032 5.1).
constexpr std::array<unsigned char, 32> kOrder = {
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

bool small_order(std::string_view public_key) {
  std::string y(public_key);
  y[31] = static_cast<char>(y[31] & 0x7f);
  return std::find(kSmallOrder.begin(), kSmallOrder.end(), to_hex(y)) != kSmallOrder.end();
}

bool reduced(std::string_view s) {
  const unsigned char* bytes = data(s);
  return std::lexicographical_compare(std::make_reverse_iterator(bytes + 32),
                                      std::make_reverse_iterator(bytes), kOrder.rbegin(), kOrder.rend());
}

std::string raw_public(const EVP_PKEY* key) {
  std::string bytes(32, '\0');
  std::size_t size = bytes.size();
  const bool ed25519 = key != nullptr && EVP_PKEY_get_id(key) == EVP_PKEY_ED25519;
  if (!ed25519 ||
      EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(bytes.data()), &size) != 1)
    return {};
  return bytes;
}

int no_password(char*, int, int, void*) { return -1; }

Owned<BIO> memory(std::string_view text) {
  return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

}  // namespace

bool verify_ed25519(std::string_view public_key, std::string_view message, std::string_view signature) {
  if (public_key.size() != 32 || signature.size() != 64) return false;
  if (small_order(public_key) || !reduced(signature.substr(32))) return false;
  const Owned<EVP_PKEY> key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, data(public_key), 32));
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  return key && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), data(signature), signature.size(), data(message), message.size()) ==
             1;
}

Result<SigningKey> SigningKey::from_seed(std::string_view seed) {
  SigningKey key;
  if (seed.size() == key.seed_.size()) {
    std::copy(seed.begin(), seed.end(), key.seed_.begin());
    key.public_key_ = raw_public(
        Owned<EVP_PKEY>(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, key.seed_.data(), 32)).get());
  }
  if (key.public_key_.empty()) return fail(Trouble::unsupported, "no seed of an ed25519 key");
  return key;
}

Result<SigningKey> SigningKey::from_pem(std::string_view pem) {
  if (pem.size() > 64u << 10) return fail(Trouble::unsupported, "too large for a key");
  const Owned<EVP_PKEY> read(PEM_read_bio_PrivateKey(memory(pem).get(), nullptr, no_password, nullptr));
  SigningKey key;
  key.public_key_ = raw_public(read.get());
  std::size_t size = key.seed_.size();
  if (key.public_key_.empty() || EVP_PKEY_get_raw_private_key(read.get(), key.seed_.data(), &size) != 1)
    return fail(Trouble::unsupported, "no unencrypted ed25519 private key in PEM");
  return key;
}

SigningKey::~SigningKey() { OPENSSL_cleanse(seed_.data(), seed_.size()); }

SigningKey::SigningKey(SigningKey&& other) noexcept
    : seed_(other.seed_), public_key_(std::move(other.public_key_)) {
  OPENSSL_cleanse(other.seed_.data(), other.seed_.size());
}

std::string SigningKey::sign(std::string_view message) const {
  const Owned<EVP_PKEY> key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed_.data(), seed_.size()));
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  std::string signature(64, '\0');
  std::size_t size = signature.size();
  if (!key || !context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, data(message),
                     message.size()) != 1)
    throw std::bad_alloc();  // the only way in which signing can fail
  return signature;
}

Result<std::string> public_key_from_pem(std::string_view pem) {
  if (pem.size() > 64u << 10) return fail(Trouble::unsupported, "too large for a key");
  const Owned<EVP_PKEY> read(PEM_read_bio_PUBKEY(memory(pem).get(), nullptr, no_password, nullptr));
  std::string bytes = raw_public(read.get());
  if (bytes.empty()) return fail(Trouble::unsupported, "no ed25519 public key in PEM");
  return bytes;
}

}  // namespace unrepro::evidence
