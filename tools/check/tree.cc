#include "tools/check/tree.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace unrepro::check {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> trouble_with(const fs::path& path, int error) {
  return fail(Trouble::io, "cannot copy " + path.string() + ": " + std::generic_category().message(error));
}

// Reflink, or an ordinary copy where the file system has none.
Result<void> copy_file(const fs::path& from, const fs::path& to, mode_t mode) {
  const int in = open(from.c_str(), O_RDONLY | O_CLOEXEC);
  if (in < 0) return trouble_with(from, errno);
  const int out = open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  int error = out < 0 ? errno : 0;
  if (out >= 0 && ioctl(out, FICLONE, in) != 0) {
    std::array<char, 1 << 16> buffer;
    ssize_t count = 0;
    while (error == 0 && (count = read(in, buffer.data(), buffer.size())) > 0) {
      if (write(out, buffer.data(), static_cast<std::size_t>(count)) != count)
        error = errno != 0 ? errno : EIO;
    }
    if (count < 0) error = errno;
  }
  struct stat status = {};
  if (out >= 0 && error == 0 && fstat(in, &status) == 0) {
    fchmod(out, mode);
    const std::array<timespec, 2> times = {status.st_atim, status.st_mtim};
    futimens(out, times.data());
  }
  close(in);
  if (out >= 0) close(out);
  if (error != 0) return trouble_with(from, error);
  return {};
}

constexpr std::array<std::string_view, 29> kPackages = {
    ".deb",     ".udeb",    ".rpm",   ".whl",  ".egg", ".gem",      ".jar",      ".war",
    ".apk",     ".crate",   ".nupkg", ".zip",  ".tar", ".tar.gz",   ".tgz",      ".tar.xz",
    ".tar.bz2", ".tar.zst", ".cpio",  ".iso",  ".img", ".squashfs", ".AppImage", ".dmg",
    ".msi",     ".pdf",     ".epub",  ".vsix", ".xpi"};

constexpr std::array<std::string_view, 12> kIntermediate = {
    ".o", ".lo", ".d", ".log", ".tmp", ".cache", ".Po", ".Plo", ".gcda", ".status", ".substvars", ".swp"};

bool ends_with_any(std::string_view path, std::span<const std::string_view> endings) {
  return std::any_of(endings.begin(), endings.end(), [&](auto ending) { return path.ends_with(ending); });
}

bool is_intermediate(std::string_view path) {
  for (const std::string_view folder :
       {".git/", "CMakeFiles/", "autom4te.cache/", ".libs/objects/", "debian/.debhelper/"}) {
    if (path.starts_with(folder) || path.find('/' + std::string(folder)) != std::string_view::npos)
      return true;
  }
  return ends_with_any(path, kIntermediate);
}

}  // namespace

Result<void> copy_tree(const fs::path& from, const fs::path& to, const fs::path& except) {
  struct stat status = {};
  if (lstat(from.c_str(), &status) != 0) return trouble_with(from, errno);
  std::error_code error;
  if (S_ISLNK(status.st_mode)) {
    fs::copy_symlink(from, to, error);
    if (error) return trouble_with(from, error.value());
  } else if (S_ISREG(status.st_mode)) {
    return copy_file(from, to, status.st_mode & 07777);
  } else if (S_ISDIR(status.st_mode)) {
    if (mkdir(to.c_str(), 0700) != 0) return trouble_with(to, errno);
    fs::directory_iterator entries(from, error);
    if (error) return trouble_with(from, error.value());
    for (const auto& entry : entries) {
      if (!except.empty() && entry.path() == except) continue;
      if (auto copied = copy_tree(entry.path(), to / entry.path().filename(), except); !copied) return copied;
    }
    chmod(to.c_str(), (status.st_mode & 07777) | S_IRWXU);
  }
  if (!S_ISREG(status.st_mode)) {
    const std::array<timespec, 2> times = {status.st_atim, status.st_mtim};
    utimensat(AT_FDCWD, to.c_str(), times.data(), AT_SYMLINK_NOFOLLOW);
  }
  return {};
}

Snapshot snapshot(const fs::path& folder) {
  Snapshot all;
  std::error_code error;
  for (fs::recursive_directory_iterator each(folder, fs::directory_options::skip_permission_denied, error),
       end;
       !error && each != end; each.increment(error)) {
    struct stat status = {};
    if (lstat(each->path().c_str(), &status) != 0 || !(S_ISREG(status.st_mode) || S_ISLNK(status.st_mode)))
      continue;
    all[each->path().lexically_relative(folder).string()] = {
        static_cast<std::uint64_t>(status.st_size),
        status.st_ctim.tv_sec * std::int64_t{1'000'000'000} + status.st_ctim.tv_nsec};
  }
  return all;
}

bool matches(std::string_view pattern, std::string_view path) {
  const bool folders = pattern.find("**") != std::string_view::npos;
  return fnmatch(std::string(pattern).c_str(), std::string(path).c_str(), folders ? 0 : FNM_PATHNAME) == 0;
}

std::vector<std::string> find_artifacts(const fs::path& parent, const std::string& tree,
                                        const Snapshot& before, const std::vector<std::string>& patterns) {
  std::vector<std::string> packages, others;
  for (const auto& [path, stamp] : snapshot(parent)) {
    if (!patterns.empty()) {
      const bool wanted = std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        return matches(fs::path(tree + '/' + pattern).lexically_normal().string(), path);
      });
      if (wanted) others.push_back(path);
      continue;
    }
    const auto known = before.find(path);
    if ((known != before.end() && known->second == stamp) || path.starts_with("tmp/")) continue;
    if (ends_with_any(path, kPackages) && !is_intermediate(path)) packages.push_back(path);
    if (path.starts_with(tree + '/') && !is_intermediate(path)) others.push_back(path);
  }
  return packages.empty() ? others : packages;
}

Result<void> collect(const fs::path& parent, const std::string& tree,
                     const std::vector<std::string>& artifacts, const fs::path& to) {
  std::error_code error;
  fs::create_directories(to, error);
  for (const std::string& each : artifacts) {
    const fs::path from = parent / each;
    const fs::path target = to / (each.starts_with(tree + '/') ? each.substr(tree.size() + 1) : each);
    fs::create_directories(target.parent_path(), error);
    struct stat status = {};
    if (lstat(from.c_str(), &status) != 0) return trouble_with(from, errno);
    if (S_ISLNK(status.st_mode)) {
      fs::copy_symlink(from, target, error);
      if (error) return trouble_with(from, error.value());
    } else if (auto copied = copy_file(from, target, (status.st_mode & 0111) != 0 ? 0755 : 0644); !copied) {
      return copied;
    }
  }
  return {};
}

}  // namespace unrepro::check
