// Debug files beside the programs that they belong to: names made from build-ids, checksums of debug links.

#include <gtest/gtest.h>

#include "formats/derivation.h"
#include "formats/digest.h"
#include "formats/elf/build_id.h"
#include "tests/formats/decode_util.h"
#include "tests/support/analyze.h"
#include "tests/support/archives.h"

namespace unrepro {
namespace {

using testing::causes_of;
using testing::compare_bytes;
using testing::has_alert;
using testing::root_directory;
using testing::root_file;

constexpr std::string_view kFolder = "usr/lib/debug/.build-id/";

std::string id_of(const std::string& bytes) { return to_hex(elf::find_build_id(as_bytes(bytes))); }

// Another random build-id in the same library.
std::string other_id(std::string bytes) {
  const std::size_t at = bytes.find(elf::find_build_id(as_bytes(bytes)));
  for (unsigned i = 0; i < 16; ++i) {
    if (i != 6 && i != 8) bytes[at + i] = static_cast<char>(bytes[at + i] ^ 0x5a);
  }
  return bytes;
}

// A package of debug files, as dh_strip makes it.
std::string debug_deb(const std::string& content, const std::string& id, const std::string& listed) {
  const std::string folder = std::string(kFolder) + id.substr(0, 2);
  testing::DebOptions options;
  options.control_extra = "Build-Ids: " + listed + "\n";
  options.files = {root_directory("./"), root_directory("./" + std::string(kFolder)),
                   root_directory("./" + folder + "/"),
                   root_file("./" + folder + "/" + id.substr(2) + ".debug", content)};
  return testing::deb(options);
}
std::string debug_deb(const std::string& content) {
  return debug_deb(content, id_of(content), id_of(content));
}

TEST(DebugFiles, NamesFollowFromBuildIds) {
  const std::string left = test::read_data("elf/libuuid.so"), right = other_id(left);
  ASSERT_NE(id_of(left), id_of(right));
  const Report report = compare_bytes(debug_deb(left), debug_deb(right), "demo-dbgsym.deb");
  EXPECT_EQ(report.verdict, Verdict::explained);
  EXPECT_EQ(causes_of(report), std::vector<std::string>{"random-id"});
  std::size_t names = 0;
  for (const Finding& finding : report.findings) names += finding.cause == "derived-name" ? 1 : 0;
  EXPECT_EQ(names, 2u);  // the file and its folder
}

TEST(DebugFiles, ANameThatLiesIsAnAlert) {
  const std::string left = test::read_data("elf/libuuid.so"), right = other_id(left);
  const std::string lie = std::string(id_of(right)).replace(8, 4, "0000");
  EXPECT_TRUE(has_alert(compare_bytes(debug_deb(left), debug_deb(right, lie, lie), "demo-dbgsym.deb"),
                        "integrity-mismatch", "build-id"));
  // The name stays, the content does not.
  EXPECT_TRUE(
      has_alert(compare_bytes(debug_deb(left), debug_deb(right, id_of(left), id_of(left)), "demo-dbgsym.deb"),
                "integrity-mismatch", "build-id"));
  EXPECT_EQ(
      compare_bytes(debug_deb(left), debug_deb(right, id_of(right), id_of(left)), "demo-dbgsym.deb").verdict,
      Verdict::divergent);
}

TEST(DebugFiles, BuildIdsOfPaths) {
  EXPECT_EQ(build_id_of_path("./usr/lib/debug/.build-id/ab/cdef.debug"), "abcdef");
  EXPECT_EQ(build_id_of_path(".build-id/ab/cdef"), "abcdef");
  EXPECT_EQ(build_id_of_path("usr/lib/debug/.build-id/ab/"), "ab");
  EXPECT_EQ(build_id_of_path("x.build-id/ab/cdef.debug"), "");
  EXPECT_EQ(build_id_of_path(".build-id/abc/def.debug"), "");
  EXPECT_EQ(build_id_of_path(".build-id/ab/cd/ef.debug"), "");
  EXPECT_EQ(build_id_of_path(".build-id/ab/CDEF.debug"), "");
}

std::string linked(const std::string& program, const std::string& debug, const std::string& folder) {
  return testing::tar({{.name = "usr/lib/libdebug.so", .content = program},
                       {.name = folder + "libdebug.so.debug", .content = debug}});
}

// With the checksum that the debug file has after an edit.
std::string relinked(std::string program, const std::string& debug) {
  const std::size_t at = program.find("libdebug.so.debug") + 20;
  std::uint32_t crc = 0xffffffff;
  for (const char c : debug) {
    crc ^= static_cast<std::uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
  }
  crc = ~crc;
  for (unsigned i = 0; i < 4; ++i) program[at + i] = static_cast<char>(crc >> 8 * i);
  return program;
}

TEST(DebugLink, ChecksumFollowsFromTheDebugFile) {
  const std::string program = test::read_data("elf/libdebug.so");
  const std::string debug = test::read_data("elf/libdebug.so.debug");
  ASSERT_EQ(relinked(program, debug), program);
  std::string other = debug;
  other[other.find("small.c")] = 'S';
  for (const std::string folder : {"usr/lib/", "usr/lib/.debug/", "usr/lib/debug/usr/lib/"}) {
    const std::string left = linked(program, debug, folder);
    const Report right = compare_bytes(left, linked(relinked(program, other), other, folder));
    const auto link = std::find_if(right.findings.begin(), right.findings.end(), [](const Finding& finding) {
      return finding.location.find(".gnu_debuglink") != std::string::npos;
    });
    ASSERT_NE(link, right.findings.end()) << folder;
    EXPECT_EQ(link->cause, "derived-digest") << folder;
    EXPECT_EQ(link->proof, Proof::recomputed) << folder;
    // Stale, or made up.
    EXPECT_TRUE(has_alert(compare_bytes(left, linked(program + std::string(), other, folder)),
                          "integrity-mismatch", ".gnu_debuglink") ||
                compare_bytes(left, linked(program, other, folder)).verdict == Verdict::divergent);
    EXPECT_TRUE(has_alert(compare_bytes(left, linked(relinked(program, other), debug, folder)),
                          "integrity-mismatch", ".gnu_debuglink"));
  }
  // Without the debug file nothing can be said.
  EXPECT_EQ(compare_bytes(program, relinked(program, other)).verdict, Verdict::divergent);
}

}  // namespace
}  // namespace unrepro
