#pragma once

#include <functional>
#include <memory>

#include "analyzer/align/runs.h"
#include "formats/format.h"

namespace unrepro {

// Makes a fresh view of one leaf, or null when there is none of this kind: Format::view bound to a tree and
// leaf. Tokens should not cross the ends of lines; one that does is cut there.
using ViewSource = std::function<std::unique_ptr<LeafView>(ViewKind)>;

struct TextLimits {
  std::size_t max_hunks = kMaxStoredRuns;
  // A hunk of equally many lines on both sides, at most this many, is taken as that many changed lines.
  std::size_t paired_lines = 200;
};

// Where two texts differ: each hunk is one region of changed lines, or differing tokens of one changed line.
// All bytes outside the hunks were compared and are equal, in order. Falls back to align_bytes() when a side
// has no view of lines that tiles it, or more than a million lines that are shorter than 16 bytes on average.
// Deterministic; time O(n log n); memory 8 bytes a line, and about 40 bytes a line while lines are aligned.
using TextHunk = Run;
using TextDiff = RunList;
TextDiff diff_text(Bytes left, const ViewSource& left_views, Bytes right, const ViewSource& right_views,
                   const TextLimits& limits = {});

}  // namespace unrepro
