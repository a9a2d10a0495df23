// Loaded into the programs of a build (LD_PRELOAD): gives the entries of every folder sorted by name or in
// the reverse of that, as UNREPRO_FILE_ORDER says, and UNREPRO_CPUS as the number of processors. Stands
// before libfaketime, which up to 0.9.10 fakes the end of a monotonic sleep although that clock is to be left
// alone (https://github.com/wolfcw/libfaketime/issues/426): the sleep of Python 3.11 fails.

#include <dirent.h>
#include <dlfcn.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

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

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

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
