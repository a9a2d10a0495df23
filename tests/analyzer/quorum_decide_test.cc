// The decision of a quorum on plain data: each rule of design section 5 with what just meets it and what just
// does not.

#include <gtest/gtest.h>

#include "analyzer/quorum/lottery.h"
#include "tests/analyzer/quorum_case.h"

namespace unrepro::quorum {
namespace {

TEST(QuorumDecide, ReleasesWhatAllHold) {
  const Decision decision = three("A", "A", "A").decide();
  EXPECT_EQ(outcome(decision), "agreed");
  EXPECT_EQ(decision.state, State::agreed);
  EXPECT_EQ(decision.artifacts[0].released, "A");
  EXPECT_EQ(standings(decision), "1 agrees, 2 agrees, 3 agrees");
  EXPECT_EQ(decision.policy, "policy");
  EXPECT_EQ(decision.job, "job");
  EXPECT_FALSE(decision.unsigned_ok);
  EXPECT_FALSE(decision.reference_mode);
  EXPECT_TRUE(decision.ignored.empty());
  EXPECT_TRUE(decision.penalties.empty());
  ASSERT_EQ(decision.artifacts[0].classes.size(), 1u);
  const Class& only = decision.artifacts[0].classes[0];
  EXPECT_TRUE(only.released);
  EXPECT_EQ(only.operators, (std::vector<std::string>{"t", "x", "y"}));
  EXPECT_EQ(only.bits[0].results, (std::vector<std::string>{"1", "2", "3"}));
  EXPECT_EQ(only.bits[0].trusted, (std::set<std::string>{"t"}));
  std::string conditions;
  for (const Condition& condition : decision.artifacts[0].conditions) conditions += condition.id + " ";
  EXPECT_EQ(conditions,
            "ledger-closed results-in artifact-expected reference-held no-dissent max-explained no-tie agree "
            "trusted released-bits capacity theta audit ");
  EXPECT_EQ(detail(decision, "ledger-closed"), "no result is outstanding");
  EXPECT_EQ(detail(decision, "results-in"), "3 operators of 3 built it: t, x, y");
  EXPECT_EQ(detail(decision, "artifact-expected"), "it is among what the job makes");
  EXPECT_EQ(detail(decision, "reference-held"), "no reference was given");
  EXPECT_EQ(detail(decision, "agree"), "3 independent operators of 2 agree: t, x, y");
  EXPECT_EQ(detail(decision, "trusted"), "1 trusted operator of 1 hold the bits: t");
  EXPECT_EQ(detail(decision, "released-bits"), "held bit for bit by t");
  EXPECT_EQ(detail(decision, "capacity"), "not asked: a trusted operator holds the bits");
  EXPECT_EQ(detail(decision, "audit"), "the policy asks for no lottery");
  EXPECT_EQ(decision.next, (std::vector<std::string>{"Release a with sha256 A."}));
}

// --- who counts ---

TEST(QuorumVotes, AnOperatorVotesOnce) {
  Scene scene;
  scene.result("t", "A");
  for (int i = 0; i < 1000; ++i) scene.result("mallory", "A");
  EXPECT_EQ(outcome(scene), "insufficient: results-in");
  EXPECT_EQ(detail(scene.decide(), "agree"), "2 independent operators of 2 agree: mallory, t");
}

TEST(QuorumVotes, NeedASignatureUnlessTheCaseSaysOtherwise) {
  Scene scene = three("A", "A", "A");
  scene.kase.seats.clear();
  scene.kase.results[2].signer.clear();
  Decision decision = scene.decide();
  EXPECT_EQ(outcome(decision), "insufficient: results-in");
  ASSERT_EQ(decision.ignored.size(), 1u);
  EXPECT_EQ(decision.ignored[0].result, "3");
  EXPECT_EQ(decision.ignored[0].reason, "not signed");
  scene.kase.unsigned_ok = true;
  decision = scene.decide();
  EXPECT_EQ(outcome(decision), "agreed");
  EXPECT_TRUE(decision.unsigned_ok);
  scene.kase.results[2].claimed_operator.clear();
  EXPECT_EQ(scene.decide().ignored.at(0).reason, "names no operator");
  scene.kase.results[2].claimed_operator = "y";
  scene.kase.results[2].signer = "nobody's";
  EXPECT_EQ(scene.decide().ignored.at(0).reason, "signed by a key that the policy does not know");
}

TEST(QuorumVotes, AreOfTheSignerNotOfWhoItClaimsToBe) {
  Scene scene = three("A", "A", "A");
  scene.kase.results[2].signer = "key-x";
  scene.kase.seats[2].operator_id = "x";
  scene.kase.results[2].claimed_operator = "y";
  EXPECT_EQ(outcome(scene), "insufficient: results-in");
  scene.kase.seats[2].operator_id = "y";
  EXPECT_EQ(scene.decide().ignored.at(0).reason, "the ledger shows no such submission");
}

TEST(QuorumVotes, NeedAKeyThatWasValidWhenTheResultCameIn) {
  const auto ignored = [](auto change) {
    Scene scene = three("A", "A", "A");
    scene.kase.results[2].received = 100;
    change(scene.policy.keys.at("key-y"));
    return scene.decide().ignored.size();
  };
  EXPECT_EQ(ignored([](Key& key) { key.valid_from = 100; }), 0u);
  EXPECT_EQ(ignored([](Key& key) { key.valid_from = 101; }), 1u);
  EXPECT_EQ(ignored([](Key& key) { key.valid_until = 101; }), 0u);
  EXPECT_EQ(ignored([](Key& key) { key.valid_until = 100; }), 1u);
  EXPECT_EQ(ignored([](Key& key) { key.revoked_from = 101; }), 0u);
  EXPECT_EQ(ignored([](Key& key) { key.revoked_from = 100; }), 1u);
  Scene scene = three("A", "A", "A");
  scene.policy.keys.at("key-y").revoked_from = 0;
  EXPECT_EQ(scene.decide().ignored.at(0).reason,
            "its key had expired or was revoked when the result came in");
  EXPECT_EQ(scene.decide().ignored.at(0).operator_id, "y");
}

TEST(QuorumVotes, OfNoUseWithADefectOrNothingBuilt) {
  Scene scene = three("A", "A", "A");
  scene.kase.seats.clear();
  scene.kase.results[1].defect = "its artifacts are not those of its manifest";
  scene.kase.results[2].artifacts.clear();
  const Decision decision = scene.decide();
  ASSERT_EQ(decision.ignored.size(), 2u);
  EXPECT_EQ(decision.ignored[0].reason, "its artifacts are not those of its manifest");
  EXPECT_EQ(decision.ignored[1].reason, "nothing was built: neither a yes nor a no");
  EXPECT_EQ(outcome(decision), "insufficient: results-in agree");
}

TEST(QuorumVotes, OfWhoLostArbitrationsOrWasConvictedAreWithdrawn) {
  Scene scene = three("A", "A", "B");
  scene.result("z", "A");
  scene.unknown("A", "B");
  EXPECT_EQ(outcome(scene), "escalated: no-dissent");
  scene.event("y", EventKind::arbitration_lost, 2);
  scene.event("x", EventKind::audit_passed, 3);
  EXPECT_EQ(outcome(scene), "escalated: no-dissent");
  scene.event("y", EventKind::arbitration_lost);
  EXPECT_EQ(outcome(scene), "agreed");
  EXPECT_EQ(scene.decide().ignored.at(0).reason, "its operator lost 3 arbitrations; its seats are withdrawn");
  scene.policy.withdraw_after = 0;
  EXPECT_EQ(outcome(scene), "escalated: no-dissent");
  scene.event("y", EventKind::convicted);
  EXPECT_EQ(outcome(scene), "agreed");
  EXPECT_EQ(scene.decide().ignored.at(0).reason, "its operator was convicted of a false result");
}

TEST(QuorumVotes, AuditAndArbitrationAreForTrustedOperators) {
  Scene scene = three("A", "A", "A");
  scene.result("z", "B", Role::audit);
  scene.result("z", "B", Role::arbiter);
  scene.result("u", "A", Role::audit);
  const Decision decision = scene.decide();
  ASSERT_EQ(decision.ignored.size(), 2u);
  EXPECT_EQ(decision.ignored[0].reason, "only trusted operators audit and arbitrate");
  EXPECT_EQ(decision.ignored[1].reason, "only trusted operators audit and arbitrate");
  EXPECT_EQ(outcome(decision), "agreed");
}

// --- the ledger ---

TEST(QuorumLedger, OpenSeatsAndMissingSubmissionsAreWaitedFor) {
  Scene scene = three("A", "A", "A");
  scene.kase.seats.push_back({.id = "s9", .operator_id = "z"});
  Decision decision = scene.decide();
  EXPECT_EQ(outcome(decision), "pending: ledger-closed");
  EXPECT_EQ(detail(decision, "ledger-closed"), "seat s9 of z is open");
  EXPECT_EQ(decision.next, (std::vector<std::string>{"Wait: seat s9 of z is open."}));
  scene.kase.seats.back().state = SeatState::submitted;
  decision = scene.decide();
  EXPECT_EQ(outcome(decision), "pending: ledger-closed");
  EXPECT_EQ(detail(decision, "ledger-closed"), "the result of seat s9 of z came in but is not here");
  scene.kase.seats.back().state = SeatState::failed;
  EXPECT_EQ(outcome(scene), "agreed");
  scene.kase.results[2].manifest = "another";
  EXPECT_EQ(detail(scene.decide(), "ledger-closed"),
            "the result of seat s3 of y came in but is not here; what is here is something else: the ledger "
            "recorded another one");
  scene.kase.seats[2].manifest.clear();
  EXPECT_EQ(outcome(scene), "agreed");
}

TEST(QuorumLedger, DecidesWhichResultsExist) {
  Scene scene = three("A", "A", "A");
  scene.result("z", "B");
  scene.unknown("A", "B");
  EXPECT_EQ(outcome(scene), "escalated: no-dissent");
  scene.kase.seats[3].state = SeatState::expired;
  EXPECT_EQ(outcome(scene), "agreed");
  EXPECT_EQ(scene.decide().ignored.at(0).reason, "the ledger shows no such submission");
  scene.kase.seats.clear();  // no ledger: every result has a seat of its own
  EXPECT_EQ(outcome(scene), "escalated: no-dissent");
}

TEST(QuorumLedger, RefillsExpiredSeats) {
  Scene scene;
  scene.result("t", "A");
  scene.result("x", "A");
  scene.kase.seats.push_back({.id = "s9", .operator_id = "y", .state = SeatState::expired});
  scene.kase.seats.push_back({.id = "s8", .operator_id = "w", .state = SeatState::failed});
  EXPECT_EQ(outcome(scene), "insufficient: results-in");
  EXPECT_EQ(scene.decide().next, (std::vector<std::string>{"Refill seat s8 of w, which failed to build.",
                                                           "Refill seat s9 of y, which expired."}));
  scene.result("z", "A");
  scene.kase.seats.back().replaces = "s9";
  EXPECT_EQ(outcome(scene), "agreed");
  scene.kase.results.pop_back();
  scene.kase.seats.back().state = SeatState::failed;
  EXPECT_EQ(scene.decide().next, (std::vector<std::string>{"Refill seat s3 of z, which failed to build.",
                                                           "Refill seat s8 of w, which failed to build."}));
}

TEST(QuorumLedger, NothingAtAll) {
  Scene scene;
  EXPECT_EQ(scene.decide().state, State::insufficient);
  EXPECT_EQ(scene.decide().next, (std::vector<std::string>{"Nothing was built; assign fresh seats."}));
  scene.kase.seats.push_back({.id = "s9", .operator_id = "z"});
  EXPECT_EQ(scene.decide().state, State::pending);
  scene.kase.seats.clear();
  scene.kase.job.artifacts = {"a"};
  EXPECT_EQ(outcome(scene), "insufficient: results-in agree trusted released-bits");
  EXPECT_EQ(scene.decide().artifacts[0].credibility, 0u);
}

// --- classes and relations ---

TEST(QuorumClasses, OneNormalFormIsOneClassOnceCompared) {
  Scene scene = three("A", "A", "B");
  scene.kase.normal = {{"A", "n"}, {"B", "n"}};
  EXPECT_EQ(outcome(scene), "disputed: no-dissent");
  EXPECT_EQ(scene.decide().artifacts[0].stances[2].detail, "nobody compared it");
  scene.relate("A", "B", Verdict::equivalent);
  const Decision decision = scene.decide();
  EXPECT_EQ(outcome(decision), "agreed-equivalent");
  EXPECT_EQ(decision.state, State::agreed_equivalent);
  EXPECT_EQ(decision.artifacts[0].released, "A");
  ASSERT_EQ(decision.artifacts[0].classes.size(), 1u);
  EXPECT_EQ(decision.artifacts[0].classes[0].normal_sha256, "n");
  EXPECT_EQ(decision.artifacts[0].stances[2].verdict, Verdict::equivalent);
  scene.policy.accept = Accept::identical;
  EXPECT_EQ(outcome(scene), "disputed: no-dissent");
}

TEST(QuorumClasses, EqualFormsThatCompareOtherwiseStayApart) {
  Scene scene = three("A", "A", "B");
  scene.equivalent("A", "B");
  scene.unknown("A", "B");  // of two relations the worse counts
  EXPECT_EQ(outcome(scene), "escalated: no-dissent");
  EXPECT_EQ(scene.decide().artifacts[0].classes.size(), 2u);
  std::swap(scene.kase.relations[0], scene.kase.relations[1]);
  EXPECT_EQ(outcome(scene), "escalated: no-dissent");
}

TEST(QuorumClasses, OtherFormsAreOtherClasses) {
  Scene scene = three("A", "A", "B");
  scene.relate("A", "B", Verdict::equivalent);
  EXPECT_EQ(outcome(scene), "disputed: no-dissent");
  scene.kase.normal = {{"A", "n"}, {"B", "m"}};
  EXPECT_EQ(outcome(scene), "disputed: no-dissent");
  EXPECT_EQ(scene.decide().artifacts[0].classes.size(), 2u);
}

TEST(QuorumClasses, AreConnectedThroughOthers) {
  Scene scene = three("A", "B", "C");
  scene.equivalent("A", "B");
  scene.equivalent("B", "C");
  EXPECT_EQ(outcome(scene), "agreed-equivalent");
  EXPECT_EQ(scene.decide().artifacts[0].released, "A");  // the trusted one
  scene.kase.relations.pop_back();
  EXPECT_EQ(scene.decide().artifacts[0].classes.size(), 3u);
  Scene winding = three("A", "B", "C");  // B to C is looked at before B is reached
  winding.result("z", "D");
  winding.equivalent("A", "D");
  winding.equivalent("B", "C");
  winding.equivalent("B", "D");
  EXPECT_EQ(outcome(winding), "agreed-equivalent");
}

TEST(QuorumClasses, ARelationOfTheClassHoldsForItsMembers) {
  Scene scene = three("A", "A", "B");
  scene.result("z", "C");
  scene.equivalent("B", "C");
  scene.unknown("A", "B");
  const Decision decision = scene.decide();
  EXPECT_EQ(standings(decision), "1 agrees, 2 agrees, 3 dissents, 4 dissents");
  EXPECT_EQ(decision.artifacts[0].stances[3].verdict, Verdict::divergent);
  EXPECT_EQ(decision.artifacts[0].stances[3].divergence, Divergence::unknown);
}

TEST(QuorumClasses, CausesAreToldFromTheClassToTheResult) {
  for (const auto& [common, other, value] : {std::tuple("A", "B", "left"), std::tuple("B", "A", "right")}) {
    for (const bool alike : {false, true}) {
      Scene scene = three(common, common, other);
      if (alike) scene.kase.normal = {{"A", "n"}, {"B", "n"}};
      scene.relate("A", "B", Verdict::equivalent)
          .causes.push_back({.id = "file-mtime", .left = "left", .right = "right"});
      EXPECT_EQ(scene.decide().artifacts[0].stances[2].causes.at(0).left, value) << alike;
    }
  }
}

TEST(QuorumClasses, TheFirstHasMostOperatorsThenTrustedOnes) {
  Scene scene = three("B", "A", "A");
  EXPECT_EQ(scene.decide().artifacts[0].classes[0].bits[0].sha256, "A");
  scene.result("z", "B");
  EXPECT_EQ(scene.decide().artifacts[0].classes[0].bits[0].sha256, "B");
  scene.result("u", "A");
  scene.result("v", "B");
  EXPECT_EQ(scene.decide().artifacts[0].classes[0].bits[0].sha256, "A");
}

TEST(QuorumClasses, AreToldApartByWhatTheirResultsDeclare) {
  Scene scene = three("A", "A", "B");
  for (BuildResult& result : scene.kase.results)
    result.facts = {{"host", "h" + result.id}, {"arch", "amd64"}};
  scene.kase.results[0].facts["path"] = scene.kase.results[1].facts["path"] = "/build/a";
  scene.kase.results[2].facts["path"] = "/build/b";
  scene.kase.results[0].inputs = scene.kase.results[1].inputs = {{"gcc", "12"}};
  scene.kase.results[2].inputs = {{"gcc", "13"}, {"extra", "1"}};
  scene.kase.results[0].facts["kernel"] = "6.1";
  scene.kase.results[2].facts["kernel"] = "6.2";
  const Decision decision = scene.decide();
  using Map = std::map<std::string, std::string>;
  EXPECT_EQ(decision.artifacts[0].classes[0].separators, (Map{{"path", "/build/a"}, {"gcc", "12"}}));
  EXPECT_EQ(decision.artifacts[0].classes[1].separators,
            (Map{{"path", "/build/b"}, {"gcc", "13"}, {"host", "h3"}, {"kernel", "6.2"}}));
}

TEST(QuorumComparisons, AreOneFewerThanDistinctArtifacts) {
  Scene scene = three("A", "A", "B");
  scene.result("v", "C");
  scene.result("w", "D");
  scene.kase.normal = {{"A", "n"}, {"B", "m"}, {"C", "m"}, {"D", "k"}};
  using Pairs = std::vector<std::pair<Digest, Digest>>;
  EXPECT_EQ(comparisons(scene.policy, scene.kase), (Pairs{{"A", "B"}, {"A", "D"}, {"B", "C"}}));
  scene.unknown("B", "A");
  EXPECT_EQ(comparisons(scene.policy, scene.kase), (Pairs{{"A", "D"}, {"B", "C"}}));
  EXPECT_TRUE(comparisons(Scene().policy, three("A", "A", "A").kase).empty());
  Scene hundred;
  for (int i = 0; i < 95; ++i) hundred.result("o" + std::to_string(i), "same");
  for (int i = 0; i < 5; ++i) hundred.result("p" + std::to_string(i), "other" + std::to_string(i));
  EXPECT_EQ(comparisons(hundred.policy, hundred.kase).size(), 5u);
}

// --- dissent ---

TEST(QuorumDissent, HoldsHoweverManyAgree) {
  for (const auto& [verdict, divergence, state] :
       {std::tuple(Verdict::divergent, std::optional(Divergence::known), "disputed: no-dissent"),
        std::tuple(Verdict::divergent, std::optional(Divergence::unknown), "escalated: no-dissent"),
        std::tuple(Verdict::divergent, std::optional(Divergence::alert), "escalated: no-dissent"),
        std::tuple(Verdict::divergent, std::optional<Divergence>(), "escalated: no-dissent"),
        std::tuple(Verdict::incomplete, std::optional<Divergence>(), "disputed: no-dissent"),
        std::tuple(Verdict::explained, std::optional<Divergence>(), "disputed: no-dissent")}) {
    Scene scene = three("A", "A", "A");
    for (int i = 0; i < 20; ++i) scene.result("o" + std::to_string(i), "A");
    scene.result("z", "B");
    scene.relate("A", "B", verdict, divergence);
    EXPECT_EQ(outcome(scene), state) << to_string(verdict);
    EXPECT_TRUE(scene.decide().artifacts[0].released.empty());
    EXPECT_FALSE(scene.decide().artifacts[0].classes[0].released);
    scene.policy.accept = Accept::explained;
    EXPECT_EQ(outcome(scene), verdict == Verdict::explained ? "agreed-equivalent" : state);
  }
}

TEST(QuorumDissent, OfAnAuditHoldsToo) {
  Scene scene = three("A", "A", "A");
  scene.result("u", "B", Role::audit);
  scene.unknown("A", "B");
  EXPECT_EQ(outcome(scene), "escalated: no-dissent");
}

TEST(QuorumDissent, OfOneWhoAlsoAgreesTakesItsVoteAway) {
  Scene scene = three("A", "A", "A");
  scene.policy.accept = Accept::explained;
  scene.policy.agree = 3;
  scene.result("y", "B");
  scene.relate("A", "B", Verdict::explained);
  EXPECT_EQ(outcome(scene), "insufficient: agree");
  EXPECT_EQ(detail(scene.decide(), "agree"), "2 independent operators of 3 agree: t, x");
}

TEST(QuorumDissent, ExplainedOnesAreToleratedUpToTheLimitAndNeverCount) {
  Scene scene = three("A", "A", "B");
  scene.policy.accept = Accept::explained;
  scene.relate("A", "B", Verdict::explained);
  Decision decision = scene.decide();
  EXPECT_EQ(outcome(decision), "agreed-equivalent");
  EXPECT_EQ(standings(decision), "1 agrees, 2 agrees, 3 explained");
  scene.policy.agree = 3;
  EXPECT_EQ(outcome(scene), "insufficient: agree");
  scene.policy.agree = 2;
  scene.result("z", "B");
  scene.result("w", "A");
  EXPECT_EQ(outcome(scene), "disputed: max-explained");
  scene.policy.max_explained = 2;
  EXPECT_EQ(outcome(scene), "agreed-equivalent");
  scene.kase.relations[0].verdict = Verdict::equivalent;  // compares as one, but the forms are not known
  EXPECT_EQ(outcome(scene), "agreed-equivalent");
}

TEST(QuorumDissent, ATieIsDisputed) {
  Scene scene = three("A", "A", "B");
  scene.result("z", "B");
  scene.policy.accept = Accept::explained;
  scene.policy.max_explained = 5;
  scene.relate("A", "B", Verdict::explained);
  EXPECT_EQ(outcome(scene), "disputed: no-tie");
  scene.result("w", "A");
  EXPECT_EQ(outcome(scene), "agreed-equivalent");
}

// --- inputs ---

TEST(QuorumInputs, DoNotMatterWhereTheBitsAgree) {
  Scene scene = three("A", "A", "A");
  scene.kase.results[2].inputs = {{"gcc", "13"}};
  scene.kase.job.inputs = {{"gcc", "12"}};
  EXPECT_EQ(outcome(scene), "agreed");
}

TEST(QuorumInputs, ExplainADisagreementButKeepItHeld) {
  Scene scene = three("A", "A", "B");
  scene.unknown("A", "B");
  scene.kase.results[0].inputs = scene.kase.results[1].inputs = {{"gcc", "12"}};
  EXPECT_EQ(outcome(scene), "escalated: no-dissent");  // who declares nothing explains nothing
  scene.kase.results[2].inputs = {{"gcc", "12"}};
  EXPECT_EQ(outcome(scene), "escalated: no-dissent");
  scene.kase.results[2].inputs = {{"gcc", "13"}};
  EXPECT_EQ(outcome(scene), "inputs-differ: no-dissent");
  EXPECT_EQ(scene.decide().next,
            (std::vector<std::string>{
                "Have an operator that has no seat yet rebuild with the job's inputs (a fresh seat)."}));
  scene.kase.results[0].inputs.clear();
  scene.kase.results[1].inputs.clear();
  EXPECT_EQ(outcome(scene), "escalated: no-dissent");
  scene.kase.job.inputs = {{"gcc", "12"}, {"source", "s"}};
  EXPECT_EQ(outcome(scene), "inputs-differ: no-dissent");
  scene.result("z", "C");  // another one that differs, for no such reason
  scene.unknown("A", "C");
  EXPECT_EQ(outcome(scene), "escalated: no-dissent");
}

TEST(QuorumInputs, OfTheMajorityAreHeldAgainstItToo) {
  Scene scene = three("A", "A", "B");
  scene.unknown("A", "B");
  scene.kase.job.inputs = {{"gcc", "12"}};
  scene.kase.results[0].inputs = scene.kase.results[1].inputs = {{"gcc", "evil"}};
  EXPECT_EQ(outcome(scene), "inputs-differ: no-dissent");
}

TEST(QuorumInputs, AFreshRebuildSettlesThem) {
  Scene scene = three("A", "A", "B");
  scene.unknown("A", "B");
  scene.kase.job.inputs = {{"gcc", "12"}, {"source", "s"}};
  scene.kase.results[2].inputs = {{"gcc", "13"}};
  scene.result("z", "A").inputs = scene.kase.job.inputs;
  EXPECT_EQ(outcome(scene), "inputs-differ: no-dissent");
  scene.kase.seats[3].fresh = true;
  const Decision decision = scene.decide();
  EXPECT_EQ(outcome(decision), "agreed");
  EXPECT_EQ(standings(decision), "1 agrees, 2 agrees, 3 set-aside, 4 agrees");
  EXPECT_EQ(decision.artifacts[0].stances[2].detail,
            "built from other inputs; a fresh operator rebuilt with the job's and agrees");

  Scene again = scene;  // not all inputs as the job fixed them
  again.kase.results[3].inputs.erase("source");
  EXPECT_EQ(outcome(again), "inputs-differ: no-dissent");
  again = scene;
  again.kase.results[3].inputs["source"] = "other";
  EXPECT_EQ(outcome(again), "inputs-differ: no-dissent");
  again = scene;  // the job fixed nothing
  again.kase.job.inputs.clear();
  EXPECT_EQ(outcome(again), "inputs-differ: no-dissent");
  again = scene;  // it did not get the class's artifact
  again.kase.results[3].artifacts["a"] = "B";
  EXPECT_EQ(outcome(again), "escalated: no-dissent no-tie");
  again = scene;  // the dissenter declares the job's inputs
  again.kase.results[2].inputs = scene.kase.job.inputs;
  EXPECT_EQ(outcome(again), "escalated: no-dissent");
  again = scene;  // tied to one that had a seat
  again.policy.independence = {"hosting"};
  for (auto& [id, owner] : again.policy.operators) owner.traits = {{"hosting", id}};
  EXPECT_EQ(outcome(again), "agreed");
  again.policy.operators["z"].traits = again.policy.operators["x"].traits;
  EXPECT_EQ(outcome(again), "inputs-differ: no-dissent");
  again = scene;  // not fresh: it had a seat
  again.result("z", "A");
  EXPECT_EQ(outcome(again), "inputs-differ: no-dissent");
}

TEST(QuorumInputs, WhoIsSetAsideDoesNotCountAsIn) {
  Scene scene = three("A", "B", "C");
  scene.kase.results.pop_back();
  scene.kase.seats.pop_back();
  scene.unknown("A", "B");
  scene.kase.job.inputs = {{"gcc", "12"}};
  scene.kase.results[1].inputs = {{"gcc", "13"}};
  scene.result("z", "A").inputs = scene.kase.job.inputs;
  scene.kase.seats.back().fresh = true;
  EXPECT_EQ(outcome(scene), "insufficient: results-in");
}

// --- artifacts ---

TEST(QuorumArtifacts, AreDecidedEachAndRolledUpToTheWorst) {
  Scene scene;
  scene.result("t", {{"a", "A"}, {"b", "B"}});
  scene.result("x", {{"a", "A"}, {"b", "B"}});
  scene.result("y", {{"a", "A"}});
  const Decision decision = scene.decide();
  EXPECT_EQ(decision.state, State::insufficient);
  ASSERT_EQ(decision.artifacts.size(), 2u);
  EXPECT_EQ(decision.artifacts[0].state, State::agreed);
  EXPECT_EQ(decision.artifacts[1].state, State::insufficient);
  EXPECT_EQ(decision.artifacts[1].stances[2].standing, Standing::missing);
  EXPECT_EQ(decision.artifacts[1].conditions[1].detail, "2 operators of 3 built it: t, x");
}

TEST(QuorumArtifacts, ThatMostDidNotSubmitAreAlerts) {
  Scene scene;
  scene.result("t", {{"a", "A"}});
  scene.result("x", {{"a", "A"}});
  scene.result("y", {{"a", "A"}, {"z", "Z"}});
  Decision decision = scene.decide();
  EXPECT_EQ(decision.state, State::escalated);
  EXPECT_EQ(decision.artifacts[1].state, State::escalated);
  EXPECT_EQ(decision.artifacts[1].conditions[2].detail, "y submitted it, t, x did not");
  EXPECT_EQ(decision.next[1], "Find out where z comes from; do not release it.");
  scene.kase.job.artifacts = {"a", "z"};
  EXPECT_EQ(scene.decide().state, State::insufficient);
  scene.kase.job.artifacts = {"a"};
  decision = scene.decide();
  EXPECT_EQ(decision.artifacts[1].state, State::escalated);
  EXPECT_EQ(decision.artifacts[1].conditions[2].detail, "the job does not list it; y submitted it");
}

// --- demands ---

}  // namespace
}  // namespace unrepro::quorum
