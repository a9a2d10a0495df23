#pragma once
// Runs one command in one setting: a session of its own, with namespaces where the setting needs them.

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "formats/base.h"
#include "tools/check/setting.h"

namespace unrepro::check {

struct Exit {
  int status = 0;  // as a shell gives it: 128 + signal when a signal ended it
  bool timed_out = false;
  double seconds = 0;
};

// Runs `command` in `folder`; what it prints goes to the end of `log`. One word with blanks in it is a line
// for the shell. Whatever the command leaves running is killed. Errors: io (a namespace or a process cannot
// be made).
Result<Exit> run(const std::vector<std::string>& command, const std::filesystem::path& folder,
                 const Setting& setting, const Host& host, const std::filesystem::path& log,
                 std::chrono::seconds timeout);

// The variables that make libfaketime start with the setting's clock; none when it has no clock.
std::map<std::string, std::string> clock_environment(const Setting& setting);

// While it lives, an interrupt first kills what run() started and removes the folder, then ends the program
// as before. Make it before any thread is started.
class InterruptGuard {
 public:
  // An empty path removes nothing.
  explicit InterruptGuard(std::filesystem::path remove);
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
};

}  // namespace unrepro::check
