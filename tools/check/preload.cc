// Loaded into the programs of a build (LD_PRELOAD): gives the entries of every folder sorted by name or in
// the reverse of that, as UNREPRO_FILE_ORDER says, and UNREPRO_CPUS as the number of processors; writes down
// programs that build in containers, and carries settings into those (container.h). Stands
// before libfaketime, which up to 0.9.10 fakes the end of a monotonic sleep although that clock is to be left
// alone (https://github.com/wolfcw/libfaketime/issues/426): the sleep of Python 3.11 fails.

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tools/check/container.h"
#include "tools/check/variation.h"

namespace {

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

// What is left to give of an open folder. On 64-bit systems dirent and dirent64 are the same.
struct Listing {
  std::vector<std::string> records;  // raw dirents in the order to give them
  std::size_t position = 0;
};

std::mutex& mutex() {
  static auto* const kMutex = new std::mutex;  // never destroyed: programs list folders until they end
  return *kMutex;
}

std::unordered_map<DIR*, Listing>& listings() {
  static auto* const kListings = new std::unordered_map<DIR*, Listing>;
  return *kListings;
}

dirent* read_next(DIR* folder) {
  static const auto real = next<dirent* (*)(DIR*)>("readdir");
  const char* order = std::getenv("UNREPRO_FILE_ORDER");
  if (order == nullptr) return real(folder);
  const std::lock_guard lock(mutex());
  const auto [found, fresh] = listings().try_emplace(folder);
  Listing& listing = found->second;
  if (fresh) {
    while (const dirent* entry = real(folder)) {
      listing.records.emplace_back(reinterpret_cast<const char*>(entry), entry->d_reclen);
    }
    const auto name = [](const std::string& record) {
      return reinterpret_cast<const dirent*>(record.data())->d_name;
    };
    const bool reversed = std::strcmp(order, "reversed") == 0;
    std::sort(listing.records.begin(), listing.records.end(), [&](const auto& left, const auto& right) {
      const int way = std::strcmp(name(left), name(right));
      return reversed ? way > 0 : way < 0;
    });
  }
  if (listing.position == listing.records.size()) return nullptr;
  return reinterpret_cast<dirent*>(listing.records[listing.position++].data());
}

void forget(DIR* folder) {
  const std::lock_guard lock(mutex());
  listings().erase(folder);
}

std::string_view last_part(const char* path) {
  const char* slash = std::strrchr(path, '/');
  return slash != nullptr ? slash + 1 : path;
}

bool is_among(std::string_view word, const auto& names) {
  return std::find(names.begin(), names.end(), word) != names.end();
}

// Writes down a container's builder that is about to be started. Only system calls: it may be a vfork's
// child. What another user runs is no longer seen, so that the arguments of sudo are looked at.
void note_builder(const char* program, char* const* arguments) {
  using unrepro::check::kContainerBuilders;
  constexpr std::array<std::string_view, 5> kOtherUser = {"sudo", "doas", "su", "pkexec", "runuser"};
  const char* list = std::getenv(unrepro::check::kBuildersVariable);
  if (list == nullptr || program == nullptr) return;
  std::string_view name = last_part(program);
  if (is_among(name, kOtherUser)) {
    for (char* const* each = arguments; each != nullptr && *each != nullptr; ++each) {
      if (is_among(last_part(*each), kContainerBuilders)) name = last_part(*each);
    }
  }
  if (!is_among(name, kContainerBuilders)) return;
  const int error = errno;
  const int file = open(list, O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file >= 0) {
    const bool written = write(file, name.data(), name.size()) > 0 && write(file, "\n", 1) > 0;
    close(file);
    if (!written) _exit(127);  // unseen, it would be taken for reached
  }
  errno = error;
}

// In a container: takes over the settings from outside, by starting the program again since some shells take
// their variables from the kernel, and tells what the first process observes.
__attribute__((constructor)) void enter_container(int, char** arguments, char**) {
  using namespace unrepro::check;
  if (access(kInsideSettings, R_OK) != 0) return;
  if (std::getenv("UNREPRO_INSIDE") == nullptr) {
    std::ifstream settings(kInsideSettings);
    for (std::string line; std::getline(settings, line);) {
      const auto equals = line.find('=');
      if (equals == std::string::npos) continue;
      const std::string name = line.substr(0, equals), value = line.substr(equals + 1);
      if (name == "umask") {
        umask(static_cast<mode_t>(std::stoul(value)));
      } else {
        setenv(name.c_str(), value.c_str(), 1);
      }
    }
    setenv("UNREPRO_INSIDE", "1", 1);
    execv("/proc/self/exe", arguments);
    return;
  }
  struct stat status = {};
  if (stat(kInsideSeen, &status) == 0 && status.st_size > 0) return;
  const pid_t child = fork();  // observing changes the locale
  if (child == 0) {
    std::ofstream(kInsideSeen) << canary(kInsideFolder) << std::flush;
    _exit(0);
  }
  if (child > 0) waitpid(child, nullptr, 0);
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

int execve(const char* program, char* const arguments[], char* const variables[]) {
  note_builder(program, arguments);
  return next<int (*)(const char*, char* const[], char* const[])>("execve")(program, arguments, variables);
}

int execv(const char* program, char* const arguments[]) {
  note_builder(program, arguments);
  return next<int (*)(const char*, char* const[])>("execv")(program, arguments);
}

int execvp(const char* program, char* const arguments[]) {
  note_builder(program, arguments);
  return next<int (*)(const char*, char* const[])>("execvp")(program, arguments);
}

int execvpe(const char* program, char* const arguments[], char* const variables[]) {
  note_builder(program, arguments);
  return next<int (*)(const char*, char* const[], char* const[])>("execvpe")(program, arguments, variables);
}

int posix_spawn(pid_t* child, const char* program, const posix_spawn_file_actions_t* actions,
                const posix_spawnattr_t* attributes, char* const arguments[], char* const variables[]) {
  note_builder(program, arguments);
  return next<decltype(&posix_spawn)>("posix_spawn")(child, program, actions, attributes, arguments,
                                                     variables);
}

int posix_spawnp(pid_t* child, const char* program, const posix_spawn_file_actions_t* actions,
                 const posix_spawnattr_t* attributes, char* const arguments[], char* const variables[]) {
  note_builder(program, arguments);
  return next<decltype(&posix_spawnp)>("posix_spawnp")(child, program, actions, attributes, arguments,
                                                       variables);
}

dirent* readdir(DIR* folder) { return read_next(folder); }
dirent64* readdir64(DIR* folder) { return reinterpret_cast<dirent64*>(read_next(folder)); }

long telldir(DIR* folder) {
  const std::lock_guard lock(mutex());
  const auto found = listings().find(folder);
  return found == listings().end() ? 0 : static_cast<long>(found->second.position);
}

void seekdir(DIR* folder, long position) {
  const std::lock_guard lock(mutex());
  const auto found = listings().find(folder);
  if (found != listings().end()) {
    found->second.position = std::min(static_cast<std::size_t>(position), found->second.records.size());
  }
}

void rewinddir(DIR* folder) {
  forget(folder);
  next<void (*)(DIR*)>("rewinddir")(folder);
}

int closedir(DIR* folder) {
  forget(folder);
  return next<int (*)(DIR*)>("closedir")(folder);
}

long sysconf(int name) {
  static const auto real = next<long (*)(int)>("sysconf");
  const char* cpus = std::getenv("UNREPRO_CPUS");
  if (cpus != nullptr && (name == _SC_NPROCESSORS_ONLN || name == _SC_NPROCESSORS_CONF))
    return std::atol(cpus);
  return real(name);
}

int clock_nanosleep(clockid_t clock, int flags, const timespec* time, timespec* left) {
  if (clock == CLOCK_MONOTONIC)
    return syscall(SYS_clock_nanosleep, clock, flags, time, left) == 0 ? 0 : errno;
  return next<int (*)(clockid_t, int, const timespec*, timespec*)>("clock_nanosleep")(clock, flags, time,
                                                                                      left);
}

}  // extern "C"
#pragma GCC visibility pop
