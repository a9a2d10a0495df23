#pragma once

#include <cstddef>
#include <functional>

namespace unrepro {

// Runs `work` with at most this many threads (0: one per processor) for every parallel_each() below it.
void with_threads(unsigned threads, const std::function<void()>& work);

// Calls body(0) … body(count - 1), in any order and possibly at once; returns when all are done. May be
// nested. Callers store results by index, so that nothing depends on the schedule. No lock may be held across
// the call.
void parallel_each(std::size_t count, const std::function<void(std::size_t)>& body);

}  // namespace unrepro
