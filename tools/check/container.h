#pragma once
// Builds inside of containers and chroots, where the setting of a process outside does not reach.

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tools/check/setting.h"

namespace unrepro::check {

// Programs that build in there.
inline constexpr std::array<std::string_view, 12> kContainerBuilders = {
    "sbuild", "pbuilder", "cowbuilder", "pdebuild", "podman",         "buildah",
    "docker", "nerdctl",  "osc",        "mock",     "systemd-nspawn", "schroot"};

// Names the file to which our preloaded library adds the name of such a program before it is started.
inline constexpr char kBuildersVariable[] = "UNREPRO_BUILDERS";

// The folder of ours that a container sees, and its files: the variables to set and the umask, the library
// that every program there loads, and what the first one observed.
inline constexpr char kInsideFolder[] = "/run/unrepro";
inline constexpr char kInsideSettings[] = "/run/unrepro/settings";
inline constexpr char kInsideSeen[] = "/run/unrepro/seen";

// Such a program that a command names, itself or in the script it passes to a shell; empty when there is
// none.
std::string_view container_builder(const std::vector<std::string>& command);

// The position in `command` of the arguments of `podman build` or `buildah build`, which may stand behind
// sudo, env, nice or time; 0 when it is something else, or not on this machine.
std::size_t image_build_arguments(const std::vector<std::string>& command);

// Changes a command for which image_build_arguments() is not 0, and the setting that podman itself runs in,
// so that the image is built in the setting. Writes below `host.work`. The user, HOME, PATH and locale are as
// the image says; the build path is not ours to choose.
void pass_inside(const Host& host, std::vector<std::string>& command, Setting& setting);

// What was observed in there, by variation; empty when our library was not loaded, as in images without
// glibc.
std::map<std::string, std::string> observed_inside(const Host& host);

}  // namespace unrepro::check
