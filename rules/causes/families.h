#pragma once
// The cause table in its parts, one family a file; rules/cause.h gives the whole.

#include <span>

#include "rules/cause.h"

namespace unrepro {

std::span<const CauseInfo> clock_causes();
std::span<const CauseInfo> order_causes();
std::span<const CauseInfo> path_causes();
std::span<const CauseInfo> identity_causes();
std::span<const CauseInfo> toolchain_causes();
std::span<const CauseInfo> memory_causes();
std::span<const CauseInfo> structure_causes();
std::span<const CauseInfo> derived_causes();
std::span<const CauseInfo> residual_causes();

}  // namespace unrepro
