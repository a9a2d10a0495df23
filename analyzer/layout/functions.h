#pragma once

#include <vector>

#include "analyzer/layout/check.h"

namespace unrepro::layout {

// Pairs the functions of a region of code, and what stands between them, by name, then by bytes outside of
// references, then by neighbours. A piece of functions of different length is an edit; what has no partner is
// in no piece. Ascending by left; linear up to sorting.
std::vector<Piece> pair_functions(const Image& left, const Image& right, const ImageRegion& left_region,
                                  const ImageRegion& right_region);

}  // namespace unrepro::layout
