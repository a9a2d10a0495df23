#pragma once

#include <memory>
#include <string>
#include <vector>

#include "formats/base.h"
#include "rules/pattern_set.h"

namespace unrepro::tool {

// The rules of all files; null without files. Errors: io, and unsupported with everything that is wrong.
Result<std::shared_ptr<const PatternSet>> read_rules(const std::vector<std::string>& paths);

}  // namespace unrepro::tool
