#include "analyzer/report_github.h"

#include <algorithm>

#include "analyzer/printable.h"
#include "analyzer/summary.h"
#include "analyzer/wording.h"

namespace unrepro {
namespace {

// As the runner decodes them; a property also ends at ',' and its list at ':'.
std::string escaped(std::string_view text, bool property) {
  std::string out;
  for (const char c : printable(text)) {
    if (c == '%') {
      out += "%25";
    } else if (property && c == ':') {
      out += "%3A";
    } else if (property && c == ',') {
      out += "%2C";
    } else {
      out += c;
    }
  }
  return out;
}

std::string line(std::string_view level, const Report& report, std::string_view title,
                 std::string_view message) {
  return "::" + std::string(level) + " file=" + escaped(report.left.path, true) +
         ",title=" + escaped(title, true) + "::" + escaped(message, false) + '\n';
}

}  // namespace

std::string report_github(const Report& report, const Judgement& judgement) {
  std::string out = line(judgement.passes ? "notice" : "error", report, "unrepro",
                         headline(report) + (judgement.passes ? ", accepted" : ", not accepted") + ": " +
                             report.left.path + " and " + report.right.path);
  for (const Incomplete& each : report.incomplete) {
    out += line("error", report, "not checked", place(each.location) + ": " + each.reason);
  }
  for (const CauseSummary& cause : report.causes) {
    bool fails = cause.findings == 0;
    const Finding* first = nullptr;
    for (std::size_t i = 0; i < report.findings.size(); ++i) {
      const Finding& finding = report.findings[i];
      if (finding.cause != cause.id || finding.derived) continue;
      if (first == nullptr) first = &finding;
      fails = fails || judgement.standings[i] == Standing::fails;
    }
    const std::string_view level = fails || first == nullptr ? "error" : "notice";
    std::string message = counted(cause.findings, "finding");
    if (first != nullptr) message += ", first: " + finding_message(*first);
    out +=
        line(judgement.passes ? "notice" : level, report, cause.id + ": " + cause_title(cause.id), message);
  }
  for (const std::string& note : judgement.notes) out += line("warning", report, "baseline", note);
  return out;
}

}  // namespace unrepro
