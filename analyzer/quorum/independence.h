#pragma once
// Sets of operators, and how many of one are independent.

#include <set>
#include <string>
#include <vector>

#include "analyzer/quorum/policy.h"

namespace unrepro::quorum {

using Names = std::set<std::string>;

// "debian, suse", or "nobody".
std::string list(const Names& names);

// How many of the operators are independent by the policy: those tied by a trait, or by chains of them, count
// once. An operator of unknown trait is tied to every other such one. Adds to `shared` what ties which:
// "hosting=example: debian, suse".
std::size_t independent(const Policy& policy, const Names& operators, std::vector<std::string>& shared);

}  // namespace unrepro::quorum
