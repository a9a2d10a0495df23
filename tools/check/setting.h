#pragma once
// Where and how one build runs.

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace unrepro::check {

// What this machine and this user can do, found out once, and where the check works.
struct Host {
  std::filesystem::path work;    // everything that a check writes is below
  std::string source_name;       // last part of the source folder's path
  bool privileged = false;       // may make other namespaces than of users
  bool user_namespace = false;   // may make one of users, and the others in it
  unsigned cpus = 1;             // that this process may run on
  std::string faketime_library;  // empty: not installed
  std::string preload_library;   // ours; empty: not found
  std::string locale;            // one that sorts and speaks unlike C; empty: none
  std::string locale_folder;     // where it is, when it was made for this check
  std::int64_t clock = 0;        // what the clock of every build starts with, seconds since 1970
  bool namespaces() const { return privileged || user_namespace; }
};

// Finds out what can be varied and makes a locale if none is installed that would show anything. `work` must
// exist.
Host examine_host(const std::filesystem::path& work, const std::filesystem::path& source);

struct User {
  std::string name;
  uid_t id = 0;
};

// What variations set. A member left alone means: as for the person who runs the check.
struct Setting {
  std::filesystem::path root;  // holds the tree, HOME and TMPDIR while the build runs
  std::map<std::string, std::string> environment;
  std::vector<std::string> unset;    // variables to remove
  std::vector<std::string> preload;  // libraries
  std::optional<mode_t> umask;
  std::optional<std::int64_t> clock;  // seconds since 1970 at the start of the build
  std::string host, domain;
  std::optional<User> user;
  bool one_cpu = false;
  bool fixed_addresses = false;  // no address space layout randomisation
  bool no_network = false;
};

}  // namespace unrepro::check
