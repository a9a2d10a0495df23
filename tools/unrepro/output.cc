#include "tools/unrepro/output.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <system_error>

#include "analyzer/printable.h"
#include "tools/unrepro/exit_status.h"
#include "tools/unrepro/signals.h"

namespace unrepro::tool {
namespace {

constexpr unsigned kFileWidth = 100;

std::string reason(int error) { return std::generic_category().message(error); }

tl::unexpected<Error> cannot_write(const std::string& path, int error) {
  return fail(Trouble::io, "cannot write " + printable(path) + ": " + reason(error));
}

}  // namespace

Result<std::unique_ptr<Output>> Output::open(const std::string& path) {
  std::unique_ptr<Output> output(new Output);
  if (path == "-") {
    output->path_ = "standard output";
    output->descriptor_ = STDOUT_FILENO;
    return output;
  }
  output->path_ = path;
  struct stat status = {};
  const bool exists = stat(path.c_str(), &status) == 0;
  if (exists && !S_ISREG(status.st_mode)) {
    output->descriptor_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (output->descriptor_ < 0) return cannot_write(path, errno);
    return output;
  }
  output->target_ = path;
  if (exists) {
    if (access(path.c_str(), W_OK) != 0) return cannot_write(path, errno);
    if (char* resolved = realpath(path.c_str(), nullptr)) {
      output->target_ = resolved;
      std::free(resolved);
    }
  }
  for (unsigned attempt = 0; attempt < 100; ++attempt) {
    output->temporary_ = output->target_ + ".tmp" + std::to_string(getpid()) + '-' + std::to_string(attempt);
    output->guard_ = std::make_unique<TemporaryFileGuard>(output->temporary_);
    output->descriptor_ = ::open(output->temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (output->descriptor_ >= 0) {
      if (exists) fchmod(output->descriptor_, status.st_mode & 0777u);
      return output;
    }
    const int error = errno;
    output->guard_.reset();
    output->temporary_.clear();
    if (error != EEXIST) return cannot_write(path, error);
  }
  return cannot_write(path, EEXIST);
}

Output::~Output() {
  if (descriptor_ > STDERR_FILENO) close(descriptor_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

void Output::write(std::string_view text) {
  while (!text.empty() && error_ == 0 && !closed_pipe_) {
    const ssize_t written = ::write(descriptor_, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EPIPE) {
      closed_pipe_ = true;
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
}

Result<void> Output::commit() {
  if (descriptor_ > STDERR_FILENO) {
    if (close(descriptor_) != 0 && error_ == 0) error_ = errno;
    descriptor_ = -1;
  }
  if (error_ == 0 && !temporary_.empty()) {
    if (rename(temporary_.c_str(), target_.c_str()) == 0) {
      temporary_.clear();
    } else {
      error_ = errno;
    }
  }
  if (error_ != 0) return cannot_write(path_, error_);
  return {};
}

void print_error(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written < 0 && errno != EINTR) return;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
}

int trouble(const Error& error) {
  print_error("unrepro: " + error.message + '\n');
  return kTrouble;
}

Result<void> print(std::string_view text) {
  auto output = Output::open("-");
  if (!output) return tl::unexpected<Error>(output.error());
  (*output)->write(text);
  return (*output)->commit();
}

unsigned terminal_columns(int descriptor) {
  struct winsize size = {};
  if (isatty(descriptor) == 0 || ioctl(descriptor, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

bool wants_color(bool no_color_option) {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string_view(value != nullptr ? value : "");
  };
  return !no_color_option && isatty(STDOUT_FILENO) != 0 && variable("NO_COLOR").empty() &&
         variable("TERM") != "dumb";
}

unsigned text_width() {
  const unsigned columns = terminal_columns(STDOUT_FILENO);
  return columns == 0 ? kFileWidth : std::clamp(columns, 60u, 160u);
}

}  // namespace unrepro::tool
