#include "analyzer/report_junit.h"

#include <map>

#include "analyzer/printable.h"
#include "analyzer/wording.h"

namespace unrepro {
namespace {

constexpr std::size_t kShown = 20;  // findings in the text of a case

// XML 1.0 text or attribute value (section 2.2: U+FFFE and U+FFFF are no characters of XML).
std::string escaped(std::string_view text) {
  const std::string safe = printable(text);
  std::string allowed;
  std::size_t done = 0;
  for (std::size_t at = 0; (at = safe.find("\xef\xbf", at)) != std::string::npos; at += 2) {
    const std::string_view character = std::string_view(safe).substr(at, 3);
    if (character != "\xef\xbf\xbe" && character != "\xef\xbf\xbf") continue;
    allowed.append(safe, done, at - done) += character.back() == '\xbe' ? "\\u{fffe}" : "\\u{ffff}";
    done = at + 3;
  }
  return escape_markup(allowed.append(safe, done));
}

struct Case {
  std::vector<std::size_t> fails, passes, baseline;
  std::vector<std::string> errors;
};

}  // namespace

std::string report_junit(const Report& report, const Judgement& judgement) {
  std::map<std::string, Case> cases;
  for (std::size_t i = 0; i < report.findings.size(); ++i) {
    Case* each = nullptr;
    const auto of_finding = [&]() -> Case& {
      if (each == nullptr) each = &cases[member_place(report.findings[i].location)];
      return *each;
    };
    switch (judgement.standings[i]) {
      case Standing::fails:
        of_finding().fails.push_back(i);
        break;
      case Standing::passes:
        of_finding().passes.push_back(i);
        break;
      case Standing::baseline:
        of_finding().baseline.push_back(i);
        break;
      case Standing::follows:
        break;
    }
  }
  for (const Incomplete& each : report.incomplete) {
    cases[member_place(each.location)].errors.push_back(place(each.location) + ": " + each.reason);
  }

  std::size_t failures = judgement.passes ? 0 : 1;
  std::size_t errors = 0;
  std::size_t skipped = 0;
  std::string body;
  const auto begin = [&](const std::string& name) {
    body += "    <testcase classname=\"" + escaped(report.left.path) + "\" name=\"" +
            (name.empty() ? "(the artifact itself)" : escaped(name)) + "\"";
  };
  const auto list = [&](const std::vector<std::size_t>& findings) {
    std::string out;
    for (std::size_t i = 0; i < findings.size() && i < kShown; ++i) {
      const Finding& finding = report.findings[findings[i]];
      out += '#' + std::to_string(finding.id) + ' ' + escaped(finding.cause) + ": " +
             escaped(finding_message(finding)) + '\n';
    }
    if (findings.size() > kShown) out += "and " + std::to_string(findings.size() - kShown) + " more\n";
    return out;
  };
  for (const auto& [name, each] : cases) {
    begin(name);
    if (!each.errors.empty()) {
      ++errors;
      body += "><error message=\"not checked: " + escaped(each.errors.front()) + "\"/></testcase>\n";
    } else if (!each.fails.empty()) {
      ++failures;
      const Finding& first = report.findings[each.fails.front()];
      body += "><failure type=\"" + escaped(first.cause) + "\" message=\"" +
              escaped(counted(each.fails.size(), "finding") + ", first: " + finding_message(first)) + "\">" +
              list(each.fails) + "</failure></testcase>\n";
    } else if (!each.baseline.empty()) {
      ++skipped;
      body += "><skipped message=\"baseline: " + escaped(judgement.reason(each.baseline.front())) +
              "\"/></testcase>\n";
    } else {
      body += "><system-out>" + list(each.passes) + "</system-out></testcase>\n";
    }
  }
  begin("verdict");
  if (judgement.passes) {
    body += "/>\n";
  } else {
    body += "><failure type=\"" + escaped(to_string(report.verdict)) + "\" message=\"" +
            escaped(headline(report)) + ", not accepted\"/></testcase>\n";
  }
  const std::string counts = " tests=\"" + std::to_string(cases.size() + 1) + "\" failures=\"" +
                             std::to_string(failures) + "\" errors=\"" + std::to_string(errors) +
                             "\" skipped=\"" + std::to_string(skipped) + "\"";
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"unrepro\"" + counts +
                    ">\n  <testsuite name=\"" + escaped(report.left.path) + "\"" + counts + ">\n" + body;
  if (!judgement.notes.empty()) {
    out += "    <system-out>";
    for (const std::string& note : judgement.notes) out += "baseline: " + escaped(note) + '\n';
    out += "</system-out>\n";
  }
  return out + "  </testsuite>\n</testsuites>\n";
}

}  // namespace unrepro
