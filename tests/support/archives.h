#pragma once
// Small archives built in memory, so that tests say in their own text what differs.

#include <cstdint>
#include <string>
#include <vector>

namespace unrepro::testing {

struct TarMember {
  std::string name = "file";
  std::string content = "content\n";
  char type = '0';
  std::string link = {};
  std::uint32_t mode = 0644;
  std::uint32_t uid = 1000, gid = 1000;
  std::string user = "builder", group = "builder";
  std::int64_t mtime = 1'600'000'000;
  std::string magic = std::string(
      "ustar\0"
      "00",
      8);
  std::string prefix = {};
};

// One member: header, content, padding. The checksum is right.
std::string tar_member(const TarMember& member);
// Members and the two zero blocks that end an archive.
std::string tar(const std::vector<TarMember>& members);
// A pax extended header with these records (POSIX.1-2017, pax, "pax Extended Header").
std::string pax_header(const std::vector<std::pair<std::string, std::string>>& records);
// Appends the end of an archive to members that were put together by hand.
std::string tar_end();

// ar(5) as dpkg-deb writes it.
std::string ar(const std::vector<std::pair<std::string, std::string>>& members,
               std::int64_t mtime = 1'600'000'000);

struct CpioMember {
  std::string name = "file";
  std::string content = "content\n";
  std::uint32_t mode = 0100644;
  std::uint32_t ino = 1, uid = 0, gid = 0, nlink = 1, mtime = 1'600'000'000;
  std::uint32_t rdevmajor = 0, rdevminor = 0;
};
// A newc archive, or a crc one with right checksums; ends with the trailer, without filling up.
std::string cpio(const std::vector<CpioMember>& members, bool crc = false);

std::string gzip(const std::string& plain, int level = 9, std::uint32_t mtime = 0);
std::string xz(const std::string& plain, std::uint32_t preset = 6);

struct DebOptions {
  std::string version = "1.0-1";
  std::string control_extra = {};  // further lines of the control file
  std::string postinst = {};
  std::vector<TarMember> files = {};   // of data.tar, root owned unless they say otherwise
  std::string md5sums = "auto";        // "auto": computed
  std::int64_t mtime = 1'600'000'000;  // of the outer ar members
};
std::string deb(const DebOptions& options);
// A file of a package: owned by root.
TarMember root_file(const std::string& name, const std::string& content, std::int64_t mtime = 1'600'000'000);
TarMember root_directory(const std::string& name, std::int64_t mtime = 1'600'000'000);

}  // namespace unrepro::testing
