#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <clocale>
#include <cstdlib>

#include "tools/check/sandbox.h"
#include "tools/check/setting.h"

namespace unrepro::check {
namespace {

namespace fs = std::filesystem;

// By trying everything that variations do there, since kernels, distributions and containers forbid it in
// different ways: some let a namespace be made and then nothing be done in it.
bool can_make_namespaces(Host host, bool with_user) {
  host.privileged = !with_user;
  host.user_namespace = with_user;
  Setting setting;
  setting.root = host.work;
  setting.host = "probe";
  setting.domain = "example";
  setting.no_network = true;
  const auto done =
      run({"true"}, host.work, setting, host, host.work / "probe.log", std::chrono::seconds(10));
  return done && done->status == 0;
}

std::string find_faketime() {
  for (const char* folder : {"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib",
                             "/usr/lib64", "/usr/local/lib"}) {
    const fs::path library = fs::path(folder) / "faketime/libfaketime.so.1";
    if (fs::exists(library)) return library.string();
  }
  return {};
}

// In the build tree beside the program; installed in ../lib/unrepro.
std::string find_preload() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const fs::path& folder : {program, program.parent_path() / "lib/unrepro"}) {
    const fs::path library = folder / "libunrepro_vary.so";
    if (fs::exists(library, error)) return library.string();
  }
  return {};
}

bool installed(const char* locale) {
  const bool found = std::setlocale(LC_ALL, locale) != nullptr;
  std::setlocale(LC_ALL, "C");
  return found;
}

// Languages that sort the letters a to z unlike C.
void find_locale(Host& host) {
  for (const char* name :
       {"et_EE.UTF-8", "cs_CZ.UTF-8", "de_DE.UTF-8", "fr_FR.UTF-8", "en_US.UTF-8", "en_GB.UTF-8"}) {
    if (installed(name)) {
      host.locale = name;
      return;
    }
  }
  const fs::path folder = host.work / "locales";
  std::error_code error;
  fs::create_directories(folder, error);
  Setting plain;
  plain.root = host.work;
  const auto made =
      run({"localedef", "--no-archive", "-i", "et_EE", "-f", "UTF-8", (folder / "et_EE.UTF-8").string()},
          host.work, plain, host, host.work / "locale.log", std::chrono::seconds(60));
  if (made && fs::exists(folder / "et_EE.UTF-8/LC_COLLATE")) {
    host.locale = "et_EE.UTF-8";
    host.locale_folder = folder.string();
  }
}

}  // namespace

Host examine_host(const fs::path& work, const fs::path& source) {
  Host host;
  host.work = work;
  host.source_name = source.filename().string();
  host.privileged = geteuid() == 0 && can_make_namespaces(host, false);
  host.user_namespace = can_make_namespaces(host, true);
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  if (sched_getaffinity(0, sizeof(cpus), &cpus) == 0) host.cpus = static_cast<unsigned>(CPU_COUNT(&cpus));
  host.faketime_library = find_faketime();
  host.preload_library = find_preload();
  // Tomorrow, so that no file is newer than the clock of the build; at 18:00, so that the far time zone has
  // another date.
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  host.clock = std::chrono::duration_cast<std::chrono::seconds>(now).count() / 86'400 * 86'400 + 42 * 3'600;
  find_locale(host);
  return host;
}

}  // namespace unrepro::check
