#include "analyzer/baseline.h"

#include <gtest/gtest.h>

#include "analyzer/judgement.h"
#include "sample_reports.h"

namespace unrepro {
namespace {

constexpr std::int64_t kNow = 1'717'200'000;  // 2024-06-01

Baseline baseline_of(const std::string& text) {
  auto parsed = parse_baseline(text, "b.toml");
  EXPECT_TRUE(parsed.has_value()) << parsed.error().message;
  return parsed.value_or(Baseline{});
}

std::string entry(const std::string& cause, const std::string& location,
                  const std::string& expires = "2024-12-31") {
  return "[[accept]]\ncause = \"" + cause + "\"\nlocation = '" + location +
         "'\nreason = \"known\"\nexpires = " + expires + '\n';
}

std::string complaint(const std::string& text) {
  const auto parsed = parse_baseline(text, "b.toml");
  return parsed ? "" : parsed.error().message;
}

// Accepts everything it can, by every cause that the samples have.
std::string everything() {
  std::string out;
  for (const char* cause : {"file-mtime", "order-unattributed", "build-path", "build-timestamp",
                            "semantic-change", "integrity-mismatch", "derived-digest", "derived-layout",
                            "derived-build-id", "derived-compressed-stream"}) {
    out += entry(cause, "**");
  }
  return out;
}

TEST(Glob, StarsKeepToOnePart) {
  EXPECT_TRUE(place_matches("*!data.tar!usr/bin/*#mtime", "frob_1.0.deb!data.tar!usr/bin/frob#mtime"));
  EXPECT_FALSE(place_matches("*!data.tar!usr/*#mtime", "frob_1.0.deb!data.tar!usr/bin/frob#mtime"));
  EXPECT_TRUE(place_matches("*!data.tar!usr/**#mtime", "frob_1.0.deb!data.tar!usr/bin/frob#mtime"));
  EXPECT_FALSE(place_matches("*!data.tar!usr/**#mtime", "frob_1.0.deb!control.tar!usr/bin/frob#mtime"));
  EXPECT_TRUE(place_matches("**", ""));
  EXPECT_TRUE(place_matches("*", "abc"));
  EXPECT_FALSE(place_matches("*", "a!b"));
  EXPECT_FALSE(place_matches("*", "a@1"));
  EXPECT_TRUE(place_matches("a?c", "abc"));
  EXPECT_FALSE(place_matches("a?c", "a/c"));
  EXPECT_TRUE(place_matches("**a*b", "xx/a/aab"));
  EXPECT_TRUE(place_matches("*a*a*", "xaya"));
  EXPECT_FALSE(place_matches("abc", "abcd"));
  EXPECT_FALSE(place_matches("", "a"));
  EXPECT_TRUE(place_matches("\\*\\?\\\\", "*?\\"));
  EXPECT_FALSE(place_matches("\\*", "x"));
  const std::string odd = "a*b?c\\d**e";
  EXPECT_TRUE(place_matches(escape_glob(odd), odd));
}

TEST(Glob, HostilePatternsEnd) {
  std::string stars, twins;
  for (int i = 0; i < 200; ++i) stars += "*a", twins += "**a";
  EXPECT_FALSE(place_matches(stars + 'b', std::string(20'000, 'a')));
  EXPECT_FALSE(place_matches(twins + 'b', std::string(20'000, 'a')));
}

TEST(Baseline, WritesWhatItReads) {
  Baseline made;
  made.entries.push_back({"file-mtime", "*!a\\*b \"q\" é", "because \\ of\ttabs",
                          std::chrono::sys_days(std::chrono::year(2024) / 2 / 29)});
  const Baseline back = baseline_of(baseline_text(made));
  ASSERT_EQ(back.entries.size(), 1u);
  EXPECT_EQ(back.entries[0].location, made.entries[0].location);
  EXPECT_EQ(back.entries[0].expires_text(), "2024-02-29");
  EXPECT_EQ(baseline_text(back), baseline_text(made));
}

TEST(Baseline, RefusesWhatIsNotClear) {
  EXPECT_EQ(complaint(entry("unexplained", "**")), "b.toml:1: what is unexplained cannot be accepted");
  EXPECT_EQ(complaint(entry("file-mtimes", "**")), "b.toml:1: no cause is called file-mtimes");
  EXPECT_EQ(complaint(entry("file-mtime", "**", "\"2024-12-31\"")),
            "b.toml:1: expires should be a date such as 2027-03-31");
  EXPECT_EQ(
      complaint("[[accept]]\ncause = \"file-mtime\"\nlocation = '**'\nreason = ' '\nexpires = 2024-12-31\n"),
      "b.toml:1: reason should be a text that is not empty");
  EXPECT_EQ(complaint(entry("file-mtime", "**") + "until = 3\n"), "b.toml:1: unknown key until");
  EXPECT_EQ(complaint("accepted = 1\n"), "b.toml: only [[accept]] tables are expected, not accepted");
  EXPECT_NE(complaint("[[accept]\n"), "");
  EXPECT_EQ(complaint(""), "");
}

TEST(Baseline, AcceptsByCauseAndPlace) {
  const Report report = equivalent_report();
  EXPECT_FALSE(judge_report(report, Accept::identical, {}, kNow).passes);
  const Judgement judgement =
      judge_report(report, Accept::identical, baseline_of(entry("file-mtime", "*!data.tar!**#mtime")), kNow);
  EXPECT_TRUE(judgement.passes);
  EXPECT_EQ(judgement.baselined(), 5u);
  EXPECT_EQ(judgement.standings[5], Standing::follows);  // its digest
  EXPECT_EQ(judgement.reason(0), "known");
  EXPECT_TRUE(judgement.notes.empty());
  EXPECT_FALSE(
      judge_report(report, Accept::identical, baseline_of(entry("file-mtime", "*!data.tar!**frob1#*")), kNow)
          .passes);
  EXPECT_FALSE(judge_report(report, Accept::identical, baseline_of(entry("build-path", "**")), kNow).passes);
}

TEST(Baseline, ReportsWhatExpiredAndWhatIsGone) {
  const Report report = equivalent_report();
  const Baseline expired = baseline_of(entry("file-mtime", "**", "2024-05-31"));
  const Judgement late = judge_report(report, Accept::identical, expired, kNow);
  EXPECT_FALSE(late.passes);
  EXPECT_EQ(late.notes, std::vector<std::string>{"expired on 2024-05-31, not applied: file-mtime at **"});
  EXPECT_TRUE(judge_report(report, Accept::identical, expired, kNow - 1).passes);  // still the last day
  const Judgement gone = judge_report(
      report, Accept::identical, baseline_of(entry("file-mtime", "**") + entry("build-path", "**")), kNow);
  EXPECT_TRUE(gone.passes);
  EXPECT_EQ(gone.notes, std::vector<std::string>{"no longer occurs: build-path at **"});
}

// The attacks: whatever a baseline says, behaviour, residue, alerts and what was not checked do not pass.
TEST(Baseline, NeverAcceptsBehaviourResidueOrAlerts) {
  const Baseline all = baseline_of(everything());
  for (const Report& report :
       {divergent_report(), alert_report(), residue_report(), incomplete_report(), hostile_report()}) {
    for (const Accept accept : {Accept::identical, Accept::equivalent, Accept::explained}) {
      const Judgement judgement = judge_report(report, accept, all, kNow);
      EXPECT_FALSE(judgement.passes);
      for (std::size_t i = 0; i < report.findings.size(); ++i) {
        if (report.findings[i].verdict == Verdict::divergent) {
          EXPECT_NE(judgement.standings[i], Standing::baseline);
          EXPECT_NE(judgement.standings[i], Standing::passes);
        }
      }
    }
  }
  Report alert = equivalent_report();  // an alert whose verdict were accepted
  alert.findings[0].severity = Severity::alert;
  alert.alerts = 1;
  EXPECT_FALSE(judge_report(alert, Accept::identical, all, kNow).passes);
  Report residue = equivalent_report();
  residue.findings[0].cause = "unexplained";
  EXPECT_FALSE(judge_report(residue, Accept::identical, all, kNow).passes);
  Report incomplete = equivalent_report();
  incomplete.incomplete = {{"a", "b"}};
  EXPECT_FALSE(judge_report(incomplete, Accept::identical, all, kNow).passes);
}

TEST(Baseline, DoesNotApplyToWhatIsNotListed) {
  Report report = equivalent_report();
  report.omitted_findings = 3;
  const Judgement judgement =
      judge_report(report, Accept::identical, baseline_of(entry("file-mtime", "**")), kNow);
  EXPECT_FALSE(judgement.passes);
  EXPECT_EQ(judgement.notes,
            std::vector<std::string>{"not applied: 3 findings are not listed, see --max-findings"});
  Report unlisted = equivalent_report();  // a verdict without findings to back it
  unlisted.findings.clear();
  EXPECT_FALSE(judge_report(unlisted, Accept::identical, baseline_of(everything()), kNow).passes);
}

TEST(Baseline, AWorseDerivedFindingNeedsAnEntryOfItsOwn) {
  Report report = equivalent_report();
  report.findings.back().verdict = Verdict::explained;
  report.verdict = Verdict::explained;
  EXPECT_FALSE(judge_report(report, Accept::identical, baseline_of(entry("file-mtime", "**")), kNow).passes);
  EXPECT_TRUE(judge_report(report, Accept::identical,
                           baseline_of(entry("file-mtime", "**") + entry("derived-compressed-stream", "**")),
                           kNow)
                  .passes);
}

TEST(Baseline, UpdatesToWhatPasses) {
  const Report report = equivalent_report();
  const Baseline old = baseline_of(entry("file-mtime", "*!data.tar!**frob1#*") + entry("build-path", "**") +
                                   entry("file-mtime", "**", "2024-01-01"));
  const Baseline updated = updated_baseline(report, Accept::identical, old, kNow);
  ASSERT_EQ(updated.entries.size(), 5u);
  EXPECT_EQ(updated.entries[0].reason, "known");
  EXPECT_EQ(updated.entries[1].location, "*!data.tar!usr/bin/frob2#mtime");
  EXPECT_EQ(updated.entries[1].expires_text(), "2024-08-30");
  EXPECT_TRUE(judge_report(report, Accept::identical, baseline_of(baseline_text(updated)), kNow).passes);
  for (const BaselineEntry& each :
       updated_baseline(divergent_report(), Accept::identical, {}, kNow).entries) {
    EXPECT_NE(each.cause, "order-unattributed");
  }
  EXPECT_TRUE(updated_baseline(alert_report(), Accept::identical, {}, kNow).entries.empty());
}

}  // namespace
}  // namespace unrepro
