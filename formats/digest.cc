#include "formats/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <xxhash.h>

#include <array>

namespace unrepro {
namespace {

// The configuration and the error texts of the system are of no use to a digest, and take longer than most.
const EVP_MD* implementation(Algo algo) {
  [[maybe_unused]] static const int started =
      OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS, nullptr);
  switch (algo) {
    case Algo::md5:
      return EVP_md5();
    case Algo::sha1:
      return EVP_sha1();
    case Algo::sha256:
      return EVP_sha256();
    case Algo::sha512:
      return EVP_sha512();
    case Algo::byte_count:
    case Algo::installed_size:
    case Algo::crc32_le:
    case Algo::crc32_be:
    case Algo::build_id:
      break;
  }
  return nullptr;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

struct Hasher::State {
  std::unique_ptr<EVP_MD_CTX, FreeContext> context;
  bool ok = false;
};

Hasher::Hasher(Algo algo) : state_(std::make_unique<State>()) {
  const EVP_MD* method = implementation(algo);
  state_->context.reset(EVP_MD_CTX_new());
  state_->ok = method != nullptr && state_->context != nullptr &&
               EVP_DigestInit_ex(state_->context.get(), method, nullptr) == 1;
}

Hasher::~Hasher() = default;

void Hasher::update(Bytes bytes) {
  state_->ok = state_->ok && EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1;
}

std::string Hasher::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned length = 0;
  if (!state_->ok || EVP_DigestFinal_ex(state_->context.get(), out.data(), &length) != 1) return {};
  state_->ok = false;
  return std::string(as_text(Bytes(out).first(length)));
}

bool is_digest(Algo algo) { return digest_size(algo) != 0; }

std::size_t digest_size(Algo algo) {
  switch (algo) {
    case Algo::md5:
      return 16;
    case Algo::sha1:
      return 20;
    case Algo::sha256:
      return 32;
    case Algo::sha512:
      return 64;
    case Algo::byte_count:
    case Algo::installed_size:
    case Algo::crc32_le:
    case Algo::crc32_be:
    case Algo::build_id:
      break;
  }
  return 0;
}

std::string digest(Algo algo, Bytes bytes) {
  Hasher hasher(algo);
  hasher.update(bytes);
  return hasher.finish();
}

std::string to_hex(Bytes bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
  return out;
}

std::optional<std::string> from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = hex_value(hex[i]);
    const int low = hex_value(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
  }
  return out;
}

ContentHash content_hash(Bytes bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.low64, hash.high64};
}

}  // namespace unrepro
