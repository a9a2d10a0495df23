#include "tests/support/archives.h"

#include <lzma.h>
#include <zlib.h>

#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "formats/digest.h"

namespace unrepro::testing {
namespace {

constexpr std::size_t kBlock = 512;

void put(std::string& header, std::size_t offset, const std::string& text) {
  header.replace(offset, text.size(), text);
}

std::string octal(std::uint64_t value, std::size_t digits) {
  std::string text(digits, '0');
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, value >>= 3)
    *digit = static_cast<char>('0' + (value & 7));
  return text;
}

std::string padded(const std::string& content) {
  return content + std::string((kBlock - content.size() % kBlock) % kBlock, '\0');
}

std::string column(const std::string& text, std::size_t width) {
  return text + std::string(width - text.size(), ' ');
}

}  // namespace

std::string tar_member(const TarMember& member) {
  std::string header(kBlock, '\0');
  const bool has_content = member.type == '0' || member.type == '\0' || member.type == 'x' ||
                           member.type == 'g' || member.type == 'L' || member.type == 'K';
  put(header, 0, member.name);
  put(header, 100, octal(member.mode, 7));
  put(header, 108, octal(member.uid, 7));
  put(header, 116, octal(member.gid, 7));
  put(header, 124, octal(has_content ? member.content.size() : 0, 11));
  put(header, 136, octal(static_cast<std::uint64_t>(member.mtime), 11));
  put(header, 148, "        ");
  header[156] = member.type;
  put(header, 157, member.link);
  put(header, 257, member.magic);
  put(header, 265, member.user);
  put(header, 297, member.group);
  put(header, 345, member.prefix);
  unsigned sum = 0;
  for (const char byte : header) sum += static_cast<unsigned char>(byte);
  put(header, 148, octal(sum, 6) + std::string("\0 ", 2));
  return header + (has_content ? padded(member.content) : std::string());
}

std::string tar_end() { return std::string(2 * kBlock, '\0'); }

std::string tar(const std::vector<TarMember>& members) {
  std::string archive;
  for (const TarMember& member : members) archive += tar_member(member);
  return archive + tar_end();
}

std::string pax_header(const std::vector<std::pair<std::string, std::string>>& records) {
  std::string content;
  for (const auto& [key, value] : records) {
    std::size_t length = key.size() + value.size() + 3;
    std::size_t digits = std::to_string(length).size();
    while (std::to_string(length + digits).size() != digits) ++digits;
    content += std::to_string(length + digits) + " " + key + "=" + value + "\n";
  }
  return tar_member({.name = "PaxHeaders/file", .content = content, .type = 'x'});
}

std::string ar(const std::vector<std::pair<std::string, std::string>>& members, std::int64_t mtime) {
  std::string archive = "!<arch>\n";
  for (const auto& [name, content] : members) {
    archive += column(name, 16) + column(std::to_string(mtime), 12) + column("0", 6) + column("0", 6) +
               column("100644", 8) + column(std::to_string(content.size()), 10) + "`\n" + content;
    if (content.size() % 2 != 0) archive += '\n';
  }
  return archive;
}

std::string cpio(const std::vector<CpioMember>& members, bool crc) {
  std::string archive;
  const auto fill = [&] { archive.resize((archive.size() + 3) / 4 * 4, '\0'); };
  const auto add = [&](const CpioMember& member) {
    std::uint32_t sum = 0;
    for (const char c : member.content) sum += static_cast<unsigned char>(c);
    archive += crc ? "070702" : "070701";
    for (const std::size_t number :
         {std::size_t{member.ino}, std::size_t{member.mode}, std::size_t{member.uid}, std::size_t{member.gid},
          std::size_t{member.nlink}, std::size_t{member.mtime}, member.content.size(), std::size_t{0},
          std::size_t{0}, std::size_t{member.rdevmajor}, std::size_t{member.rdevminor},
          member.name.size() + 1, std::size_t{crc ? sum : 0}}) {
      char text[9];
      std::snprintf(text, sizeof text, "%08X", static_cast<unsigned>(number));
      archive += text;
    }
    archive.append(member.name).push_back('\0');
    fill();
    archive += member.content;
    fill();
  };
  for (const CpioMember& member : members) add(member);
  add({.name = "TRAILER!!!", .content = {}, .mode = 0, .ino = 0, .mtime = 0});
  return archive;
}

std::string gzip(const std::string& plain, int level, std::uint32_t mtime) {
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("zlib");
  gz_header header{};
  header.time = mtime;
  header.os = 3;
  deflateSetHeader(&stream, &header);
  std::string out(deflateBound(&stream, plain.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string xz(const std::string& plain, std::uint32_t preset) {
  std::string out(lzma_stream_buffer_bound(plain.size()), '\0');
  lzma_stream stream = LZMA_STREAM_INIT;
  if (lzma_easy_encoder(&stream, preset, LZMA_CHECK_CRC64) != LZMA_OK) throw std::runtime_error("lzma");
  stream.next_in = reinterpret_cast<const std::uint8_t*>(plain.data());
  stream.avail_in = plain.size();
  stream.next_out = reinterpret_cast<std::uint8_t*>(out.data());
  stream.avail_out = out.size();
  if (lzma_code(&stream, LZMA_FINISH) != LZMA_STREAM_END) throw std::runtime_error("lzma");
  out.resize(stream.total_out);
  lzma_end(&stream);
  return out;
}

TarMember root_file(const std::string& name, const std::string& content, std::int64_t mtime) {
  return {
      .name = name, .content = content, .uid = 0, .gid = 0, .user = "root", .group = "root", .mtime = mtime};
}

TarMember root_directory(const std::string& name, std::int64_t mtime) {
  return {.name = name,
          .content = {},
          .type = '5',
          .mode = 0755,
          .uid = 0,
          .gid = 0,
          .user = "root",
          .group = "root",
          .mtime = mtime};
}

std::string deb(const DebOptions& options) {
  std::string md5sums = options.md5sums;
  if (md5sums == "auto") {
    md5sums.clear();
    for (const TarMember& file : options.files) {
      if (file.type != '0') continue;
      md5sums += to_hex(digest(Algo::md5, as_bytes(file.content))) + "  " +
                 (file.name.starts_with("./") ? file.name.substr(2) : file.name) + "\n";
    }
  }
  const std::string control = "Package: demo\nVersion: " + options.version +
                              "\nArchitecture: amd64\nMaintainer: Nobody <nobody@example.org>\n" +
                              options.control_extra + "Description: demonstration\n";
  std::vector<TarMember> control_files = {root_directory("./"), root_file("./control", control),
                                          root_file("./md5sums", md5sums)};
  if (!options.postinst.empty()) {
    control_files.push_back(root_file("./postinst", options.postinst));
    control_files.back().mode = 0755;
  }
  return ar({{"debian-binary", "2.0\n"},
             {"control.tar.xz", xz(tar(control_files))},
             {"data.tar.xz", xz(tar(options.files))}},
            options.mtime);
}

}  // namespace unrepro::testing
