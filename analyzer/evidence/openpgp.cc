#include "analyzer/evidence/openpgp.h"

#include <dlfcn.h>
#include <rnp/rnp.h>
#include <rnp/rnp_err.h>

#include <algorithm>
#include <memory>
#include <set>

#include "formats/ascii.h"

namespace unrepro::evidence {
namespace {

constexpr std::string_view kBegin = "-----BEGIN PGP SIGNED MESSAGE-----\n";
constexpr std::string_view kSignature = "\n-----BEGIN PGP SIGNATURE-----\n";
constexpr std::string_view kEnd = "\n-----END PGP SIGNATURE-----\n";
constexpr std::size_t kMostSignatures = 64;

// The functions of librnp that are used. Starting the program would take twice as long if it were
// linked.
class Rnp {
 public:
  static const Rnp* instance() {
    static const Rnp kRnp;
    return kRnp.complete_ ? &kRnp : nullptr;
  }

#define UNREPRO_RNP(name) decltype(&rnp_##name) name = load<decltype(&rnp_##name)>("rnp_" #name)
 private:
  void* library_ = dlopen("librnp.so.0", RTLD_NOW | RTLD_LOCAL);
  bool complete_ = library_ != nullptr;

  template <class Function>
  Function load(const char* name) {
    void* found = library_ == nullptr ? nullptr : dlsym(library_, name);
    complete_ = complete_ && found != nullptr;
    return reinterpret_cast<Function>(found);
  }

 public:
  UNREPRO_RNP(ffi_create);
  UNREPRO_RNP(ffi_destroy);
  UNREPRO_RNP(set_timestamp);
  UNREPRO_RNP(load_keys);
  UNREPRO_RNP(input_from_memory);
  UNREPRO_RNP(input_destroy);
  UNREPRO_RNP(output_to_memory);
  UNREPRO_RNP(output_memory_get_buf);
  UNREPRO_RNP(output_destroy);
  UNREPRO_RNP(op_verify_create);
  UNREPRO_RNP(op_verify_execute);
  UNREPRO_RNP(op_verify_destroy);
  UNREPRO_RNP(op_verify_get_signature_count);
  UNREPRO_RNP(op_verify_get_signature_at);
  UNREPRO_RNP(op_verify_signature_get_status);
  UNREPRO_RNP(op_verify_signature_get_key);
  UNREPRO_RNP(op_verify_signature_get_times);
  UNREPRO_RNP(key_is_primary);
  UNREPRO_RNP(key_get_fprint);
  UNREPRO_RNP(key_get_primary_fprint);
  UNREPRO_RNP(key_is_revoked);
  UNREPRO_RNP(key_is_valid);
  UNREPRO_RNP(key_handle_destroy);
  UNREPRO_RNP(buffer_destroy);
#undef UNREPRO_RNP
};

// A handle of librnp that its own function destroys.
template <class Handle>
struct Release {
  rnp_result_t (*destroy)(Handle*);
  void operator()(Handle* handle) const { destroy(handle); }
};
template <class Handle>
using Owned = std::unique_ptr<Handle, Release<Handle>>;

template <class Handle, class Create, class... Arguments>
Owned<Handle> make(rnp_result_t (*destroy)(Handle*), const Create& create, Arguments... arguments) {
  Handle* handle = nullptr;
  if (create(&handle, arguments...) != RNP_SUCCESS) handle = nullptr;
  return Owned<Handle>(handle, {destroy});
}

Owned<rnp_input_st> input(const Rnp& rnp, std::string_view text) {
  return make<rnp_input_st>(rnp.input_destroy, rnp.input_from_memory,
                            reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), false);
}

// The fingerprint of the primary key that a signature's key belongs to, in lower case; empty when either of
// them cannot be believed.
std::string primary_fingerprint(const Rnp& rnp, rnp_key_handle_t key) {
  bool primary = false, revoked = true, valid = false;
  if (rnp.key_is_primary(key, &primary) != RNP_SUCCESS || rnp.key_is_revoked(key, &revoked) != RNP_SUCCESS ||
      rnp.key_is_valid(key, &valid) != RNP_SUCCESS || revoked || !valid)
    return {};
  char* text = nullptr;
  const auto get = primary ? rnp.key_get_fprint : rnp.key_get_primary_fprint;
  if (get(key, &text) != RNP_SUCCESS || text == nullptr) return {};
  std::string fingerprint = ascii::lower(text);
  rnp.buffer_destroy(text);
  return fingerprint;
}

// The key that made a signature that holds; empty when it does not or nobody knows it.
std::string signer_of(const Rnp& rnp, rnp_op_verify_signature_t signature, const KeyRing& keys,
                      std::int64_t received) {
  std::uint32_t created = 0, expires = 0;
  rnp_key_handle_t handle = nullptr;
  if (rnp.op_verify_signature_get_status(signature) != RNP_SUCCESS ||
      rnp.op_verify_signature_get_times(signature, &created, &expires) != RNP_SUCCESS || created > received ||
      rnp.op_verify_signature_get_key(signature, &handle) != RNP_SUCCESS)
    return {};
  const Owned<rnp_key_handle_st> key(handle, {rnp.key_handle_destroy});
  const auto known = keys.find(primary_fingerprint(rnp, key.get()));
  return known != keys.end() && !known->second.certificate.empty() && known->second.valid_at(received)
             ? known->first
             : std::string();
}

bool is_one_signed_message(std::string_view text) {
  const std::size_t signature = text.find(kSignature);
  return text.starts_with(kBegin) && text.find('\r') == text.npos &&
         text.find("\n" + std::string(kBegin)) == text.npos && signature != text.npos &&
         text.find(kSignature, signature + 1) == text.npos && text.find(kEnd) == text.size() - kEnd.size();
}

}  // namespace

