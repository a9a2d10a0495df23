#pragma once

#include "analyzer/pair.h"
#include "analyzer/report.h"

namespace unrepro {

// Uses the build records found inside the artifacts (a .buildinfo of a .changes set): says on each side that
// facts were given, and turns what the records disagree on into leads. Records of a side are its builder's
// own words, so they name parameters and prove nothing.
void add_facts(Pair& root, Report& report);

}  // namespace unrepro
