#pragma once

#include <string>

#include "analyzer/quorum/decision.h"
#include "analyzer/report_text.h"

namespace unrepro::quorum {

// A decision for a person: who agrees, who does not, why, what was checked, and what to do next. Ends with a
// newline; everything that comes from a builder is escaped.
std::string decision_text(const Decision& decision, const TextStyle& style);

}  // namespace unrepro::quorum
