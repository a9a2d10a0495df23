#include "analyzer/evidence/vsa.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace unrepro::evidence {
namespace {

Result<std::vector<std::string>> read_strings(const Json* json, const char* name) {
  std::vector<std::string> strings;
  if (json == nullptr || json->as_array() == nullptr)
    return fail(Trouble::unsupported, std::string("summary without ") + name);
  for (const Json& item : *json->as_array()) {
    if (item.as_string() == nullptr)
      return fail(Trouble::unsupported, std::string(name) + " that are no strings");
    strings.push_back(*item.as_string());
  }
  return strings;
}

// Trusted operators that hold the released bits.
std::size_t trusted_holders(const quorum::ArtifactDecision& artifact) {
  for (const quorum::Class& each : artifact.classes) {
    for (const quorum::Class::Bits& bits : each.bits) {
      if (each.released && bits.sha256 == artifact.released) return bits.trusted.size();
    }
  }
  return 0;
}

constexpr std::string_view kBitwise = "QUORUM_BITWISE_", kOperators = "_OPERATORS",
                           kTrusted = "QUORUM_TRUSTED_";

// The number in a level that says how many.
std::optional<std::uint32_t> number_in(std::string_view level, std::string_view head, std::string_view tail) {
  if (!level.starts_with(head) || !level.ends_with(tail) || level.size() <= head.size() + tail.size())
    return std::nullopt;
  level.remove_prefix(head.size());
  level.remove_suffix(tail.size());
  std::uint32_t number = 0;
  const auto read = std::from_chars(level.data(), level.data() + level.size(), number);
  return read.ec == std::errc() && read.ptr == level.data() + level.size() ? std::optional(number)
                                                                           : std::nullopt;
}

// More operators than demanded will do.
bool meets(std::string_view level, std::string_view demanded) {
  if (level == demanded) return true;
  for (const auto& [head, tail] :
       {std::pair(kBitwise, kOperators), std::pair(kTrusted, std::string_view())}) {
    const auto has = number_in(level, head, tail), wants = number_in(demanded, head, tail);
    if (has && wants) return *has >= *wants;
  }
  return false;
}

}  // namespace

Result<Vsa> summarize(const quorum::Decision& decision) {
  if (!quorum::passes(decision.state) || decision.artifacts.empty())
    return fail(Trouble::unsupported, "a decision that is " + std::string(to_string(decision.state)) +
                                          " releases nothing to vouch for");
  if (decision.unsigned_ok)
    return fail(Trouble::unsupported, "a decision about unsigned results vouches for nothing");
  Vsa vsa;
  vsa.policy_sha256 = decision.policy;
  vsa.passed = true;
  std::uint64_t agreeing = std::numeric_limits<std::uint64_t>::max(), trusted = agreeing;
  for (const quorum::ArtifactDecision& artifact : decision.artifacts) {
    if (!quorum::passes(artifact.state) || !is_sha256(artifact.released))
      return fail(Trouble::unsupported, artifact.name + " is not released");
    vsa.subjects.push_back({artifact.name, {}, {{"sha256", artifact.released}}});
    agreeing = std::min(agreeing, artifact.bitwise);
    trusted = std::min<std::uint64_t>(trusted, trusted_holders(artifact));
  }
  if (agreeing > 0)
    vsa.levels.push_back(std::string(kBitwise).append(std::to_string(agreeing)).append(kOperators));
  if (trusted > 0) vsa.levels.push_back(std::string(kTrusted) + std::to_string(trusted));
  if (decision.state == quorum::State::confirmed) vsa.levels.push_back("QUORUM_AUDITED");
  vsa.levels.push_back("SLSA_BUILD_LEVEL_UNEVALUATED");
  return vsa;
}

std::string write_vsa(const Vsa& vsa) {
  Json::Array attestations, levels;
  for (const std::string& sha256 : vsa.attestations)
    attestations.push_back(resource_json({{}, {}, {{"sha256", sha256}}}));
  for (const std::string& level : vsa.levels) levels.push_back(level);
  return write_statement(vsa.subjects, kVsaType,
                         Json::object({{"verifier", Json::object({{"id", vsa.verifier}})},
                                       {"timeVerified", vsa.verified_at},
                                       {"resourceUri", vsa.resource},
                                       {"policy", resource_json({{}, {}, {{"sha256", vsa.policy_sha256}}})},
                                       {"inputAttestations", std::move(attestations)},
                                       {"verificationResult", vsa.passed ? "PASSED" : "FAILED"},
                                       {"verifiedLevels", std::move(levels)},
                                       {"slsaVersion", "1.0"}}));
}

Result<Vsa> read_vsa(const Statement& statement) {
  if (statement.predicate_type != kVsaType)
    return fail(Trouble::unsupported,
                "predicate " + statement.predicate_type + " is no verification summary v1");
  const Json& predicate = statement.predicate;
  Vsa vsa;
  vsa.subjects = statement.subjects;
  vsa.signers = statement.signers;
  const Json* verifier = predicate.find("verifier");
  vsa.verifier = verifier == nullptr ? std::string() : verifier->text("id");
  vsa.resource = predicate.text("resourceUri");
  vsa.verified_at = predicate.text("timeVerified");
  if (vsa.verifier.empty() || vsa.resource.empty())
    return fail(Trouble::unsupported, "summary without verifier or resource");
  const Json* policy = predicate.find("policy");
  const auto described =
      policy == nullptr ? fail(Trouble::unsupported, "summary without policy") : read_resource(*policy);
  if (!described) return tl::unexpected<Error>(described.error());
  vsa.policy_sha256 = described->sha256();
  if (const Json* inputs = predicate.find("inputAttestations")) {
    if (inputs->as_array() == nullptr)
      return fail(Trouble::unsupported, "input attestations that are no list");
    for (const Json& item : *inputs->as_array()) {
      const auto input = read_resource(item);
      if (!input || input->sha256().empty())
        return fail(Trouble::unsupported, "input attestation without a SHA-256");
      vsa.attestations.push_back(input->sha256());
    }
  }
  const std::string result = predicate.text("verificationResult");
  if (result != "PASSED" && result != "FAILED")
    return fail(Trouble::unsupported, "verification result '" + result + "'");
  vsa.passed = result == "PASSED";
  auto levels = read_strings(predicate.find("verifiedLevels"), "verified levels");
  if (!levels) return tl::unexpected<Error>(levels.error());
  vsa.levels = std::move(*levels);
  return vsa;
}

std::string refusal(const Vsa& vsa, const VsaDemand& demand) {
  if (!vsa.passed) return "verification result is FAILED";
  if (!demand.verifier.empty() && vsa.verifier != demand.verifier)
    return "verifier is " + vsa.verifier + ", expected " + demand.verifier;
  if (!demand.resource.empty() && vsa.resource != demand.resource)
    return "resource is " + vsa.resource + ", expected " + demand.resource;
  const auto is_demanded = [&](const Resource& subject) { return subject.sha256() == demand.sha256; };
  if (!demand.sha256.empty() && std::none_of(vsa.subjects.begin(), vsa.subjects.end(), is_demanded))
    return "no subject has SHA-256 " + demand.sha256;
  for (const std::string& demanded : demand.levels) {
    if (std::none_of(vsa.levels.begin(), vsa.levels.end(),
                     [&](const std::string& level) { return meets(level, demanded); }))
      return "level " + demanded + " is missing";
  }
  return {};
}

}  // namespace unrepro::evidence
