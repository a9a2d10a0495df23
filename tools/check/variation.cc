#include "tools/check/variation.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <ifaddrs.h>
#include <langinfo.h>
#include <net/if.h>
#include <pwd.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <clocale>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>

namespace unrepro::check {
namespace {

using namespace std::string_view_literals;
namespace fs = std::filesystem;

constexpr std::string_view kMarkerUser = "unrepro-user";
constexpr uid_t kMarkerUid = 48'913;
constexpr std::string_view kMarkerHost = "unrepro-host";
constexpr std::string_view kMarkerDomain = "unrepro-domain.example";
constexpr std::int64_t kClockStep = 400 * 86'400 + 5 * 3'600 + 7 * 60;  // other year, month, weekday, hour

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

constexpr std::array kPathCauses = {"build-path"sv, "temp-path"sv, "path-derived-id"sv};
class BuildPath final : public Variation {
 public:
  std::string_view id() const override { return "build-path"; }
  void apply(const Host& host, bool varied, Setting& setting) const override {
    setting.root = host.work / (varied ? "unrepro-varied-build-path" : "build");
  }
  std::string observe() const override { return fs::current_path().string(); }
  std::vector<std::string> markers(const Host&) const override { return {"unrepro-varied-build-path"}; }
  std::span<const std::string_view> causes() const override { return kPathCauses; }
};

constexpr std::array kTimeCauses = {"build-timestamp"sv, "file-mtime"sv, "clock-dependent-behaviour"sv,
                                    "elapsed-time"sv};
class Time final : public Variation {
 public:
  std::string_view id() const override { return "time"; }
  std::string obstacle(const Host& host) const override {
    return host.faketime_library.empty() ? "libfaketime is not installed" : "";
  }
  std::string_view limit() const override {
    return "statically linked programs and Go see the true clock; so do times of files";
  }
  void apply(const Host& host, bool varied, Setting& setting) const override {
    setting.preload.push_back(host.faketime_library);
    setting.clock = host.clock + (varied ? kClockStep : 0);
  }
  std::string observe() const override { return std::to_string(std::time(nullptr) / 86'400); }
  std::span<const std::string_view> causes() const override { return kTimeCauses; }
};

constexpr std::array kZoneCauses = {"timezone"sv};
class Timezone final : public Variation {
 public:
  std::string_view id() const override { return "timezone"; }
  void apply(const Host&, bool varied, Setting& setting) const override {
    constexpr char kFarZone[] = "Pacific/Chatham";  // 12:45 or 13:45 ahead of UTC, as no other zone is
    const bool installed = fs::exists(fs::path("/usr/share/zoneinfo") / kFarZone);
    setting.environment["TZ"] = !varied ? "UTC" : installed ? kFarZone : "<+1245>-12:45";
  }
  std::string observe() const override {
    const std::time_t now = std::time(nullptr);
    struct tm local = {};
    localtime_r(&now, &local);
    return std::to_string(local.tm_gmtoff);
  }
  std::span<const std::string_view> causes() const override { return kZoneCauses; }
};

constexpr std::array kLocaleCauses = {"locale-content"sv, "locale-collation"sv};
class Locale final : public Variation {
 public:
  std::string_view id() const override { return "locale"; }
  std::string obstacle(const Host& host) const override {
    return host.locale.empty() ? "no locale but C is installed, and none can be made (package locales)" : "";
  }
  void apply(const Host& host, bool varied, Setting& setting) const override {
    const std::string locale = varied ? host.locale : "C.UTF-8";
    setting.environment["LC_ALL"] = setting.environment["LANG"] = locale;
    setting.environment["LANGUAGE"] = varied ? locale.substr(0, 5) : "en";
    if (!host.locale_folder.empty()) setting.environment["LOCPATH"] = host.locale_folder;
  }
  std::string observe() const override {
    if (std::setlocale(LC_ALL, "") == nullptr) return "C (not installed: " + variable("LC_ALL") + ')';
    const std::string sorting = strcoll("a", "B") < 0 ? "a<B" : "B<a";
    return std::string(std::setlocale(LC_COLLATE, nullptr)) + ' ' + nl_langinfo(CODESET) + ' ' + sorting;
  }
  std::span<const std::string_view> causes() const override { return kLocaleCauses; }
  std::string_view order_cause() const override { return "locale-collation"; }
};

constexpr std::array kUmaskCauses = {"umask-permissions"sv};
class Umask final : public Variation {
 public:
  std::string_view id() const override { return "umask"; }
  void apply(const Host&, bool varied, Setting& setting) const override {
    setting.umask = varied ? 0002 : 0022;
  }
  std::string observe() const override {
    const mode_t mask = ::umask(0);
    ::umask(mask);
    return std::to_string(mask);
  }
  std::span<const std::string_view> causes() const override { return kUmaskCauses; }
};

constexpr std::array kIdentityCauses = {"host-user-identity"sv, "archive-ownership"sv, "kernel-identity"sv};
class UserAndHome final : public Variation {
 public:
  std::string_view id() const override { return "user-home"; }
  std::string missing(const Host& host) const override {
    return host.user_namespace ? ""
                               : "only variables and HOME differed; another user id needs user namespaces";
  }
  void apply(const Host& host, bool varied, Setting& setting) const override {
    // The folder exists in both builds, outside of the tree.
    const fs::path home = host.work / (varied ? "unrepro-varied-home" : "home");
    setting.environment["HOME"] = home.string();
    if (!varied) return;
    setting.environment["USER"] = setting.environment["LOGNAME"] = kMarkerUser;
    if (host.user_namespace) setting.user = User{std::string(kMarkerUser), kMarkerUid};
  }
  std::string observe() const override {
    const struct passwd* entry = getpwuid(getuid());
    return std::to_string(getuid()) + ' ' + (entry != nullptr ? entry->pw_name : "-") + ' ' +
           variable("USER") + ' ' + variable("HOME");
  }
  std::vector<std::string> markers(const Host&) const override {
    return {std::string(kMarkerUser), std::to_string(kMarkerUid), "unrepro-varied-home"};
  }
  std::span<const std::string_view> causes() const override { return kIdentityCauses; }
};

class HostName final : public Variation {
 public:
  std::string_view id() const override { return "host"; }
  std::string obstacle(const Host& host) const override {
    return host.namespaces() ? "" : "needs root or user namespaces";
  }
  void apply(const Host&, bool varied, Setting& setting) const override {
    if (!varied) return;
    setting.host = kMarkerHost;
    setting.domain = kMarkerDomain;
  }
  std::string observe() const override {
    struct utsname name = {};
    uname(&name);
    std::array<char, 256> domain = {};
    if (getdomainname(domain.data(), domain.size()) != 0) domain[0] = 0;
    return std::string(name.nodename) + ' ' + domain.data();
  }
  std::vector<std::string> markers(const Host&) const override {
    return {std::string(kMarkerHost), std::string(kMarkerDomain)};
  }
  std::span<const std::string_view> causes() const override { return kIdentityCauses; }
};

constexpr std::array kEnvironmentCauses = {"env-capture"sv};
class Environment final : public Variation {
 public:
  std::string_view id() const override { return "environment"; }
  void apply(const Host&, bool varied, Setting& setting) const override {
    if (varied) setting.environment["UNREPRO_VARIED_VARIABLE"] = "unrepro-varied-value";
  }
  std::string observe() const override { return variable("UNREPRO_VARIED_VARIABLE"); }
  std::vector<std::string> markers(const Host&) const override {
    return {"UNREPRO_VARIED_VARIABLE", "unrepro-varied-value"};
  }
  std::span<const std::string_view> causes() const override { return kEnvironmentCauses; }
};

constexpr std::array kSearchPathCauses = {"env-capture"sv, "system-layout"sv};
class SearchPath final : public Variation {
 public:
  std::string_view id() const override { return "path"; }
  void apply(const Host&, bool varied, Setting& setting) const override {
    const std::string path = variable("PATH");
    setting.environment["PATH"] = varied ? path + ":/unrepro-varied-path" : path;
  }
  std::string observe() const override { return variable("PATH"); }
  std::vector<std::string> markers(const Host&) const override { return {"/unrepro-varied-path"}; }
  std::span<const std::string_view> causes() const override { return kSearchPathCauses; }
};

constexpr std::array kCpuCauses = {"cpu-count"sv, "parallel-order"sv};
class Cpus final : public Variation {
 public:
  std::string_view id() const override { return "cpus"; }
  std::string obstacle(const Host& host) const override {
    return host.cpus > 1 ? "" : "only one processor to run on";
  }
  void apply(const Host&, bool varied, Setting& setting) const override {
    setting.one_cpu = varied;
    if (varied) setting.environment["UNREPRO_CPUS"] = "1";
  }
  std::string observe() const override {
    cpu_set_t set;
    CPU_ZERO(&set);
    sched_getaffinity(0, sizeof(set), &set);
    return std::to_string(CPU_COUNT(&set)) + ' ' + std::to_string(sysconf(_SC_NPROCESSORS_ONLN));
  }
  std::span<const std::string_view> causes() const override { return kCpuCauses; }
};

constexpr std::array kAddressCauses = {"aslr-address"sv, "pointer-order"sv, "hash-order"sv};
class Addresses final : public Variation {
 public:
  std::string_view id() const override { return "aslr"; }
  void apply(const Host&, bool varied, Setting& setting) const override { setting.fixed_addresses = !varied; }
  std::string observe() const override {
    int on_the_stack = 0;
    char text[32];
    std::snprintf(text, sizeof(text), "%p", static_cast<void*>(&on_the_stack));
    return text;
  }
  std::span<const std::string_view> causes() const override { return kAddressCauses; }
  std::string_view order_cause() const override { return "pointer-order"; }
};

constexpr std::array kHashCauses = {"hash-order"sv};
class HashSeed final : public Variation {
 public:
  std::string_view id() const override { return "hash-seed"; }
  std::string_view limit() const override { return "Python and Perl; others seed as they like"; }
  void apply(const Host&, bool varied, Setting& setting) const override {
    setting.environment["PYTHONHASHSEED"] = varied ? "48913" : "0";
    setting.environment["PERL_HASH_SEED"] = varied ? "0xbf11" : "0";
    setting.environment["PERL_PERTURB_KEYS"] = varied ? "2" : "0";
  }
  std::string observe() const override { return variable("PYTHONHASHSEED"); }
  std::span<const std::string_view> causes() const override { return kHashCauses; }
  std::string_view order_cause() const override { return "hash-order"; }
};

std::string canary_folder;  // set before observing; the canary is a process of its own

constexpr std::array kFileOrderCauses = {"readdir-order"sv};
class FileOrder final : public Variation {
 public:
  std::string_view id() const override { return "file-order"; }
  std::string obstacle(const Host& host) const override {
    return host.preload_library.empty() ? "libunrepro_vary.so was not found beside the program" : "";
  }
  std::string_view limit() const override {
    return "statically linked programs, Go and the C library's own fts and glob see the true order";
  }
  void apply(const Host&, bool varied, Setting& setting) const override {
    setting.environment["UNREPRO_FILE_ORDER"] = varied ? "reversed" : "sorted";
  }
  std::string observe() const override {
    std::string names;
    if (DIR* folder = opendir(canary_folder.c_str())) {
      while (const struct dirent* entry = readdir(folder)) {
        if (entry->d_name[0] != '.') names += std::string(entry->d_name) + ' ';
      }
      closedir(folder);
    }
    return names;
  }
  std::span<const std::string_view> causes() const override { return kFileOrderCauses; }
  std::string_view order_cause() const override { return "readdir-order"; }
};

constexpr std::array kParallelCauses = {"parallel-order"sv, "race-content"sv, "recorded-build-flags"sv};
class Parallelism final : public Variation {
 public:
  std::string_view id() const override { return "parallelism"; }
  std::string_view limit() const override { return "builds that ask make, ninja, CMake or debhelper"; }
  void apply(const Host& host, bool varied, Setting& setting) const override {
    const std::string jobs = varied ? std::to_string(std::max(host.cpus, 4u) + 3) : "1";
    setting.environment["MAKEFLAGS"] = "-j" + jobs;
    setting.environment["CMAKE_BUILD_PARALLEL_LEVEL"] = jobs;
    const std::string options = variable("DEB_BUILD_OPTIONS");
    setting.environment["DEB_BUILD_OPTIONS"] = options + (options.empty() ? "" : " ") + "parallel=" + jobs;
  }
  std::string observe() const override { return variable("MAKEFLAGS"); }
  std::span<const std::string_view> causes() const override { return kParallelCauses; }
  std::string_view order_cause() const override { return "parallel-order"; }
};

constexpr std::array kNetworkCauses = {"network-input"sv};
class Network final : public Variation {
 public:
  std::string_view id() const override { return "network"; }
  std::string obstacle(const Host& host) const override {
    return host.namespaces() ? "" : "needs root or user namespaces";
  }
  void apply(const Host&, bool varied, Setting& setting) const override { setting.no_network = varied; }
  std::string observe() const override {
    unsigned reachable = 0;
    struct ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) return "?";
    for (const struct ifaddrs* each = list; each != nullptr; each = each->ifa_next) {
      const bool address = each->ifa_addr != nullptr &&
                           (each->ifa_addr->sa_family == AF_INET || each->ifa_addr->sa_family == AF_INET6);
      if (address && (each->ifa_flags & IFF_UP) != 0 && (each->ifa_flags & IFF_LOOPBACK) == 0) ++reachable;
    }
    freeifaddrs(list);
    return std::to_string(reachable) + " addresses";
  }
  std::span<const std::string_view> causes() const override { return kNetworkCauses; }
};

}  // namespace

std::span<const std::unique_ptr<const Variation>> variations() {
  static const std::vector<std::unique_ptr<const Variation>> kAll = [] {
    std::vector<std::unique_ptr<const Variation>> all;
    all.push_back(std::make_unique<BuildPath>());
    all.push_back(std::make_unique<Time>());
    all.push_back(std::make_unique<Timezone>());
    all.push_back(std::make_unique<Locale>());
    all.push_back(std::make_unique<Umask>());
    all.push_back(std::make_unique<UserAndHome>());
    all.push_back(std::make_unique<HostName>());
    all.push_back(std::make_unique<Environment>());
    all.push_back(std::make_unique<SearchPath>());
    all.push_back(std::make_unique<Cpus>());
    all.push_back(std::make_unique<Addresses>());
    all.push_back(std::make_unique<HashSeed>());
    all.push_back(std::make_unique<FileOrder>());
    all.push_back(std::make_unique<Parallelism>());
    all.push_back(std::make_unique<Network>());
    return all;
  }();
  return kAll;
}

std::string canary(const std::string& folder) {
  canary_folder = folder;
  std::string lines;
  for (const auto& each : variations()) lines += std::string(each->id()) + '\t' + each->observe() + '\n';
  return lines;
}

std::map<std::string, std::string> read_observed(const fs::path& file) {
  std::map<std::string, std::string> observed;
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    const auto tab = line.find('\t');
    if (tab != std::string::npos) observed[line.substr(0, tab)] = line.substr(tab + 1);
  }
  return observed;
}

}  // namespace unrepro::check
