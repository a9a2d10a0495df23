#pragma once
// The manifest of a result: what a builder signs when it hands in a folder for `quorum decide`.
//
// A DSSE envelope of payload type kManifestPayload; its payload is JSON:
//   { "schema": "unrepro.manifest/1", "job": "frob 1.0-1", "build": {"sha256": "…", "size": 0},
//     "artifacts": { "frob_1.0-1_amd64.deb": {"sha256": "…", "size": 0} } }
// `build` is of the folder's build.json, so that what the builder declares is signed too. `artifacts` is
// empty for a build that failed. The job keeps a manifest from being shown for another one.

#include <cstdint>
#include <map>
#include <string>

#include "analyzer/evidence/envelope.h"

namespace unrepro::evidence {

inline constexpr std::string_view kManifestPayload = "application/vnd.unrepro.manifest+json";
inline constexpr std::string_view kManifestSchema = "unrepro.manifest/1";

struct FileDigest {
  std::string sha256;
  std::uint64_t size = 0;
  bool operator==(const FileDigest&) const = default;
};

struct Manifest {
  std::string job;
  FileDigest build;
  std::map<std::string, FileDigest> artifacts;  // by path within artifacts/
  std::string digest;                           // SHA-256 of the payload's bytes
  std::vector<std::string> signers;             // ids of keys
};

// Ignores unknown members. Errors: unsupported.
Result<Manifest> read_manifest(const Verified& verified);

// The payload to sign; does not use digest and signers.
std::string write_manifest(const Manifest& manifest);

}  // namespace unrepro::evidence
