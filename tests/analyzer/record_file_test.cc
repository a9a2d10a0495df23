// Build records: who may be believed, and what they do to a date, a path and a host name.

#include "analyzer/record_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/analyze.h"
#include "tests/support/archives.h"

namespace unrepro {
namespace {

using testing::causes_of;
using testing::compare_bytes;
using testing::tar;

Result<Record> read(const std::string& text) {
  const std::string path =
      ::testing::TempDir() + "record-" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
  std::ofstream(path) << text;
  return read_record(path);
}

TEST(RecordFile, TomlOfTheJobIsTrusted) {
  const auto record =
      read("build_path = \"/build/x\"\nbuild_date = 2017-11-02T10:30:45Z\n[environment]\nLANG = \"C\"\n");
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->trusted);
  EXPECT_EQ(record->value("build_path"), "/build/x");
  EXPECT_EQ(record->value("build_date"), "2017-11-02T10:30:45Z");
  EXPECT_EQ(record->value("environment.LANG"), "C");
}

TEST(RecordFile, BuildinfoIsTheBuildersOwnWord) {
  const auto record = read(
      "Format: 1.0\nSource: frob\nBuild-Date: Thu, 02 Nov 2017 10:30:45 +0000\nBuild-Path: /build/x\n"
      "Environment:\n LANG=\"C\"\n");
  ASSERT_TRUE(record);
  EXPECT_FALSE(record->trusted);
  EXPECT_EQ(record->value("build_path"), "/build/x");
  EXPECT_EQ(record->value("environment.LANG"), "C");
}

TEST(RecordFile, ProvenanceIsNotTrustedUnverified) {
  const std::string statement =
      R"({"_type":"https://in-toto.io/Statement/v1","predicateType":"https://slsa.dev/provenance/v1",)"
      R"("predicate":{"buildDefinition":{"resolvedDependencies":[{"uri":"pkg:deb/gcc","digest":{"sha256":"ab"}}]},)"
      R"("runDetails":{"builder":{"id":"b"},"metadata":{"startedOn":"2017-11-02T10:30:45Z"}}}})";
  const auto record = read(statement);
  ASSERT_TRUE(record);
  EXPECT_FALSE(record->trusted);
  EXPECT_EQ(record->value("build_start"), "2017-11-02T10:30:45Z");
  EXPECT_EQ(record->value("installed_build_depends.pkg:deb/gcc"), "ab");
}

TEST(RecordFile, OtherFilesAreRefused) {
  EXPECT_FALSE(read(""));
  EXPECT_FALSE(read("{\"predicateType\": 1}"));
  EXPECT_FALSE(read("{\"payload\": \"%%%\"}"));
  EXPECT_FALSE(read("{"));
  EXPECT_FALSE(read("= nothing"));
  EXPECT_FALSE(read_record("/nonexistent/record"));
}

Report compare_recorded(const std::string& left, const std::string& right, bool trusted) {
  Options options;
  options.reference_time = 1'800'000'000;
  options.left_record = {{{"build_path", "/k/a"}, {"build_date", "2017-11-02T10:00:00Z"}, {"host", "h1"}},
                         trusted};
  options.right_record = {{{"build_path", "/m/b"}, {"build_date", "2018-03-12T10:00:00Z"}, {"host", "h2"}},
                          trusted};
  const auto wrap = [](const std::string& text) {
    return tar({{.name = "usr/share/doc/x", .content = text}});
  };
  return compare_bytes(wrap(left), wrap(right), "a.tar", options);
}

TEST(Records, ProveWhatTheyFixed) {
  for (const auto& [left, right, cause] :
       {std::tuple("at 2017-11-02\n", "at 2018-03-12\n", "build-timestamp"),
        std::tuple("in /k/a/data\n", "in /m/b/data\n", "build-path"),
        std::tuple("see h1 now\n", "see h2 now\n", "host-user-identity")}) {
    const Report recorded = compare_recorded(left, right, true);
    EXPECT_EQ(recorded.verdict, Verdict::explained) << cause;
    EXPECT_EQ(causes_of(recorded), std::vector<std::string>{cause});
    EXPECT_EQ(recorded.findings.front().proof, Proof::recorded) << cause;
    EXPECT_EQ(recorded.left.facts, FactsState::verified);
  }
}

TEST(Records, OfTheSuspectOnlyNameTheParameter) {
  const Report given = compare_recorded("in /k/a/data\n", "in /m/b/data\n", false);
  EXPECT_EQ(given.findings.front().proof, Proof::pattern);
  EXPECT_EQ(given.left.facts, FactsState::given);
  EXPECT_EQ(compare_recorded("at 2017-11-02\n", "at 2018-03-12\n", false).verdict, Verdict::divergent);
}

TEST(Records, ThatAreContradictedAreAnAlert) {
  const Report report = compare_recorded("Generated on 2017-11-02\n", "Generated on 2018-06-12\n", true);
  EXPECT_EQ(report.verdict, Verdict::divergent);
  EXPECT_EQ(report.divergence, Divergence::alert);
}

}  // namespace
}  // namespace unrepro
