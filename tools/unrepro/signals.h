#pragma once

#include <string>

namespace unrepro::tool {

// Interrupts end the program with 128 + signal after the temporary files below are gone; a mapped input that
// shrank while it was read (SIGBUS) ends it with a message and status 2; writing to a closed pipe is an error
// of the write and no signal. To be called once, before threads are started.
void install_signal_handlers();

// While it lives, the file is removed when the program is interrupted. At most 16 at a time; more are not
// guarded.
class TemporaryFileGuard {
 public:
  explicit TemporaryFileGuard(std::string path);
  ~TemporaryFileGuard();
  TemporaryFileGuard(const TemporaryFileGuard&) = delete;
  TemporaryFileGuard& operator=(const TemporaryFileGuard&) = delete;

 private:
  std::string path_;
  int slot_ = -1;
};

}  // namespace unrepro::tool
