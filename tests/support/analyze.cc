#include "tests/support/analyze.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace unrepro::testing {

Report compare_bytes(const std::string& left, const std::string& right, const std::string& name,
                     const Options& options) {
  auto report = analyze_blobs(blob_from_string(left), name, blob_from_string(right), name, options);
  EXPECT_TRUE(report.has_value()) << (report ? "" : report.error().message);
  if (!report) return {};
  std::uint64_t by_proof = 0;
  for (const auto& [proof, bytes] : report->accounting.by_proof) by_proof += bytes;
  const Accounting& accounting = report->accounting;
  EXPECT_EQ(accounting.explained_bytes, by_proof + accounting.derived_bytes);
  EXPECT_EQ(accounting.differing_bytes, accounting.explained_bytes + accounting.unexplained_bytes);
  EXPECT_EQ(report->verdict == Verdict::identical, left == right);
  return *report;
}

std::vector<std::string> causes_of(const Report& report) {
  std::vector<std::string> ids;
  for (const CauseSummary& cause : report.causes) ids.push_back(cause.id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

bool has_alert(const Report& report, const std::string& cause, const std::string& place) {
  return std::any_of(report.findings.begin(), report.findings.end(), [&](const Finding& finding) {
    return finding.severity == Severity::alert && finding.cause == cause &&
           finding.location.find(place) != std::string::npos;
  });
}

}  // namespace unrepro::testing
