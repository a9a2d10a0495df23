#pragma once

#include "analyzer/layout/check.h"

namespace unrepro::layout {

// Finds which piece of the left image became which of the right one. Only a guess: check() decides. Regions
// whose contents are equal up to references move as a whole; in others, references from equal places tell
// which things correspond, and strings that differ there are the roots. Linear up to sorting.
Certificate propose(const Image& left, const Image& right);

}  // namespace unrepro::layout
