#pragma once

#include "analyzer/align/runs.h"

namespace unrepro {

// Aligns bytes without a known structure. All bytes outside the runs were compared and are equal, in order;
// equal stretches of less than 8 bytes between two runs belong to one run, and no run begins or ends with
// equal bytes. Deterministic. Time linear in the input, whatever it is. Memory does not grow with the input
// beyond 4 MiB of it: some 30 MiB, at most about 200 MiB when it was made for that.
using ByteDiff = RunList;
ByteDiff align_bytes(Bytes left, Bytes right, std::size_t max_runs = kMaxStoredRuns);

}  // namespace unrepro
