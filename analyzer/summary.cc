#include "analyzer/summary.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>

#include "formats/value.h"
#include "rules/cause.h"

namespace unrepro {
namespace {

constexpr std::size_t kSources = 16;   // ids listed in derived_from
constexpr std::size_t kLooked = 256;   // places looked through for them
constexpr std::size_t kLocations = 8;  // locations and notes listed with a cause

// Components cannot contain NUL, so that a prefix of the key is a prefix of the place.
std::string key_of(const std::vector<std::string>& place) {
  std::string key;
  for (const std::string& member : place) key.append(member).push_back('\0');
  return key;
}

bool lacks_cause(const Finding& finding) { return finding.proof == Proof::none; }

std::string shown(const std::string& text) { return escape(as_bytes(text), 60); }

}  // namespace

void Summary::store(Entry entry, const std::string& place) {
  if (lacks_cause(entry.finding)) entry.finding.capacity = Capacity::unlimited();
  if (!entry.finding.derived) places_[place].push_back(entries_.size());
  for (std::size_t end = 0;; end = place.find('\0', end) + 1) {
    Verdict& worst = worst_[place.substr(0, end)];
    worst = std::max(worst, entry.finding.verdict);
    if (end == place.size()) break;
  }
  entries_.push_back(std::move(entry));
}

std::size_t Summary::add(Finding finding, const std::vector<std::string>& place,
                         const std::string& parameter) {
  store({std::move(finding), parameter, {}}, key_of(place));
  return entries_.size() - 1;
}

void Summary::extend(std::size_t added, const Finding& like) {
  Finding& finding = entries_[added].finding;
  finding.differences += like.differences;
  finding.bytes += like.bytes;
  finding.effect = std::max(finding.effect, like.effect);
}

void Summary::add_derived(Finding finding, const std::vector<std::string>& place,
                          const std::vector<std::string>& source) {
  store({std::move(finding), {}, key_of(source)}, key_of(place));
}

Verdict Summary::worst_below(const std::vector<std::string>& place) const {
  const auto at = worst_.find(key_of(place));
  return at == worst_.end() ? Verdict::identical : at->second;
}

void Summary::finish(const Facts& facts, std::size_t max_findings) {
  report_.subject = describe_subject(facts);
  report_.left.identity = facts.left;
  report_.right.identity = facts.right;
  account();
  summarise_causes();
  decide();
  emit(max_findings);
}

void Summary::account() {
  Accounting& accounting = report_.accounting;
  std::set<std::string> parameters;
  for (const Entry& entry : entries_) {
    const Finding& finding = entry.finding;
    accounting.differing_bytes += finding.bytes;
    if (finding.proof == Proof::none || finding.proof == Proof::inferred) {
      accounting.unexplained_bytes += finding.bytes;
    } else if (finding.derived) {
      accounting.derived_bytes += finding.bytes;
    } else {
      accounting.by_proof[finding.proof] += finding.bytes;
    }
    // What is not accepted leaves nothing to choose.
    if (lacks_cause(finding)) continue;
    if (entry.parameter.empty() || parameters.insert(finding.cause + '\0' + entry.parameter).second) {
      accounting.capacity += finding.capacity;
    }
  }
  accounting.explained_bytes = accounting.differing_bytes - accounting.unexplained_bytes;
}

void Summary::summarise_causes() {
  std::map<std::string, CauseSummary> causes;
  std::set<std::string> parameters;
  for (const Entry& entry : entries_) {
    const Finding& finding = entry.finding;
    if (finding.derived) continue;
    CauseSummary& cause = causes[finding.cause];
    cause.id = finding.cause;
    cause.verdict = std::max(cause.verdict, finding.verdict);
    cause.severity = std::max(cause.severity, finding.severity);
    cause.proof = std::max(cause.proof, finding.proof);
    ++cause.findings;
    cause.differences += finding.differences;
    cause.bytes += finding.bytes;
    if (entry.parameter.empty() || parameters.insert(finding.cause + '\0' + entry.parameter).second) {
      cause.capacity += finding.capacity;
    }
    const auto remember = [](std::vector<std::string>& list, const std::string& text) {
      const bool known = text.empty() || std::find(list.begin(), list.end(), text) != list.end();
      if (!known && list.size() < kLocations) list.push_back(text);
    };
    remember(cause.locations, finding.location);
    remember(cause.notes, finding.note);
    remember(cause.remedies, finding.remedy);
  }
  for (auto& [id, cause] : causes) {
    cause.blocking = cause.verdict == Verdict::divergent;
    report_.causes.push_back(std::move(cause));
  }
  std::stable_sort(report_.causes.begin(), report_.causes.end(),
                   [](const CauseSummary& a, const CauseSummary& b) {
                     return std::tuple(b.blocking, b.severity, b.bytes, a.id) <
                            std::tuple(a.blocking, a.severity, a.bytes, b.id);
                   });
}

void Summary::decide() {
  report_.verdict = report_.incomplete.empty() ? Verdict::identical : Verdict::incomplete;
  report_.without_blocking = report_.verdict;
  bool unknown = false;
  for (const Entry& entry : entries_) {
    const Finding& finding = entry.finding;
    report_.verdict = std::max(report_.verdict, finding.verdict);
    if (finding.severity == Severity::alert) ++report_.alerts;
    if (finding.verdict == Verdict::divergent) {
      unknown = unknown || lacks_cause(finding);
    } else {
      report_.without_blocking = std::max(report_.without_blocking, finding.verdict);
    }
  }
  if (report_.verdict != Verdict::divergent) return;
  report_.divergence = report_.alerts > 0 ? Divergence::alert
                       : unknown          ? Divergence::unknown
                                          : Divergence::known;
}

void Summary::emit(std::size_t max_findings) {
  std::vector<std::size_t> order(entries_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const Finding& left = entries_[a].finding;
    const Finding& right = entries_[b].finding;
    // What lacks a cause before what only lacks a proof.
    const bool left_inferred = left.proof == Proof::inferred, right_inferred = right.proof == Proof::inferred;
    return std::tie(right.severity, left.derived, left_inferred, right.bytes, left.location, a) <
           std::tie(left.severity, right.derived, right_inferred, left.bytes, right.location, b);
  });
  std::vector<std::uint32_t> ids(entries_.size(), 0);
  const std::size_t shown_findings = std::min(order.size(), max_findings);
  report_.findings.reserve(shown_findings);
  for (std::size_t i = 0; i < shown_findings; ++i) ids[order[i]] = static_cast<std::uint32_t>(i + 1);
  for (std::size_t i = 0; i < order.size(); ++i) {
    Entry& entry = entries_[order[i]];
    if (i >= shown_findings) {
      ++report_.omitted_findings;
      report_.omitted_bytes += entry.finding.bytes;
      continue;
    }
    entry.finding.id = ids[order[i]];
    if (entry.finding.derived) {
      auto& sources = entry.finding.derived_from;
      std::size_t looked = 0;
      for (auto at = places_.lower_bound(entry.source);
           at != places_.end() && at->first.starts_with(entry.source) && sources.size() < kSources &&
           ++looked < kLooked;
           ++at) {
        for (const std::size_t own : at->second) {
          if (ids[own] != 0 && sources.size() < kSources) sources.push_back(ids[own]);
        }
      }
      std::sort(sources.begin(), sources.end());
    }
    report_.findings.push_back(std::move(entry.finding));
  }
}

std::string describe_subject(const Facts& facts) {
  if (!facts.left || !facts.right) return {};
  const Identity& left = *facts.left;
  const Identity& right = *facts.right;
  if (left.package != right.package)
    return "different packages: " + shown(left.package) + " and " + shown(right.package);
  if (left.architecture != right.architecture) {
    return "different architectures: " + shown(left.architecture) + " and " + shown(right.architecture);
  }
  if (left.version == right.version) return "same source and version " + shown(left.version);
  if (left.source == right.source && left.source_version == right.source_version) {
    return "same source " + shown(left.source_version) + ", rebuilt: " + shown(left.version) + " → " +
           shown(right.version);
  }
  return "other source version: " + shown(left.version) + " → " + shown(right.version);
}

std::string remedy_of(const CauseSummary& cause) {
  const CauseInfo* info = find_cause(cause.id);
  std::string all;
  for (const std::string& remedy : cause.remedies) all += (all.empty() ? "" : " ") + remedy;
  return all.empty() && info != nullptr ? std::string(info->remedy) : all;
}

}  // namespace unrepro
