// Damaged, hostile and oversized input against the intact file: always an answer, never "identical".

#include <gtest/gtest.h>

#include "tests/support/analyze.h"
#include "tests/support/archives.h"
#include "tests/support/slow_build.h"

namespace unrepro {
namespace {

using testing::compare_bytes;
using testing::DebOptions;
using testing::gzip;
using testing::root_directory;
using testing::root_file;
using testing::tar;
using testing::TarMember;
using testing::xz;

Options one_thread() {
  Options options;
  options.threads = 1;
  return options;
}

std::string small_deb() {
  DebOptions options;
  options.files = {root_directory("./"), root_file("./file", "some text\nof two lines\n")};
  return testing::deb(options);
}

std::string changes_file() {
  return "Format: 1.8\nSource: demo\nVersion: 1.0-1\nArchitecture: amd64\nFiles:\n"
         " d41d8cd98f00b204e9800998ecf8427e 0 misc optional demo_1.0-1_amd64.deb\n";
}

struct Fixture {
  const char* name;
  std::string (*make)();
};

class Damage : public ::testing::TestWithParam<Fixture> {};

TEST_P(Damage, EveryTruncationGivesAnAnswer) {
  const std::string intact = GetParam().make();
  for (std::size_t length = 0; length < intact.size(); length += test::kStride) {
    const Report report = compare_bytes(intact, intact.substr(0, length), GetParam().name, one_thread());
    ASSERT_NE(report.verdict, Verdict::identical) << length;
  }
}

TEST_P(Damage, EveryFlippedBitGivesAnAnswer) {
  const std::string intact = GetParam().make();
  for (std::size_t at = 0; at < intact.size(); at += test::kStride) {
    std::string damaged = intact;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << (at % 8)));
    const Report report = compare_bytes(intact, damaged, GetParam().name, one_thread());
    ASSERT_NE(report.verdict, Verdict::identical) << at;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Formats, Damage,
    ::testing::Values(Fixture{"demo.deb", small_deb}, Fixture{"demo.changes", changes_file},
                      Fixture{"demo.tar",
                              [] {
                                return tar({{.name = "a"}, {.name = "b"}});
                              }},
                      Fixture{"demo.gz", [] { return gzip("hello, hello, hello\n"); }},
                      Fixture{"demo.xz", [] { return xz("hello, hello, hello\n"); }},
                      Fixture{"demo.txt", [] { return std::string("first\nsecond line\nthird\n"); }}),
    [](const auto& parameter) {
      std::string name = parameter.param.name;
      return name.substr(name.find('.') + 1);
    });

void expect_budget(const Report& report, const std::string& limit) {
  EXPECT_EQ(report.verdict, Verdict::incomplete);
  ASSERT_FALSE(report.incomplete.empty());
  EXPECT_NE(report.incomplete[0].reason.find(limit), std::string::npos) << report.incomplete[0].reason;
}

TEST(Bombs, DecompressedBytesAreCapped) {
  Options options;
  options.limits.output_bytes = 1u << 20;
  expect_budget(
      compare_bytes(gzip(std::string(4u << 20, 'a')), gzip(std::string(4u << 20, 'b')), "bomb.gz", options),
      "--max-output");
}

TEST(Bombs, NestedStreamsAreCapped) {
  std::string left = "left", right = "right";
  for (int level = 0; level < 40; ++level) {
    left = gzip(left);
    right = gzip(right);
  }
  expect_budget(compare_bytes(left, right, "nested.gz"), "--max-depth");
}

TEST(Bombs, MembersAreCapped) {
  std::vector<TarMember> members(2000, TarMember{.content = ""});
  for (std::size_t i = 0; i < members.size(); ++i) members[i].name = "f" + std::to_string(i);
  auto others = members;
  others[0].mtime += 1;
  Options options;
  options.limits.members = 1000;
  expect_budget(compare_bytes(tar(members), tar(others), "many.tar", options), "--max-members");
}

TEST(Determinism, ReportsDoNotDependOnThreads) {
  DebOptions left, right;
  for (int i = 0; i < 40; ++i) {
    const std::string name = "./file" + std::to_string(i);
    left.files.push_back(root_file(name, gzip("text " + std::to_string(i) + "\n")));
    right.files.push_back(
        root_file(name, gzip("text " + std::to_string(i * 7 % 11) + "\n"), 1'700'000'000 + i));
  }
  Options options = one_thread();
  const Report one = compare_bytes(testing::deb(left), testing::deb(right), "demo.deb", options);
  options.threads = 4;
  const Report four = compare_bytes(testing::deb(left), testing::deb(right), "demo.deb", options);
  ASSERT_EQ(one.findings.size(), four.findings.size());
  for (std::size_t i = 0; i < one.findings.size(); ++i) {
    EXPECT_EQ(one.findings[i].location, four.findings[i].location);
    EXPECT_EQ(one.findings[i].cause, four.findings[i].cause);
    EXPECT_EQ(one.findings[i].bytes, four.findings[i].bytes);
    EXPECT_EQ(one.findings[i].derived_from, four.findings[i].derived_from);
  }
}

}  // namespace
}  // namespace unrepro
