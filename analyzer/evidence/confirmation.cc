#include "analyzer/evidence/confirmation.h"

#include "analyzer/evidence/statement.h"

namespace unrepro::evidence {

Result<Confirmation> read_confirmation(const Verified& verified) {
  if (verified.type() != kConfirmationPayload)
    return fail(Trouble::unsupported, "payload type " + verified.type() + " is no confirmation");
  const Result<Json> root = parse_json(verified.bytes());
  if (!root) return tl::unexpected<Error>(root.error());
  if (root->text("schema") != kConfirmationSchema)
    return fail(Trouble::unsupported, "confirmation of schema '" + root->text("schema") + "'");
  Confirmation confirmation{root->text("job"), root->text("manifest"), verified.signers()};
  if (confirmation.job.empty() || !is_sha256(confirmation.manifest))
    return fail(Trouble::unsupported, "confirmation without a job or the SHA-256 of a manifest");
  return confirmation;
}

std::string write_confirmation(const Confirmation& confirmation) {
  return write_json(Json::object(
      {{"schema", kConfirmationSchema}, {"job", confirmation.job}, {"manifest", confirmation.manifest}}));
}

}  // namespace unrepro::evidence
