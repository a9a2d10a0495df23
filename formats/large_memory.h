#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <vector>

namespace unrepro {

// Memory as std::malloc gives it, freed by std::free; null when there is none. The kernel is asked to back
// large blocks by large pages: where a page fault is dear, the faults of small ones take longer than to
// decompress what fills them.
void* allocate_large(std::size_t bytes) noexcept;

// For containers that may become large.
template <class T>
struct LargeMemory {
  using value_type = T;
  LargeMemory() = default;
  template <class Other>
  LargeMemory(const LargeMemory<Other>&) noexcept {}

  T* allocate(std::size_t count) {
    void* memory = count > SIZE_MAX / sizeof(T) ? nullptr : allocate_large(count * sizeof(T));
    if (memory == nullptr) throw std::bad_alloc();
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t) noexcept { std::free(memory); }
  bool operator==(const LargeMemory&) const = default;
};

template <class T>
using LargeVector = std::vector<T, LargeMemory<T>>;

}  // namespace unrepro
