// What a policy demands beside agreement, and what audits and arbitration decide (design section 5).

#include <gtest/gtest.h>

#include "analyzer/evidence/vsa.h"
#include "analyzer/quorum/lottery.h"
#include "tests/analyzer/quorum_case.h"

namespace unrepro::quorum {
namespace {

TEST(QuorumDemands, ATrustedHolderOfTheBits) {
  Scene scene = three("A", "A", "A");
  scene.policy.trusted = {"v"};
  EXPECT_EQ(outcome(scene), "insufficient: trusted");
  EXPECT_EQ(scene.decide().next,
            (std::vector<std::string>{"Have v build it: no decision without a trusted holder of the bits."}));
  scene.result("v", "A");
  EXPECT_EQ(outcome(scene), "agreed");
  scene.policy.require_trusted = 2;
  EXPECT_EQ(outcome(scene), "insufficient: trusted");
  EXPECT_EQ(detail(scene.decide(), "released-bits"), "held bit for bit by 4 independent operators");
}

TEST(QuorumDemands, TheTrustedOneMustHoldTheReleasedBitsNotLikeOnes) {
  Scene scene = three("B", "A", "A");
  scene.equivalent("A", "B");
  EXPECT_EQ(outcome(scene), "agreed-equivalent");
  EXPECT_EQ(scene.decide().artifacts[0].released, "B");
  scene.policy.require_trusted = 0;
  scene.policy.trusted.clear();
  EXPECT_EQ(scene.decide().artifacts[0].released, "A");
  EXPECT_EQ(detail(scene.decide(), "released-bits"), "held bit for bit by 2 independent operators");
  scene = three("A", "B", "C");
  scene.policy.require_trusted = 0;
  scene.policy.trusted.clear();
  scene.equivalent("A", "B");
  scene.equivalent("A", "C");
  EXPECT_EQ(outcome(scene), "insufficient: released-bits");
  scene.policy.trusted = {"x"};
  EXPECT_EQ(outcome(scene), "agreed-equivalent");
  EXPECT_EQ(scene.decide().artifacts[0].released, "B");
}

TEST(QuorumDemands, CapacityUnlessATrustedOperatorHoldsTheBits) {
  Scene scene = three("A", "A", "B");
  scene.equivalent("A", "B", {640, false});
  EXPECT_EQ(outcome(scene), "agreed-equivalent");
  scene.policy.trusted.clear();
  scene.policy.require_trusted = 0;
  EXPECT_EQ(outcome(scene), "agreed-equivalent");
  EXPECT_EQ(detail(scene.decide(), "capacity"), "accepted differences leave 64.0 bits");
  scene.kase.relations[0].capacity.decibits = 641;
  EXPECT_EQ(outcome(scene), "insufficient: capacity");
  EXPECT_EQ(detail(scene.decide(), "capacity"), "accepted differences leave 64.1 bits");
  scene.kase.relations[0].capacity = Capacity::unlimited();
  EXPECT_EQ(outcome(scene), "insufficient: capacity");
  EXPECT_EQ(detail(scene.decide(), "capacity"), "accepted differences leave unbounded freedom");
  scene.kase.normal.clear();
  scene.kase.relations[0].verdict = Verdict::explained;
  scene.policy.accept = Accept::explained;
  EXPECT_EQ(outcome(scene), "insufficient: capacity");
  scene.policy.trusted = {"t"};
  EXPECT_EQ(outcome(scene), "agreed-equivalent");
  scene.policy.trusted.clear();
  scene.kase.relations[0].verdict = Verdict::divergent;  // not accepted, so it leaves nothing
  EXPECT_EQ(outcome(scene), "escalated: no-dissent");
}

TEST(QuorumDemands, IndependentOperators) {
  Scene scene = three("A", "A", "A");
  scene.policy.independence = {"hosting"};
  EXPECT_EQ(outcome(scene), "insufficient: agree");
  EXPECT_EQ(scene.decide().artifacts[0].shared, (std::vector<std::string>{"hosting=unknown: t, x, y"}));
  scene.policy.operators["t"].traits["hosting"] = "here";
  EXPECT_EQ(outcome(scene), "agreed");
  scene.policy.operators["x"].traits["hosting"] = "there";
  scene.policy.agree = 3;
  EXPECT_EQ(outcome(scene), "agreed");
  EXPECT_TRUE(scene.decide().artifacts[0].shared.empty());
  scene.policy.operators["y"].traits["hosting"] = "there";
  EXPECT_EQ(outcome(scene), "insufficient: agree");
  EXPECT_EQ(scene.decide().next, (std::vector<std::string>{"Have more independent operators build a."}));
  scene.policy.agree = 2;
  EXPECT_EQ(outcome(scene), "agreed");
  scene.policy.independence = {"hosting", "kernel"};  // t and x by kernel, x and y by hosting: all are tied
  scene.policy.operators["t"].traits["kernel"] = scene.policy.operators["x"].traits["kernel"] = "6.1";
  EXPECT_EQ(outcome(scene), "insufficient: agree");
  scene.policy.operators["x"].traits["hosting"] = "elsewhere";
  EXPECT_EQ(outcome(scene), "agreed");
  scene.policy.trusted.clear();
  scene.policy.require_trusted = 0;
  scene.policy.operators.clear();
  EXPECT_EQ(outcome(scene), "insufficient: agree released-bits");
}

TEST(QuorumDemands, Credibility) {
  Scene scene = three("A", "A", "A");
  EXPECT_EQ(scene.decide().artifacts[0].credibility, 984'615'384u);
  scene.policy.theta = 984'615'384;
  EXPECT_EQ(outcome(scene), "agreed");
  scene.policy.theta = 984'615'385;
  EXPECT_EQ(outcome(scene), "insufficient: theta");
  scene.event("t", EventKind::audit_passed, 100);
  EXPECT_EQ(outcome(scene), "agreed");
  scene.result("y", "B");  // y no longer counts for A
  scene.policy.accept = Accept::explained;
  scene.relate("A", "B", Verdict::explained);
  EXPECT_LT(scene.decide().artifacts[0].credibility, 999'000'000u);
}

// --- reference mode ---

TEST(QuorumReference, IsWhatMustBeHeld) {
  Scene scene = three("A", "A", "A");
  scene.kase.job.reference = {"A"};
  const Decision decision = scene.decide();
  EXPECT_EQ(outcome(decision), "agreed");
  EXPECT_TRUE(decision.reference_mode);
  EXPECT_EQ(detail(decision, "reference-held"), "the class considered must hold the reference");
  scene.kase.job.reference = {"R"};
  EXPECT_EQ(outcome(scene), "disputed: reference-held");
  EXPECT_EQ(scene.decide().next,
            (std::vector<std::string>{
                "Nobody reproduced the reference of a: compare it with what the rebuilders hold."}));
  scene = Scene();
  scene.kase.job.artifacts = {"a"};
  scene.kase.job.reference = {"R"};
  EXPECT_EQ(outcome(scene), "insufficient: results-in reference-held agree trusted released-bits");
}

TEST(QuorumReference, ComesFirstAndIsReleased) {
  Scene scene = three("B", "A", "A");
  scene.kase.job.reference = {"B"};
  scene.unknown("A", "B");
  Decision decision = scene.decide();
  EXPECT_EQ(outcome(decision), "escalated: no-dissent agree");
  EXPECT_EQ(standings(decision), "1 agrees, 2 dissents, 3 dissents");
  scene = three("A", "B", "B");
  scene.kase.job.reference = {"B"};
  scene.equivalent("A", "B");
  EXPECT_EQ(outcome(scene), "insufficient: trusted");  // t holds like bits, not the reference
  scene.policy.require_trusted = 0;
  decision = scene.decide();
  EXPECT_EQ(outcome(decision), "agreed-equivalent");
  EXPECT_EQ(decision.artifacts[0].released, "B");
  scene.kase.job.reference = {"A", "B"};
  scene.kase.normal.clear();
  scene.policy.accept = Accept::explained;
  scene.kase.relations[0].verdict = Verdict::explained;
  EXPECT_EQ(outcome(scene), "disputed: no-tie");  // two references that are not one
}

// --- audits ---

TEST(QuorumAudit, IsDrawnAfterTheResultsAndChecked) {
  Scene scene = three("A", "A", "A");
  scene.policy.audit_rate = kCertain / 10;
  EXPECT_EQ(outcome(scene), "pending: audit");
  EXPECT_EQ(detail(scene.decide(), "audit"), "the lottery was not drawn yet");
  EXPECT_EQ(scene.decide().next,
            (std::vector<std::string>{"Draw the audit lottery over the results that are in."}));
  const auto draw = [&](Ppb rate) {
    return AuditDraw{commit("00ff"), "00ff", results_root(scene.kase), rate};
  };
  scene.kase.audit = draw(0);
  EXPECT_EQ(outcome(scene), "agreed");
  EXPECT_EQ(detail(scene.decide(), "audit"), "drawn for no audit");
  scene.policy.audit_floor = 1;
  EXPECT_EQ(outcome(scene), "pending: audit");
  scene.kase.audit = draw(kCertain);
  EXPECT_EQ(outcome(scene), "auditing: audit");
  EXPECT_EQ(scene.decide().state, State::auditing);
  EXPECT_EQ(detail(scene.decide(), "audit"), "drawn for an audit that is not in yet");
  EXPECT_EQ(scene.decide().next, (std::vector<std::string>{"Wait for the audit of a."}));
  for (const auto& spoil : {+[](AuditDraw& it) { it.seed.clear(); }, +[](AuditDraw& it) { it.seed = "00fe"; },
                            +[](AuditDraw& it) { it.root = "other"; }}) {
    Scene spoilt = scene;
    spoil(*spoilt.kase.audit);
    EXPECT_EQ(outcome(spoilt), "pending: audit");
    EXPECT_EQ(detail(spoilt.decide(), "audit"),
              "the draw does not hold: another seed, other results, or too low a rate");
  }
}

TEST(QuorumAudit, ConfirmsOrHolds) {
  Scene scene = three("A", "A", "A");
  scene.kase.audit = AuditDraw{commit("00ff"), "00ff", results_root(scene.kase), kCertain};
  scene.result("u", "A", Role::audit);
  EXPECT_EQ(outcome(scene), "confirmed");
  EXPECT_EQ(scene.decide().state, State::confirmed);
  EXPECT_EQ(scene.decide().artifacts[0].released, "A");
  EXPECT_EQ(detail(scene.decide(), "audit"), "audited: a trusted operator rebuilt it");
  scene.kase.results[3].artifacts["a"] = "B";
  scene.unknown("A", "B");
  EXPECT_EQ(outcome(scene), "escalated: no-dissent audit");
  EXPECT_EQ(detail(scene.decide(), "audit"), "the audit got something else");
  scene.policy.accept = Accept::explained;
  scene.kase.relations[0].verdict = Verdict::explained;
  EXPECT_EQ(outcome(scene), "disputed: audit");
  scene.result("u", "A", Role::audit);
  EXPECT_EQ(outcome(scene), "disputed: audit");
  scene.kase.results[3].artifacts = {{"b", "B"}};
  EXPECT_EQ(scene.decide().artifacts[0].state, State::confirmed);
}

// --- arbitration ---

Scene disputed() {
  Scene scene = three("A", "A", "B");
  scene.result("z", "A");
  scene.unknown("A", "B");
  return scene;
}

TEST(QuorumArbitration, TakesTwoRuns) {
  Scene scene = disputed();
  EXPECT_EQ(
      scene.decide().next,
      (std::vector<std::string>{"Freeze a on both sides; people must look at what y got.",
                                "Arbitrate: let a trusted operator other than y build a twice, and y again "
                                "on its own machine."}));
  scene.result("y", "A", Role::rerun);
  scene.result("u", "A", Role::arbiter);
  EXPECT_EQ(outcome(scene), "escalated: no-dissent");
  scene.result("u", "A", Role::arbiter);
  EXPECT_EQ(outcome(scene), "agreed");
}

TEST(QuorumArbitration, AFaultIsSetAside) {
  Scene scene = disputed();
  scene.result("u", "A", Role::arbiter);
  scene.result("u", "A", Role::arbiter);
  EXPECT_EQ(outcome(scene), "escalated: no-dissent");  // not built again by y
  scene.result("z", "B", Role::rerun);                 // somebody else's rerun does not matter
  EXPECT_EQ(outcome(scene), "escalated: no-dissent");
  scene.result("y", "A", Role::rerun);
  Decision decision = scene.decide();
  EXPECT_EQ(outcome(decision), "agreed");
  EXPECT_EQ(standings(decision), "1 agrees, 2 agrees, 3 set-aside, 4 agrees");
  EXPECT_EQ(penalties(decision), "y flake");
  EXPECT_EQ(decision.penalties[0].evidence, (std::vector<Digest>{"m3", "m5", "m6"}));
  EXPECT_EQ(decision.penalties[0].artifact, "a");
  scene.result("y", "C", Role::rerun);  // and now something else again
  EXPECT_EQ(outcome(scene), "agreed");
  EXPECT_EQ(penalties(scene.decide()), "y arbitration-lost");
  scene.result("y", "A", Role::rerun);
  EXPECT_EQ(penalties(scene.decide()), "y arbitration-lost");
  scene.kase.relations[0].divergence = Divergence::known;  // a known cause is nobody's fault
  EXPECT_EQ(penalties(scene.decide()), "");
  scene.kase.relations[0].divergence.reset();
  scene.kase.relations[0].verdict = Verdict::incomplete;
  EXPECT_EQ(penalties(scene.decide()), "");
}

TEST(QuorumArbitration, ARepeatedDifferenceIsForPeople) {
  Scene scene = disputed();
  scene.result("u", "A", Role::arbiter);
  scene.result("u", "A", Role::arbiter);
  scene.result("y", "A", Role::rerun);
  scene.result("y", "B", Role::rerun);
  scene.result("y", "A", Role::rerun);
  EXPECT_EQ(outcome(scene), "escalated: no-dissent");
  EXPECT_EQ(scene.decide().artifacts[0].stances[2].detail,
            "the arbiter agrees with the others, but its operator repeats it; 0 of 2 people confirmed that "
            "manifest m3 was meant");
  scene.kase.confirmations = {{"m3", {"alice"}}, {"m2", {"alice", "bob"}}};
  EXPECT_EQ(outcome(scene), "escalated: no-dissent");
  scene.kase.confirmations["m3"].insert("bob");
  const Decision decision = scene.decide();
  EXPECT_EQ(outcome(decision), "agreed");
  EXPECT_EQ(penalties(decision), "y convicted");
  EXPECT_EQ(decision.next[0], "Freeze y, revoke its keys, and decide again whatever rested on it.");
}

TEST(QuorumArbitration, MayFindTheMajorityGuilty) {
  Scene scene = disputed();
  scene.result("u", "B", Role::arbiter);
  scene.result("t", "B", Role::arbiter);
  Decision decision = scene.decide();
  EXPECT_EQ(outcome(decision), "rejected: no-dissent");
  EXPECT_EQ(decision.state, State::rejected);
  EXPECT_TRUE(decision.artifacts[0].released.empty());
  EXPECT_EQ(penalties(decision), "t convicted, x convicted, z convicted");
  EXPECT_EQ(decision.penalties[1].evidence, (std::vector<Digest>{"m2", "m5", "m6"}));
  EXPECT_EQ(decision.penalties[1].reason, "t, u, y got something else, arbiters among them");
  EXPECT_EQ(decision.next.back(), "Do not release a; build it again with operators that are not frozen.");
  scene.kase.relations[0].divergence = Divergence::known;
  EXPECT_EQ(outcome(scene), "rejected: no-dissent");
  EXPECT_EQ(penalties(scene.decide()), "");
}

// A trusted operator that differs from all others does not become right by being asked again.
TEST(QuorumArbitration, OneOperatorAloneConvictsNobody) {
  Scene scene;
  scene.result("u", "B");
  for (const char* each : {"t", "x", "y"}) scene.result(each, "A");
  scene.unknown("A", "B");
  scene.result("u", "B", Role::arbiter);
  scene.result("u", "B", Role::arbiter);
  EXPECT_EQ(outcome(scene), "escalated: no-dissent");
  EXPECT_EQ(penalties(scene.decide()), "");
  EXPECT_EQ(scene.decide().next.back(),
            "Arbitrate: let a trusted operator other than u build a twice, and u again on its own machine.");
  scene.policy.independence = {"hosting"};  // two that are tied are one
  scene.policy.operators["u"].traits = scene.policy.operators["t"].traits = {{"hosting", "example"}};
  scene.policy.operators["x"].traits = {{"hosting", "x"}};
  scene.policy.operators["y"].traits = {{"hosting", "y"}};
  scene.result("t", "B", Role::arbiter);
  EXPECT_EQ(outcome(scene), "escalated: no-dissent");
  scene.policy.independence.clear();
  EXPECT_EQ(outcome(scene), "rejected: no-dissent");
  EXPECT_EQ(penalties(scene.decide()), "t convicted, x convicted, y convicted");
}

// An operator that is asked as arbiter of its own dispute is no second one.
TEST(QuorumArbitration, OneOperatorAloneSetsNobodyAside) {
  Scene scene;
  scene.result("t", "A");
  scene.result("x", "A");
  scene.result("y", "B");
  scene.unknown("A", "B");
  scene.policy.independence = {"hosting"};
  scene.policy.operators["t"].traits = scene.policy.operators["x"].traits = {{"hosting", "example"}};
  scene.policy.operators["y"].traits = {{"hosting", "y"}};
  scene.result("y", "C", Role::rerun);
  scene.result("t", "A", Role::arbiter);
  scene.result("t", "A", Role::arbiter);
  EXPECT_EQ(standings(scene.decide()), "1 agrees, 2 agrees, 3 dissents");
  EXPECT_EQ(penalties(scene.decide()), "");
  scene.policy.independence.clear();
  EXPECT_EQ(standings(scene.decide()), "1 agrees, 2 agrees, 3 set-aside");
  EXPECT_EQ(penalties(scene.decide()), "y arbitration-lost");
}

TEST(QuorumArbitration, ACopyOfARunIsThatRun) {
  Scene scene = disputed();
  scene.result("y", "A", Role::rerun);
  scene.result("u", "A", Role::arbiter);
  scene.result("u", "A", Role::arbiter);
  EXPECT_EQ(outcome(scene), "agreed");
  scene.kase.seats.back().manifest = scene.kase.results.back().manifest = scene.kase.results[5].manifest;
  EXPECT_EQ(outcome(scene), "escalated: no-dissent");
}

// Nobody but two arbiters got it: the seats collude, or it does not reproduce, which a known cause would say.
TEST(QuorumArbitration, SeveralArbitersConvictAllSeats) {
  Scene scene;
  for (const char* each : {"x", "y", "z"}) scene.result(each, "A");
  scene.unknown("A", "B");
  scene.result("t", "B", Role::arbiter);
  scene.result("t", "B", Role::arbiter);
  EXPECT_EQ(scene.decide().artifacts[0].state, State::unreproducible);
  EXPECT_EQ(penalties(scene.decide()), "");
  scene.result("u", "B", Role::arbiter);
  EXPECT_EQ(scene.decide().artifacts[0].state, State::rejected);
  EXPECT_EQ(penalties(scene.decide()), "x convicted, y convicted, z convicted");
  scene.kase.relations[0].divergence = Divergence::known;
  EXPECT_EQ(scene.decide().artifacts[0].state, State::unreproducible);
  EXPECT_EQ(penalties(scene.decide()), "");
  scene.kase.relations.clear();
  EXPECT_EQ(scene.decide().artifacts[0].state, State::unreproducible);
}

TEST(QuorumArbitration, MayFindThatAQuorumCannotDecide) {
  Scene scene = disputed();
  scene.result("u", "C", Role::arbiter);
  scene.result("u", "C", Role::arbiter);
  scene.unknown("A", "C");
  EXPECT_EQ(outcome(scene), "unreproducible: no-dissent");
  EXPECT_EQ(scene.decide().next.back(),
            "Take a out of the quorum: only trusted operators can release it until it reproduces.");
  scene.kase.results[5].artifacts["a"] = "A";  // the two runs differ
  EXPECT_EQ(outcome(scene), "unreproducible: no-dissent");
  scene.kase.results[4].artifacts["a"] = "A";
  scene.kase.results[5].artifacts["a"] = "C";
  EXPECT_EQ(outcome(scene), "unreproducible: no-dissent");
  EXPECT_EQ(penalties(scene.decide()), "");
}

TEST(QuorumArbitration, ItsHolderCountsAsTrustedAndBreaksATie) {
  Scene scene;
  scene.policy.agree = 2;
  scene.policy.results = 2;
  scene.result("x", "A");
  scene.result("y", "A");
  scene.result("v", "B");
  scene.result("w", "B");
  scene.unknown("A", "B");
  EXPECT_EQ(outcome(scene), "escalated: no-dissent no-tie trusted");
  scene.result("u", "B", Role::arbiter);
  scene.result("u", "B", Role::arbiter);
  scene.result("x", "B", Role::rerun);
  scene.result("y", "B", Role::rerun);
  const Decision decision = scene.decide();
  EXPECT_EQ(outcome(decision), "agreed");
  EXPECT_EQ(decision.artifacts[0].released, "B");
  EXPECT_EQ(penalties(decision), "x flake, y flake");
}

TEST(QuorumArbitration, ARerunHoldsNoBits) {
  Scene scene = three("A", "A", "A");
  scene.policy.trusted = {"u"};
  scene.result("u", "A", Role::rerun);
  EXPECT_EQ(outcome(scene), "insufficient: trusted");
}

// What is said to others of who holds the bits: an operator that also handed in something else, and was set
// aside with it, is no witness; one that holds them from an audit is trusted all the same.
TEST(QuorumArbitration, IsWitnessedByWhoHoldsTheBitsOnly) {
  const Digest a(64, 'a'), b(64, 'b');
  Scene scene = three(a, a, b);
  scene.result("y", a);
  scene.unknown(a, b);
  scene.result("u", a, Role::arbiter);
  scene.result("u", a, Role::arbiter);
  scene.result("y", a, Role::rerun);
  const auto summary = evidence::summarize(scene.decide());
  ASSERT_TRUE(summary) << outcome(scene);
  EXPECT_EQ(summary->levels, (std::vector<std::string>{"QUORUM_BITWISE_2_OPERATORS", "QUORUM_TRUSTED_2",
                                                       "SLSA_BUILD_LEVEL_UNEVALUATED"}));
}

// Operators that are tied count once in what is said to others, too.
TEST(QuorumArbitration, IndependentOperatorsWitness) {
  const Digest a(64, 'a');
  Scene scene = three(a, a, a);
  scene.result("z", a);
  scene.policy.independence = {"hosting"};
  for (const char* each : {"t", "x", "y"}) scene.policy.operators[each].traits = {{"hosting", each}};
  scene.policy.operators["z"].traits = {{"hosting", "y"}};
  const Decision decision = scene.decide();
  EXPECT_EQ(decision.artifacts[0].bitwise, 3u);
  EXPECT_EQ(evidence::summarize(decision)->levels.at(0), "QUORUM_BITWISE_3_OPERATORS");
  scene.kase.results[0].artifacts["a"] = Digest(64, 'b');
  EXPECT_EQ(scene.decide().artifacts[0].bitwise, 0u);  // nothing is released
}

// --- afterwards ---

TEST(QuorumLater, RevokedWhenItsSupportersAreConvicted) {
  Scene scene = three("A", "A", "A");
  const Decision earlier = scene.decide();
  EXPECT_EQ(later_state(earlier, scene.decide()), State::agreed);
  scene.event("x", EventKind::convicted);
  const Decision now = scene.decide();
  EXPECT_EQ(now.state, State::insufficient);
  EXPECT_EQ(later_state(earlier, now), State::revoked);
  EXPECT_EQ(later_state(now, earlier), State::insufficient);
  EXPECT_EQ(later_state(earlier, three("B", "B", "B").decide()), State::superseded);
  Decision renamed = earlier;
  renamed.artifacts[0].name = "b";
  EXPECT_EQ(later_state(earlier, renamed), State::superseded);
}

TEST(QuorumText, NamesOfStates) {
  EXPECT_EQ(to_string(State::agreed_equivalent), "agreed-equivalent");
  EXPECT_EQ(to_string(State::superseded), "superseded");
  EXPECT_EQ(to_string(Standing::missing), "missing");
}

}  // namespace
}  // namespace unrepro::quorum
