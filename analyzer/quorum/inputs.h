#pragma once
// What the job fixed, and what results declare and hold beside it.

#include "analyzer/quorum/case.h"

namespace unrepro::quorum {

// Whether the job makes an artifact of that name, as far as it says.
bool expected(const Job& job, const std::string& artifact);

// Whether a result declares an input other than the job fixed it.
bool contradicts(const Job& job, const BuildResult& result);

// Whether a result declares every input as the job fixed it; never when the job fixed none.
bool follows(const Job& job, const BuildResult& result);

// Whether two results both declare inputs, and other ones.
bool other_inputs(const BuildResult& a, const BuildResult& b);

}  // namespace unrepro::quorum
