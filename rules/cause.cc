#include "rules/cause.h"

#include <vector>

#include "rules/causes/families.h"

namespace unrepro {

std::span<const CauseInfo> causes() {
  static const std::vector<CauseInfo> kAll = [] {
    std::vector<CauseInfo> all;
    for (const auto family :
         {clock_causes(), order_causes(), path_causes(), identity_causes(), toolchain_causes(),
          memory_causes(), structure_causes(), derived_causes(), residual_causes()}) {
      all.insert(all.end(), family.begin(), family.end());
    }
    return all;
  }();
  return kAll;
}

const CauseInfo* find_cause(std::string_view id) {
  for (const CauseInfo& cause : causes()) {
    if (cause.id == id) return &cause;
  }
  return nullptr;
}

}  // namespace unrepro
