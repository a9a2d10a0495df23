#include "analyzer/evidence/manifest.h"

#include "analyzer/evidence/statement.h"
#include "formats/digest.h"

namespace unrepro::evidence {
namespace {

Result<FileDigest> read_file_digest(const Json* json, const std::string& name) {
  const Json* size = json == nullptr ? nullptr : json->find("size");
  if (size == nullptr || size->as_integer() == nullptr || *size->as_integer() < 0 ||
      !is_sha256(json->text("sha256")))
    return fail(Trouble::unsupported, "no SHA-256 and size of " + name);
  return FileDigest{json->text("sha256"), static_cast<std::uint64_t>(*size->as_integer())};
}

Json file_digest_json(const FileDigest& file) {
  return Json::object({{"sha256", file.sha256}, {"size", file.size}});
}

}  // namespace

Result<Manifest> read_manifest(const Verified& verified) {
  if (verified.type() != kManifestPayload)
    return fail(Trouble::unsupported, "payload type " + verified.type() + " is no manifest");
  const Result<Json> root = parse_json(verified.bytes());
  if (!root) return tl::unexpected<Error>(root.error());
  if (root->text("schema") != kManifestSchema)
    return fail(Trouble::unsupported, "manifest of schema '" + root->text("schema") + "'");
  Manifest manifest;
  const Json* job = root->find("job");
  if (job == nullptr || job->as_string() == nullptr)
    return fail(Trouble::unsupported, "manifest without a job");
  manifest.job = *job->as_string();
  const auto build = read_file_digest(root->find("build"), "build.json");
  if (!build) return tl::unexpected<Error>(build.error());
  manifest.build = *build;
  const Json* artifacts = root->find("artifacts");
  if (artifacts == nullptr || artifacts->as_object() == nullptr)
    return fail(Trouble::unsupported, "manifest without artifacts");
  for (const JsonMember& member : *artifacts->as_object()) {
    if (!is_artifact_name(member.name)) return fail(Trouble::unsupported, "artifact with an unusable name");
    const auto file = read_file_digest(&member.value, member.name);
    if (!file) return tl::unexpected<Error>(file.error());
    manifest.artifacts.emplace(member.name, *file);
  }
  manifest.digest = to_hex(digest(Algo::sha256, as_bytes(verified.bytes())));
  manifest.signers = verified.signers();
  return manifest;
}

std::string write_manifest(const Manifest& manifest) {
  Json::Object artifacts;
  for (const auto& [name, file] : manifest.artifacts) artifacts.push_back({name, file_digest_json(file)});
  return write_json(Json::object({{"schema", kManifestSchema},
                                  {"job", manifest.job},
                                  {"build", file_digest_json(manifest.build)},
                                  {"artifacts", Json::object(std::move(artifacts))}}));
}

}  // namespace unrepro::evidence
