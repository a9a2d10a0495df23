// Markdown, SARIF, JUnit, GitHub annotations, GitLab code quality, HTML: what each says, and attacks on each.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "analyzer/report_github.h"
#include "analyzer/report_gitlab.h"
#include "analyzer/report_html.h"
#include "analyzer/report_json.h"
#include "analyzer/report_junit.h"
#include "analyzer/report_markdown.h"
#include "analyzer/report_sarif.h"
#include "sample_reports.h"

namespace unrepro {
namespace {

using Json = nlohmann::json;

Judgement judged(const Report& report, Accept accept = Accept::identical, const Baseline& baseline = {}) {
  return judge_report(report, accept, baseline, 1'717'200'000);
}

Baseline mtime_baseline(const std::string& reason = "the packer has no option for it") {
  Baseline baseline;
  baseline.entries.push_back(
      {"file-mtime", "**", reason, std::chrono::sys_days(std::chrono::year(2024) / 12 / 31)});
  return baseline;
}

template <class Writer>
std::string written(Writer writer, const Report& report, const Judgement& judgement) {
  std::string out;
  writer(report, judgement, [&](std::string_view piece) { out += piece; });
  return out;
}
std::string sarif(const Report& report, const Judgement& judgement) {
  return written(write_report_sarif, report, judgement);
}
std::string gitlab(const Report& report, const Judgement& judgement) {
  return written(write_report_gitlab, report, judgement);
}
std::string html(const Report& report, const Judgement& judgement) {
  return written(write_report_html, report, judgement);
}

constexpr std::string_view kAttacks[] = {
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "'><b>",
    "&lt;script&gt;&amp;",
    "]]>",
    "</failure><testcase/>",
    "\n::error::owned",
    "\r\n::stop-commands::x\n##[error]owned",
    "% %0A %25,file=/etc/passwd::title=:x",
    "`` ` ``` @everyone [x](javascript:1) ![y](http://z) | a | \\| **b** <details>",
    "\xe2\x80\xae\xe2\x81\xa6gnp.exe",
    "\xff\xfe\xc0\x80",
    "\xef\xbf\xbe\xef\xbf\xbf",
    "\x1b[2J\x1b]0;x\x07",
    "\\u003c/script\\u003e \\x3c {0} \xe2\x80\xa8\xe2\x80\xa9",
    std::string_view("nul \0 inside", 12),
};

// Every text that a builder can choose is the attack.
Report attacked(std::string_view attack) {
  Report report = residue_report();
  const std::string text(attack);
  report.findings.resize(2);
  report.left.path = text;
  report.right.path = text;
  report.left.format = text;
  report.subject = text;
  report.findings[0].note = text;
  report.findings[0].location = text;
  report.findings[0].field = text;
  report.findings[0].format = text;
  report.findings[0].remedy = text;
  report.findings[0].left = Evidence{0, text.size(), text};
  report.findings[1].cause = "build-path";
  report.findings[1].right = Evidence{0, text.size(), text};
  report.causes[0].notes = {text};
  report.causes[0].locations = {text};
  report.causes[0].remedies = {text};
  report.leads = {{"toolchain-version", text}};
  report.incomplete = {{text, text}};
  return report;
}

std::vector<Report> all_reports() {
  std::vector<Report> reports = {hostile_report()};
  for (auto& [name, report] : sample_reports()) reports.push_back(std::move(report));
  for (const std::string_view attack : kAttacks) reports.push_back(attacked(attack));
  return reports;
}

// No raw control character but newlines, no bidirectional override, valid UTF-8.
void expect_clean(const std::string& text) {
  for (const char c : text) {
    EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << static_cast<int>(c);
  }
  for (const char* hidden : {"\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x80\xa8"}) {
    EXPECT_EQ(text.find(hidden), std::string::npos);
  }
  EXPECT_NO_THROW(Json(text).dump());  // throws on invalid UTF-8
}

std::size_t count_of(const std::string& text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST(ReportSarif, HasAResultForEachFindingThatStandsForItself) {
  const Report report = divergent_report();
  const Json run = Json::parse(sarif(report, judged(report)))["runs"][0];
  ASSERT_EQ(run["results"].size(), 4u);
  EXPECT_EQ(run["results"][0]["ruleId"], "order-unattributed");
  EXPECT_EQ(run["results"][0]["level"], "error");
  EXPECT_EQ(run["results"][0]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"],
            "frob_1.0-1_amd64.deb!data.tar!usr/share/frob/plugins.list#lines");
  EXPECT_EQ(run["artifacts"][0]["hashes"]["sha-256"], report.left.sha256);
  EXPECT_EQ(run["invocations"][0]["executionSuccessful"], true);
  const Json incomplete = Json::parse(sarif(incomplete_report(), judged(incomplete_report())))["runs"][0];
  EXPECT_EQ(incomplete["invocations"][0]["executionSuccessful"], false);
  EXPECT_EQ(incomplete["invocations"][0]["toolExecutionNotifications"].size(), 2u);
}

TEST(ReportSarif, SuppressesWhatTheBaselineAccepts) {
  const Report report = equivalent_report();
  const Json run = Json::parse(sarif(report, judged(report, Accept::identical, mtime_baseline())))["runs"][0];
  ASSERT_EQ(run["results"].size(), 5u);
  EXPECT_EQ(run["results"][0]["suppressions"][0]["justification"], "the packer has no option for it");
  EXPECT_EQ(run["results"][0]["level"], "note");
}

TEST(ReportSarif, FingerprintsSurviveAnotherVersionOfTheArtifact) {
  const auto fingerprint = [](const Report& report) {
    return Json::parse(sarif(report, judged(report)))["runs"][0]["results"][0]["partialFingerprints"];
  };
  Report other = divergent_report();
  for (Finding& finding : other.findings) {
    finding.location = "frob_2.0.deb" + finding.location.substr(finding.location.find('!'));
  }
  EXPECT_EQ(fingerprint(other), fingerprint(divergent_report()));
}

TEST(ReportSarif, PathsBecomeUris) {
  Report report = divergent_report();
  report.left.path = "/tmp/a b%:é.deb";
  const Json run = Json::parse(sarif(report, judged(report)))["runs"][0];
  EXPECT_EQ(run["artifacts"][0]["location"]["uri"], "file:///tmp/a%20b%25%3A%C3%A9.deb");
}

// Leaves samples where the schema test of ctest finds them.
TEST(ReportOutputs, WritesSamplesForTheSchemaTests) {
  const char* folder = std::getenv("UNREPRO_SAMPLES");
  if (folder == nullptr) GTEST_SKIP() << "UNREPRO_SAMPLES names no folder";
  int number = 0;
  for (const Report& report : all_reports()) {
    const std::string name = std::string(folder) + "/sample" + std::to_string(number++);
    const Judgement judgement = judged(report, Accept::identical, mtime_baseline());
    std::ofstream(name + ".sarif", std::ios::binary) << sarif(report, judgement);
    std::ofstream(name + ".codequality", std::ios::binary) << gitlab(report, judgement);
    std::ofstream(name + ".junit", std::ios::binary) << report_junit(report, judgement);
  }
}

TEST(ReportGitlab, ListsWhatIsNotAccepted) {
  const Report report = divergent_report();
  const Json issues = Json::parse(gitlab(report, judged(report)));
  ASSERT_EQ(issues.size(), 4u);
  EXPECT_EQ(issues[0]["check_name"], "order-unattributed");
  EXPECT_EQ(issues[0]["severity"], "major");
  EXPECT_EQ(issues[0]["location"]["lines"]["begin"], 1);
  EXPECT_EQ(issues[1]["severity"], "minor");
  const Report mtimes = equivalent_report();
  EXPECT_EQ(gitlab(mtimes, judged(mtimes, Accept::identical, mtime_baseline())), "[]\n");
  EXPECT_EQ(Json::parse(gitlab(mtimes, judged(mtimes, Accept::equivalent)))[0]["severity"], "info");
  EXPECT_EQ(Json::parse(gitlab(alert_report(), judged(alert_report())))[0]["severity"], "blocker");
  std::set<std::string> fingerprints;
  for (const Json& issue : Json::parse(gitlab(residue_report(), judged(residue_report())))) {
    EXPECT_EQ(issue["severity"], "critical");
    EXPECT_TRUE(fingerprints.insert(issue["fingerprint"]).second);
  }
  EXPECT_EQ(fingerprints.size(), 500u);
}

TEST(ReportGithub, OneAnnotationForEachRootCause) {
  const std::string text = report_github(divergent_report(), judged(divergent_report()));
  EXPECT_TRUE(
      text.starts_with("::error file=frob_1.0-1_amd64.deb,title=unrepro::DIVERGENT (known), not accepted: "))
      << text;
  EXPECT_NE(
      text.find(
          "\n::error file=frob_1.0-1_amd64.deb,title=build-path%3A build directory recorded::2 findings, "
          "first: build directory recorded at data.tar!usr/bin/frob#.rodata/assert at src/main.c:4: "
          "/build/frob-1.0 → /srv/rebuild/worker7/frob-1.0"),
      std::string::npos)
      << text;
  const std::string accepted =
      report_github(equivalent_report(), judged(equivalent_report(), Accept::equivalent));
  EXPECT_EQ(accepted.find("::error"), std::string::npos);
  EXPECT_TRUE(accepted.starts_with("::notice file="));
}

TEST(ReportGithub, NothingBeginsACommandOfItsOwn) {
  for (const Report& report : all_reports()) {
    const std::string text = report_github(report, judged(report));
    expect_clean(text);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      const bool ours = line.starts_with("::error file=") || line.starts_with("::notice file=") ||
                        line.starts_with("::warning file=");
      EXPECT_TRUE(ours) << line;
      // The runner's view: properties up to the next "::", split at ',' and '='.
      const std::string properties = line.substr(0, line.find("::", 2));
      EXPECT_EQ(count_of(properties, ","), 1u) << line;
      EXPECT_EQ(count_of(properties, ",title="), 1u) << line;
      for (std::size_t at = line.find('%'); at != line.npos; at = line.find('%', at + 1)) {
        const std::string code = line.substr(at, 3);
        EXPECT_TRUE(code == "%25" || code == "%3A" || code == "%2C") << line;
      }
    }
  }
}

TEST(ReportJunit, CountsCases) {
  const std::string text = report_junit(divergent_report(), judged(divergent_report()));
  EXPECT_NE(text.find("tests=\"4\" failures=\"4\" errors=\"0\" skipped=\"0\""), std::string::npos) << text;
  EXPECT_NE(
      text.find("name=\"data.tar!usr/bin/frob\"><failure type=\"build-path\" message=\"2 findings, first: "),
      std::string::npos)
      << text;
  const Report mtimes = equivalent_report();
  const std::string skipped = report_junit(mtimes, judged(mtimes, Accept::identical, mtime_baseline()));
  EXPECT_NE(skipped.find("tests=\"6\" failures=\"0\" errors=\"0\" skipped=\"5\""), std::string::npos)
      << skipped;
  const std::string incomplete = report_junit(incomplete_report(), judged(incomplete_report()));
  EXPECT_NE(incomplete.find("tests=\"3\" failures=\"1\" errors=\"2\""), std::string::npos) << incomplete;
  EXPECT_NE(report_junit(identical_report(), judged(identical_report())).find("tests=\"1\" failures=\"0\""),
            std::string::npos);
}

TEST(ReportJunit, IsWellFormedWhateverTheBytes) {
  for (const Report& report : all_reports()) {
    const std::string text = report_junit(report, judged(report));
    expect_clean(text);
    EXPECT_EQ(text.find("\xef\xbf\xbe"), std::string::npos);
    EXPECT_EQ(count_of(text, "]]>"), 0u);
    // Outside of our own tags and entities no markup is left.
    std::string rest = text.substr(text.find("?>") + 2);
    for (std::size_t at = rest.find('&'); at != rest.npos; at = rest.find('&', at + 1)) {
      const std::string entity = rest.substr(at, rest.find(';', at) - at + 1);
      EXPECT_TRUE(entity == "&amp;" || entity == "&lt;" || entity == "&gt;" || entity == "&quot;" ||
                  entity == "&#39;")
          << entity;
    }
    for (std::size_t at = rest.find('<'); at != rest.npos; at = rest.find('<', at + 1)) {
      const std::size_t name = at + (rest[at + 1] == '/' ? 2 : 1);
      const std::string tag = rest.substr(name, rest.find_first_of(" />", name) - name);
      const bool ours = tag == "testsuites" || tag == "testsuite" || tag == "testcase" || tag == "failure" ||
                        tag == "error" || tag == "skipped" || tag == "system-out";
      EXPECT_TRUE(ours) << tag;
    }
  }
}

TEST(ReportMarkdown, ShowsCausesFirst) {
  const std::string text = report_markdown(divergent_report(), judged(divergent_report()));
  EXPECT_TRUE(
      text.starts_with("## unrepro: DIVERGENT (known)\n\nNot accepted. 4 of 6 files differ. 0 alerts. "))
      << text;
  EXPECT_NE(text.find("| order-unattributed | **divergent** | pattern | 1 | 360 | 28.8 |\n"),
            std::string::npos);
  EXPECT_NE(text.find("- ` data.tar!usr/lib/frob/libfrob.so.1#.rodata `: ` /build/frob-1.0 ` → "),
            std::string::npos)
      << text;
}

// Takes code spans out as CommonMark does; what is left is ours.
std::string without_code_spans(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t run = 0;
    while (at + run < text.size() && text[at + run] == '`') ++run;
    if (run == 0) {
      out += text[at++];
      continue;
    }
    std::size_t close = at + run;
    while (true) {
      close = text.find('`', close);
      if (close == text.npos) return out + "UNCLOSED";
      std::size_t length = 0;
      while (close + length < text.size() && text[close + length] == '`') ++length;
      if (length == run) break;
      close += length;
    }
    at = close + run;
  }
  return out;
}

TEST(ReportMarkdown, KeepsArtifactsInCodeSpans) {
  for (const std::string_view attack : kAttacks) {
    const std::string text = report_markdown(attacked(attack), judged(attacked(attack)));
    expect_clean(text);
    const std::string rest = without_code_spans(text);
    for (const std::string_view foreign :
         {"UNCLOSED", "@", "](", "script", "<img", "<svg", "owned", "javascript", "passwd", "\\"}) {
      EXPECT_EQ(rest.find(foreign), std::string::npos) << foreign << '\n' << rest;
    }
  }
}

TEST(ReportMarkdown, FitsIntoAComment) {
  Report report = residue_report();
  for (Finding& finding : report.findings) {
    finding.location = std::string(5'000, 'x');
    finding.left->value = std::string(10'000, '`');
  }
  const CauseSummary cause = report.causes[0];
  for (int i = 0; i < 40; ++i) report.causes.push_back(cause);
  const std::string text = report_markdown(report, judged(report));
  EXPECT_LT(text.size(), 65'536u);
  EXPECT_NE(text.find(" left out, since this would be too long.\n"), std::string::npos);
}

TEST(ReportHtml, CarriesTheReportAndTheJudgement) {
  const Report report = equivalent_report();
  const std::string text = html(report, judged(report, Accept::identical, mtime_baseline("<b>reason</b>")));
  const auto data = [&](const std::string& id) {
    const std::string begin = "<script type=\"application/json\" id=\"" + id + "\">";
    const std::size_t at = text.find(begin) + begin.size();
    return Json::parse(text.substr(at, text.find("</script>", at) - at));
  };
  EXPECT_EQ(data("report"), Json::parse(report_json(report)));
  EXPECT_EQ(data("context")["passes"], true);
  EXPECT_EQ(data("context")["standings"][0], "baseline");
  EXPECT_EQ(data("context")["reasons"]["1"], "<b>reason</b>");
  EXPECT_EQ(data("context")["causes"]["file-mtime"]["title"], "file times recorded in a container");
}

TEST(ReportHtml, NeedsNothingElse) {
  const std::string text = html(divergent_report(), judged(divergent_report()));
  for (const std::string_view outside : {"http:", "https:", "src=", "href=", "@import", "url(", "innerHTML",
                                         "insertAdjacent", "document.write", "eval(", "Function("}) {
    EXPECT_EQ(text.find(outside), std::string::npos) << outside;
  }
  const std::size_t policy = text.find(
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "script-src 'sha256-");
  EXPECT_NE(policy, std::string::npos);
  EXPECT_LT(policy, text.find("<title>"));
  EXPECT_EQ(text.find("unsafe"), std::string::npos);
}

TEST(ReportHtml, NothingFromAnArtifactIsMarkup) {
  const std::string plain = html(attacked("plain"), judged(attacked("plain")));
  for (const Report& report : all_reports()) {
    const std::string text = html(report, judged(report));
    expect_clean(text);
    // As an HTML tokenizer sees it: the same tags whatever the report says.
    EXPECT_EQ(count_of(text, "</script"), 3u);
    EXPECT_EQ(count_of(text, "<script"), 3u);
    EXPECT_EQ(count_of(text, "<!--"), 0u);
    EXPECT_EQ(count_of(text, "<img"), 0u);
    EXPECT_EQ(count_of(text, "<svg"), 0u);
    EXPECT_EQ(count_of(text, "<pre>"), 1u);
    EXPECT_EQ(count_of(text, "</pre>"), 1u);
    EXPECT_EQ(count_of(text, "</noscript>"), 1u);
    EXPECT_EQ(count_of(text, "</title>"), 1u);
    const auto tags = [](const std::string& page) {
      return count_of(page.substr(0, page.rfind("<script>")), "<");
    };
    EXPECT_EQ(tags(text), tags(plain));
  }
}

}  // namespace
}  // namespace unrepro
