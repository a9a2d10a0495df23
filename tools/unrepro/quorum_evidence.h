#pragma once

#include <filesystem>
#include <optional>

#include "analyzer/evidence/ed25519.h"
#include "analyzer/quorum/decision.h"
#include "analyzer/quorum/folder.h"
#include "tools/unrepro/cli.h"

namespace unrepro::tool {

// Reads a private key in PEM. Errors: io, unsupported.
Result<evidence::SigningKey> read_signing_key(const std::string& path);

// Writes a file that appears complete or not at all. Errors: io.
Result<void> write_file(const std::string& path, std::string_view text);

// What `quorum decide` leaves behind when --evidence names a folder: comparison-LEFT-RIGHT.json, a signed
// build-comparison, for each comparison of files; and vsa.json, a signed summary, when the decision releases
// artifacts. An older vsa.json goes when it does not: that there is none is the refusal.
class EvidenceFolder {
 public:
  // Without --evidence nothing is written. Errors: io, unsupported (the key).
  static Result<EvidenceFolder> open(const CommandLine& line);

  quorum::Compared on_comparison();
  // Errors: io; also one of a comparison before.
  Result<void> finish(const quorum::Case& kase, const quorum::Decision& decision);

 private:
  explicit EvidenceFolder(const CommandLine& line) : line_(line) {}

  const CommandLine& line_;
  std::optional<evidence::SigningKey> key_;
  Result<void> state_;
};

}  // namespace unrepro::tool
