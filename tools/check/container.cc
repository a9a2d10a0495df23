#include "tools/check/container.h"

#include <algorithm>
#include <fstream>
#include <system_error>

#include "tools/check/sandbox.h"
#include "tools/check/variation.h"

namespace unrepro::check {
namespace {

namespace fs = std::filesystem;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Whether there is an option `--name`, with a value behind it or after an equals sign.
bool has_option(const std::vector<std::string>& command, std::string_view name) {
  return std::any_of(command.begin(), command.end(), [&](std::string_view word) {
    return word == name || (word.starts_with(name) && word.substr(name.size()).starts_with('='));
  });
}

fs::path outside(const Host& host) { return host.work / "inside"; }

}  // namespace

std::string_view container_builder(const std::vector<std::string>& command) {
  constexpr std::string_view kBetween = " \t\n/;&|()<>{}$`\"'=";
  for (const std::string_view argument : command) {
    for (std::size_t at = 0; at <= argument.size();) {
      const std::size_t end = std::min(argument.find_first_of(kBetween, at), argument.size());
      const auto name =
          std::find(kContainerBuilders.begin(), kContainerBuilders.end(), argument.substr(at, end - at));
      if (name != kContainerBuilders.end()) return *name;
      at = end + 1;
    }
  }
  return {};
}

std::size_t image_build_arguments(const std::vector<std::string>& command) {
  std::size_t at = 0;
  const auto name = [&] { return fs::path(command[at]).filename().string(); };
  const auto is_builder = [&] { return is_one_of(name(), {"podman", "buildah"}); };
  for (; at < command.size() && !is_builder(); ++at) {
    const std::string& word = command[at];
    const bool number = word.find_first_not_of("0123456789") == std::string::npos;
    const bool before = is_one_of(name(), {"sudo", "env", "nice", "ionice", "time"}) || number ||
                        word.starts_with('-') || word.find('=') != std::string::npos;
    if (!before) return 0;
  }
  const auto is_command = [&](std::size_t i) { return is_one_of(command[i], {"build", "bud", "image"}); };
  for (++at; at < command.size() && command[at].starts_with('-'); ++at) {
    for (const char* elsewhere : {"-r", "-c", "--remote", "--url", "--connection"}) {
      if (command[at].starts_with(elsewhere)) return 0;
    }
    const bool value = command[at].find('=') == std::string::npos && at + 1 < command.size() &&
                       !command[at + 1].starts_with('-') && !is_command(at + 1);
    if (value) ++at;
  }
  if (at < command.size() && command[at] == "image") ++at;
  return at < command.size() && is_one_of(command[at], {"build", "bud"}) ? at + 1 : 0;
}

void pass_inside(const Host& host, std::vector<std::string>& command, Setting& setting) {
  const fs::path folder = outside(host);
  std::error_code error;
  fs::remove_all(folder, error);
  fs::create_directories(folder, error);
  fs::permissions(folder, fs::perms::all, error);  // the image may build as another user
  for (const char* name : {"a", "b", "c"}) std::ofstream(folder / name);
  std::string preload;
  const auto load = [&](const std::string& library) {
    const std::string name = fs::path(library).filename().string();
    fs::copy_file(library, folder / name, error);
    preload += (preload.empty() ? "" : ":") + (kInsideFolder + ('/' + name));
  };
  load(host.preload_library);
  if (setting.clock) load(host.faketime_library);
  // Loads the first time; LD_PRELOAD then keeps the order.
  std::ofstream(folder / "preload") << kInsideFolder << '/'
                                    << fs::path(host.preload_library).filename().string() << '\n';

  auto inside = setting.environment;
  for (const char* name : {"HOME", "PATH", "LC_ALL", "LANG", "LANGUAGE", "LOCPATH", "USER", "LOGNAME"}) {
    inside.erase(name);
  }
  if (inside["TZ"] != "UTC") inside["TZ"] = "<+1245>-12:45";  // the image may have no table of zones
  inside["LD_PRELOAD"] = preload;
  inside.merge(clock_environment(setting));
  std::ofstream settings(folder / "settings");
  for (const auto& [name, value] : inside) settings << name << '=' << value << '\n';
  if (setting.umask) settings << "umask=" << *setting.umask << '\n';

  std::vector<std::string> arguments = {"--volume", folder.string() + ':' + kInsideFolder, "--volume",
                                        (folder / "preload").string() + ":/etc/ld.so.preload:ro"};
  if (!has_option(command, "--no-cache")) arguments.emplace_back("--no-cache");
  if (!has_option(command, "--uts") && !has_option(command, "--isolation"))
    arguments.emplace_back("--uts=host");
  if (setting.no_network && !has_option(command, "--network") && !has_option(command, "--isolation"))
    arguments.emplace_back("--network=none");
  command.insert(command.begin() + static_cast<std::ptrdiff_t>(image_build_arguments(command)),
                 arguments.begin(), arguments.end());

  // Its images are the person's, and it fetches others.
  setting.user.reset();
  setting.no_network = false;
  setting.clock.reset();
  setting.preload.clear();
  for (const char* name : {"HOME", "USER", "LOGNAME", "UNREPRO_VARIED_VARIABLE"})
    setting.environment.erase(name);
}

std::map<std::string, std::string> observed_inside(const Host& host) {
  return read_observed(outside(host) / "seen");
}

}  // namespace unrepro::check
