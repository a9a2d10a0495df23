#include "tools/unrepro/progress.h"

#include <unistd.h>

#include <algorithm>
#include <string>

#include "analyzer/printable.h"
#include "analyzer/text_layout.h"
#include "tools/unrepro/output.h"

namespace unrepro::tool {
namespace {

constexpr std::string_view kErase = "\r\x1b[K";

}  // namespace

Progress::Progress()
    : on_terminal_(isatty(STDERR_FILENO) != 0),
      start_(Clock::now()),
      next_(start_ + std::chrono::seconds(1)) {}

Progress::~Progress() {
  if (visible_) print_error(kErase);
}

void Progress::show(std::string_view what) {
  if (!on_terminal_) return;
  const std::lock_guard lock(mutex_);
  const Clock::time_point now = Clock::now();
  if (now < next_) return;
  next_ = now + std::chrono::milliseconds(100);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - start_).count();
  const std::string text = std::to_string(seconds) + " s  " + printable(what);
  const std::size_t columns = std::max(terminal_columns(STDERR_FILENO), 20u) - 1;
  visible_ = true;
  print_error(std::string(kErase) + wrap(text, columns).front());
}

}  // namespace unrepro::tool
