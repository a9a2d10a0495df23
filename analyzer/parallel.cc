#include "analyzer/parallel.h"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

namespace unrepro {

void with_threads(unsigned threads, const std::function<void()>& work) {
  tbb::task_arena arena(threads == 0 ? tbb::task_arena::automatic : static_cast<int>(threads));
  arena.execute(work);
}

void parallel_each(std::size_t count, const std::function<void(std::size_t)>& body) {
  if (count == 1) {
    body(0);
  } else if (count > 1) {
    tbb::parallel_for(std::size_t{0}, count, body);
  }
}

}  // namespace unrepro
