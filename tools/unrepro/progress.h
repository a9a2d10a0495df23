#pragma once

#include <chrono>
#include <mutex>
#include <string_view>

namespace unrepro::tool {

// A line on standard error that says what is being done: only on a terminal, only after the first second, at
// most ten times a second. Gone when the object is.
class Progress {
 public:
  Progress();
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // From any thread.
  void show(std::string_view what);

 private:
  using Clock = std::chrono::steady_clock;

  bool on_terminal_;
  bool visible_ = false;
  Clock::time_point start_, next_;
  std::mutex mutex_;
};

}  // namespace unrepro::tool
