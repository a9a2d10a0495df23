#include "rules/cause.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace unrepro {
namespace {

// The public vocabulary: a change here changes what reports mean.
constexpr std::string_view kIds[] = {
    "build-timestamp",
    "file-mtime",
    "timezone",
    "elapsed-time",
    "clock-dependent-behaviour",
    "readdir-order",
    "locale-collation",
    "hash-order",
    "pointer-order",
    "parallel-order",
    "order-unattributed",
    "build-path",
    "temp-path",
    "path-derived-id",
    "host-user-identity",
    "archive-ownership",
    "umask-permissions",
    "kernel-identity",
    "env-capture",
    "system-layout",
    "locale-content",
    "recorded-build-flags",
    "vcs-state",
    "build-counter",
    "network-input",
    "filesystem-metadata",
    "feature-detection",
    "toolchain-version",
    "dependency-version",
    "serialiser-style",
    "codegen-nondeterminism",
    "lto-random-seed",
    "pgo-profile",
    "cpu-features",
    "cpu-count",
    "build-benchmark",
    "floating-point",
    "compressor-variation",
    "line-endings",
    "uninitialised-memory",
    "aslr-address",
    "random-id",
    "random-key",
    "pid",
    "race-content",
    "file-set-difference",
    "debug-info-only",
    "embedded-signature",
    "sbom-and-build-record",
    "derived-digest",
    "derived-build-id",
    "derived-compressed-stream",
    "derived-layout",
    "derived-name",
    "source-difference",
    "semantic-change",
    "structural-anomaly",
    "integrity-mismatch",
    "stale-reference",
    "unexplained",
};

TEST(Causes, AreTheTaxonomyInItsOrder) {
  ASSERT_EQ(causes().size(), std::size(kIds));
  for (std::size_t i = 0; i < std::size(kIds); ++i) EXPECT_EQ(causes()[i].id, kIds[i]);
}

TEST(Causes, IdsAreUniqueKebabCase) {
  std::set<std::string_view> seen;
  for (const CauseInfo& cause : causes()) {
    EXPECT_TRUE(seen.insert(cause.id).second) << cause.id;
    char before = '-';
    for (const char c : cause.id) {
      EXPECT_TRUE((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '-' && before != '-'))
          << cause.id;
      before = c;
    }
    EXPECT_NE(before, '-') << cause.id;
  }
}

TEST(Causes, SayWhatAPersonNeeds) {
  for (const CauseInfo& cause : causes()) {
    SCOPED_TRACE(cause.id);
    EXPECT_FALSE(cause.title.empty());
    EXPECT_LE(cause.title.size(), 48u) << "a title is a phrase for a line of a report";
    EXPECT_FALSE(cause.title.ends_with('.'));
    for (const std::string_view text : {cause.meaning, cause.evidence, cause.risk}) {
      EXPECT_TRUE(text.ends_with('.')) << text;
    }
    const bool needs_remedy = cause.family != "derived" && cause.family != "residual";
    EXPECT_TRUE(!needs_remedy || cause.remedy.ends_with('.'));
    EXPECT_TRUE(cause.family != "derived" || cause.remedy.empty());
    // The first sentence alone stands in text reports.
    const std::string_view first = cause.remedy.substr(0, cause.remedy.find(". "));
    EXPECT_LE(first.size(), 130u);
    EXPECT_FALSE(first.ends_with('=')) << first;
  }
}

TEST(Causes, AreFoundById) {
  ASSERT_NE(find_cause("file-mtime"), nullptr);
  EXPECT_EQ(find_cause("file-mtime")->family, "clock");
  EXPECT_EQ(find_cause("file"), nullptr);
  EXPECT_EQ(find_cause(""), nullptr);
}

}  // namespace
}  // namespace unrepro
