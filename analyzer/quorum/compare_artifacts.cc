#include <algorithm>

#include "analyzer/artifact.h"
#include "analyzer/normal_form.h"
#include "analyzer/parallel.h"
#include "analyzer/quorum/folder.h"
#include "analyzer/quorum/inputs.h"
#include "analyzer/quorum/votes.h"
#include "analyzer/report_json.h"
#include "analyzer/summary.h"

namespace unrepro::quorum {
namespace {

constexpr std::size_t kMostCauses = 8;

Result<std::string> normal_form(const BlobRef& blob, const std::string& name, const Options& options) {
  Limits limits = options.limits;
  limits.derive_from_input(blob->size());
  Budget budget(limits);
  const auto artifact = Artifact::open_blob(blob, name, false, budget);
  if (!artifact) return tl::unexpected<Error>(artifact.error());
  NormalForms known;  // of one artifact: nothing is shared
  return normal_sha256(artifact->root(), options.verify_encoding, known, budget);
}

// Artifacts of a name of which there are more than the two that one comparison settles, of results that
// count.
std::vector<Digest> contested(const Policy& policy, const Case& kase) {
  std::map<std::string, std::set<Digest>> by_name;
  for (const Vote& vote : weigh(policy, kase).counted) {
    for (const auto& [name, sha256] : vote.result->artifacts) {
      if (expected(kase.job, name)) by_name[name].insert(sha256);
    }
  }
  std::set<Digest> found;
  for (const auto& [name, digests] : by_name) {
    if (digests.size() > 2 && found.size() < kMostComparisons) found.insert(digests.begin(), digests.end());
  }
  return {found.begin(), found.end()};
}

CauseNote note_of(const CauseSummary& cause, const Report& report) {
  CauseNote note{.id = cause.id,
                 .verdict = cause.verdict,
                 .blocking = cause.blocking,
                 .location = cause.locations.empty() ? "" : cause.locations.front(),
                 .left = {},
                 .right = {},
                 .remedy = remedy_of(cause)};
  const auto finding = std::find_if(report.findings.begin(), report.findings.end(), [&](const Finding& each) {
    return each.cause == cause.id && !each.derived && each.location == note.location;
  });
  if (finding == report.findings.end()) return note;
  if (finding->left) note.left = finding->left->value;
  if (finding->right) note.right = finding->right->value;
  return note;
}

Relation relation_of(const Digest& left, const Digest& right, const Result<Report>& report) {
  Relation relation{.left = left, .right = right, .causes = {}, .incomplete = {}};
  if (!report) {
    relation.incomplete = report.error().message;
    return relation;
  }
  relation.verdict = report->verdict;
  relation.divergence = report->divergence;
  relation.capacity = report->accounting.capacity;
  if (!report->incomplete.empty())
    relation.incomplete = report->incomplete.front().location + ": " + report->incomplete.front().reason;
  for (const CauseSummary& cause : report->causes) {
    if (relation.causes.size() < kMostCauses) relation.causes.push_back(note_of(cause, *report));
  }
  return relation;
}

}  // namespace

std::size_t compare_artifacts(const Policy& policy, Folder& folder, const Options& options,
                              const Compared& compared) {
  folder.kase.tool = {std::string(tool_version()), rules_sha256()};
  const std::vector<Digest> several = contested(policy, folder.kase);
  std::vector<Result<std::string>> forms(several.size(), fail(Trouble::internal, ""));
  with_threads(options.threads, [&] {
    parallel_each(several.size(), [&](std::size_t i) {
      forms[i] = normal_form(folder.artifacts.at(several[i]), folder.names.at(several[i]), options);
    });
  });
  for (std::size_t i = 0; i < several.size(); ++i) {
    if (forms[i]) folder.kase.normal[several[i]] = *forms[i];
  }
  const auto pairs = comparisons(policy, folder.kase);
  for (const auto& [left, right] : pairs) {
    const auto report = analyze_blobs(folder.artifacts.at(left), folder.names.at(left),
                                      folder.artifacts.at(right), folder.names.at(right), options);
    folder.kase.relations.push_back(relation_of(left, right, report));
    if (report && report->left.normal_sha256 && report->right.normal_sha256) {
      folder.kase.normal.emplace(left, *report->left.normal_sha256);
      folder.kase.normal.emplace(right, *report->right.normal_sha256);
    }
    if (report && compared) compared(folder.kase.relations.back(), *report);
  }
  return pairs.size();
}

}  // namespace unrepro::quorum
