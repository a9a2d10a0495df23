#include "formats/budget.h"

#include <algorithm>

namespace unrepro {

void Limits::derive_from_input(std::uint64_t input_bytes) {
  if (output_bytes != 0) return;
  constexpr std::uint64_t kFloor = 256u << 20;
  constexpr std::uint64_t kCeiling = std::uint64_t{64} << 30;
  constexpr std::uint64_t kRatio = 200;
  output_bytes =
      input_bytes >= kCeiling / kRatio ? kCeiling : std::min(kCeiling, kFloor + kRatio * input_bytes);
}

Budget::Budget(const Limits& limits) : limits_(limits), start_(std::chrono::steady_clock::now()) {}

bool Budget::stop(const std::string& reason) {
  const std::lock_guard lock(mutex_);
  if (reason_.empty()) reason_ = reason;
  exhausted_.store(true, std::memory_order_relaxed);
  return false;
}

bool Budget::charge_output(std::uint64_t bytes) {
  if (!ok()) return false;
  if (output_.fetch_add(bytes) + bytes <= limits_.output_bytes) return true;
  return stop("decompressed bytes exceed the budget of " + std::to_string(limits_.output_bytes) +
              " (--max-output)");
}

bool Budget::charge_members(std::uint64_t count) {
  if (!ok()) return false;
  if (members_.fetch_add(count) + count <= limits_.members) return true;
  return stop("members exceed the budget of " + std::to_string(limits_.members) + " (--max-members)");
}

bool Budget::charge_nodes(std::uint64_t count) {
  if (!ok()) return false;
  if (nodes_.fetch_add(count) + count <= limits_.nodes) return true;
  return stop("fields exceed the budget of " + std::to_string(limits_.nodes) + " (--max-fields)");
}

bool Budget::allow_depth(std::uint32_t depth) {
  if (!ok()) return false;
  if (depth <= limits_.depth) return true;
  return stop("nesting exceeds the budget of " + std::to_string(limits_.depth) + " (--max-depth)");
}

bool Budget::allow_time() {
  if (!ok()) return false;
  if (std::chrono::steady_clock::now() - start_ <= limits_.wall) return true;
  return stop("wall time exceeds the budget of " + std::to_string(limits_.wall.count()) + " s (--max-time)");
}

bool Budget::reserve_heap(std::uint64_t bytes) {
  if (heap_.fetch_add(bytes) + bytes <= limits_.heap_bytes) return true;
  heap_.fetch_sub(bytes);
  return false;
}

void Budget::release_heap(std::uint64_t bytes) { heap_.fetch_sub(bytes); }

std::string Budget::exhausted() const {
  const std::lock_guard lock(mutex_);
  return reason_;
}

}  // namespace unrepro
