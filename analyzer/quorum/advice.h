#pragma once

#include <string>
#include <vector>

#include "analyzer/quorum/votes.h"

namespace unrepro::quorum {

// What to do next, in plain sentences, most urgent first; each once. Asks for everything in the decision but
// `next`.
std::vector<std::string> advise(const Policy& policy, const Case& kase, const Decision& decision);

}  // namespace unrepro::quorum
