#pragma once

#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "analyzer/report.h"
#include "rules/difference.h"

namespace unrepro {

// Collects findings and turns them into the report's causes, accounting and verdict. Remembers the verdict of
// every place, so that what is derived from a place can take the worst of it.
class Summary {
 public:
  explicit Summary(Report& report) : report_(report) {}

  // `place`: members from the artifact down. Findings that name the same non-empty parameter share its
  // capacity. Returns a number for extend().
  std::size_t add(Finding finding, const std::vector<std::string>& place, const std::string& parameter);
  // Counts another difference with one that was added, of the same cause, proof and place; neither is
  // accepted.
  void extend(std::size_t added, const Finding& like);
  // A finding that follows from everything at or below `source`.
  void add_derived(Finding finding, const std::vector<std::string>& place,
                   const std::vector<std::string>& source);
  // The worst verdict of the findings at or below a place; identical when there are none.
  Verdict worst_below(const std::vector<std::string>& place) const;
  // Orders and numbers the findings and fills the report. Call once, last.
  void finish(const Facts& facts, std::size_t max_findings);

 private:
  struct Entry {
    Finding finding;
    std::string parameter;
    std::string source;  // prefix of places; empty for findings that stand for themselves
  };

  void store(Entry entry, const std::string& place);
  void account();
  void summarise_causes();
  void decide();
  void emit(std::size_t max_findings);

  Report& report_;
  std::deque<Entry> entries_;
  std::map<std::string, std::vector<std::size_t>> places_;  // entries that stand for themselves
  std::unordered_map<std::string, Verdict> worst_;          // at or below a place
};

// One phrase for line one: whether the two are builds of one source at all.
std::string describe_subject(const Facts& facts);

// How to remove a cause: what its findings know of their producers, else what the cause table says.
std::string remedy_of(const CauseSummary& cause);

}  // namespace unrepro
