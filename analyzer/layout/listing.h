#pragma once

#include <string>
#include <vector>

#include "analyzer/layout/locate.h"

namespace unrepro::layout {

// The instructions of a function of both images that differ by more than where things lie, with some that
// stand around them: the offset in the function, '-' (left), '+' (right) or ' ', and what it does.
// `budget` is how many instructions may still be read; it is reduced.
std::vector<std::string> list_changes(const Image& left, const Image& right, const Certificate& certificate,
                                      const Deviation& function, std::size_t& budget);

}  // namespace unrepro::layout
