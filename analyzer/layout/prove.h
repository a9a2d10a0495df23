#pragma once

#include "analyzer/pair.h"

namespace unrepro::layout {

// For a pair of programs whose contents differ: tries to prove that the right image is the left one, moved,
// apart from strings. If so, the pair's items become those strings, as roots, and one derived item for each
// leaf that follows from them; items the proof says nothing about stay. Else the pair keeps its items and the
// reason, and strings of another length, which no longer let anybody trust what refers to their neighbours,
// are joined by an item that nothing explains.
void prove(Pair& pair);

}  // namespace unrepro::layout
