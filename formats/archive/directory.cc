#include "formats/archive/directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>

#include "formats/tree_builder.h"

namespace unrepro {
namespace {

constexpr std::size_t kMaxDepth = 256;           // directories in directories
constexpr std::size_t kMaxAttribute = 64 << 10;  // Linux: XATTR_SIZE_MAX
constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

// The top of the tree, shared with the payloads' openers.
struct Top {
  Descriptor fd;
  std::string name;  // for messages
};

tl::unexpected<Error> io_error(const Top& top, std::string_view path) {
  const int error = errno;
  return fail(Trouble::io, top.name + "/" + std::string(path) + ": " + std::strerror(error));
}

struct Entry {
  std::string path;  // relative to the top
  struct stat status {};
  std::string link_target;
  std::vector<std::pair<std::string, std::string>> attributes;
};

std::string_view parent_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? "." : path.substr(0, slash);
}
std::string name_of(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

// Opens a directory component by component, so that no symbolic link is followed on the way.
Result<Descriptor> open_directory(const Top& top, std::string_view path) {
  Descriptor at(::openat(top.fd.get(), ".", kDirectoryFlags));
  if (at.get() < 0) return io_error(top, path);
  std::string_view rest = path == "." ? std::string_view{} : path;
  while (!rest.empty()) {
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    Descriptor next(::openat(at.get(), std::string(rest.substr(0, slash)).c_str(), kDirectoryFlags));
    if (next.get() < 0) return io_error(top, path);
    at = std::move(next);
    rest.remove_prefix(std::min(slash + 1, rest.size()));
  }
  return at;
}

Result<std::vector<std::string>> list_directory(const Top& top, std::string_view path) {
  auto opened = open_directory(top, path);
  if (!opened) return tl::unexpected(opened.error());
  DIR* const directory = ::fdopendir(opened->get());
  if (directory == nullptr) return io_error(top, path);
  opened->release();
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(directory)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
    errno = 0;
  }
  const int error = errno;
  ::closedir(directory);
  errno = error;
  if (error != 0) return io_error(top, path);
  return names;
}

Result<std::string> read_link(const Top& top, int directory, const Entry& entry) {
  std::string target(static_cast<std::size_t>(std::max<off_t>(entry.status.st_size, 0)) + 1, '\0');
  while (true) {
    const ssize_t length = ::readlinkat(directory, name_of(entry.path).c_str(), target.data(), target.size());
    if (length < 0) return io_error(top, entry.path);
    if (static_cast<std::size_t>(length) < target.size()) {
      target.resize(static_cast<std::size_t>(length));
      return target;
    }
    target.resize(target.size() * 2);
  }
}

// Extended attributes in byte order of their names. The file is named through its directory's descriptor:
// there is no call that takes a descriptor and a name, and opening the file itself would need more rights.
Result<void> read_attributes(const Top& top, int directory, Entry& entry) {
  const std::string name = "/proc/self/fd/" + std::to_string(directory) + "/" + name_of(entry.path);
  std::string names;
  while (true) {
    const ssize_t wanted = ::llistxattr(name.c_str(), nullptr, 0);
    if (wanted < 0 && errno == ENOTSUP) return {};
    if (wanted < 0) return io_error(top, entry.path);
    names.resize(static_cast<std::size_t>(wanted));
    const ssize_t got = ::llistxattr(name.c_str(), names.data(), names.size());
    if (got < 0 && errno == ERANGE) continue;
    if (got < 0) return io_error(top, entry.path);
    names.resize(static_cast<std::size_t>(got));
    break;
  }
  for (std::string_view rest = names; !rest.empty();) {
    const std::string key(rest.substr(0, rest.find('\0')));
    rest.remove_prefix(std::min(key.size() + 1, rest.size()));
    std::string value(kMaxAttribute, '\0');
    const ssize_t got = ::lgetxattr(name.c_str(), key.c_str(), value.data(), value.size());
    if (got < 0 && errno == ENODATA) continue;
    if (got < 0) return io_error(top, entry.path);
    value.resize(static_cast<std::size_t>(got));
    entry.attributes.emplace_back(key, std::move(value));
  }
  std::sort(entry.attributes.begin(), entry.attributes.end());
  return {};
}

Result<Entry> read_entry(const Top& top, int directory, std::string path) {
  Entry entry{.path = std::move(path)};
  if (::fstatat(directory, name_of(entry.path).c_str(), &entry.status, AT_SYMLINK_NOFOLLOW) != 0) {
    return io_error(top, entry.path);
  }
  if (S_ISLNK(entry.status.st_mode)) {
    auto target = read_link(top, directory, entry);
    if (!target) return tl::unexpected(target.error());
    entry.link_target = std::move(*target);
  }
  if (auto read = read_attributes(top, directory, entry); !read) return tl::unexpected(read.error());
  return entry;
}

// All entries, in byte order of their paths.
Result<std::vector<Entry>> walk(const Top& top, Budget& budget) {
  std::vector<Entry> entries;
  auto first = read_entry(top, top.fd.get(), ".");
  if (!first) return tl::unexpected(first.error());
  entries.push_back(std::move(*first));
  std::vector<std::string> pending = {"."};
  while (!pending.empty()) {
    const std::string path = std::move(pending.back());
    pending.pop_back();
    if (static_cast<std::size_t>(std::count(path.begin(), path.end(), '/')) >= kMaxDepth) {
      return fail(Trouble::budget,
                  top.name + ": directories are nested more than " + std::to_string(kMaxDepth) + " deep");
    }
    auto names = list_directory(top, path);
    if (!names) return tl::unexpected(names.error());
    auto directory = open_directory(top, path);
    if (!directory) return tl::unexpected(directory.error());
    for (const std::string& name : *names) {
      if (!budget.charge_members(1) || !budget.allow_time()) return fail(Trouble::budget, budget.exhausted());
      auto entry = read_entry(top, directory->get(), path == "." ? name : path + "/" + name);
      if (!entry) return tl::unexpected(entry.error());
      if (S_ISDIR(entry->status.st_mode)) pending.push_back(entry->path);
      entries.push_back(std::move(*entry));
    }
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.path < b.path; });
  return entries;
}

