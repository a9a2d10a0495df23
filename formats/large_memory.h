#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <vector>

namespace unrepro {

// Memory as std::malloc gives it, freed by std::free; null when there is none. Of a block that is not small,
// the kernel is asked to back the first `used` bytes at once, by large pages if they are many: where a page
// fault is dear, one for every page takes longer than to decompress what fills it.
void* allocate_large(std::size_t bytes, std::size_t used = SIZE_MAX) noexcept;

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
