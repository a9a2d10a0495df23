#pragma once
// Small zip archives built in memory, honest by default and dishonest where a test asks for it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace unrepro::testing {

// 2020-09-13 12:26:40 as DOS date and time.
inline constexpr std::uint32_t kZipTime = 0x512d'6354;

struct ZipMember {
  std::string name = "file";
  std::string content = "content\n";
  int level = 6;  // of zlib; 0 stores
  std::uint32_t modified = kZipTime;
  std::uint32_t mode = 0100644;
  std::uint16_t made_by = 3 << 8 | 30;
  std::uint16_t flags = 0;
  std::string local_extra = {}, central_extra = {}, comment = {};
  bool descriptor = false;
  // Dishonest ones:
  std::optional<std::string> local_name = {};  // other than the directory says
  std::optional<std::uint32_t> crc = {};       // everywhere
  std::optional<std::uint32_t> descriptor_crc = {};
  std::optional<std::uint32_t> local_modified = {};
  std::string raw = {};            // the stream, made by hand
  std::uint16_t method = 8;        // of what is not stored
  std::string behind_stream = {};  // inside the compressed size
  std::string before = {};         // bytes before the local header
  bool listed = true;
  std::optional<std::uint32_t> offset = {};  // as the directory says
};
struct ZipOptions {
  std::string stub = {}, comment = {}, trailing = {};
  std::vector<std::size_t> directory_order = {};  // empty: that of the members
};
std::string zip(const std::vector<ZipMember>& members, const ZipOptions& options = {});

// Extra fields: "UT" with the time of modification, "ux" with owners, Unicode path.
std::string zip_times(std::uint32_t modified);
std::string zip_owner(std::uint32_t uid, std::uint32_t gid);
std::string zip_unicode_path(const std::string& plain, const std::string& path);
std::string zip_extra(std::uint16_t id, const std::string& data);

}  // namespace unrepro::testing
