#pragma once

#include "analyzer/analyze.h"
#include "analyzer/pair.h"
#include "analyzer/report.h"

namespace unrepro {

// Gives every difference of the tree of pairs its cause, proof, capacity and verdict, and fills the findings,
// causes, accounting and verdict of the report. `name` begins every location. A report without findings has
// the verdict identical; callers know whether that is true.
void explain(Pair& root, const std::string& name, const Options& options, Budget& budget, Report& report);

}  // namespace unrepro
