#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "formats/base.h"

namespace unrepro::tool {

class TemporaryFileGuard;

// One destination of a report. A regular file appears complete or not at all: a temporary file beside it is
// written and renamed by commit(). Anything else ("-", a device, a pipe) is written directly.
class Output {
 public:
  // Opens the destination, so that an unwritable path is known before the work. Errors: io.
  static Result<std::unique_ptr<Output>> open(const std::string& path);
  // Removes what was not committed.
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  // After the first failure nothing more is written; commit() reports it. A reader that closed its pipe is no
  // failure: the rest is dropped.
  void write(std::string_view text);
  // Errors: io.
  Result<void> commit();

 private:
  Output() = default;

  std::string path_;    // as messages name it
  std::string target_;  // renamed to, links resolved; empty when written directly
  std::string temporary_;
  std::unique_ptr<TemporaryFileGuard> guard_;
  int descriptor_ = -1;
  int error_ = 0;
  bool closed_pipe_ = false;
};

// Writes to standard error; a failure is ignored.
void print_error(std::string_view text);
// Prints "unrepro: MESSAGE" to standard error and gives the exit status 2.
int trouble(const Error& error);
// Errors: io; not for a closed pipe.
Result<void> print(std::string_view text);

// Columns of the terminal on a descriptor (1: output, 2: error), or 0 when it is none.
unsigned terminal_columns(int descriptor);
// Whether standard output gets colours: a terminal, no --no-color, no NO_COLOR, not TERM=dumb.
bool wants_color(bool no_color_option);
// Width for text on standard output: the terminal's within 60 to 160, else 100.
unsigned text_width();

}  // namespace unrepro::tool
