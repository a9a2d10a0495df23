// What a rebuild of a Debian package changes by itself: its version, and the entry that says why.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/analyze.h"
#include "tests/support/archives.h"

namespace unrepro {
namespace {

using testing::compare_bytes;
using testing::deb;
using testing::root_file;

std::string entry(const std::string& version, const std::string& reason,
                  const std::string& keys = "binary-only=yes") {
  return "frob (" + version + ") sid; urgency=low, " + keys + "\n\n  * Binary-only upload for amd64; " +
         reason +
         "\n\n -- Build Daemon <buildd@example.org>  Thu, 14 Aug 2025 11:31:38 +0000\n\nfrob (1.0-1) sid; "
         "urgency=low\n\n"
         "  * First.\n\n -- A <a@example.org>  Thu, 14 Aug 2024 11:31:38 +0000\n";
}

Report compare(const std::string& left, const std::string& right) {
  const auto package = [](const std::string& version, const std::string& changelog) {
    return deb({.version = version,
                .control_extra = "Source: frob (1.0-1)\n",
                .files = {root_file("./usr/share/doc/frob/changelog.Debian.amd64", changelog)}});
  };
  return compare_bytes(package("1.0-1+b1", left), package("1.0-1+b2", right), "frob.deb");
}

std::vector<std::string> causes_in_changelog(const Report& report) {
  std::vector<std::string> causes;
  for (const Finding& finding : report.findings) {
    if (!finding.derived && finding.location.find("changelog") != std::string::npos &&
        finding.location.find("#body") != std::string::npos)
      causes.push_back(finding.cause + " " + std::string(to_string(finding.verdict)));
  }
  std::sort(causes.begin(), causes.end());
  causes.erase(std::unique(causes.begin(), causes.end()), causes.end());
  return causes;
}

TEST(Rebuild, EntryIsTheCounters) {
  const Report report =
      compare(entry("1.0-1+b1", "rebuild against libx1"), entry("1.0-1+b2", "rebuild for perl"));
  EXPECT_EQ(causes_in_changelog(report), std::vector<std::string>{"build-counter explained"});
  EXPECT_EQ(report.accounting.unexplained_bytes, 0u);
}

TEST(Rebuild, OtherEntriesAreNot) {
  const std::string honest = entry("1.0-1+b1", "rebuild against libx1");
  std::string older = entry("1.0-1+b2", "rebuild against libx1");
  older.replace(older.find("First."), 6, "Fixes.");
  for (const std::string& attack :
       {entry("1.0-1+b2", "rebuild for perl", "medium"), entry("2.0-1", "rebuild for perl"), older}) {
    const auto causes = causes_in_changelog(compare(honest, attack));
    EXPECT_NE(std::find(causes.begin(), causes.end(), "unexplained divergent"), causes.end()) << attack;
  }
}

// The first rebuild brings the file of its changelog along: named, and never accepted.
TEST(Rebuild, FirstOneBringsItsChangelog) {
  const auto cause = [](const std::string& version, const std::string& extra) {
    std::vector<testing::TarMember> files = {root_file("./usr/bin/frob", "frob")};
    const std::string first = deb({.version = "1.0-1", .files = files});
    files.push_back(root_file(extra, entry(version, "rebuild for perl")));
    const Report report = compare_bytes(
        first, deb({.version = version, .control_extra = "Source: demo (1.0-1)\n", .files = files}),
        "frob.deb");
    EXPECT_EQ(report.verdict, Verdict::divergent);
    for (const Finding& finding : report.findings) {
      if (finding.location.ends_with(extra.substr(2))) return finding.cause;
    }
    return std::string("nothing");
  };
  EXPECT_EQ(cause("1.0-1+b1", "./usr/share/doc/demo/changelog.Debian.amd64.gz"), "build-counter");
  EXPECT_EQ(cause("1.0-1+b1", "./usr/share/doc/demo/changelog.amd64.gz"), "build-counter");
  EXPECT_EQ(cause("1.0-1+b1", "./usr/share/doc/demo/changelog.Debian.arm64.gz"), "file-set-difference");
  EXPECT_EQ(cause("1.0-1+b1", "./usr/share/doc/frob/changelog.Debian.amd64.gz"), "file-set-difference");
  EXPECT_EQ(cause("1.0-1+b1", "./usr/bin/changelog.Debian.amd64.gz"), "file-set-difference");
  EXPECT_EQ(cause("1.0-2", "./usr/share/doc/demo/changelog.Debian.amd64.gz"), "file-set-difference");
}

}  // namespace
}  // namespace unrepro
