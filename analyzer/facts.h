#pragma once

#include "analyzer/analyze.h"
#include "analyzer/pair.h"
#include "analyzer/report.h"

namespace unrepro {

// Uses the build records, given or found inside the artifacts (a .buildinfo of a .changes set): says on each
// side that facts were given, and turns what the records disagree on into leads. Records of a side are its
// builder's own words, so they name parameters and prove nothing. Records that were given with the artifacts
// take their place.
void add_facts(Pair& root, const Options& options, Report& report);

}  // namespace unrepro
