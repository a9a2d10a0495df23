#include "tools/unrepro/quorum_evidence.h"

#include "analyzer/evidence/comparison.h"
#include "analyzer/evidence/vsa.h"
#include "analyzer/report_json.h"
#include "formats/blob.h"
#include "formats/value.h"
#include "tools/unrepro/output.h"

namespace unrepro::tool {

Result<evidence::SigningKey> read_signing_key(const std::string& path) {
  const auto blob = blob_from_file(path);
  if (!blob) return tl::unexpected<Error>(blob.error());
  auto key = evidence::SigningKey::from_pem(as_text((*blob)->bytes()));
  if (!key) return fail(key.error().trouble, path + ": " + key.error().message);
  return key;
}

Result<void> write_file(const std::string& path, std::string_view text) {
  auto output = Output::open(path);
  if (!output) return tl::unexpected<Error>(output.error());
  (*output)->write(text);
  return (*output)->commit();
}

Result<EvidenceFolder> EvidenceFolder::open(const CommandLine& line) {
  EvidenceFolder folder(line);
  if (line.evidence.empty()) return folder;
  auto key = read_signing_key(line.key);
  if (!key) return tl::unexpected<Error>(key.error());
  folder.key_.emplace(std::move(*key));
  std::error_code error;
  std::filesystem::create_directories(line.evidence, error);
  if (error) return fail(Trouble::io, line.evidence + ": " + error.message());
  return folder;
}

quorum::Compared EvidenceFolder::on_comparison() {
  if (!key_) return {};
  return [this](const quorum::Relation& relation, const Report& report) {
    const auto comparison = evidence::comparison_of_report(report_json(report));
    if (!comparison || !state_) return;
    const std::string name = line_.evidence + "/comparison-" + relation.left.substr(0, 16) + "-" +
                             relation.right.substr(0, 16) + ".json";
    state_ = write_file(name, evidence::sign_envelope(evidence::kStatementPayload,
                                                      evidence::write_comparison(*comparison), *key_));
  };
}

Result<void> EvidenceFolder::finish(const quorum::Case& kase, const quorum::Decision& decision) {
  if (!key_ || !state_) return state_;
  const std::string path = line_.evidence + "/vsa.json";
  auto vsa = evidence::summarize(decision);
  if (!vsa) {
    std::error_code error;
    std::filesystem::remove(path, error);
    return error ? fail(Trouble::io, path + ": " + error.message()) : Result<void>();
  }
  vsa->verifier = line_.verifier;
  vsa->resource = line_.resource;
  vsa->verified_at = format_instant(kase.now);
  for (const quorum::BuildResult& result : kase.results) {
    if (!result.signer.empty()) vsa->attestations.push_back(result.manifest);
  }
  return write_file(path,
                    evidence::sign_envelope(evidence::kStatementPayload, evidence::write_vsa(*vsa), *key_));
}

}  // namespace unrepro::tool
