#pragma once
// Carries what builds have shown into the report of the comparison.

#include <map>
#include <set>
#include <string>

#include "analyzer/report.h"

namespace unrepro::check {

// Where a finding is: the file, and the whole place without the artifact's name, which is that of a build's
// folder.
struct Place {
  std::string file, below;
};
Place place_of(const Finding& finding);

// The differences of a control build and one with this alone varied: places (`below`), each with the
// causes that the analyzer gives it.
using Places = std::map<std::string, std::set<std::string>>;

// Gives findings at such a place, in a file of `observations` with the same variation, the proof `observed`
// where they have a weaker one, and the names of those variations. What had no cause takes that of the first
// one. Verdicts stay: a place is coarser than a difference, and may hold what the experiment did not change.
// `by_variation`: places by the variation's name. `report` has its observations already.
void mark_observed(Report& report, const std::map<std::string, Places>& by_variation);

}  // namespace unrepro::check
