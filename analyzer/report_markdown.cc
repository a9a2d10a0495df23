#include "analyzer/report_markdown.h"

#include <algorithm>

#include "analyzer/printable.h"
#include "analyzer/summary.h"
#include "analyzer/wording.h"
#include "formats/utf8.h"

namespace unrepro {
namespace {

constexpr std::size_t kLongest = 60'000;
constexpr std::size_t kLongestSpan = 300;
constexpr std::size_t kShown = 10;  // findings of a cause

// A code span (CommonMark 6.1) whose fence is longer than any run of backticks inside.
std::string code(std::string_view text) {
  std::string safe = printable(text);
  if (safe.empty()) return "(empty)";
  if (safe.size() > kLongestSpan) {
    safe.resize(kLongestSpan);
    safe.resize(utf8_prefix(as_bytes(safe)));
    safe += "…";
  }
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : safe) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  // One space at both ends is taken away again; without it a backtick there would lengthen the fence.
  return fence + ' ' + safe + ' ' + fence;
}

std::string values(const Finding& finding) {
  const auto side = [](const std::optional<Evidence>& evidence) {
    return evidence ? code(evidence->value) : std::string("(absent)");
  };
  return finding.left || finding.right ? side(finding.left) + " → " + side(finding.right) : std::string();
}

std::string cause_section(const Report& report, const Judgement& judgement, const CauseSummary& cause) {
  std::string out = "<details><summary>" + cause.id + ": " + cause_title(cause.id) + " (" +
                    counted(cause.findings, "finding") + ")</summary>\n\n";
  for (const std::string& note : cause.notes) out += code(note) + "\n\n";
  std::size_t shown = 0;
  for (std::size_t i = 0; i < report.findings.size() && shown < kShown; ++i) {
    const Finding& finding = report.findings[i];
    if (finding.cause != cause.id || finding.derived) continue;
    ++shown;
    out += "- " + code(place(finding.location));
    if (const std::string both = values(finding); !both.empty()) out += ": " + both;
    if (const std::string_view reason = judgement.reason(i); !reason.empty()) {
      out += " (baseline: " + code(reason) + ')';
    }
    out += '\n';
  }
  if (cause.findings > shown) out += "- and " + std::to_string(cause.findings - shown) + " more\n";
  if (const std::string fix = remedy_of(cause); !fix.empty()) out += "\nFix: " + code(fix) + '\n';
  return out + "\n</details>\n\n";
}

}  // namespace

std::string report_markdown(const Report& report, const Judgement& judgement) {
  const auto side = [](std::string_view label, const ReportSide& of) {
    std::string out = "- " + std::string(label) + ": " + code(of.path) + ", " + counted(of.size, "byte");
    if (!of.sha256.empty()) out += ", SHA-256 " + code(of.sha256);
    return out + '\n';
  };
  std::string out = "## unrepro: " + headline(report) + "\n\n";
  out += judgement.passes ? "Accepted." : "Not accepted.";
  if (report.members > 1) {
    out += ' ' + std::to_string(report.differing_members) + " of " + counted(report.members, "file") +
           " differ.";
  }
  out += ' ' + counted(report.alerts, "alert") + ". ";
  out += std::to_string(report.accounting.explained_bytes) + " of " +
         counted(report.accounting.differing_bytes, "differing byte") + " explained";
  if (judgement.baselined() > 0) out += "; the baseline accepts " + counted(judgement.baselined(), "finding");
  out += ".\n\n" + side("left", report.left) + side("right", report.right) + '\n';

  if (!report.causes.empty()) {
    out +=
        "| root cause | verdict | proof | findings | bytes | bits |\n| --- | --- | --- | ---: | ---: | ---: "
        "|\n";
  }
  for (const CauseSummary& cause : report.causes) {
    out += "| " + cause.id + " | " + (cause.blocking ? "**" : "") + std::string(to_string(cause.verdict)) +
           (cause.blocking ? "**" : "") + " | " + std::string(to_string(cause.proof)) + " | " +
           std::to_string(cause.findings) + " | " + std::to_string(cause.bytes) + " | " +
           bits(cause.capacity) + " |\n";
  }
  out += '\n';
  std::size_t left_out = 0;
  const auto append = [&](const std::string& part) {
    if (out.size() + part.size() <= kLongest) {
      out += part;
    } else {
      ++left_out;
    }
  };
  for (const Incomplete& each : report.incomplete) {
    append("Not checked: " + code(place(each.location)) + ": " + code(each.reason) + "\n\n");
  }
  for (const std::string& note : judgement.notes) append("Baseline: " + code(note) + "\n\n");
  for (const CauseSummary& cause : report.causes) append(cause_section(report, judgement, cause));
  for (const Lead& lead : report.leads)
    append("Lead: " + code(lead.id) + ": " + code(lead.evidence) + "\n\n");
  if (report.omitted_findings > 0) append(counted(report.omitted_findings, "finding") + " not listed.\n\n");
  if (left_out > 0) out += counted(left_out, "part") + " left out, since this would be too long.\n";
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

}  // namespace unrepro
