// Which results are about the job at all, and that none which may dissent is lost.

#include <gtest/gtest.h>

#include "analyzer/quorum/votes.h"
#include "tests/analyzer/quorum_case.h"

namespace unrepro::quorum {
namespace {

std::vector<std::string> ledger(const Scene& scene) { return open_ledger(scene.policy, scene.kase); }

// Three agree, y dissents.
Scene dissent() {
  Scene scene = three("A", "A", "B");
  scene.result("z", "A");
  scene.unknown("A", "B");
  return scene;
}

const std::string kAbsent = "the result of seat s3 of y came in but is not here";

TEST(QuorumLedger, ADamagedDissentIsWaitedFor) {
  Scene scene = dissent();
  BuildResult& lost = scene.kase.results[2];
  scene.kase.seats[2].manifest.clear();  // which the ledger did not record
  EXPECT_EQ(outcome(scene), "escalated: no-dissent");
  lost.defect = "build.json is not what was signed";
  EXPECT_EQ(outcome(scene), "pending: ledger-closed");
  EXPECT_EQ(ledger(scene), std::vector{kAbsent + "; what is here is something else: " + lost.defect});
  EXPECT_EQ(scene.decide().next.at(1),
            "Fetch what is lost again; a seat whose result is lost for good the ledger records as failed.");
  scene.kase.seats[2].state = SeatState::failed;
  EXPECT_EQ(outcome(scene), "agreed");
}

TEST(QuorumLedger, WhatAnotherSignedIsNotTheDissent) {
  Scene scene = dissent();
  scene.kase.results[2].signer = "key-x";
  EXPECT_EQ(ledger(scene), std::vector{kAbsent + "; what is here is something else: it is not signed by y"});
  scene.kase.results[2].signer = "key of nobody";
  EXPECT_EQ(ledger(scene).size(), 1u);
  scene.kase.results[2].signer.clear();
  EXPECT_EQ(ledger(scene).size(), 1u);
  scene.kase.unsigned_ok = true;
  EXPECT_EQ(ledger(scene).size(), 0u);
  scene.kase.results[2].claimed_operator = "x";
  EXPECT_EQ(ledger(scene).size(), 1u);
}

TEST(QuorumLedger, WhatItDidNotRecordIsNotTheDissent) {
  Scene scene = dissent();
  scene.kase.results[2].manifest = "m9";
  EXPECT_EQ(ledger(scene),
            std::vector{kAbsent + "; what is here is something else: the ledger recorded another one"});
  scene.kase.results[2].seat = "s9";
  EXPECT_EQ(ledger(scene), std::vector{kAbsent});
}

// The operator answered, and its answer does not count: nobody is waited for.
TEST(QuorumLedger, AnAnswerThatDoesNotCountIsAnAnswer) {
  Scene scene = dissent();
  scene.kase.results[2].artifacts.clear();
  EXPECT_EQ(outcome(scene), "agreed");
  scene = dissent();
  scene.policy.keys.at("key-y").revoked_from = 0;
  EXPECT_EQ(outcome(scene), "agreed");
}

TEST(QuorumAttested, CountsForTheJobOfItsInputs) {
  Scene scene = three("A", "A", "A");
  BuildResult& attested = scene.kase.results[2];
  attested.attested = true;
  EXPECT_EQ(outcome(scene), "agreed");  // the ledger recorded it
  scene.kase.seats[2].manifest.clear();
  const auto refused = [&] { return outcome(scene) == "pending: ledger-closed results-in"; };
  EXPECT_TRUE(refused());
  scene.kase.job.inputs = {{"source", "s"}, {"gcc", "12"}};
  EXPECT_TRUE(refused());
  attested.inputs = {{"source", "s"}};
  EXPECT_TRUE(refused());
  attested.inputs = {{"source", "s"}, {"gcc", "12"}, {"more", "m"}};
  EXPECT_EQ(outcome(scene), "agreed");
  attested.inputs["source"] = "of the job before";
  EXPECT_TRUE(refused());
  scene.kase.job.reference = {"A"};  // the same bits are the same bits
  EXPECT_EQ(outcome(scene), "agreed");
  attested.artifacts["b"] = "B";  // built along with it
  EXPECT_EQ(ledger(scene).size(), 0u);
  scene.kase.job.reference = {"C"};
  EXPECT_EQ(ledger(scene).size(), 1u);
}

TEST(QuorumAttested, NeedsATieWithoutALedgerToo) {
  Scene scene = three("A", "A", "A");
  scene.kase.seats.clear();
  EXPECT_EQ(outcome(scene), "agreed");
  scene.kase.results[2].attested = true;
  EXPECT_EQ(outcome(scene), "insufficient: results-in");
  EXPECT_EQ(
      scene.decide().ignored.at(0).reason,
      "nothing ties its attestation to this job: no seat records it, and it lists other inputs or none");
}

TEST(QuorumComparisons, AreBoundedWhateverNamesAreInvented) {
  Scene scene;
  std::map<std::string, Digest> left, right;
  for (int i = 0; i < 3000; ++i) {
    left["f" + std::to_string(i)] = "L" + std::to_string(i);
    right["f" + std::to_string(i)] = "R" + std::to_string(i);
  }
  scene.result("x", left);
  scene.result("y", right);
  EXPECT_EQ(comparisons(scene.policy, scene.kase).size(), kMostComparisons);
  scene.kase.job.artifacts = {"f17", "a"};
  EXPECT_EQ(comparisons(scene.policy, scene.kase), (std::vector<std::pair<Digest, Digest>>{{"L17", "R17"}}));
}

}  // namespace
}  // namespace unrepro::quorum
