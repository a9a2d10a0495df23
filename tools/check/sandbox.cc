#include "tools/check/sandbox.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>

namespace unrepro::check {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

std::atomic<pid_t> running = 0;
std::atomic<bool> stopping = false;

// Kills the session of the running command, then whatever else it left behind: orphans become our children.
void kill_descendants() {
  if (const pid_t group = running) kill(-group, SIGKILL);
  for (bool found = true; found;) {
    found = false;
    std::error_code none;
    for (const auto& task : fs::directory_iterator("/proc/self/task", none)) {
      std::ifstream children(task.path() / "children");
      for (pid_t child = 0; children >> child;) {
        if (child == running) continue;  // its exit status is still wanted
        kill(child, SIGKILL);
        found = waitpid(child, nullptr, 0) == child || found;
      }
    }
  }
}

std::string slurp(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// Everything that the child needs, made before the fork: after it only system calls are left.
struct Plan {
  std::string folder, log;
  std::vector<std::string> words, variables;
  std::vector<char*> argv, envp;
  int namespaces = 0;
  std::string uid_map, gid_map;
  std::vector<std::pair<std::string, std::string>> mounts;  // file of ours, where it is seen
  std::string host, domain;
  mode_t umask = 022;
  bool set_umask = false, one_cpu = false, fixed_addresses = false, no_network = false;
  bool private_memory = false;  // /dev/shm is empty
};

std::vector<std::string> environment_of(const Setting& setting) {
  std::map<std::string, std::string> all;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view text = *each;
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) all[std::string(text.substr(0, equals))] = text.substr(equals + 1);
  }
  for (const auto& [name, value] : setting.environment) all[name] = value;
  all["TMPDIR"] = (setting.root / "tmp").string();
  if (!setting.preload.empty()) {
    std::string& list = all["LD_PRELOAD"];
    for (const std::string& library : setting.preload) list += (list.empty() ? "" : ":") + library;
  }
  for (const auto& [name, value] : clock_environment(setting)) all[name] = value;
  std::vector<std::string> list;
  for (const auto& [name, value] : all) list.push_back(name + '=' + value);
  return list;
}

// Files that name the user and the host, with ours added.
void plan_names(const Setting& setting, const Host& host, Plan& plan) {
  const auto add = [&](const char* file, const std::string& line) {
    const fs::path copy = host.work / "etc" / fs::path(file).filename();
    fs::create_directories(copy.parent_path());
    std::string text = slurp(file);
    if (!text.empty() && text.back() != '\n') text += '\n';
    std::ofstream(copy, std::ios::binary) << text << line << '\n';
    plan.mounts.emplace_back(copy.string(), file);
  };
  if (setting.user) {
    const std::string id = std::to_string(setting.user->id);
    add("/etc/passwd",
        setting.user->name + ":x:" + id + ':' + id + ":,,,:" + setting.environment.at("HOME") + ":/bin/sh");
    add("/etc/group", setting.user->name + ":x:" + id + ':');
  }
  if (!setting.host.empty()) {
    add("/etc/hosts", "127.0.1.1 " + setting.host + '.' + setting.domain + ' ' + setting.host);
  }
}

Plan make_plan(const std::vector<std::string>& command, const fs::path& folder, const Setting& setting,
               const Host& host, const fs::path& log) {
  Plan plan;
  plan.folder = folder.string();
  plan.log = log.string();
  plan.words = command;
  if (command.size() == 1 && command[0].find_first_of(" \t\n;&|<>$") != std::string::npos) {
    plan.words = {"/bin/sh", "-c", command[0]};
  }
  plan.variables = environment_of(setting);
  for (std::string& each : plan.words) plan.argv.push_back(each.data());
  plan.argv.push_back(nullptr);
  for (std::string& each : plan.variables) plan.envp.push_back(each.data());
  plan.envp.push_back(nullptr);
  plan_names(setting, host, plan);
  // A plain user builds everything in a user namespace, so that the builds differ in what is varied only.
  if (setting.user || (!host.privileged && host.user_namespace)) {
    plan.namespaces |= CLONE_NEWUSER;
    const auto inside = [&](auto own) {
      return std::to_string(setting.user ? setting.user->id : own) + ' ' + std::to_string(own) + " 1";
    };
    plan.uid_map = inside(geteuid());
    plan.gid_map = inside(getegid());
  }
  if (!plan.mounts.empty() || host.namespaces()) plan.namespaces |= CLONE_NEWNS;
  if (!setting.host.empty()) plan.namespaces |= CLONE_NEWUTS;
  if (setting.no_network) plan.namespaces |= CLONE_NEWNET;
  const bool works_there = host.work.string().starts_with("/dev/shm/");
  plan.private_memory = (plan.namespaces & CLONE_NEWNS) != 0 && !works_there;
  plan.host = setting.host;
  plan.domain = setting.domain;
  plan.set_umask = setting.umask.has_value();
  plan.umask = setting.umask.value_or(022);
  plan.one_cpu = setting.one_cpu;
  plan.fixed_addresses = setting.fixed_addresses;
  plan.no_network = setting.no_network;
  return plan;
}

bool write_file(const char* path, const std::string& text) {
  const int file = open(path, O_WRONLY | O_CLOEXEC);
  const bool written =
      file >= 0 && write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (file >= 0) close(file);
  return written;
}

void raise_loopback() {
  const int channel = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq request = {};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (channel >= 0 && ioctl(channel, SIOCSIFFLAGS, &request) == 0) close(channel);
}

