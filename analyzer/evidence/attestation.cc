#include "analyzer/evidence/attestation.h"

#include "analyzer/evidence/openpgp.h"
#include "analyzer/evidence/provenance.h"
#include "formats/blob.h"
#include "formats/budget.h"
#include "formats/digest.h"
#include "formats/format.h"
#include "formats/value.h"

namespace unrepro::evidence {
namespace {

Result<Attestation> from_buildinfo(const Verified& verified) {
  Budget budget(Limits{});
  const auto tree = format_by_id("buildinfo").decode(blob_from_string(verified.bytes()), Context{}, budget);
  if (!tree) return tl::unexpected<Error>(tree.error());
  if (!tree->anomalies.empty())
    return fail(Trouble::unsupported, "buildinfo: " + tree->anomalies.front().message);
  Attestation said;
  constexpr std::string_view kListed = "sha256.";
  for (const auto& [name, value] : tree->facts) {
    if (!name.starts_with(kListed)) {
      said.facts.emplace(escape(as_bytes(name)), escape(as_bytes(value)));  // they may hold any bytes
      continue;
    }
    const std::string file = name.substr(kListed.size());
    if (!is_artifact_name(file) || !is_sha256(value))
      return fail(Trouble::unsupported, "buildinfo: no SHA-256 of a file");
    (file.ends_with(".dsc") ? said.inputs : said.artifacts).emplace(escape(as_bytes(file)), value);
  }
  said.what = "buildinfo";
  return said;
}

Result<Attestation> from_link(const Verified& verified) {
  auto link = read_link(verified);
  if (!link) return tl::unexpected<Error>(link.error());
  Attestation said;
  said.what = "link: " + link->name;
  said.artifacts = std::move(link->products);
  said.inputs = std::move(link->materials);
  return said;
}

Result<Attestation> from_provenance(const Verified& verified, const ProvenanceDemand& demand) {
  const auto statement = read_statement(verified);
  if (!statement) return tl::unexpected<Error>(statement.error());
  const auto provenance = read_provenance(*statement);
  if (!provenance) return tl::unexpected<Error>(provenance.error());
  if (std::string why = refusal(*provenance, demand); !why.empty())
    return fail(Trouble::unsupported, std::move(why));
  Attestation said;
  said.what = "provenance by " + provenance->builder_id;
  said.builder = provenance->builder_id;
  const auto add = [](DigestByName& to, const std::string& name, const Resource& resource) {
    return !name.empty() && !resource.sha256().empty() && to.emplace(name, resource.sha256()).second;
  };
  for (const Resource& subject : provenance->subjects) {
    if (!add(said.artifacts, subject.name, subject))
      return fail(Trouble::unsupported, "provenance: subjects need distinct names");
  }
  for (const Resource& input : provenance->dependencies) {
    if (!add(said.inputs, input.name.empty() ? input.uri : input.name, input))
      return fail(Trouble::unsupported, "provenance: dependencies need distinct names and a SHA-256");
  }
  return said;
}

}  // namespace

Result<Attestation> read_attestation(std::string_view text, const quorum::Policy& policy,
                                     const Demand& demand) {
  const KeyRing& keys = policy.keys;
  const auto read = [](const Result<Verified>& verified, const auto& reader) -> Result<Attestation> {
    if (!verified) return tl::unexpected<Error>(verified.error());
    auto said = reader(*verified);
    if (!said) return said;
    said->signers = verified->signers();
    said->digest = to_hex(digest(Algo::sha256, as_bytes(verified->bytes())));
    return said;
  };
  if (text.starts_with("-----BEGIN PGP")) return read(verify_signed_text(text, keys, demand), from_buildinfo);
  const auto root = parse_json(text);
  if (!root) return tl::unexpected<Error>(root.error());
  if (root->find("signed") != nullptr) return read(verify_link(text, keys, demand), from_link);
  const auto envelope = Envelope::parse(text);
  if (!envelope) return tl::unexpected<Error>(envelope.error());
  ProvenanceDemand fixed = provenance_demand(policy);
  fixed.threshold = demand.threshold;
  return read(verify(*envelope, keys, demand),
              [&](const Verified& verified) { return from_provenance(verified, fixed); });
}

}  // namespace unrepro::evidence
