#pragma once
// A report as JUnit XML, as CI services read it (no standard; the common subset of what they accept).

#include <string>

#include "analyzer/judgement.h"

namespace unrepro {

// One test case for the verdict and one for each member with findings of its own. A case fails with the
// findings that fail in it, is skipped when the baseline accepts it, and is an error when it was not checked.
std::string report_junit(const Report& report, const Judgement& judgement);

}  // namespace unrepro
