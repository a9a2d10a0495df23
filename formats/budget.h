#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace unrepro {

// What one comparison may use, both sides together. Zero output bytes means "derive from the input size".
struct Limits {
  std::uint64_t output_bytes = 0;        // decompressed bytes in total
  std::uint64_t members = 1'000'000;     // archive members in total
  std::uint64_t nodes = 6'000'000;       // field tree nodes in total (32 bytes each)
  std::uint32_t depth = 16;              // nesting of artifacts in artifacts
  std::chrono::seconds wall{900};        // wall time
  std::uint64_t heap_bytes = 96u << 20;  // decompressed bytes held in anonymous memory; the rest is spilled

  // Fills the limits that depend on the size of both inputs: 256 MiB + 200 times the input, at most 64 GiB.
  void derive_from_input(std::uint64_t input_bytes);
};

// The one budget of a comparison, charged by every decoder. Thread-safe. Once a limit is exceeded all later
// charges fail, so that the recursion unwinds quickly.
class Budget {
 public:
  explicit Budget(const Limits& limits);

  // Each returns false when the limit is exceeded; exhausted() then names it.
  bool charge_output(std::uint64_t bytes);
  bool charge_members(std::uint64_t count);
  bool charge_nodes(std::uint64_t count);
  bool allow_depth(std::uint32_t depth);
  // Checks the wall clock; cheap enough for every few thousand steps.
  bool allow_time();

  // Reserves anonymous memory for a decompressed blob; false means "spill to a file". Never exhausts.
  bool reserve_heap(std::uint64_t bytes);
  void release_heap(std::uint64_t bytes);

  // Empty, or which limit was reached and its value, ready for a message.
  std::string exhausted() const;
  bool ok() const { return !exhausted_.load(std::memory_order_relaxed); }
  const Limits& limits() const { return limits_; }
  std::uint64_t output_used() const { return output_.load(std::memory_order_relaxed); }

 private:
  bool stop(const std::string& reason);

  Limits limits_;
  std::chrono::steady_clock::time_point start_;
  std::atomic<std::uint64_t> output_{0}, members_{0}, nodes_{0}, heap_{0};
  std::atomic<bool> exhausted_{false};
  mutable std::mutex mutex_;
  std::string reason_;
};

}  // namespace unrepro
