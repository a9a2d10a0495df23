#include "tools/unrepro/cli.h"

#include <gtest/gtest.h>

#include "tools/unrepro/exit_status.h"

namespace unrepro::tool {
namespace {

CommandLine parse(std::vector<std::string> arguments) {
  return parse_command_line(std::move(arguments), 1000);
}

std::string usage_error(std::vector<std::string> arguments) {
  const CommandLine line = parse(std::move(arguments));
  EXPECT_EQ(line.action, Action::message);
  EXPECT_EQ(line.status, 2);
  return line.message.substr(0, line.message.find('\n'));
}

TEST(CommandLine, DiffMayBeLeftOut) {
  for (const CommandLine& line :
       {parse({"a", "b"}), parse({"diff", "a", "b"}), parse({"--stats", "a", "b"})}) {
    EXPECT_EQ(line.action, Action::diff);
    EXPECT_EQ(line.left, "a");
    EXPECT_EQ(line.right, "b");
    EXPECT_EQ(line.options.reference_time, 1000);
    EXPECT_EQ(line.accept, Accept::identical);
  }
}

TEST(CommandLine, ACommandWinsOverAFileOfItsName) {
  EXPECT_EQ(usage_error({"diff", "b"}), "unrepro: RIGHT is required");
  EXPECT_EQ(parse({"./diff", "b"}).left, "./diff");
  EXPECT_EQ(parse({"diff", "--", "diff", "show"}).left, "diff");
  EXPECT_EQ(parse({"diff", "--", "--odd", "b"}).left, "--odd");
}

TEST(CommandLine, ReadsEveryOptionOfDiff) {
  const CommandLine line = parse({"a",
                                  "b",
                                  "--text",
                                  "t1",
                                  "--text",
                                  "t2",
                                  "--json",
                                  "-",
                                  "--accept",
                                  "explained",
                                  "--threads",
                                  "3",
                                  "--max-output",
                                  "8G",
                                  "--max-members",
                                  "5",
                                  "--max-fields",
                                  "6",
                                  "--max-depth",
                                  "7",
                                  "--max-time",
                                  "2m",
                                  "--max-findings",
                                  "0",
                                  "--verify-encoding",
                                  "--reference-time",
                                  "1970-01-02",
                                  "--no-color",
                                  "--stats"});
  ASSERT_EQ(line.action, Action::diff) << line.message;
  EXPECT_EQ(line.report_files,
            (std::vector<ReportFile>{
                {ReportFormat::text, "t1"}, {ReportFormat::text, "t2"}, {ReportFormat::json, "-"}}));
  EXPECT_EQ(line.accept, Accept::explained);
  EXPECT_EQ(line.options.threads, 3u);
  EXPECT_EQ(line.options.limits.output_bytes, 8ull << 30);
  EXPECT_EQ(line.options.limits.members, 5u);
  EXPECT_EQ(line.options.limits.nodes, 6u);
  EXPECT_EQ(line.options.limits.depth, 7u);
  EXPECT_EQ(line.options.limits.wall, std::chrono::seconds(120));
  EXPECT_EQ(line.options.max_findings, 0u);
  EXPECT_TRUE(line.options.verify_encoding);
  EXPECT_EQ(line.options.reference_time, 86400);
  EXPECT_TRUE(line.no_color);
  EXPECT_TRUE(line.stats);
  EXPECT_EQ(parse({"a", "b", "--format", "json"}).format, ReportFormat::json);
  EXPECT_EQ(parse({"a", "--json", "x", "b"}).right, "b");
}

TEST(CommandLine, RefusesWhatItCannotRead) {
  EXPECT_EQ(usage_error({}), "unrepro: nothing to compare");
  EXPECT_EQ(usage_error({"a", "b", "c"}), "unrepro: The following argument was not expected: c");
  EXPECT_EQ(usage_error({"a", "b", "--accept", "identical"}),
            "unrepro: --accept: cannot read 'identical' as VERDICT");
  EXPECT_EQ(usage_error({"a", "b", "--format", "xml"}), "unrepro: --format: cannot read 'xml' as FORMAT");
  EXPECT_EQ(usage_error({"a", "b", "--max-output", "17179869184G"}),
            "unrepro: --max-output: cannot read '17179869184G' as SIZE");
  EXPECT_EQ(usage_error({"a", "b", "--max-output", "0"}), "unrepro: --max-output: cannot read '0' as SIZE");
  EXPECT_EQ(usage_error({"a", "b", "--max-time", "-1"}), "unrepro: --max-time: cannot read '-1' as TIME");
  EXPECT_NE(usage_error({"a", "b", "--max-members", "0"}), "");
  EXPECT_NE(usage_error({"a", "b", "--threads", "-1"}), "");
  EXPECT_NE(usage_error({"show", "r.json"}), "");
  EXPECT_NE(usage_error({"show", "r.json", "0"}), "");
  EXPECT_EQ(usage_error({"a", "b", "--text", "-", "--json", "-"}),
            "unrepro: standard output can hold one report only: --format, --text -, --json - …");
  EXPECT_NE(usage_error({"a", "b", "--format", "json", "--json", "-"}), "");
}

TEST(CommandLine, HelpTeaches) {
  const CommandLine help = parse({"--help"});
  EXPECT_EQ(help.status, 0);
  for (const char* part :
       {"unrepro explain build-path", "--accept equivalent", "Exit status", "3  incomplete"}) {
    EXPECT_NE(help.message.find(part), std::string::npos) << part;
  }
  const std::string diff = parse({"diff", "--help"}).message;
  for (const char* option :
       {"unrepro diff", "--format", "--text", "--json", "--accept", "--threads", "--max-output",
        "--max-members", "--max-fields", "--max-depth", "--max-time", "--max-findings", "--verify-encoding",
        "--reference-time", "--no-color", "--stats"}) {
    EXPECT_NE(diff.find(option), std::string::npos) << option;
  }
}

TEST(CommandLine, Instants) {
  EXPECT_EQ(parse_instant("0"), 0);
  EXPECT_EQ(parse_instant("-5"), -5);
  EXPECT_EQ(parse_instant("1717200000"), 1717200000);
  EXPECT_EQ(parse_instant("2024-06-01"), 1717200000);
  EXPECT_EQ(parse_instant("2024-06-01T00:00:00Z"), 1717200000);
  EXPECT_EQ(parse_instant("2024-06-01 00:00:00"), 1717200000);
  EXPECT_EQ(parse_instant("2024-06-01T02:00:00+02:00"), 1717200000);
  EXPECT_EQ(parse_instant("2024-05-31T18:30:00-0530"), 1717200000);
  EXPECT_EQ(parse_instant("2024-02-29"), 1709164800);
  for (const char* text : {"", "x", "12x", "2024-6-1", "2024-02-30", "2023-02-29", "2024-06-01T",
                           "2024-06-01T1:0:0", "2024-06-01T24:00:00Z", "2024-06-01T00:00:60Z",
                           "2024-06-01T00:00:00Zx", "2024-06-01T00:00:00+25:00", "99999999999999999999"}) {
    EXPECT_EQ(parse_instant(text), std::nullopt) << text;
  }
}

TEST(ExitStatus, FollowsVerdictAndAcceptance) {
  struct Row {
    Verdict verdict;
    int identical, equivalent, explained;
  };
  for (const Row& row :
       {Row{Verdict::identical, 0, 0, 0}, Row{Verdict::equivalent, 1, 0, 0}, Row{Verdict::explained, 1, 1, 0},
        Row{Verdict::incomplete, 3, 3, 3}, Row{Verdict::divergent, 1, 1, 1}}) {
    EXPECT_EQ(exit_status(row.verdict, Accept::identical), row.identical);
    EXPECT_EQ(exit_status(row.verdict, Accept::equivalent), row.equivalent);
    EXPECT_EQ(exit_status(row.verdict, Accept::explained), row.explained);
  }
}

}  // namespace
}  // namespace unrepro::tool
