#pragma once

#include <string>

#include "analyzer/layout/check.h"

namespace unrepro::layout {

// What a row that names places of the left image (Row::places) says of the right one, by a certificate that
// check() accepts. A place that is nowhere on the right stays, marked so that it equals none. Nothing of the
// row is trusted.
void translate_places(const Image& left, const Image& right, const Certificate& certificate,
                      std::string& row);

}  // namespace unrepro::layout
