#pragma once

#include <cstdint>
#include <vector>

#include "analyzer/align/runs.h"

namespace unrepro {

// One thing that differs between two texts: a date, a path, a word, some lines; or lines (items of a line)
// that stand in another order.
struct TextPiece {
  Span left, right;
  std::uint64_t weight = 0;
  // When an order differs: how many items the spans hold, all of which both sides have. The spans of an
  // order reach from the first to the last item that moved, and may enclose other pieces.
  std::uint64_t ordered_items = 0;
};

struct TextPieces {
  std::vector<TextPiece> pieces;  // by left offset
  std::uint64_t unlisted = 0;     // runs beyond the stored ones
  std::uint64_t unlisted_weight = 0;
};

// Cuts the runs of diff_text() into pieces that a cause can explain: whole dates, paths, numbers and words
// (rules/content/atom.h), and finds lines and items that only moved. Bytes outside the pieces are equal, but
// for the place of what moved. Deterministic, O(n log n).
TextPieces refine_text(Bytes left, Bytes right, const RunList& list);

}  // namespace unrepro
