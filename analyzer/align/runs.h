#pragma once

#include <cstdint>
#include <vector>

#include "formats/base.h"
#include "formats/format.h"

namespace unrepro {

// A pair of ranges, offsets in either leaf, that differ; one of them may be empty.
struct Run {
  Span left, right;
};

// Where two leaves differ: the first runs in order, and exact totals of all of them.
struct RunList {
  std::vector<Run> runs;
  std::uint64_t total_runs = 0;
  std::uint64_t left_bytes = 0;
  std::uint64_t right_bytes = 0;
  std::uint64_t weight = 0;  // sum of the longer side's length of every run
};

inline constexpr std::size_t kMaxStoredRuns = 4096;

// Number of bytes at the front (at the back) that both have. Memory speed.
std::size_t common_prefix(Bytes left, Bytes right);
std::size_t common_suffix(Bytes left, Bytes right);

// Collects runs front to back into a RunList. Runs that are closer than `merge_below` equal bytes become one;
// every run loses its common prefix and suffix of bytes if `trim`.
class RunCollector {
 public:
  RunCollector(Bytes left, Bytes right, std::size_t max_runs, std::uint64_t merge_below, bool trim)
      : left_(left), right_(right), max_runs_(max_runs), merge_below_(merge_below), trim_(trim) {}

  // Requires order: nothing before the end of the run added last.
  void add(std::uint64_t left_begin, std::uint64_t left_end, std::uint64_t right_begin,
           std::uint64_t right_end);
  // Call once, last.
  RunList finish();

 private:
  void flush();

  Bytes left_, right_;
  std::size_t max_runs_;
  std::uint64_t merge_below_;
  bool trim_;
  bool pending_ = false;
  std::uint64_t left_begin_ = 0, left_end_ = 0, right_begin_ = 0, right_end_ = 0;
  RunList list_;
};

}  // namespace unrepro
