#pragma once
// A decision as JSON, schema unrepro.decision/1 (tools/schema/decision.schema.json).

#include <string>
#include <string_view>

#include "analyzer/quorum/decision.h"

namespace unrepro::quorum {

inline constexpr std::string_view kDecisionSchema = "unrepro.decision/1";

// Ends with a newline. Equal decisions give equal bytes.
std::string decision_json(const Decision& decision);

}  // namespace unrepro::quorum