std::string_view type_name(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return "file";
    case S_IFDIR:
      return "directory";
    case S_IFLNK:
      return "symlink";
    case S_IFCHR:
      return "char";
    case S_IFBLK:
      return "block";
    case S_IFIFO:
      return "fifo";
    case S_IFSOCK:
      return "socket";
    default:
      return "unknown";
  }
}

Result<BlobRef> open_file(const Top& top, const std::string& path, dev_t device, ino_t inode) {
  auto directory = open_directory(top, parent_of(path));
  if (!directory) return tl::unexpected(directory.error());
  const Descriptor file(::openat(directory->get(), name_of(path).c_str(),
                                 O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) return io_error(top, path);
  if (!S_ISREG(status.st_mode) || status.st_dev != device || status.st_ino != inode) {
    return fail(Trouble::io, top.name + "/" + path + ": was replaced while the directory was read");
  }
  return blob_from_fd(file.get(), static_cast<std::uint64_t>(status.st_size), top.name + "/" + path);
}

void emit(TreeBuilder& tree, const std::shared_ptr<const Top>& top, const Entry& entry,
          const std::string* leader) {
  const struct stat& status = entry.status;
  tree.open(entry.path, Kind::member, Encoding::record);
  tree.alias("type", Kind::file_type, Effect::behaviour, type_name(status.st_mode), kCritical);
  if (S_ISLNK(status.st_mode)) {
    tree.alias("link_target", Kind::link_target, Effect::behaviour, entry.link_target, kCritical);
  } else {
    std::string mode;
    for (int shift = 9; shift >= 0; shift -= 3)
      mode += static_cast<char>('0' + (status.st_mode >> shift & 7));
    tree.set_layout(tree.alias("mode", Kind::mode, Effect::behaviour, mode, kCritical), Encoding::octal);
  }
  if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)) {
    tree.alias("device", Kind::device, Effect::behaviour,
               std::to_string(major(status.st_rdev)) + "," + std::to_string(minor(status.st_rdev)),
               kCritical);
  }
  if (leader != nullptr) {
    tree.alias("hard_link_of", Kind::link_target, Effect::behaviour, *leader, kCritical);
  }
  for (const auto& [name, value] : entry.attributes) {
    tree.alias("xattr." + name, Kind::xattr, Effect::behaviour, value, kCritical);
  }
  if (S_ISREG(status.st_mode)) {
    tree.set_layout(
        tree.alias("size", Kind::size, Effect::behaviour, std::to_string(status.st_size), kDerived),
        Encoding::decimal);
    const FieldId content = tree.alias("content", Kind::payload, Effect::behaviour, "");
    tree.payload({.field = content,
                  .opener = [top, path = entry.path, device = status.st_dev,
                             inode = status.st_ino] { return open_file(*top, path, device, inode); },
                  .name = entry.path});
  }
  tree.close();
}

}  // namespace

Result<Tree> read_directory(const std::filesystem::path& path, Budget& budget) {
  auto top = std::make_shared<Top>(
      Top{Descriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)), path.string()});
  if (top->fd.get() < 0) {
    const int error = errno;
    return fail(Trouble::io, top->name + ": " + std::strerror(error));
  }
  const auto entries = walk(*top, budget);
  if (!entries) return tl::unexpected(entries.error());
  TreeBuilder tree(blob_from_string(""), "directory", budget);
  tree.open("", Kind::group, Encoding::list_set);
  std::map<std::pair<dev_t, ino_t>, const std::string*> leaders;
  for (const Entry& entry : *entries) {
    const std::string* leader = nullptr;
    if (!S_ISDIR(entry.status.st_mode) && entry.status.st_nlink > 1) {
      const auto [at, inserted] =
          leaders.try_emplace({entry.status.st_dev, entry.status.st_ino}, &entry.path);
      if (!inserted) leader = at->second;
    }
    emit(tree, top, entry, leader);
  }
  return tree.finish();
}

}  // namespace unrepro
