#include "analyzer/judgement.h"

#include <algorithm>
#include <chrono>

#include "analyzer/location.h"
#include "analyzer/printable.h"

namespace unrepro {
namespace {

constexpr std::chrono::days kValidity{90};
constexpr std::string_view kNewReason = "not reviewed: written by --update-baseline";

Verdict worst_accepted(Accept accept) {
  return accept == Accept::explained    ? Verdict::explained
         : accept == Accept::equivalent ? Verdict::equivalent
                                        : Verdict::identical;
}

// What no baseline can accept: behaviour, residue, alerts.
bool may_be_accepted(const Finding& finding) {
  return finding.verdict <= Verdict::explained && finding.severity != Severity::alert &&
         finding.cause != kUnexplained;
}

std::string entry_name(const BaselineEntry& entry) {
  return printable(entry.cause) + " at " + printable(entry.location);
}

// The pattern of exactly this place in an artifact of any name.
std::string pattern_of(const Finding& finding) {
  auto place = Location::parse(finding.location);
  if (!place) return escape_glob(finding.location);
  const std::string artifact = Location{{place->members.front()}, {}, {}}.print();
  return '*' + escape_glob(finding.location.substr(artifact.size()));
}

}  // namespace

std::uint64_t Judgement::baselined() const {
  return static_cast<std::uint64_t>(std::count(standings.begin(), standings.end(), Standing::baseline));
}

std::string_view Judgement::reason(std::size_t index) const {
  return standings[index] == Standing::baseline ? baseline.entries[entries[index]].reason
                                                : std::string_view();
}

Judgement judge_report(const Report& report, Accept accept, const Baseline& baseline, std::int64_t now) {
  const Verdict allowed = worst_accepted(accept);
  Judgement judgement;
  judgement.baseline = baseline;
  judgement.standings.assign(report.findings.size(), Standing::fails);
  judgement.entries.assign(report.findings.size(), 0);

  Verdict worst_root = Verdict::identical;
  for (const Finding& finding : report.findings) {
    if (!finding.derived) worst_root = std::max(worst_root, finding.verdict);
  }
  std::vector<bool> occurs(baseline.entries.size());
  for (std::size_t i = 0; i < report.findings.size(); ++i) {
    const Finding& finding = report.findings[i];
    for (std::size_t entry = 0; entry < baseline.entries.size(); ++entry) {
      if (!baseline.entries[entry].matches(finding.cause, finding.location)) continue;
      occurs[entry] = true;
      if (judgement.standings[i] == Standing::baseline || baseline.entries[entry].expired(now)) continue;
      if (finding.verdict <= allowed || !may_be_accepted(finding)) continue;
      judgement.standings[i] = Standing::baseline;
      judgement.entries[i] = entry;
    }
    if (finding.verdict <= allowed) {
      judgement.standings[i] = Standing::passes;
    } else if (judgement.standings[i] == Standing::fails && finding.derived &&
               finding.verdict <= worst_root) {
      judgement.standings[i] = Standing::follows;
    }
  }
  for (std::size_t entry = 0; entry < baseline.entries.size(); ++entry) {
    const BaselineEntry& each = baseline.entries[entry];
    if (each.expired(now)) {
      judgement.notes.push_back("expired on " + each.expires_text() + ", not applied: " + entry_name(each));
    } else if (!occurs[entry] && report.omitted_findings == 0) {
      judgement.notes.push_back("no longer occurs: " + entry_name(each));
    }
  }

  const bool any_fails = std::find(judgement.standings.begin(), judgement.standings.end(), Standing::fails) !=
                         judgement.standings.end();
  judgement.passes = report.verdict <= allowed;
  if (judgement.passes || baseline.entries.empty()) return judgement;
  if (report.omitted_findings > 0) {
    judgement.notes.push_back("not applied: " + std::to_string(report.omitted_findings) +
                              " findings are not listed, see --max-findings");
  } else {
    // What is not listed as a finding is not accepted either.
    judgement.passes = report.verdict <= Verdict::explained && report.alerts == 0 &&
                       report.incomplete.empty() && !report.findings.empty() && !any_fails;
  }
  return judgement;
}

Baseline updated_baseline(const Report& report, Accept accept, const Baseline& old, std::int64_t now) {
  const Judgement judgement = judge_report(report, accept, old, now);
  std::vector<bool> used(old.entries.size());
  Baseline updated;
  std::vector<BaselineEntry> added;
  for (std::size_t i = 0; i < report.findings.size(); ++i) {
    const Finding& finding = report.findings[i];
    if (judgement.standings[i] == Standing::baseline) used[judgement.entries[i]] = true;
    if (judgement.standings[i] != Standing::fails || !may_be_accepted(finding)) continue;
    added.push_back({finding.cause, pattern_of(finding), std::string(kNewReason),
                     std::chrono::floor<std::chrono::days>(
                         std::chrono::sys_seconds(std::chrono::seconds(now)) + kValidity)});
  }
  for (std::size_t entry = 0; entry < old.entries.size(); ++entry) {
    if (used[entry]) updated.entries.push_back(old.entries[entry]);
  }
  const auto by_cause_and_place = [](const BaselineEntry& a, const BaselineEntry& b) {
    return std::tie(a.cause, a.location) < std::tie(b.cause, b.location);
  };
  std::sort(added.begin(), added.end(), by_cause_and_place);
  for (BaselineEntry& entry : added) {
    const bool known = !updated.entries.empty() && updated.entries.back().cause == entry.cause &&
                       updated.entries.back().location == entry.location;
    if (!known) updated.entries.push_back(std::move(entry));
  }
  return updated;
}

}  // namespace unrepro
