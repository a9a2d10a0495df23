#pragma once
// A case as JSON: what a replay log keeps of a decision's inputs.

#include <string>
#include <string_view>

#include "analyzer/quorum/case.h"

namespace unrepro::quorum {

// Canonical: lists are sorted and one spelling is used, so that equal cases give equal bytes whatever the
// order of their lists.
std::string case_json(const Case& kase);

// What case_json() wrote. Errors: unsupported.
Result<Case> parse_case(std::string_view json);

}  // namespace unrepro::quorum
