#pragma once

#include <filesystem>

#include "formats/field.h"

namespace unrepro {

// A directory on disk as one flat tree over an empty blob: a member for each file, keyed by its path relative
// to `path` ("." for itself), in byte order. Members carry what makes directories identical (design 1.1):
// type, mode, bytes, link target, device numbers, extended attributes, and which other name a hard link
// shares. Owners, times, and sizes of directories depend on who copied the tree and where to, and are left
// out.
//
// Contents are opened when a payload is opened, relative to a descriptor that the tree holds, so that they
// stay readable if the directory is renamed. Symbolic links are never followed, and a file that was replaced
// since is an error. Errors: io (with the path), budget (members; directories nested too deeply).
Result<Tree> read_directory(const std::filesystem::path& path, Budget& budget);

}  // namespace unrepro
