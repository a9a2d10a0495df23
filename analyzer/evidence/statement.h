#pragma once
// in-toto Statement v1 (github.com/in-toto/attestation, spec/v1/statement.md): a predicate about artifacts,
// which are named by their digests.

#include <map>
#include <string>
#include <vector>

#include "analyzer/evidence/envelope.h"

namespace unrepro::evidence {

inline constexpr std::string_view kStatementType = "https://in-toto.io/Statement/v1";
inline constexpr std::string_view kStatementPayload = "application/vnd.in-toto+json";

// A ResourceDescriptor. Only digests identify it.
struct Resource {
  std::string name, uri;
  std::map<std::string, std::string> digests;  // algorithm → value; sha256 is 64 digits in lower case
  std::string sha256() const;                  // empty when there is none
};

struct Statement {
  std::vector<Resource> subjects;  // at least one; each with a SHA-256
  std::string predicate_type;
  Json predicate;                    // an object
  std::vector<std::string> signers;  // ids of keys
};

// Refuses other payload types than in-toto's, other versions, subjects without a well-formed SHA-256, and
// names that is_artifact_name() refuses. Ignores unknown members. Errors: unsupported.
Result<Statement> read_statement(const Verified& verified);

// The statement as JSON, to be signed as kStatementPayload.
std::string write_statement(const std::vector<Resource>& subjects, std::string_view predicate_type,
                            Json predicate);

// Reads a ResourceDescriptor whose digests, if any, are well-formed. Errors: unsupported.
Result<Resource> read_resource(const Json& json);
Json resource_json(const Resource& resource);

// Whether a name can be that of an artifact in a folder: relative, without empty, "." or ".." components,
// without NUL, control characters and backslashes.
bool is_artifact_name(std::string_view name);
// 64 hexadecimal digits in lower case.
bool is_sha256(std::string_view digest);

}  // namespace unrepro::evidence
