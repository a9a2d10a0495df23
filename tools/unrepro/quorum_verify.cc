// unrepro quorum verify: checks evidence offline, against the keys of a policy.

#include <algorithm>
#include <set>

#include "analyzer/evidence/attestation.h"
#include "analyzer/evidence/comparison.h"
#include "analyzer/evidence/confirmation.h"
#include "analyzer/evidence/manifest.h"
#include "analyzer/evidence/provenance.h"
#include "analyzer/evidence/vsa.h"
#include "analyzer/printable.h"
#include "formats/blob.h"
#include "formats/digest.h"
#include "tools/unrepro/commands.h"
#include "tools/unrepro/exit_status.h"
#include "tools/unrepro/output.h"

namespace unrepro::tool {
namespace {

// What a piece of evidence says, once its signatures hold.
struct Finding {
  std::string what;               // "manifest of job frob 1.0-1"
  std::set<std::string> digests;  // of the artifacts it is about
  std::vector<std::string> signers;
  bool summary = false;  // a VSA
};

tl::unexpected<Error> refuse(std::string why) { return fail(Trouble::unsupported, std::move(why)); }

std::set<std::string> digests_of(const std::vector<evidence::Resource>& subjects) {
  std::set<std::string> digests;
  for (const evidence::Resource& subject : subjects) digests.insert(subject.sha256());
  return digests;
}

class Verifier {
 public:
  Verifier(const CommandLine& line, const quorum::Policy& policy)
      : line_(line), policy_(policy), demand_{line.options.reference_time, line.threshold, {}} {
    stating_.insert(policy.verifiers.begin(), policy.verifiers.end());
  }

  Result<Finding> verify(std::string_view text) const {
    auto finding = read(text);
    if (finding && !finding->summary && asks_for_summary())
      return refuse("--verifier, --resource and --level ask for a summary; this is a " + finding->what);
    return finding;
  }

 private:
  bool asks_for_summary() const {
    return !line_.verifier.empty() || !line_.resource.empty() || !line_.levels.empty();
  }

  Result<Finding> read(std::string_view text) const {
    if (text.starts_with("-----BEGIN PGP")) return attestation(text);
    const auto root = evidence::parse_json(text);
    if (!root) return tl::unexpected<Error>(root.error());
    if (root->find("signed") != nullptr) return attestation(text);
    const auto envelope = evidence::Envelope::parse(text);
    if (!envelope) return tl::unexpected<Error>(envelope.error());
    const std::string& type = envelope->payload_type();
    const bool by_people = type == evidence::kConfirmationPayload;
    const bool by_operators = type == evidence::kManifestPayload;
    const auto verified = evidence::verify(*envelope,
                                           by_people      ? policy_.people
                                           : by_operators ? policy_.keys
                                                          : stating_,
                                           demand_);
    if (!verified) return tl::unexpected<Error>(verified.error());
    auto finding = by_people      ? confirmation(*verified)
                   : by_operators ? manifest(*verified)
                                  : statement(*verified);
    if (finding) finding->signers = verified->signers();
    return finding;
  }

  Result<Finding> attestation(std::string_view text) const {
    const auto said = evidence::read_attestation(text, policy_, demand_);
    if (!said) return tl::unexpected<Error>(said.error());
    Finding finding{said->what, {}, said->signers};
    for (const auto& [name, digest] : said->artifacts) finding.digests.insert(digest);
    return finding;
  }

  static Result<Finding> confirmation(const evidence::Verified& verified) {
    const auto said = evidence::read_confirmation(verified);
    if (!said) return tl::unexpected<Error>(said.error());
    return Finding{
        "confirmation for job " + said->job + " that manifest " + said->manifest + " was meant", {}, {}};
  }

  Result<Finding> manifest(const evidence::Verified& verified) const {
    const auto manifest = evidence::read_manifest(verified);
    if (!manifest) return tl::unexpected<Error>(manifest.error());
    std::set<std::string> operators;
    for (const std::string& id : manifest->signers) operators.insert(policy_.keys.at(id).operator_id);
    if (operators.size() != 1) return refuse("a manifest that several operators signed");
    Finding finding{
        "manifest of job " + manifest->job + ", " + std::to_string(manifest->artifacts.size()) + " artifacts",
        {},
        {}};
    for (const auto& [name, file] : manifest->artifacts) finding.digests.insert(file.sha256);
    return finding;
  }

  Result<Finding> statement(const evidence::Verified& verified) const {
    const auto statement = evidence::read_statement(verified);
    if (!statement) return tl::unexpected<Error>(statement.error());
    const std::set<std::string> digests = digests_of(statement->subjects);
    if (statement->predicate_type == evidence::kVsaType) return summary(*statement);
    if (statement->predicate_type == evidence::kComparisonType) {
      const auto comparison = evidence::read_comparison(*statement);
      if (!comparison) return tl::unexpected<Error>(comparison.error());
      return Finding{"comparison: " + std::string(to_string(comparison->verdict)) +
                         (comparison->complete ? "" : ", not complete"),
                     digests,
                     {}};
    }
    if (statement->predicate_type == evidence::kProvenanceType) return provenance(*statement);
    return refuse("predicate " + statement->predicate_type + " is none that can be judged");
  }

