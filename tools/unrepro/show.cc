#include <algorithm>

#include "analyzer/report_text.h"
#include "tools/unrepro/commands.h"
#include "tools/unrepro/output.h"
#include "tools/unrepro/report_reader.h"

namespace unrepro::tool {

int run_show(const CommandLine& line) {
  const auto report = read_report(line.report);
  if (!report) return trouble(report.error());
  const auto found = std::find_if(report->findings.begin(), report->findings.end(),
                                  [&](const Finding& finding) { return finding.id == line.finding; });
  if (found == report->findings.end()) {
    std::string message = "no finding " + std::to_string(line.finding) + ": the report lists " +
                          std::to_string(report->findings.size());
    if (report->omitted_findings > 0) {
      message += " and omits " + std::to_string(report->omitted_findings) + " (see --max-findings)";
    }
    return trouble({Trouble::unsupported, message});
  }
  const auto printed = print(finding_text(*report, *found, {text_width(), wants_color(line.no_color)}));
  return printed ? 0 : trouble(printed.error());
}

}  // namespace unrepro::tool
