#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "analyzer/align/keyed.h"
#include "analyzer/artifact.h"

namespace unrepro {

// Takes out of left_only and right_only the members that are one under two names: of equal content, or named
// after their content (a path made of a build-id), where the k-th by size of one side goes with the k-th of
// the other; and relations to two versions of one package. A wrong guess costs an explanation, nothing else.
// `left` and `right` are the items of both lists.
std::vector<std::pair<std::uint32_t, std::uint32_t>> pair_renamed(const Opened& left_side,
                                                                  const std::vector<FieldId>& left,
                                                                  const Opened& right_side,
                                                                  const std::vector<FieldId>& right,
                                                                  Pairing& pairing);

}  // namespace unrepro
