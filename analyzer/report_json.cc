#include "analyzer/report_json.h"

#include <openssl/evp.h>

#include <array>

#include "analyzer/summary.h"
#include "rules/cause.h"
#include "rules/patterns/built_in.h"

namespace unrepro {
namespace {

std::string_view to_string(FactsState facts) {
  static constexpr std::array<std::string_view, 3> kNames = {"none", "given", "verified"};
  return kNames[static_cast<std::size_t>(facts)];
}

std::string digest_of_rules() {
  std::string text;
  for (const CauseInfo& cause : causes()) {
    for (const std::string_view part :
         {cause.id, cause.family, cause.title, cause.meaning, cause.evidence, cause.remedy, cause.risk}) {
      text += part;
      text += '\0';
    }
  }
  for (const BuiltInFile& file : built_in_files()) text += file.text;
  std::array<std::uint8_t, 32> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  std::string hex;
  for (const std::uint8_t byte : digest) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    hex += kDigits[byte >> 4u];
    hex += kDigits[byte & 15u];
  }
  return hex;
}

// JsonWriter with the values that reports are made of.
class ReportWriter {
 public:
  explicit ReportWriter(const TextSink& sink) : json_(sink) {}

  void report(const Report& report);

 private:
  void text(std::string_view key, std::string_view value) {
    json_.key(key);
    json_.string(value);
  }
  // Null when empty.
  void optional_text(std::string_view key, std::string_view value) {
    json_.key(key);
    value.empty() ? json_.null() : json_.string(value);
  }
  void count(std::string_view key, std::uint64_t value) {
    json_.key(key);
    json_.number(value);
  }
  void flag(std::string_view key, bool value) {
    json_.key(key);
    json_.boolean(value);
  }
  void capacity(const Capacity& value) {
    json_.key("capacity_bits");
    value.unbounded ? json_.null() : json_.tenths(value.decibits);
  }
  void texts(std::string_view key, const std::vector<std::string>& values) {
    json_.key(key);
    json_.begin_array();
    for (const std::string& value : values) json_.string(value);
    json_.end_array();
  }
  template <class List, class Write>
  void list(std::string_view key, const List& values, Write&& write) {
    json_.key(key);
    json_.begin_array();
    for (const auto& value : values) {
      json_.begin_object();
      write(value);
      json_.end_object();
    }
    json_.end_array();
  }

  void side(std::string_view key, const ReportSide& side);
  void accounting(const Accounting& accounting);
  void cause(const CauseSummary& cause);
  void finding(const Finding& finding);
  void evidence(std::string_view key, const std::optional<Evidence>& evidence);

