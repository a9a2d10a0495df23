#include "analyzer/parallel.h"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <utility>

namespace unrepro {
namespace {

// Set on a thread that does all the work itself, without a scheduler: a small comparison ends before one
// started.
thread_local bool alone = false;

struct Alone {
  bool before = std::exchange(alone, true);
  ~Alone() { alone = before; }
};

}  // namespace

void with_threads(unsigned threads, const std::function<void()>& work) {
  if (threads == 1) {
    const Alone here;
    return work();
  }
  tbb::task_arena arena(threads == 0 ? tbb::task_arena::automatic : static_cast<int>(threads));
  arena.execute(work);
}

void parallel_each(std::size_t count, const std::function<void(std::size_t)>& body) {
  if (alone || count <= 1) {
    for (std::size_t i = 0; i < count; ++i) body(i);
  } else {
    tbb::parallel_for(std::size_t{0}, count, body);
  }
}

}  // namespace unrepro
