#include "formats/large_memory.h"

#include <sys/mman.h>

#include <algorithm>

namespace unrepro {
namespace {

constexpr std::size_t kPage = 4u << 10, kLargePage = 2u << 20;  // of x86-64; others take what they have
constexpr std::size_t kNotSmall = 64u << 10;

void* allocate_large_pages(std::size_t bytes) {
  const std::size_t rounded = (bytes + kLargePage - 1) / kLargePage * kLargePage;
  void* memory = std::aligned_alloc(kLargePage, rounded);
  if (memory != nullptr) ::madvise(memory, rounded, MADV_HUGEPAGE);
  return memory;
}

}  // namespace

void* allocate_large(std::size_t bytes, std::size_t used) noexcept {
  used = std::min(bytes, used);
  if (used >= kLargePage / 2 && bytes <= SIZE_MAX - kLargePage) return allocate_large_pages(bytes);
  void* memory = std::malloc(bytes);
  if (memory == nullptr || used < kNotSmall) return memory;
  const std::size_t before = -reinterpret_cast<std::uintptr_t>(memory) % kPage;
  ::madvise(static_cast<char*>(memory) + before, used - before, MADV_POPULATE_WRITE);
  return memory;
}

}  // namespace unrepro