  // A summary is the word of its verifier: keys of the policy's for just that URI must have signed it.
  Result<Finding> summary(const evidence::Statement& statement) const {
    const auto vsa = evidence::read_vsa(statement);
    if (!vsa) return tl::unexpected<Error>(vsa.error());
    const auto speaks = [&](const std::string& id) {
      const auto key = policy_.verifiers.find(id);
      return key != policy_.verifiers.end() && key->second.operator_id == vsa->verifier;
    };
    const auto keys = std::count_if(vsa->signers.begin(), vsa->signers.end(), speaks);
    if (keys < line_.threshold)
      return refuse("signed by " + std::to_string(keys) + " keys that the policy knows for verifier " +
                    vsa->verifier + ", " + std::to_string(line_.threshold) + " needed");
    if (const std::string why = refusal(*vsa, {line_.verifier, line_.resource, {}, line_.levels});
        !why.empty())
      return refuse(why);
    Finding finding{
        "summary of " + vsa->verifier + " for " + vsa->resource + ": PASSED", digests_of(vsa->subjects), {}};
    for (const std::string& level : vsa->levels) finding.what += ' ' + level;
    finding.summary = true;
    return finding;
  }

  Result<Finding> provenance(const evidence::Statement& statement) const {
    const auto provenance = evidence::read_provenance(statement);
    if (!provenance) return tl::unexpected<Error>(provenance.error());
    evidence::ProvenanceDemand demand = evidence::provenance_demand(policy_);
    demand.threshold = line_.threshold;
    for (const std::string& each : line_.builders) {  // OPERATOR=ID
      const std::size_t equals = each.find('=');
      for (const auto& [id, key] : policy_.keys) {
        if (equals != each.npos && key.operator_id == each.substr(0, equals))
          demand.builders[id].insert(each.substr(equals + 1));
      }
    }
    demand.parameters.insert(line_.parameters.begin(), line_.parameters.end());
    if (const std::string why = refusal(*provenance, demand); !why.empty()) return refuse(why);
    return Finding{"provenance of builder " + provenance->builder_id, digests_of(provenance->subjects), {}};
  }

  const CommandLine& line_;
  const quorum::Policy& policy_;
  evidence::Demand demand_;
  evidence::KeyRing stating_ = policy_.keys;  // and those of verifiers: who may sign statements
};

const std::string& owner_of(const quorum::Policy& policy, const std::string& id) {
  for (const auto* ring : {&policy.people, &policy.verifiers}) {
    if (const auto key = ring->find(id); key != ring->end()) return key->second.operator_id;
  }
  return policy.keys.at(id).operator_id;
}

std::string signers_text(const quorum::Policy& policy, const std::vector<std::string>& signers) {
  std::string text;
  for (const std::string& id : signers)
    text += (text.empty() ? "" : ", ") + owner_of(policy, id) + " (key " + id.substr(0, 16) + "…)";
  return text;
}

// The pieces of evidence in a file: each line of a bundle (*.jsonl), else the whole.
std::vector<std::string_view> pieces(const std::string& path, std::string_view text) {
  if (!path.ends_with(".jsonl")) return {text};
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (lines.empty()) lines.push_back(text);  // which is no evidence
  return lines;
}

}  // namespace

int run_quorum_verify(const CommandLine& line) {
  const auto text = blob_from_file(line.policy);
  if (!text) return trouble(text.error());
  const auto policy = quorum::parse_policy(as_text((*text)->bytes()));
  if (!policy) return trouble(policy.error());
  std::set<std::string> artifacts;
  for (const std::string& path : line.artifacts) {
    const auto blob = blob_from_file(path);
    if (!blob) return trouble(blob.error());
    artifacts.insert(to_hex(digest(Algo::sha256, (*blob)->bytes())));
  }
  const Verifier verifier(line, *policy);
  bool all = true;
  std::string out;
  for (const std::string& path : line.files) {
    const auto blob = blob_from_file(path);
    if (!blob) return trouble(blob.error());
    for (const std::string_view piece : pieces(path, as_text((*blob)->bytes()))) {
      auto finding = verifier.verify(piece);
      if (finding && !std::includes(finding->digests.begin(), finding->digests.end(), artifacts.begin(),
                                    artifacts.end()))
        finding = refuse("it is about other artifacts");
      all = all && finding.has_value();
      out += printable(finding ? "valid    " + path + ": " + finding->what + "; signed by " +
                                     signers_text(*policy, finding->signers)
                               : "INVALID  " + path + ": " + finding.error().message) +
             '\n';
    }
  }
  const auto printed = print(out);
  return !printed ? trouble(printed.error()) : all ? 0 : 1;
}

}  // namespace unrepro::tool
