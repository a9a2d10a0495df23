#include "formats/large_memory.h"

#include <sys/mman.h>

namespace unrepro {

void* allocate_large(std::size_t bytes) noexcept {
  constexpr std::size_t kPage = 2u << 20;  // of x86-64; others take what they have
  if (bytes < kPage / 2 || bytes > SIZE_MAX - kPage) return std::malloc(bytes);
  const std::size_t rounded = (bytes + kPage - 1) / kPage * kPage;
  void* memory = std::aligned_alloc(kPage, rounded);
  if (memory != nullptr) ::madvise(memory, rounded, MADV_HUGEPAGE);
  return memory;
}

}  // namespace unrepro