Result<Verified> verify_signed_text(std::string_view text, const KeyRing& keys, const Demand& demand) {
  const auto refuse = [](std::string why) { return fail(Trouble::unsupported, std::move(why)); };
  if (!is_one_signed_message(text)) return refuse("not one message signed with OpenPGP and nothing besides");
  const Rnp* rnp = Rnp::instance();
  if (rnp == nullptr) return fail(Trouble::io, "OpenPGP signatures need librnp (Debian: librnp0)");
  if (demand.received < 0) return refuse("received before 1970");
  const Owned<rnp_ffi_st> ffi = make<rnp_ffi_st>(rnp->ffi_destroy, rnp->ffi_create, "GPG", "GPG");
  if (!ffi || rnp->set_timestamp(ffi.get(), static_cast<std::uint64_t>(demand.received)) != RNP_SUCCESS)
    return fail(Trouble::io, "librnp cannot start");
  for (const auto& [id, key] : keys) {
    if (key.certificate.empty() || !key.valid_at(demand.received)) continue;
    const auto certificate = input(*rnp, key.certificate);
    if (!certificate ||
        rnp->load_keys(ffi.get(), "GPG", certificate.get(), RNP_LOAD_SAVE_PUBLIC_KEYS) != RNP_SUCCESS)
      return refuse("the certificate of key " + id + " cannot be read");
  }
  const auto message = input(*rnp, text);
  const auto output =
      make<rnp_output_st>(rnp->output_destroy, rnp->output_to_memory, static_cast<std::size_t>(0));
  const auto operation = make<rnp_op_verify_st>(rnp->op_verify_destroy, rnp->op_verify_create, ffi.get(),
                                                message.get(), output.get());
  std::size_t count = 0;
  if (!operation) return refuse("cannot be verified");
  const rnp_result_t executed = rnp->op_verify_execute(operation.get());
  if (rnp->op_verify_get_signature_count(operation.get(), &count) != RNP_SUCCESS || count > kMostSignatures)
    return refuse("too many signatures");
  std::set<std::string> signers;
  for (std::size_t i = 0; executed == RNP_SUCCESS && i < count; ++i) {
    rnp_op_verify_signature_t signature = nullptr;
    if (rnp->op_verify_get_signature_at(operation.get(), i, &signature) != RNP_SUCCESS) continue;
    if (std::string signer = signer_of(*rnp, signature, keys, demand.received); !signer.empty())
      signers.insert(std::move(signer));
  }
  if (signers.size() < std::max(demand.threshold, 1u))
    return refuse("signed by " + std::to_string(signers.size()) + " known and valid keys");
  std::uint8_t* bytes = nullptr;
  std::size_t size = 0;
  if (rnp->output_memory_get_buf(output.get(), &bytes, &size, false) != RNP_SUCCESS)
    return refuse("cannot be verified");
  return Verified(std::string(as_text(Bytes(bytes, size))), std::string(kSignedText),
                  {signers.begin(), signers.end()});
}

}  // namespace unrepro::evidence
