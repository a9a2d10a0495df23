#pragma once
// A report as annotations of a GitHub Actions job: workflow commands on standard output.

#include <string>

#include "analyzer/judgement.h"

namespace unrepro {

// A line for the verdict, for each root cause, for what was not checked and for each note of the baseline,
// the worst first: GitHub shows ten of each level. Nothing from an artifact can begin a command of its own.
std::string report_github(const Report& report, const Judgement& judgement);

}  // namespace unrepro
