#pragma once
// Folders: copies, what a build changed, and the artifacts among it.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "formats/base.h"

namespace unrepro::check {

// What tells whether a file was touched.
struct Stamp {
  std::uint64_t size = 0;
  std::int64_t changed = 0;  // status change, nanoseconds since 1970
  bool operator==(const Stamp&) const = default;
};
// By path, relative to the folder.
using Snapshot = std::map<std::string, Stamp>;

// Copies a tree, sharing blocks where the file system can; keeps modes, times, and links as they are. Leaves
// out `except`, sockets, devices and pipes. Errors: io.
Result<void> copy_tree(const std::filesystem::path& from, const std::filesystem::path& to,
                       const std::filesystem::path& except);

// All files and symbolic links below a folder.
Snapshot snapshot(const std::filesystem::path& folder);

// Whether a path matches a shell pattern; `**` also stands for folders.
bool matches(std::string_view pattern, std::string_view path);

// The artifacts of a build, relative to `parent`, the folder that holds the tree and where packages also
// appear. With patterns, which are relative to the tree, what matches; else packages and archives that the
// build made, or when there are none all that it made except intermediate files.
std::vector<std::string> find_artifacts(const std::filesystem::path& parent, const std::string& tree,
                                        const Snapshot& before, const std::vector<std::string>& patterns);

// Copies artifacts to another folder. Modes keep only whether a file may be executed: outside of a package
// the rest is the umask's and no part of the result. Errors: io.
Result<void> collect(const std::filesystem::path& parent, const std::string& tree,
                     const std::vector<std::string>& artifacts, const std::filesystem::path& to);

}  // namespace unrepro::check
