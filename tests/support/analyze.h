#pragma once

#include <string>
#include <vector>

#include "analyzer/analyze.h"

namespace unrepro::testing {

// Compares bytes in memory; fails the test when analyze() itself fails, and checks that the accounting adds
// up.
Report compare_bytes(const std::string& left, const std::string& right, const std::string& name = "artifact",
                     const Options& options = {});
// The distinct causes of all findings that stand for themselves, sorted.
std::vector<std::string> causes_of(const Report& report);
// True when a finding of this cause and severity names the place.
bool has_alert(const Report& report, const std::string& cause, const std::string& place);

}  // namespace unrepro::testing
