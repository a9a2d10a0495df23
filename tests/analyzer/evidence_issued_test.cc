// Evidence that we issue: summaries of decisions, and comparisons. It comes back as it was written, and never
// says more than was decided.

#include <gtest/gtest.h>

#include "analyzer/evidence/comparison.h"
#include "analyzer/evidence/vsa.h"
#include "tests/analyzer/evidence_util.h"

namespace unrepro::evidence {
namespace {

quorum::Decision agreed() {
  quorum::ArtifactDecision artifact;
  artifact.name = "a.deb";
  artifact.state = quorum::State::agreed;
  artifact.released = kSomeSha256;
  artifact.bitwise = 3;
  quorum::Class kind;
  kind.released = true;
  kind.bits = {
      {.sha256 = kSomeSha256, .operators = {"debian", "suse", "x"}, .results = {}, .trusted = {"debian"}}};
  artifact.classes = {kind};
  quorum::Decision decision;
  decision.state = quorum::State::agreed;
  decision.policy = kOtherSha256;
  decision.artifacts = {artifact};
  return decision;
}

TEST(EvidenceVsa, IsForReleasedArtifactsOnly) {
  auto vsa = summarize(agreed());
  ASSERT_TRUE(vsa) << message(vsa);
  EXPECT_EQ(vsa->levels, (std::vector<std::string>{"QUORUM_BITWISE_3_OPERATORS", "QUORUM_TRUSTED_1",
                                                   "SLSA_BUILD_LEVEL_UNEVALUATED"}));
  vsa->verifier = "https://q.example";
  vsa->resource = "pkg:deb/debian/frob@1.0-1";
  vsa->attestations = {kOtherSha256};
  const auto read = read_vsa(*statement_of(write_vsa(*vsa)));
  ASSERT_TRUE(read) << message(read);
  EXPECT_EQ(
      refusal(*read, {"https://q.example", "pkg:deb/debian/frob@1.0-1", kSomeSha256, {"QUORUM_TRUSTED_1"}}),
      "");
  EXPECT_NE(refusal(*read, {"https://r.example", "", "", {}}), "");
  EXPECT_NE(refusal(*read, {"", "pkg:deb/debian/frob@1.0-2", "", {}}), "");
  EXPECT_NE(refusal(*read, {"", "", kOtherSha256, {}}), "");
  for (const char* level : {"QUORUM_AUDITED", "QUORUM_BITWISE_4_OPERATORS", "QUORUM_TRUSTED_2",
                            "QUORUM_BITWISE_2", "QUORUM_BITWISE__OPERATORS", "QUORUM_TRUSTED_", "", "SLSA"})
    EXPECT_NE(refusal(*read, {"", "", "", {level}}), "") << level;
  EXPECT_EQ(refusal(*read, {"", "", "", {"QUORUM_BITWISE_2_OPERATORS", "QUORUM_TRUSTED_0"}}), "");
  EXPECT_EQ(read->attestations, vsa->attestations);
  EXPECT_EQ(read->policy_sha256, kOtherSha256);

  Vsa failed = *read;
  failed.passed = false;
  EXPECT_EQ(refusal(failed, {}), "verification result is FAILED");

  using quorum::State;
  for (const State state :
       {State::pending, State::disputed, State::inputs_differ, State::insufficient, State::rejected,
        State::unreproducible, State::escalated, State::auditing, State::revoked, State::superseded}) {
    quorum::Decision held = agreed();
    held.state = state;
    EXPECT_FALSE(summarize(held)) << to_string(state);
    held = agreed();
    held.artifacts[0].state = state;
    EXPECT_FALSE(summarize(held)) << to_string(state);
  }
  quorum::Decision unsigned_one = agreed();
  unsigned_one.unsigned_ok = true;
  EXPECT_FALSE(summarize(unsigned_one));
  EXPECT_FALSE(summarize({.state = State::agreed}));
}

std::string report(std::string_view verdict, std::string_view divergence, std::string_view capacity = "11.8",
                   std::string_view incomplete = "") {
  return R"({"schema":"unrepro.report/1","tool":{"version":"0.1.0","rules_sha256":"00"},"left":{"path":"x/a.deb","sha256":")" +
         kSomeSha256 + R"(","normal_sha256":null},"right":{"path":"b.deb","sha256":")" + kOtherSha256 +
         R"("},"verdict":")" + std::string(verdict) + R"(","divergence":)" + std::string(divergence) +
         R"(,"accounting":{"capacity_bits":)" + std::string(capacity) +
         R"(},"causes":[{"id":"build-path"}],"incomplete":[)" + std::string(incomplete) + "]}";
}

TEST(EvidenceComparison, CarriesTheReport) {
  const auto made = comparison_of_report(report("explained", "null"));
  ASSERT_TRUE(made) << message(made);
  const auto read = read_comparison(*statement_of(write_comparison(*made)));
  ASSERT_TRUE(read) << message(read);
  EXPECT_EQ(read->verdict, Verdict::explained);
  EXPECT_TRUE(read->complete);
  EXPECT_EQ(read->capacity, (Capacity{118, false}));
  EXPECT_EQ(read->causes, std::vector<std::string>{"build-path"});
  EXPECT_EQ(read->left.name, "a.deb");
  EXPECT_EQ(read->report, report("explained", "null"));
  EXPECT_TRUE(comparison_of_report(report("divergent", "\"alert\"", "null"))->capacity.unbounded);
  EXPECT_FALSE(comparison_of_report(report("divergent", "\"known\"", "0.0", "{}"))->complete);
  EXPECT_FALSE(comparison_of_report(report("incomplete", "null"))->complete);
}

TEST(EvidenceComparison, RefusesContradictions) {
  EXPECT_FALSE(comparison_of_report(report("divergent", "null")));
  EXPECT_FALSE(comparison_of_report(report("equivalent", "\"known\"")));
  EXPECT_FALSE(comparison_of_report(report("good", "null")));
  EXPECT_FALSE(comparison_of_report(report("explained", "null", "-1.0")));
  EXPECT_FALSE(comparison_of_report("{}"));
  const std::string good = write_comparison(*comparison_of_report(report("explained", "null")));
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    EXPECT_NE(text.find(from), text.npos) << from;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  for (const std::string& text :
       {changed(R"("verdict":"explained")", R"("verdict":"equivalent")"),
        changed(R"("verdict":"explained")", R"("verdict":"identical")"),
        changed(R"("verdict":"explained")", R"("verdict":"incomplete")"),
        changed(R"("capacityDecibits":118)", R"("capacityDecibits":1)"),
        changed(R"("complete":true)", R"("complete":1)"), changed("build-path", "other"),
        changed(R"("left":")" + kSomeSha256, R"("left":")" + kOtherSha256),
        changed(R"("content":")", R"("content":"AAAA)"), changed(kComparisonType.data(), "urn:other")}) {
    EXPECT_FALSE(read_comparison(*statement_of(text))) << text;
  }
}

}  // namespace
}  // namespace unrepro::evidence
