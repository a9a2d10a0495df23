#pragma once
// The files that a .changes, .dsc or .buildinfo lists in Files and Checksums-*.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "formats/debian/deb822.h"

namespace unrepro {

// One document's listed files: claims the lists, then states each file once as a member.
class ListedFiles {
 public:
  // `version` is the source version of the document; `context` opens files beside it and must outlive this.
  ListedFiles(std::string_view version, const Context& context, Budget& budget);

  // Claims the value of one list as a list_set of records keyed like the members: digest, size, section and
  // priority where the list has them, name. Reports malformed lines, duplicates, and names that are not plain
  // file names.
  void take_list(TreeBuilder& tree, const Deb822Rule& rule, std::string_view value);

  // States the members, "files", and the derivations of what was claimed before. Call once.
  void state_members(TreeBuilder& tree);

  // File name and SHA-256 of each file, as listed.
  const std::vector<std::pair<std::string, std::string>>& sha256() const { return sha256_; }

 private:
  struct Claim {  // a leaf that is derived from a file
    std::size_t file;
    FieldId field;
    Algo algo;
  };
  struct File {
    std::string name, key;
  };
  std::size_t file_index(std::string_view name);
  void take_line(TreeBuilder& tree, const Deb822Rule& rule, Algo algo, std::string_view line,
                 KeyedItems& items);

  std::string version_, upstream_;
  const Context& context_;
  Budget& budget_;
  std::vector<File> files_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
  std::map<std::string, std::size_t, std::less<>> by_key_;
  std::vector<Claim> claims_;
  std::vector<std::pair<std::string, std::string>> sha256_;
};

}  // namespace unrepro
