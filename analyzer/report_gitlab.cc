#include "analyzer/report_gitlab.h"

#include "analyzer/wording.h"

namespace unrepro {
namespace {

std::string_view severity(const Finding& finding, Standing standing) {
  if (finding.severity == Severity::alert) return "blocker";
  if (finding.cause == kUnexplained) return "critical";
  if (finding.verdict == Verdict::divergent) return "major";
  return standing == Standing::fails ? "minor" : "info";
}

}  // namespace

void write_report_gitlab(const Report& report, const Judgement& judgement, const TextSink& sink) {
  JsonWriter json(sink);
  Fingerprints fingerprints;
  const auto issue = [&](std::string_view check, std::string_view level, const std::string& text,
                         const Finding& identity) {
    const auto member = [&](std::string_view key, std::string_view value) {
      json.key(key);
      json.string(value);
    };
    json.begin_object();
    member("description", text);
    member("check_name", check);
    member("fingerprint", fingerprints.next(identity));
    member("severity", level);
    json.key("location");
    json.begin_object();
    member("path", report.left.path);
    json.key("lines");
    json.begin_object();
    json.key("begin");
    json.number(1);
    json.end_object();
    json.end_object();
    json.end_object();
  };
  json.begin_array();
  for (std::size_t i = 0; i < report.findings.size(); ++i) {
    const Finding& finding = report.findings[i];
    const Standing standing = judgement.standings[i];
    if (standing == Standing::follows || standing == Standing::baseline) continue;
    issue(finding.cause, severity(finding, standing), finding_message(finding), finding);
  }
  for (const Incomplete& each : report.incomplete) {
    Finding identity;
    identity.cause = "not-checked";
    identity.location = each.location;
    issue(identity.cause, "major", "not checked: " + place(each.location) + ": " + each.reason, identity);
  }
  json.end_array();
  json.finish();
}

}  // namespace unrepro
