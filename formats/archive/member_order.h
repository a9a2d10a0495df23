#pragma once
// Whether the order of an archive's members can matter to a program that unpacks them.

#include <string_view>
#include <vector>

#include "formats/base.h"

namespace unrepro {

// Collects the members in archive order and decides at the end, in O(n log n) whatever the paths are. Paths
// are compared by the directory they denote: "a//b", "./a/b" and "/a/b" are one path.
class MemberOrder {
 public:
  // `directory` members may have members beneath them; all others may not.
  void add(std::string_view path, bool directory);
  // The member added last links to `target`, which has to exist when it is unpacked.
  void add_hard_link(std::string_view target);
  // Something else makes the order decide.
  void set_significant() { significant_ = true; }

  // Indices (in order of add) of members whose path an earlier one has already. Sorts; call once, last.
  std::vector<std::uint32_t> finish();
  // After finish(): false when no permutation of the members changes what is unpacked, because paths are
  // unique, hard links follow their targets, directories precede their contents and nothing lies beneath a
  // link or file.
  bool significant() const { return significant_; }

 private:
  enum class Role : std::uint8_t { member, directory, ancestor, target };
  struct Entry {
    std::uint64_t path;  // hash; equal paths have equal hashes, and a collision only makes us stricter
    std::uint32_t index;
    Role role;
  };
  void hash_components(std::string_view path);

  std::vector<Entry> entries_;
  std::vector<std::uint64_t> hashes_;    // of each leading part of the path at hand
  std::vector<std::uint64_t> previous_;  // and of the one before
  std::size_t ancestors_ = 0;
  std::uint32_t count_ = 0;
  bool significant_ = false;
};

}  // namespace unrepro
