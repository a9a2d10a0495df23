#include "tools/unrepro/signals.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <utility>

#include "tools/unrepro/exit_status.h"

namespace unrepro::tool {
namespace {

// Read by signal handlers, which may use lock-free atomics only.
std::array<std::atomic<const char*>, 16> guarded_files;
static_assert(std::atomic<const char*>::is_always_lock_free);

void remove_guarded_files() {
  for (std::atomic<const char*>& slot : guarded_files) {
    if (const char* path = slot.load()) unlink(path);
  }
}

extern "C" void on_interrupt(int signal) {
  remove_guarded_files();
  _exit(128 + signal);
}

extern "C" void on_bus_error(int) {
  constexpr char kMessage[] = "unrepro: an input changed its size while it was read\n";
  if (write(STDERR_FILENO, kMessage, sizeof(kMessage) - 1) < 0) {
  }
  remove_guarded_files();
  _exit(kTrouble);
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  sigfillset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

}  // namespace

void install_signal_handlers() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    // What was ignored from the start (nohup) stays ignored.
    struct sigaction before = {};
    sigaction(signal, nullptr, &before);
    if (before.sa_handler != SIG_IGN) handle(signal, on_interrupt);
  }
  handle(SIGBUS, on_bus_error);
  handle(SIGPIPE, SIG_IGN);
}

TemporaryFileGuard::TemporaryFileGuard(std::string path) : path_(std::move(path)) {
  for (std::size_t i = 0; i < guarded_files.size(); ++i) {
    const char* none = nullptr;
    if (guarded_files[i].compare_exchange_strong(none, path_.c_str())) {
      slot_ = static_cast<int>(i);
      return;
    }
  }
}

TemporaryFileGuard::~TemporaryFileGuard() {
  if (slot_ >= 0) guarded_files[static_cast<std::size_t>(slot_)].store(nullptr);
}

}  // namespace unrepro::tool