// Only the first processor that we may run on.
void keep_one_cpu() {
  cpu_set_t all, one;
  CPU_ZERO(&all);
  CPU_ZERO(&one);
  if (sched_getaffinity(0, sizeof(all), &all) != 0) return;
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &all)) continue;
    CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof(one), &one);
    return;
  }
}

[[noreturn]] void give_up(const char* what) {
  const char* reason = strerrordesc_np(errno);
  for (const char* each : {"unrepro: ", what, ": ", reason != nullptr ? reason : "?", "\n"}) {
    if (write(STDERR_FILENO, each, std::strlen(each)) < 0) break;
  }
  _exit(127);
}

// Runs in the child, up to the command. Never returns.
[[noreturn]] void become(const Plan& plan) {
  setsid();
  sigset_t none;
  sigemptyset(&none);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGBUS}) ::signal(signal, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int log = open(plan.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (log < 0 || null < 0) _exit(127);
  dup2(null, STDIN_FILENO);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  if (plan.namespaces != 0 && unshare(plan.namespaces) != 0) give_up("cannot make namespaces");
  if (!plan.uid_map.empty() &&
      !(write_file("/proc/self/uid_map", plan.uid_map) && write_file("/proc/self/setgroups", "deny") &&
        write_file("/proc/self/gid_map", plan.gid_map))) {
    give_up("cannot map the user");
  }
  if ((plan.namespaces & CLONE_NEWNS) != 0) {
    if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) give_up("cannot make mounts private");
  }
  if (plan.private_memory) mount("unrepro", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777");
  for (const auto& [from, to] : plan.mounts) {
    if (mount(from.c_str(), to.c_str(), nullptr, MS_BIND, nullptr) != 0) give_up(to.c_str());
  }
  if (!plan.host.empty() && (sethostname(plan.host.data(), plan.host.size()) != 0 ||
                             setdomainname(plan.domain.data(), plan.domain.size()) != 0)) {
    give_up("cannot set the host name");
  }
  if (plan.no_network) raise_loopback();
  if (plan.one_cpu) keep_one_cpu();
  if (plan.fixed_addresses) personality(ADDR_NO_RANDOMIZE);
  if (plan.set_umask) umask(plan.umask);
  if (chdir(plan.folder.c_str()) != 0) give_up(plan.folder.c_str());
  execvpe(plan.argv[0], plan.argv.data(), plan.envp.data());
  give_up(plan.argv[0]);
}

// What libfaketime of a killed process leaves behind where /dev/shm is not private; it is named after the
// process.
void remove_shared_memory(pid_t child) {
  for (const char* name : {"faketime_shm_", "sem.faketime_sem_"}) {
    const std::string path = "/dev/shm/" + (name + std::to_string(child));
    struct stat status = {};
    const bool ours = lstat(path.c_str(), &status) == 0 && status.st_uid == geteuid();
    if (ours && kill(child, 0) != 0 && errno == ESRCH) unlink(path.c_str());
  }
}

std::thread watcher;

sigset_t interrupts() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR2}) sigaddset(&set, signal);
  return set;
}

}  // namespace

std::map<std::string, std::string> clock_environment(const Setting& setting) {
  if (!setting.clock) return {};
  const auto now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  char offset[64];
  std::snprintf(offset, sizeof(offset), "%+.3fs", static_cast<double>(*setting.clock) - now);
  return {{"FAKETIME", offset},
          {"NO_FAKE_STAT", "1"},
          {"DONT_FAKE_MONOTONIC", "1"},
          {"FAKETIME_DONT_FAKE_MONOTONIC", "1"}};
}

Result<Exit> run(const std::vector<std::string>& command, const fs::path& folder, const Setting& setting,
                 const Host& host, const fs::path& log, std::chrono::seconds timeout) {
  const Plan plan = make_plan(command, folder, setting, host, log);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const Clock::time_point start = Clock::now();
  const pid_t child = stopping ? -1 : fork();
  if (child == 0) become(plan);
  if (child < 0) return fail(Trouble::io, std::string("cannot start a build: ") + strerrordesc_np(errno));
  running = child;
  Exit exit;
  int status = 0;
  const auto limit = start + timeout;
  for (auto pause = std::chrono::milliseconds(1); waitpid(child, &status, WNOHANG) == 0;
       pause = std::min(pause * 2, std::chrono::milliseconds(20))) {
    if (!exit.timed_out && Clock::now() >= limit) {
      exit.timed_out = true;
      kill(-child, SIGKILL);
    }
    std::this_thread::sleep_for(pause);
  }
  kill(-child, SIGKILL);
  while (stopping) std::this_thread::sleep_for(std::chrono::seconds(1));  // the program is about to end
  running = 0;
  kill_descendants();
  remove_shared_memory(child);
  exit.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  exit.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return exit;
}

InterruptGuard::InterruptGuard(fs::path remove) {
  const sigset_t set = interrupts();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  watcher = std::thread([remove = std::move(remove), set] {
    int signal = 0;
    while (sigwait(&set, &signal) != 0) {
    }
    if (signal == SIGUSR2) return;  // the guard's end
    stopping = true;
    // The main thread may still be copying or starting a build: until nothing is left.
    for (int attempt = 0; attempt < 5; ++attempt) {
      kill_descendants();
      std::error_code none;
      if (!remove.empty()) fs::remove_all(remove, none);
      if (remove.empty() || !fs::exists(remove, none)) break;
    }
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
    raise(signal);
  });
}

InterruptGuard::~InterruptGuard() {
  pthread_kill(watcher.native_handle(), SIGUSR2);
  watcher.join();
  const sigset_t set = interrupts();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace unrepro::check
