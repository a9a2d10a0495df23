// Declarative rules: the built-in ones keep what they promise, and none takes more than its line shows.

#include "rules/pattern.h"

#include <gtest/gtest.h>

#include <chrono>

#include "rules/pattern_set.h"
#include "rules/patterns/built_in.h"
#include "tests/support/analyze.h"
#include "tests/support/archives.h"

namespace unrepro {
namespace {

using testing::compare_bytes;
using testing::tar;

Report compare_lines(const std::string& left, const std::string& right, const std::string& name,
                     std::shared_ptr<const PatternSet> rules = nullptr) {
  Options options;
  options.reference_time = 1'800'000'000;
  options.user_rules = std::move(rules);
  return compare_bytes(tar({{.name = name, .content = "first\n" + left + "\nlast\n"}}),
                       tar({{.name = name, .content = "first\n" + right + "\nlast\n"}}), "a.tar", options);
}

bool names_rule(const Report& report, const std::string& id) {
  return std::any_of(report.findings.begin(), report.findings.end(),
                     [&](const Finding& finding) { return finding.note == "rule " + id; });
}

TEST(BuiltInPatterns, AreFlawlessAndKeepTheirExamples) {
  PatternSet set;
  for (const BuiltInFile& file : built_in_files())
    EXPECT_EQ(set.add(file.text, std::string(file.name)), std::vector<std::string>());
  EXPECT_GE(set.patterns().size(), 20u);
  for (const Pattern& pattern : set.patterns())
    EXPECT_EQ(failing_examples(pattern), std::vector<std::string>()) << pattern.text().id;
}

// A file name that the first glob matches.
std::string file_for(const PatternText& rule) {
  std::string name = rule.paths.front();
  for (char& c : name) {
    if (c == '*') c = 'x';
    if (c == '?') c = '1';
  }
  return name;
}

// From bytes to the report, with the spans that the aligner cuts.
TEST(BuiltInPatterns, ReachTheReport) {
  for (const Pattern& pattern : built_in_patterns().patterns()) {
    const PatternText& rule = pattern.text();
    const bool script = rule.kinds == std::vector<std::string>{"script"};
    for (const PatternExample& example : rule.matches) {
      const std::string head = script ? "#!/bin/sh\n" : "";
      const Report report =
          compare_bytes(tar({{.name = file_for(rule), .content = head + example.left + "\n"}}),
                        tar({{.name = file_for(rule), .content = head + example.right + "\n"}}), "a.tar",
                        Options{.reference_time = 1'800'000'000});
      EXPECT_TRUE(names_rule(report, rule.id)) << rule.id << ": " << example.left;
      if (rule.record) {
        EXPECT_EQ(report.verdict, Verdict::explained) << rule.id;
      }
    }
  }
}

constexpr const char* kManifest = "META-INF/MANIFEST.MF";

TEST(RecordPattern, LowersTheEffectOfItsLineOnly) {
  const Report report = compare_lines("Built-By: alice", "Built-By: jenkins", kManifest);
  EXPECT_EQ(report.verdict, Verdict::explained);
  ASSERT_EQ(report.causes.size(), 1u);
  EXPECT_NE(report.causes[0].remedies, std::vector<std::string>());
}

struct Attack {
  const char* name;
  std::string left, right, file;
};
void PrintTo(const Attack& attack, std::ostream* out) { *out << attack.name; }
class PatternAttack : public ::testing::TestWithParam<Attack> {};
TEST_P(PatternAttack, IsNeverAccepted) {
  const Attack& attack = GetParam();
  EXPECT_EQ(compare_lines(attack.left, attack.right, attack.file).verdict, Verdict::divergent);
}
INSTANTIATE_TEST_SUITE_P(
    Patterns, PatternAttack,
    ::testing::Values(
        Attack{"other_file", "Built-By: alice", "Built-By: jenkins", "etc/frob.conf"},
        Attack{"other_folder", "Built-By: alice", "Built-By: jenkins", "etc/MANIFEST.MF"},
        Attack{"nested_folder", "Built-By: alice", "Built-By: jenkins", "etc/META-INF/MANIFEST.MF"},
        Attack{"longer_name", "Built-By: alice", "Built-By: jenkins", "META-INF/MANIFEST.MF.conf"},
        Attack{"other_key", "Main-Class: alice", "Main-Class: jenkins", kManifest},
        Attack{"beside_slot", "Built-By: alice", "Built-By: jenkins x", kManifest},
        Attack{"continuation", "Class-Path: x\n Built-By: alice", "Class-Path: x\n Built-By: jenkins",
               kManifest},
        Attack{"wrong_type", "Bnd-LastModified: 1509618645123", "Bnd-LastModified: soon", kManifest},
        Attack{"outside_window", "Build-Date: 2017-11-02", "Build-Date: 2117-11-02", kManifest},
        Attack{"second_difference", "Created-By: 17.0.8 (Debian)", "Created-By: 17.0.9 (Oracle)", kManifest},
        Attack{"script", "#!/bin/sh\nhostname = build1", "#!/bin/sh\nhostname = build2",
               "usr/bin/config.log.sh"},
        Attack{"snippet_is_known_only", "# Automatically added by dh_x/13.1\nrm -f a",
               "# Automatically added by dh_x/13.2\nrm -rf /", "postinst"}),
    [](const auto& attack) { return std::string(attack.param.name); });

TEST(PatternLint, RefusesWhatWouldAcceptTooMuch) {
  const auto complaints = [](const std::string& extra, const std::string& line) {
    PatternSet set;
    const auto wrong = set.add(
        "[[rule]]\nid = 'frob'\ncause = 'build-path'\nremedy = 'x'\nreferences = ['x']\n"
        "match = [['a', 'b']]\ndiffer = [['a', 'b']]\n" +
            extra + "line = '" + line + "'\n",
        "t.toml");
    EXPECT_EQ(set.patterns().empty(), !wrong.empty());
    return wrong.size();
  };
  EXPECT_EQ(complaints("paths = ['*.html']\n", "built in {path}"), 0u);
  EXPECT_GT(complaints("", "built in {path}"), 0u);
  EXPECT_GT(complaints("paths = ['*.html']\n", "{path}"), 0u);
  EXPECT_GT(complaints("paths = ['*.html']\n", "built in|x{path}"), 0u);
  EXPECT_GT(complaints("paths = ['*.html']\n", "built (in) {path}"), 0u);
  EXPECT_GT(complaints("paths = ['*.html']\n", "built in {thing}"), 0u);
  EXPECT_GT(complaints("paths = ['*.html']\n", "built in ([{path}"), 0u);
  EXPECT_GT(complaints("paths = ['*.html']\nnonsense = 1\n", "built in {path}"), 0u);
  EXPECT_GT(complaints("paths = ['build.log']\neffect = 'content'\n", "built in {path}"), 0u);
  EXPECT_GT(complaints("paths = ['*']\neffect = 'content'\n", "built on {host}"), 0u);
  EXPECT_EQ(complaints("paths = ['build.log']\neffect = 'content'\n", "built on {host}"), 0u);
  EXPECT_EQ(PatternSet().add("[[rule", "t.toml").size(), 1u);
}

TEST(UserPatterns, AreAskedToo) {
  auto set = std::make_shared<PatternSet>();
  ASSERT_EQ(
      set->add(
          "[[rule]]\nid = 'frob'\ncause = 'toolchain-version'\nremedy = 'Pin frob.'\nreferences = ['x']\n"
          "match = [['a', 'b']]\ndiffer = [['a', 'b']]\npaths = ['*.html']\n"
          "line = 'frobbed by frob-{word}'\n",
          "t.toml"),
      std::vector<std::string>());
  EXPECT_TRUE(names_rule(
      compare_lines("frobbed by frob-abc", "frobbed by frob-xyz", "usr/share/doc/a.html", set), "frob"));
}

TEST(Glob, MatchesFromAnyPart) {
  EXPECT_TRUE(glob_matches("*.html", "usr/share/doc/a.html"));
  EXPECT_TRUE(glob_matches("META-INF/MANIFEST.MF", "META-INF/MANIFEST.MF"));
  EXPECT_TRUE(glob_matches("META-INF/MANIFEST.MF", "x/META-INF/MANIFEST.MF"));
  EXPECT_FALSE(glob_matches("META-INF/MANIFEST.MF", "xMETA-INF/MANIFEST.MF"));
  EXPECT_FALSE(glob_matches("*.html", "a.html/b"));
  EXPECT_FALSE(glob_matches("*",
                            ""
                            "a/b/") &&
               glob_matches("a*c", "a/c"));
  EXPECT_TRUE(glob_matches("usr/**/a.?", "usr/x/y/a.1"));
}

// Lines that make a backtracking matcher run for ever.
TEST(Pattern, IsLinear) {
  const std::string line = ".TH " + std::string(1900, '"') + std::string(1900, ' ');
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) compare_lines(line + "1.2", line + "1.3", "usr/share/man/man1/a.1");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

}  // namespace
}  // namespace unrepro
