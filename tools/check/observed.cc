#include "tools/check/observed.h"

#include <algorithm>

#include "analyzer/location.h"

namespace unrepro::check {
namespace {

void account(Accounting& accounting, const Finding& finding) {
  if (finding.proof == Proof::none || finding.proof == Proof::inferred) {
    accounting.unexplained_bytes -= finding.bytes;
    accounting.explained_bytes += finding.bytes;
  } else {
    accounting.by_proof[finding.proof] -= finding.bytes;
  }
  accounting.by_proof[Proof::observed] += finding.bytes;
}

// Takes a finding out of the summary of its cause and adds it to that of `cause`.
void move_to(Report& report, const Finding& finding, const std::string& cause) {
  const auto find = [&](const std::string& id) {
    return std::find_if(report.causes.begin(), report.causes.end(),
                        [&](const CauseSummary& each) { return each.id == id; });
  };
  if (const auto old = find(finding.cause); old != report.causes.end()) {
    old->findings -= 1;
    old->differences -= finding.differences;
    old->bytes -= finding.bytes;
    std::erase(old->locations, finding.location);
    if (old->findings == 0) report.causes.erase(old);
  }
  auto found = find(cause);
  if (found == report.causes.end()) found = report.causes.insert(report.causes.end(), {.id = cause});
  found->findings += 1;
  found->differences += finding.differences;
  found->bytes += finding.bytes;
  found->verdict = std::max(found->verdict, finding.verdict);
  found->severity = std::max(found->severity, finding.severity);
  found->proof = std::max(found->proof, Proof::observed);
  found->blocking = found->verdict == Verdict::divergent;
  found->capacity += finding.capacity;
  if (found->locations.size() < 8) found->locations.push_back(finding.location);
}

}  // namespace

Place place_of(const Finding& finding) {
  auto parsed = Location::parse(finding.location);
  if (!parsed) return {finding.location, finding.location};
  Place place;
  place.file = parsed->members[parsed->members.size() > 1 ? 1 : 0];
  parsed->members[0].clear();
  place.below = parsed->print();
  return place;
}

void mark_observed(Report& report, const std::map<std::string, Places>& by_variation) {
  bool changed = false;
  for (Finding& finding : report.findings) {
    if (finding.derived) continue;
    const Place here = place_of(finding);
    std::string cause;
    for (const Observation& each : report.observations) {
      const auto places = by_variation.find(each.variation);
      if (each.file != here.file || places == by_variation.end()) continue;
      const auto place = places->second.find(here.below);
      // What is explained by itself must have been seen with the same cause.
      const bool residue = finding.proof == Proof::none || finding.proof == Proof::inferred;
      if (place == places->second.end() || !(residue || place->second.contains(finding.cause))) continue;
      if (finding.observed.empty() || finding.observed.back() != each.variation) {
        finding.observed.push_back(each.variation);
      }
      if (cause.empty()) cause = each.cause;
    }
    if (finding.observed.empty() || finding.severity == Severity::alert || finding.proof <= Proof::recorded)
      continue;
    changed = true;
    account(report.accounting, finding);
    if (finding.cause == kUnexplained) {
      move_to(report, finding, cause);
      finding.cause = cause;
    }
    finding.proof = Proof::observed;
  }
  if (!changed) return;
  for (CauseSummary& cause : report.causes) {
    Proof weakest = Proof::recomputed;
    std::uint64_t seen = 0;
    for (const Finding& finding : report.findings) {
      if (finding.derived || finding.cause != cause.id) continue;
      weakest = std::max(weakest, finding.proof);
      ++seen;
    }
    if (seen == cause.findings) cause.proof = weakest;  // else some are not listed
  }
  const bool unknown =
      report.omitted_findings > 0 ||
      std::any_of(report.findings.begin(), report.findings.end(), [](const Finding& finding) {
        return finding.verdict == Verdict::divergent && finding.proof == Proof::none;
      });
  if (report.divergence == Divergence::unknown && !unknown) report.divergence = Divergence::known;
}

}  // namespace unrepro::check
