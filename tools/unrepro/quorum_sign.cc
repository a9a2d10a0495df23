// unrepro quorum sign: what a builder does before it hands in a folder, and how a report becomes a statement.

#include <algorithm>
#include <filesystem>

#include "analyzer/evidence/comparison.h"
#include "analyzer/evidence/confirmation.h"
#include "analyzer/evidence/manifest.h"
#include "analyzer/evidence/statement.h"
#include "formats/blob.h"
#include "formats/digest.h"
#include "tools/unrepro/commands.h"
#include "tools/unrepro/exit_status.h"
#include "tools/unrepro/output.h"
#include "tools/unrepro/quorum_evidence.h"

namespace unrepro::tool {
namespace {

namespace fs = std::filesystem;

Result<evidence::FileDigest> digest_of(const fs::path& path) {
  const auto blob = blob_from_file(path);
  if (!blob) return tl::unexpected<Error>(blob.error());
  return evidence::FileDigest{to_hex(digest(Algo::sha256, (*blob)->bytes())), (*blob)->size()};
}

Result<evidence::Manifest> describe(const fs::path& folder, const std::string& job) {
  evidence::Manifest manifest;
  manifest.job = job;
  auto build = digest_of(folder / "build.json");
  if (!build) return tl::unexpected<Error>(build.error());
  manifest.build = *build;
  const fs::path artifacts = folder / "artifacts";
  if (!fs::exists(artifacts)) return manifest;  // the build failed
  for (const auto& entry : fs::recursive_directory_iterator(artifacts)) {
    if (fs::is_directory(entry.symlink_status())) continue;
    if (!fs::is_regular_file(entry.symlink_status()))
      return fail(Trouble::unsupported, entry.path().string() + " is no regular file");
    auto file = digest_of(entry.path());
    if (!file) return tl::unexpected<Error>(file.error());
    manifest.artifacts[entry.path().lexically_relative(artifacts).generic_string()] = *file;
  }
  return manifest;
}

Result<void> sign(const CommandLine& line) {
  const auto key = read_signing_key(line.key);
  if (!key) return tl::unexpected<Error>(key.error());
  if (line.confirm) {
    if (!evidence::is_sha256(line.results))
      return fail(Trouble::unsupported, line.results + " is no SHA-256");
    return write_file(
        line.output.empty() ? "-" : line.output,
        evidence::sign_envelope(evidence::kConfirmationPayload,
                                evidence::write_confirmation({line.job, line.results, {}}), *key));
  }
  if (fs::is_directory(line.results)) {
    const auto manifest = describe(line.results, line.job);
    if (!manifest) return tl::unexpected<Error>(manifest.error());
    return write_file(
        line.output.empty() ? line.results + "/manifest.json" : line.output,
        evidence::sign_envelope(evidence::kManifestPayload, evidence::write_manifest(*manifest), *key));
  }
  const auto report = blob_from_file(line.results);
  if (!report) return tl::unexpected<Error>(report.error());
  const auto comparison = evidence::comparison_of_report(as_text((*report)->bytes()));
  if (!comparison) return fail(comparison.error().trouble, line.results + ": " + comparison.error().message);
  return write_file(
      line.output.empty() ? "-" : line.output,
      evidence::sign_envelope(evidence::kStatementPayload, evidence::write_comparison(*comparison), *key));
}

}  // namespace

int run_quorum_sign(const CommandLine& line) {
  const auto done = sign(line);
  return done ? 0 : trouble(done.error());
}

}  // namespace unrepro::tool
