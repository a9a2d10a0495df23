#include "tests/support/zip.h"

#include <zlib.h>

#include <stdexcept>

namespace unrepro::testing {
namespace {

std::string little(std::uint64_t value, int width) {
  std::string out;
  for (int i = 0; i < width; ++i, value >>= 8) out += static_cast<char>(value & 0xff);
  return out;
}

std::uint32_t crc_of(const std::string& text) {
  return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size()));
}

std::string deflated(const std::string& plain, int level) {
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("zlib");
  std::string out(deflateBound(&stream, plain.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

std::string zip_extra(std::uint16_t id, const std::string& data) {
  return little(id, 2) + little(data.size(), 2) + data;
}
std::string zip_times(std::uint32_t modified) { return zip_extra(0x5455, "\x01" + little(modified, 4)); }
std::string zip_owner(std::uint32_t uid, std::uint32_t gid) {
  return zip_extra(0x7875, "\x01\x04" + little(uid, 4) + "\x04" + little(gid, 4));
}
std::string zip_unicode_path(const std::string& plain, const std::string& path) {
  return zip_extra(0x7075, "\x01" + little(crc_of(plain), 4) + path);
}

std::string zip(const std::vector<ZipMember>& members, const ZipOptions& options) {
  std::string archive = options.stub;
  std::vector<std::string> directory;
  for (const ZipMember& member : members) {
    archive += member.before;
    const bool stored = member.level == 0 && member.raw.empty();
    const std::string stream = (!member.raw.empty() ? member.raw
                                : stored            ? member.content
                                                    : deflated(member.content, member.level)) +
                               member.behind_stream;
    const std::uint32_t crc = member.crc.value_or(crc_of(member.content));
    const auto flags = static_cast<std::uint16_t>(member.flags | (member.descriptor ? 8 : 0));
    const std::string sizes = little(stream.size(), 4) + little(member.content.size(), 4);
    const auto common = [&](std::uint32_t modified, bool values) {
      return little(20, 2) + little(flags, 2) + little(stored ? 0 : member.method, 2) + little(modified, 4) +
             (values ? little(crc, 4) + sizes : std::string(12, '\0'));
    };
    const std::string name = member.local_name.value_or(member.name);
    const std::uint64_t offset = member.offset.value_or(static_cast<std::uint32_t>(archive.size()));
    archive += "PK\x03\x04" + common(member.local_modified.value_or(member.modified), !member.descriptor) +
               little(name.size(), 2) + little(member.local_extra.size(), 2) + name + member.local_extra +
               stream;
    if (member.descriptor) archive += "PK\x07\x08" + little(member.descriptor_crc.value_or(crc), 4) + sizes;
    if (!member.listed) continue;
    directory.push_back("PK\x01\x02" + little(member.made_by, 2) + common(member.modified, true) +
                        little(member.name.size(), 2) + little(member.central_extra.size(), 2) +
                        little(member.comment.size(), 2) + std::string(4, '\0') +
                        little(member.made_by >> 8 == 3 ? std::uint64_t{member.mode} << 16 : 0, 4) +
                        little(offset, 4) + member.name + member.central_extra + member.comment);
  }
  const std::uint64_t begin = archive.size();
  for (std::size_t i = 0; i < directory.size(); ++i)
    archive += directory[options.directory_order.empty() ? i : options.directory_order[i]];
  archive += std::string("PK\x05\x06\0\0\0\0", 8) + little(directory.size(), 2) +
             little(directory.size(), 2) + little(archive.size() - begin, 4) + little(begin, 4) +
             little(options.comment.size(), 2);
  return archive + options.comment + options.trailing;
}

}  // namespace unrepro::testing
