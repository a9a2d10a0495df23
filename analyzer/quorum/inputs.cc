#include "analyzer/quorum/inputs.h"

#include <algorithm>

namespace unrepro::quorum {

bool expected(const Job& job, const std::string& artifact) {
  return job.artifacts.empty() || job.artifacts.contains(artifact);
}

bool contradicts(const Job& job, const BuildResult& result) {
  return std::any_of(job.inputs.begin(), job.inputs.end(), [&](const auto& input) {
    const auto at = result.inputs.find(input.first);
    return at != result.inputs.end() && at->second != input.second;
  });
}

bool follows(const Job& job, const BuildResult& result) {
  return !job.inputs.empty() && std::all_of(job.inputs.begin(), job.inputs.end(), [&](const auto& input) {
    const auto at = result.inputs.find(input.first);
    return at != result.inputs.end() && at->second == input.second;
  });
}

bool other_inputs(const BuildResult& a, const BuildResult& b) {
  return !a.inputs.empty() && !b.inputs.empty() && a.inputs != b.inputs;
}

}  // namespace unrepro::quorum