  JsonWriter json_;
};

void ReportWriter::report(const Report& report) {
  json_.begin_object();
  text("schema", kReportSchema);
  json_.key("tool");
  json_.begin_object();
  text("version", tool_version());
  text("rules_sha256", rules_sha256());
  json_.end_object();
  text("reference_time", report.reference_time);
  side("left", report.left);
  side("right", report.right);
  text("verdict", unrepro::to_string(report.verdict));
  optional_text("divergence", report.divergence ? unrepro::to_string(*report.divergence) : "");
  count("alerts", report.alerts);
  accounting(report.accounting);
  list("causes", report.causes, [&](const CauseSummary& each) { cause(each); });
  list("leads", report.leads, [&](const Lead& lead) {
    const CauseInfo* info = find_cause(lead.id);
    text("id", lead.id);
    text("evidence", lead.evidence);
    text("remedy", info != nullptr ? info->remedy : "");
  });
  list("findings", report.findings, [&](const Finding& each) { finding(each); });
  json_.key("omitted");
  json_.begin_object();
  count("findings", report.omitted_findings);
  count("bytes", report.omitted_bytes);
  json_.end_object();
  list("incomplete", report.incomplete, [&](const Incomplete& each) {
    text("location", each.location);
    text("reason", each.reason);
  });
  text("subject", report.subject);
  text("without_blocking", unrepro::to_string(report.without_blocking));
  count("members", report.members);
  count("differing_members", report.differing_members);
  if (!report.observations.empty()) {
    list("observations", report.observations, [&](const Observation& each) {
      text("file", each.file);
      text("cause", each.cause);
      text("variation", each.variation);
      count("runs", each.runs);
      flag("marker", each.marker);
    });
  }
  json_.end_object();
  json_.finish();
}

void ReportWriter::side(std::string_view key, const ReportSide& side) {
  json_.key(key);
  json_.begin_object();
  text("path", side.path);
  optional_text("sha256", side.sha256);
  count("size", side.size);
  text("format", side.format);
  optional_text("normal_sha256", side.normal_sha256.value_or(""));
  text("facts", to_string(side.facts));
  json_.key("identity");
  if (side.identity) {
    json_.begin_object();
    text("package", side.identity->package);
    text("version", side.identity->version);
    text("source", side.identity->source);
    text("source_version", side.identity->source_version);
    text("architecture", side.identity->architecture);
    json_.end_object();
  } else {
    json_.null();
  }
  json_.end_object();
}

void ReportWriter::accounting(const Accounting& accounting) {
  json_.key("accounting");
  json_.begin_object();
  count("differing_bytes", accounting.differing_bytes);
  count("explained_bytes", accounting.explained_bytes);
  count("unexplained_bytes", accounting.unexplained_bytes);
  count("derived_bytes", accounting.derived_bytes);
  json_.key("by_proof");
  json_.begin_object();
  for (const Proof proof :
       {Proof::recomputed, Proof::inert, Proof::observed, Proof::recorded, Proof::pattern}) {
    const auto found = accounting.by_proof.find(proof);
    count(unrepro::to_string(proof), found != accounting.by_proof.end() ? found->second : 0);
  }
  json_.end_object();
  capacity(accounting.capacity);
  json_.end_object();
}

void ReportWriter::cause(const CauseSummary& cause) {
  const CauseInfo* info = find_cause(cause.id);
  text("id", cause.id);
  text("title", info != nullptr ? info->title : "");
  text("verdict", unrepro::to_string(cause.verdict));
  flag("blocking", cause.blocking);
  count("findings", cause.findings);
  count("bytes", cause.bytes);
  text("proof", unrepro::to_string(cause.proof));
  text("severity", unrepro::to_string(cause.severity));
  capacity(cause.capacity);
  text("remedy", remedy_of(cause));
  texts("locations", cause.locations);
  count("differences", cause.differences);
  texts("notes", cause.notes);
}

void ReportWriter::finding(const Finding& finding) {
  count("id", finding.id);
  text("cause", finding.cause);
  text("proof", unrepro::to_string(finding.proof));
  text("effect", unrepro::to_string(finding.effect));
  text("verdict", unrepro::to_string(finding.verdict));
  text("severity", unrepro::to_string(finding.severity));
  text("location", finding.location);
  text("format", finding.format);
  text("field", finding.field);
  text("kind", unrepro::to_string(finding.kind));
  count("differences", finding.differences);
  count("bytes", finding.bytes);
  capacity(finding.capacity);
  flag("touches_code", finding.touches_code);
  evidence("left", finding.left);
  evidence("right", finding.right);
  json_.key("derived_from");
  json_.begin_array();
  for (const std::uint32_t id : finding.derived_from) json_.number(id);
  json_.end_array();
  flag("derived", finding.derived);
  text("note", finding.note);
  if (!finding.remedy.empty()) text("remedy", finding.remedy);
  if (!finding.observed.empty()) texts("observed", finding.observed);
  if (!finding.listing.empty()) texts("listing", finding.listing);
}

void ReportWriter::evidence(std::string_view key, const std::optional<Evidence>& evidence) {
  json_.key(key);
  if (!evidence) {
    json_.null();
    return;
  }
  json_.begin_object();
  count("offset", evidence->offset);
  count("length", evidence->length);
  text("value", evidence->value);
  json_.end_object();
}

}  // namespace

std::string_view tool_version() { return UNREPRO_VERSION; }

const std::string& rules_sha256() {
  static const std::string kDigest = digest_of_rules();
  return kDigest;
}

void write_report_json(const Report& report, const TextSink& sink) { ReportWriter(sink).report(report); }

std::string report_json(const Report& report) {
  std::string out;
  write_report_json(report, [&](std::string_view piece) { out += piece; });
  return out;
}

}  // namespace unrepro
