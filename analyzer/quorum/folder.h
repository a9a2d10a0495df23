#pragma once
// A folder of results, as `unrepro quorum decide --results` reads it:
//
//   job.json             what the coordinator knows (optional): job, seats, audit, events; see below
//   RESULT/build.json    the builder's word: operator, builder, inputs {name: digest}, facts {name: text},
//                        isolation, role, submitted; all but operator optional
//   RESULT/artifacts/    the files that were built; their names are paths within it
//   RESULT/manifest.json a DSSE envelope over the digests of all of that (analyzer/evidence/manifest.h)
//   RESULT/attestation   instead of build.json and manifest.json: a signed .buildinfo, a link of rebuilderd
//                        or SLSA provenance (analyzer/evidence/attestation.h), which must list the same
//                        artifacts. It names no job: it counts when its seat records its digest, when it
//                        lists all inputs of the job, or when it lists the reference
//
// job.json: { "schema": "unrepro.job/1", "id": "…", "inputs": {}, "artifacts": [], "reference": [],
//   "seats": [{"id", "operator", "role", "state", "fresh", "replaces", "result", "manifest", "received"}],
//   "audit": {"commitment", "seed", "root", "rate"}, "confirmations": [],
//   "events": [{"operator", "kind", "at", "evidence"}] }; everything but schema and id is optional. `result`
// is the folder's name. A confirmation is a DSSE envelope (analyzer/evidence/confirmation.h).

#include <filesystem>
#include <functional>
#include <map>

#include "analyzer/analyze.h"
#include "analyzer/quorum/case.h"
#include "analyzer/quorum/policy.h"
#include "formats/blob.h"

namespace unrepro::quorum {

struct Folder {
  Case kase;                            // without normal forms and relations
  std::map<Digest, BlobRef> artifacts;  // the bytes that were hashed
  std::map<Digest, std::string> names;  // what one of them is called: result/name
};

// Reads it all. A result that is damaged, or that its manifest does not describe, is kept with its defect.
// `now` is when results came in of which job.json does not say so. Errors: io (whatever the operating system
// refuses to show, in results too), unsupported (job.json; results for several jobs; links among them).
Result<Folder> read_folder(const std::filesystem::path& path, const Policy& policy, bool unsigned_ok,
                           std::int64_t now);

// What one comparison gave; for those who keep it as evidence.
using Compared = std::function<void(const Relation&, const Report&)>;

// Computes the normal forms of artifacts of which there are more than two, and compares those pairs that the
// decision needs, which gives the forms of two. An artifact that cannot be opened has no normal form; a
// comparison that fails is incomplete. Returns how many pairs were compared.
std::size_t compare_artifacts(const Policy& policy, Folder& folder, const Options& options,
                              const Compared& compared = {});

}  // namespace unrepro::quorum
