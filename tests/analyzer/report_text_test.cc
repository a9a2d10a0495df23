#include "analyzer/report_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "analyzer/printable.h"
#include "analyzer/text_layout.h"
#include "sample_reports.h"

namespace unrepro {
namespace {

// Compares with tests/analyzer/golden/NAME; with UNREPRO_UPDATE_GOLDEN in the environment writes it instead.
void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(UNREPRO_TESTDATA) + "/analyzer/golden/" + name;
  if (std::getenv("UNREPRO_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  std::ostringstream expected;
  expected << std::ifstream(path, std::ios::binary).rdbuf();
  EXPECT_EQ(text, expected.str()) << path;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(ReportText, LooksAsApproved) {
  for (const auto& [name, report] : sample_reports()) {
    for (const unsigned width : {80u, 120u}) {
      expect_golden(name + '.' + std::to_string(width) + ".txt", report_text(report, {width, false}));
    }
  }
}

TEST(ReportText, OneFindingLooksAsApproved) {
  const Report report = divergent_report();
  expect_golden("finding.80.txt", finding_text(report, report.findings[1], {80, false}) + "--\n" +
                                      finding_text(report, report.findings[6], {80, false}));
}

TEST(ReportText, KeepsToItsWidth) {
  for (const auto& [name, report] : sample_reports()) {
    for (const unsigned width : {40u, 60u, 80u, 120u, 200u}) {
      if (width < 80 && name == "identical") continue;  // one line by contract
      for (const std::string& line : lines_of(report_text(report, {width, false}))) {
        EXPECT_LE(display_width(line), width < 80 ? 80u : width) << name << ' ' << width << '\n' << line;
        EXPECT_FALSE(line.ends_with(' ')) << name << '\n' << line;
      }
    }
  }
}

TEST(ReportText, IdenticalIsOneLine) {
  EXPECT_EQ(lines_of(report_text(identical_report(), {80, false})).size(), 1u);
}

TEST(ReportText, ColourChangesNothingElse) {
  for (const auto& [name, report] : sample_reports()) {
    const std::string painted = report_text(report, {80, true});
    std::string plain;
    for (std::size_t i = 0; i < painted.size(); ++i) {
      if (painted[i] != '\x1b') {
        plain += painted[i];
      } else {
        i = painted.find('m', i);
      }
    }
    EXPECT_EQ(plain, report_text(report, {80, false})) << name;
  }
  EXPECT_TRUE(report_text(divergent_report(), {80, true}).starts_with("\x1b[1;31mDIVERGENT (known)\x1b[0m"));
  EXPECT_TRUE(report_text(equivalent_report(), {80, true}).starts_with("\x1b[32mEQUIVALENT\x1b[0m"));
}

TEST(ReportText, NothingFromAnArtifactReachesTheTerminalRaw) {
  const Report report = hostile_report();
  for (const std::string& text :
       {report_text(report, {80, false}), finding_text(report, report.findings[0], {80, false})}) {
    std::string lines = text;
    std::replace(lines.begin(), lines.end(), '\n', ' ');
    EXPECT_EQ(printable(lines), lines);
    for (const std::string_view shown : {"\\x1b[31mred\\xff", "\\u{202e}gnp.exe", "nul \\x00 inside"}) {
      EXPECT_NE(text.find(shown), std::string::npos) << shown << '\n' << text;
    }
  }
}

TEST(ReportText, WhatWasEscapedStaysAsItIs) {
  EXPECT_EQ(printable("\\x1b \\\\ \\"), "\\x1b \\\\ \\");
  EXPECT_EQ(printable("\x1b\\\x1b"), "\\x1b\\\\x1b");
  EXPECT_EQ(printable(printable("a\x07\xff\n")), "a\\x07\\xff\\n");
}

TEST(ReportText, WrapsAtSpacesThenAtSeparatorsThenAnywhere) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(wrap("", 10), Lines{""});
  EXPECT_EQ(wrap("one two three", 7), (Lines{"one two", "three"}));
  EXPECT_EQ(wrap("usr/share/frobnicate", 10), (Lines{"usr/share/", "frobnicate"}));
  EXPECT_EQ(wrap("aaaaaaaaaaaaaa", 5), (Lines{"aaaaa", "aaaaa", "aaaa"}));
  EXPECT_EQ(wrap("éééééé", 4), (Lines{"éééé", "éé"}));
  EXPECT_EQ(wrap("日本語", 4), (Lines{"日本", "語"}));
  EXPECT_EQ(wrap(std::string(4'000'000, 'x'), 80).size(), 50'000u);  // linear, or this takes minutes
}

}  // namespace
}  // namespace unrepro
