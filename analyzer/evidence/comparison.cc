#include "analyzer/evidence/comparison.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "analyzer/evidence/base64.h"
#include "formats/digest.h"

namespace unrepro::evidence {
namespace {

std::string sha256(std::string_view bytes) { return to_hex(digest(Algo::sha256, as_bytes(bytes))); }

template <class Value, std::size_t N>
std::optional<Value> value_named(const std::array<Value, N>& values, const std::string& name) {
  const auto at =
      std::find_if(values.begin(), values.end(), [&](Value value) { return to_string(value) == name; });
  return at == values.end() ? std::nullopt : std::optional(*at);
}

std::optional<Verdict> verdict_named(const std::string& name) {
  return value_named(std::array{Verdict::identical, Verdict::equivalent, Verdict::explained,
                                Verdict::incomplete, Verdict::divergent},
                     name);
}

// Verdict and divergence, which every form of a comparison has; consistent with each other.
bool read_verdict(const Json& json, Comparison& comparison) {
  const auto verdict = verdict_named(json.text("verdict"));
  if (!verdict) return false;
  comparison.verdict = *verdict;
  comparison.divergence = value_named(std::array{Divergence::known, Divergence::unknown, Divergence::alert},
                                      json.text("divergence"));
  return (comparison.verdict == Verdict::divergent) == comparison.divergence.has_value();
}

// Tenths from a number of bits with one decimal; null is unbounded.
Result<Capacity> read_capacity(const Json* json) {
  if (json != nullptr && std::holds_alternative<std::nullptr_t>(json->value())) return Capacity::unlimited();
  const double* fraction = json == nullptr ? nullptr : std::get_if<double>(&json->value());
  const std::int64_t* whole = json == nullptr ? nullptr : json->as_integer();
  const double bits = fraction != nullptr ? *fraction : whole != nullptr ? static_cast<double>(*whole) : -1;
  if (!(bits >= 0 && bits < 1e15)) return fail(Trouble::unsupported, "comparison without its capacity");
  return Capacity{static_cast<std::uint64_t>(std::llround(bits * 10)), false};
}

Result<Resource> read_side(const Json* side) {
  if (side == nullptr) return fail(Trouble::unsupported, "report without its sides");
  const std::string path = side->text("path");
  Resource resource{path.substr(path.find_last_of('/') + 1), {}, {{"sha256", side->text("sha256")}}};
  if (!is_sha256(resource.sha256()))
    return fail(Trouble::unsupported,
                "no digest of " + path + ": only a comparison of files can be attested");
  if (!is_artifact_name(resource.name)) return fail(Trouble::unsupported, "side with an unusable name");
  return resource;
}

}  // namespace

Result<Comparison> comparison_of_report(std::string_view text) {
  JsonLimits limits;
  limits.bytes = 1u << 30;
  limits.values = 20'000'000;
  const Result<Json> report = parse_json(text, limits);
  if (!report) return tl::unexpected<Error>(report.error());
  if (report->text("schema") != "unrepro.report/1") return fail(Trouble::unsupported, "no report of unrepro");
  Comparison comparison;
  if (!read_verdict(*report, comparison)) return fail(Trouble::unsupported, "report without a verdict");
  for (const auto& [name, side, normal] : {std::tuple{"left", &comparison.left, &comparison.normal_left},
                                           {"right", &comparison.right, &comparison.normal_right}}) {
    auto read = read_side(report->find(name));
    if (!read) return tl::unexpected<Error>(read.error());
    *side = std::move(*read);
    *normal = report->find(name)->text("normal_sha256");
  }
  const Json* incomplete = report->find("incomplete");
  comparison.complete = comparison.verdict != Verdict::incomplete && incomplete != nullptr &&
                        incomplete->as_array() != nullptr && incomplete->as_array()->empty();
  const Json* accounting = report->find("accounting");
  const auto capacity = read_capacity(accounting == nullptr ? nullptr : accounting->find("capacity_bits"));
  if (!capacity) return tl::unexpected<Error>(capacity.error());
  comparison.capacity = *capacity;
  if (const Json* causes = report->find("causes"); causes != nullptr && causes->as_array() != nullptr) {
    for (const Json& cause : *causes->as_array()) comparison.causes.push_back(cause.text("id"));
  }
  if (const Json* tool = report->find("tool")) {
    comparison.tool_version = tool->text("version");
    comparison.rules_sha256 = tool->text("rules_sha256");
  }
  comparison.report_sha256 = sha256(text);
  if (text.size() <= kEmbeddedReport) comparison.report = text;
  return comparison;
}

std::string write_comparison(const Comparison& comparison) {
  Json::Array causes;
  for (const std::string& cause : comparison.causes) causes.push_back(cause);
  Json::Object report{{"digest", Json::object({{"sha256", comparison.report_sha256}})},
                      {"mediaType", "application/json"}};
  if (!comparison.report.empty()) report.push_back({"content", encode_base64(comparison.report)});
  const auto or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  return write_statement(
      {comparison.left, comparison.right}, kComparisonType,
      Json::object(
          {{"left", comparison.left.sha256()},
           {"right", comparison.right.sha256()},
           {"verdict", to_string(comparison.verdict)},
           {"divergence", comparison.divergence ? Json(to_string(*comparison.divergence)) : Json()},
           {"complete", comparison.complete},
           {"capacityDecibits", comparison.capacity.unbounded ? Json() : Json(comparison.capacity.decibits)},
           {"causes", std::move(causes)},
           {"normalForm", Json::object({{"left", or_null(comparison.normal_left)},
                                        {"right", or_null(comparison.normal_right)}})},
           {"analyzer",
            Json::object({{"version", comparison.tool_version}, {"rulesSha256", comparison.rules_sha256}})},
           {"report", Json::object(std::move(report))}}));
}

Result<Comparison> read_comparison(const Statement& statement) {
  if (statement.predicate_type != kComparisonType)
    return fail(Trouble::unsupported, "predicate " + statement.predicate_type + " is no build comparison");
  const Json& predicate = statement.predicate;
  Comparison comparison;
  const auto subject = [&](const char* side) -> Resource {
    for (const Resource& each : statement.subjects) {
      if (each.sha256() == predicate.text(side)) return each;
    }
    return {};
  };
  comparison.left = subject("left");
  comparison.right = subject("right");
  if (statement.subjects.size() != 2 || comparison.left.digests.empty() || comparison.right.digests.empty())
    return fail(Trouble::unsupported, "comparison of other artifacts than its subjects");
  if (comparison.left.sha256() == comparison.right.sha256())  // equal artifacts may have two names
    comparison.right = statement.subjects[1];
  const Json* complete = predicate.find("complete");
  const auto* is_complete = complete == nullptr ? nullptr : std::get_if<bool>(&complete->value());
  if (!read_verdict(predicate, comparison) || is_complete == nullptr)
    return fail(Trouble::unsupported, "comparison without a verdict");
  comparison.complete = *is_complete;
  if (comparison.complete && comparison.verdict == Verdict::incomplete)
    return fail(Trouble::unsupported, "comparison that is complete and incomplete");
  if ((comparison.verdict == Verdict::identical) != (comparison.left.sha256() == comparison.right.sha256()))
    return fail(Trouble::unsupported, "verdict that its subjects' digests contradict");
  const Json* capacity = predicate.find("capacityDecibits");
  if (capacity == nullptr) return fail(Trouble::unsupported, "comparison without its capacity");
  if (const std::int64_t* decibits = capacity->as_integer(); decibits != nullptr && *decibits >= 0)
    comparison.capacity.decibits = static_cast<std::uint64_t>(*decibits);
  else if (std::holds_alternative<std::nullptr_t>(capacity->value()))
    comparison.capacity = Capacity::unlimited();
  else
    return fail(Trouble::unsupported, "comparison with a malformed capacity");
  if (const Json* causes = predicate.find("causes"); causes != nullptr && causes->as_array() != nullptr) {
    for (const Json& cause : *causes->as_array()) {
      if (cause.as_string() != nullptr) comparison.causes.push_back(*cause.as_string());
    }
  }
  if (const Json* normal = predicate.find("normalForm")) {
    comparison.normal_left = normal->text("left");
    comparison.normal_right = normal->text("right");
  }
  if (const Json* analyzer = predicate.find("analyzer")) {
    comparison.tool_version = analyzer->text("version");
    comparison.rules_sha256 = analyzer->text("rulesSha256");
  }
  const Json* report = predicate.find("report");
  const Json* report_digest = report == nullptr ? nullptr : report->find("digest");
  comparison.report_sha256 = report_digest == nullptr ? std::string() : report_digest->text("sha256");
  if (!is_sha256(comparison.report_sha256))
    return fail(Trouble::unsupported, "comparison without its report's digest");
  comparison.signers = statement.signers;
  if (report->find("content") == nullptr) return comparison;

  const auto content = decode_base64(report->text("content"));
  if (!content || sha256(*content) != comparison.report_sha256)
    return fail(Trouble::unsupported, "report of another digest");
  comparison.report = *content;
  Result<Comparison> carried = comparison_of_report(*content);
  if (!carried) return tl::unexpected<Error>(carried.error());
  carried->signers = comparison.signers;
  if (write_comparison(*carried) != write_comparison(comparison))
    return fail(Trouble::unsupported, "report that says something else than the comparison");
  return comparison;
}

}  // namespace unrepro::evidence
