// The decision, artifact by artifact. Each artifact's classes are formed, the first one is considered for
// release, every other result takes a stance to it, arbitration may overrule a stance, and each condition is
// checked and worded whether or not an earlier one failed. The state follows from the conditions alone.

#include <algorithm>
#include <tuple>

#include "analyzer/quorum/advice.h"
#include "analyzer/quorum/classes.h"
#include "analyzer/quorum/independence.h"
#include "analyzer/quorum/inputs.h"
#include "analyzer/quorum/lottery.h"
#include "analyzer/quorum/reputation.h"

namespace unrepro::quorum {
namespace {

constexpr std::size_t kPeople = 2;  // who must say that a result was meant before its operator is convicted

std::string count(std::size_t number, const std::string& what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

// Decides one artifact.
class ArtifactDecider {
 public:
  ArtifactDecider(const Policy& policy, const Case& kase, const std::vector<Vote>& votes,
                  const RelationTable& relations, const std::string& name,
                  const std::vector<std::string>& outstanding, std::vector<Penalty>& penalties)
      : policy_(policy),
        case_(kase),
        votes_(votes),
        relations_(relations),
        outstanding_(outstanding),
        penalties_(penalties) {
    out_.name = name;
  }

  ArtifactDecision run() {
    out_.classes = classify(policy_, case_, votes_, out_.name, relations_, false);
    if (!out_.classes.empty()) first_ = &out_.classes.front();
    take_stances();
    set_aside_other_inputs();
    arbitrate();
    choose_bits();
    check_all();
    out_.state = state();
    if (passes(out_.state)) {
      out_.released = bits_;
      out_.bitwise = independent(holders_of_nothing_else());
      out_.classes.front().released = true;
    }
    return std::move(out_);
  }

 private:
  bool in_first(const Digest& sha256) const {
    return std::any_of(first_->bits.begin(), first_->bits.end(),
                       [&](const Class::Bits& bits) { return bits.sha256 == sha256; });
  }

  // Seats and audits stand for or against; arbiters and reruns are asked elsewhere.
  void take_stances() {
    for (const Vote& vote : votes_) {
      if (vote.role != Role::seat && vote.role != Role::audit) continue;
      Stance stance{.result = vote.result->id,
                    .operator_id = vote.operator_id,
                    .sha256 = vote.artifact(out_.name),
                    .causes = {},
                    .detail = {}};
      if (stance.sha256.empty()) {
        stance.standing = Standing::missing;
      } else {
        relate(stance);
      }
      out_.stances.push_back(std::move(stance));
      stance_votes_.push_back(&vote);
    }
  }

  void relate(Stance& stance) {
    const bool inside = in_first(stance.sha256);
    if (inside && stance.sha256 == first_->bits.front().sha256) return;
    const std::vector<Class::Bits> own = {
        {.sha256 = stance.sha256, .operators = {}, .results = {}, .trusted = {}}};
    const Class& kind = *class_of(out_.classes, stance.sha256);
    const Relation* relation = relations_.worst(own, first_->bits);
    if (relation == nullptr) relation = relations_.worst(kind.bits, first_->bits);
    if (relation == nullptr) {
      stance.verdict = Verdict::incomplete;
      stance.detail = "nobody compared it";
    } else {
      stance.verdict = relation->verdict;
      stance.divergence = relation->divergence;
      stance.capacity = relation->capacity;
      stance.causes = relation->causes;
      // Told as from the class to this result.
      if (relation->left == stance.sha256 || !in_first(relation->left)) {
        for (CauseNote& cause : stance.causes) std::swap(cause.left, cause.right);
      }
      stance.detail = relation->incomplete;
    }
    if (inside) return;
    const bool tolerated = policy_.accept == Accept::explained && stance.verdict <= Verdict::explained;
    stance.standing = tolerated ? Standing::explained : Standing::dissents;
  }

  // A fresh operator, independent of all that had a seat before, rebuilt with the job's inputs and got the
  // class's artifact: those who declare other inputs no longer hold the decision.
  void set_aside_other_inputs() {
    Names others;
    for (const Vote* vote : stance_votes_) {
      if (!vote->fresh) others.insert(vote->operator_id);
    }
    bool rebuilt = false;
    for (std::size_t i = 0; i < out_.stances.size(); ++i) {
      const Vote& vote = *stance_votes_[i];
      rebuilt = rebuilt || (vote.fresh && agrees(i) && follows(case_.job, *vote.result) &&
                            adds_independence(vote.operator_id, others));
    }
    if (!rebuilt) return;
    for (std::size_t i = 0; i < out_.stances.size(); ++i) {
      Stance& stance = out_.stances[i];
      if (stance.standing != Standing::dissents || !contradicts(case_.job, *stance_votes_[i]->result))
        continue;
      stance.standing = Standing::set_aside;
      stance.detail = "built from other inputs; a fresh operator rebuilt with the job's and agrees";
    }
  }

  bool adds_independence(const std::string& operator_id, Names others) const {
    const std::size_t before = independent(others);
    others.insert(operator_id);
    return independent(others) > before;
  }

  std::size_t independent(const Names& operators) const {
    std::vector<std::string> shared;
    return quorum::independent(policy_, operators, shared);
  }

  bool agrees(std::size_t i) const { return out_.stances[i].standing == Standing::agrees; }

  // --- arbitration ---

  std::vector<const Vote*> with_role(Role role) const {
    std::vector<const Vote*> found;
    for (const Vote& vote : votes_) {
      if (vote.role == role && !vote.artifact(out_.name).empty()) found.push_back(&vote);
    }
    return found;
  }

  // Two runs of arbiters that got the same decide, if an independent operator got it as well: one operator
  // alone is never believed. A copy of a run is that run.
  void arbitrate() {
    const std::vector<const Vote*> arbiters = with_role(Role::arbiter);
    if (arbiters.empty()) return;
    const Class* verdict = class_of(out_.classes, arbiters.front()->artifact(out_.name));
    std::set<Digest> runs;
    Names witnesses;  // who got what the arbiters got
    for (const Vote* each : arbiters) {
      if (class_of(out_.classes, each->artifact(out_.name)) != verdict) verdict = nullptr;
      runs.insert(each->result->manifest);
      witnesses.insert(each->operator_id);
    }
    if (runs.size() < 2) return;
    arbiter_manifests_.assign(runs.begin(), runs.end());
    if (verdict == nullptr) {
      overruled_ = State::unreproducible;
      return;
    }
    for (const Stance& stance : out_.stances) {
      if (class_of(out_.classes, stance.sha256) == verdict) witnesses.insert(stance.operator_id);
    }
    const bool witnessed = independent(witnesses) >= 2;
    if (verdict == first_) {
      for (std::size_t i = 0; witnessed && i < out_.stances.size(); ++i) {
        if (out_.stances[i].standing == Standing::dissents) judge_dissenter(i);
      }
      return;
    }
    const Relation* relation = relations_.worst(verdict->bits, first_->bits);
    const bool foul = relation != nullptr && blamable(relation->verdict, relation->divergence);
    const bool held_by_seats = !verdict->operators.empty();
    if (witnessed && (foul || held_by_seats)) {
      overruled_ = State::rejected;
      if (foul) convict_first(list(witnesses) + " got something else, arbiters among them");
    } else if (!held_by_seats) {
      overruled_ = State::unreproducible;
    }  // else the dissent stands
  }

  // The arbiter confirms the class. A dissenter that cannot repeat its artifact was at fault; one that
  // repeats it holds on until people confirm intent.
  void judge_dissenter(std::size_t i) {
    Stance& stance = out_.stances[i];
    const Class* own = class_of(out_.classes, stance.sha256);
    bool again = false, repeats = false, agrees_now = true;
    for (const Vote* rerun : with_role(Role::rerun)) {
      if (rerun->operator_id != stance.operator_id) continue;
      again = true;
      const Digest sha256 = rerun->artifact(out_.name);
      repeats = repeats || class_of(out_.classes, sha256) == own;
      agrees_now = agrees_now && in_first(sha256);
    }
    if (!again) return;
    if (!repeats) {
      stance.standing = Standing::set_aside;
      stance.detail = "the arbiter agrees with the others, and its operator could not repeat it";
      penalize(i, agrees_now ? EventKind::flake : EventKind::arbitration_lost, stance.detail);
      return;
    }
    const Digest& manifest = stance_votes_[i]->result->manifest;
    const auto found = case_.confirmations.find(manifest);
    const std::size_t people = found == case_.confirmations.end() ? 0 : found->second.size();
    if (people >= kPeople) {
      stance.standing = Standing::set_aside;
      stance.detail = "the arbiter agrees with the others, its operator repeats it, and people confirmed it";
      penalize(i, EventKind::convicted, stance.detail);
    } else {
      stance.detail = "the arbiter agrees with the others, but its operator repeats it; " +
                      std::to_string(people) + " of " + std::to_string(kPeople) +
                      " people confirmed that manifest " + manifest + " was meant";
    }
  }

  // A known cause is nobody's fault and an analysis that did not end is no evidence.
  static bool blamable(Verdict verdict, std::optional<Divergence> divergence) {
    return verdict == Verdict::divergent && divergence != Divergence::known;
  }

  void penalize(std::size_t i, EventKind kind, const std::string& reason) {
    if (blamable(out_.stances[i].verdict, out_.stances[i].divergence)) add_penalty(i, kind, reason);
  }

  void add_penalty(std::size_t i, EventKind kind, const std::string& reason) {
    std::vector<Digest> evidence = arbiter_manifests_;
    evidence.push_back(stance_votes_[i]->result->manifest);
    std::sort(evidence.begin(), evidence.end());
    penalties_.push_back({out_.stances[i].operator_id, kind, out_.name, std::move(evidence), reason});
  }

  void convict_first(const std::string& reason) {
    for (std::size_t i = 0; i < out_.stances.size(); ++i) {
      if (agrees(i)) add_penalty(i, EventKind::convicted, reason);
    }
  }

  // --- the released bits ---

  // Operators that count for the class: those with no result outside of it.
  Names supporters() const {
    Names inside, outside;
    for (std::size_t i = 0; i < out_.stances.size(); ++i) {
      if (stance_votes_[i]->role != Role::seat || out_.stances[i].standing == Standing::missing) continue;
      (agrees(i) ? inside : outside).insert(out_.stances[i].operator_id);
    }
    for (const std::string& each : outside) inside.erase(each);
    return inside;
  }

  std::size_t independent_holders(const Class::Bits& bits, const Names& counting) const {
    Names holders;
    for (const std::string& each : bits.operators) {
      if (counting.contains(each)) holders.insert(each);
    }
    return independent(holders);
  }

  Names holders_of_nothing_else() const {
    Names holders, others;
    for (std::size_t i = 0; i < out_.stances.size(); ++i) {
      if (out_.stances[i].sha256 != bits_) {
        if (out_.stances[i].standing != Standing::missing) others.insert(out_.stances[i].operator_id);
      } else if (stance_votes_[i]->role == Role::seat) {
        holders.insert(out_.stances[i].operator_id);
      }
    }
    for (const std::string& each : others) holders.erase(each);
    return holders;
  }

  // Those that trusted operators hold, then those that most hold; in reference mode the reference.
  void choose_bits() {
    if (first_ == nullptr) return;
    const Names counting = supporters();
    std::tuple<bool, std::size_t, std::size_t> best;
    for (const Class::Bits& bits : first_->bits) {
      const std::tuple rank(case_.job.reference.contains(bits.sha256), bits.trusted.size(),
                            independent_holders(bits, counting));
      if (!bits_.empty() && rank <= best) continue;
      best = rank;
      bits_ = bits.sha256;
      bit_holders_ = std::get<2>(rank);
      trusted_ = bits.trusted;
    }
  }

  // --- conditions ---

  void check(std::string id, bool passed, std::string detail) {
    out_.conditions.push_back({std::move(id), passed, std::move(detail)});
  }

  bool passed(std::string_view id) const {
    return std::find_if(out_.conditions.begin(), out_.conditions.end(),
                        [&](const Condition& condition) { return condition.id == id; })
        ->passed;
  }

  void check_all() {
    check("ledger-closed", outstanding_.empty(),
          outstanding_.empty() ? "no result is outstanding" : outstanding_.front());
    check_presence();
    const bool reference = !case_.job.reference.empty();
    check("reference-held", !reference || (first_ != nullptr && holds_reference(case_, *first_)),
          !reference ? "no reference was given" : "the class considered must hold the reference");
    check_stances();
    check("no-tie", !tie(), "one class must lead");
    check_support();
    check_capacity();
    check_credibility();
    check_audit();
  }

  void check_presence() {
    Names in, without;
    for (std::size_t i = 0; i < out_.stances.size(); ++i) {
      if (stance_votes_[i]->role != Role::seat || out_.stances[i].standing == Standing::set_aside) continue;
      (out_.stances[i].standing == Standing::missing ? without : in).insert(out_.stances[i].operator_id);
    }
    check("results-in", in.size() >= policy_.results,
          count(in.size(), "operator") + " of " + std::to_string(policy_.results) + " built it: " + list(in));
    const bool listed = !case_.job.artifacts.empty();
    const bool extra = listed ? !expected(case_.job, out_.name) : without.size() >= policy_.agree;
    check("artifact-expected", !extra,
          !extra   ? "it is among what the job makes"
          : listed ? "the job does not list it; " + list(in) + " submitted it"
                   : list(in) + " submitted it, " + list(without) + " did not");
  }

  void check_stances() {
    Names dissenters, explained;
    for (const Stance& stance : out_.stances) {
      if (stance.standing == Standing::dissents) dissenters.insert(stance.operator_id);
      if (stance.standing == Standing::explained) explained.insert(stance.operator_id);
    }
    check("no-dissent", dissenters.empty(), list(dissenters) + " differs beyond what the policy accepts");
    check("max-explained", explained.size() <= policy_.max_explained,
          count(explained.size(), "operator") + " with explained differences, at most " +
              std::to_string(policy_.max_explained) + " may have them");
  }

  // Whether somebody who still stands outside is in a class as strong as the first.
  bool tie() const {
    return std::any_of(out_.stances.begin(), out_.stances.end(), [&](const Stance& stance) {
      if (stance.standing != Standing::explained && stance.standing != Standing::dissents) return false;
      const Class& other = *class_of(out_.classes, stance.sha256);
      return case_.job.reference.empty() ? other.operators.size() == first_->operators.size()
                                         : holds_reference(case_, other);
    });
  }

  void check_support() {
    const Names counting = supporters();
    const std::size_t groups = quorum::independent(policy_, counting, out_.shared);
    check("agree", groups >= policy_.agree,
          count(groups, "independent operator") + " of " + std::to_string(policy_.agree) +
              " agree: " + list(counting));
    check("trusted", trusted_.size() >= policy_.require_trusted,
          count(trusted_.size(), "trusted operator") + " of " + std::to_string(policy_.require_trusted) +
              " hold the bits: " + list(trusted_));
    const bool by_trusted = !trusted_.empty() && trusted_.size() >= policy_.require_trusted;
    check("released-bits", by_trusted || bit_holders_ >= policy_.agree,
          by_trusted ? "held bit for bit by " + list(trusted_)
                     : "held bit for bit by " + count(bit_holders_, "independent operator"));
  }

  void check_capacity() {
    Capacity most;
    for (const Stance& stance : out_.stances) {
      if (stance.standing != Standing::agrees && stance.standing != Standing::explained) continue;
      most.unbounded = most.unbounded || stance.capacity.unbounded;
      most.decibits = std::max(most.decibits, stance.capacity.decibits);
    }
    const bool within = !most.unbounded && most.decibits <= policy_.max_capacity_decibits;
    const std::string bits = most.unbounded ? "unbounded freedom"
                                            : std::to_string(most.decibits / 10) + "." +
                                                  std::to_string(most.decibits % 10) + " bits";
    check("capacity", within || !trusted_.empty(),
          !trusted_.empty() ? "not asked: a trusted operator holds the bits"
                            : "accepted differences leave " + bits);
  }

  void check_credibility() {
    std::vector<std::vector<double>> groups(out_.classes.size());
    const Names counting = supporters();
    for (std::size_t i = 0; i < groups.size(); ++i) {
      for (const std::string& each : out_.classes[i].operators) {
        if (i == 0 && !counting.contains(each)) continue;
        groups[i].push_back(
            credibility(reputation(case_.events, each, case_.now), policy_.assumed_malicious));
      }
    }
    out_.credibility = group_credibility(groups);
    check("theta", out_.credibility >= policy_.theta,
          "credibility " + std::to_string(out_.credibility) + " of " + std::to_string(policy_.theta) +
              " parts per thousand million");
  }

  void check_audit() {
    if (!case_.audit) {
      check("audit", policy_.audit_rate == 0,
            policy_.audit_rate == 0 ? "the policy asks for no lottery" : "the lottery was not drawn yet");
      return;
    }
    const AuditDraw& draw = *case_.audit;
    if (draw.seed.empty() || commit(draw.seed) != draw.commitment || draw.root != results_root(case_) ||
        draw.rate < policy_.audit_floor) {
      check("audit", false, "the draw does not hold: another seed, other results, or too low a rate");
      return;
    }
    drawn_ = drawn(draw.seed, case_.job.id, draw.root, draw.rate);
    const std::vector<const Vote*> audits = with_role(Role::audit);
    audited_ = !audits.empty();
    const bool holds = audited_ && std::all_of(audits.begin(), audits.end(), [&](const Vote* each) {
                         return in_first(each->artifact(out_.name));
                       });
    check("audit", !drawn_ || holds,
          !drawn_     ? "drawn for no audit"
          : !audited_ ? "drawn for an audit that is not in yet"
          : holds     ? "audited: a trusted operator rebuilt it"
                      : "the audit got something else");
  }

  // --- the state ---

  State state() const {
    if (!passed("ledger-closed")) return State::pending;
    if (!passed("artifact-expected")) return State::escalated;
    if (overruled_) return *overruled_;
    if (!passed("no-dissent")) return dissent();
    if (!passed("no-tie") || !passed("max-explained")) return State::disputed;
    if (!passed("results-in")) return State::insufficient;
    if (!passed("reference-held")) return State::disputed;
    for (const char* demand : {"agree", "trusted", "released-bits", "capacity", "theta"}) {
      if (!passed(demand)) return State::insufficient;
    }
    if (!passed("audit")) return !drawn_ ? State::pending : audited_ ? State::disputed : State::auditing;
    if (drawn_) return State::confirmed;
    const bool same = std::all_of(out_.stances.begin(), out_.stances.end(), [&](const Stance& stance) {
      return stance.standing != Standing::agrees && stance.standing != Standing::explained
                 ? true
                 : stance.sha256 == bits_;
    });
    return same ? State::agreed : State::agreed_equivalent;
  }

  // Other inputs explain a disagreement only where they go with each dissent.
  State dissent() const {
    bool inputs = true, people = false;
    for (std::size_t i = 0; i < out_.stances.size(); ++i) {
      const Stance& stance = out_.stances[i];
      if (stance.standing != Standing::dissents) continue;
      inputs = inputs && built_from_other_inputs(*stance_votes_[i]->result);
      people = people || blamable(stance.verdict, stance.divergence);
    }
    return inputs ? State::inputs_differ : people ? State::escalated : State::disputed;
  }

  bool built_from_other_inputs(const BuildResult& result) const {
    if (contradicts(case_.job, result)) return true;
    for (std::size_t i = 0; i < out_.stances.size(); ++i) {
      const BuildResult& other = *stance_votes_[i]->result;
      if (agrees(i) && (contradicts(case_.job, other) || other_inputs(result, other))) return true;
    }
    return false;
  }

  const Policy& policy_;
  const Case& case_;
  const std::vector<Vote>& votes_;
  const RelationTable& relations_;
  const std::vector<std::string>& outstanding_;
  std::vector<Penalty>& penalties_;
  ArtifactDecision out_;
  const Class* first_ = nullptr;  // considered for release
  std::vector<const Vote*> stance_votes_;
  std::vector<Digest> arbiter_manifests_;
  std::optional<State> overruled_;
  Digest bits_;
  std::size_t bit_holders_ = 0;
  Names trusted_;
  bool drawn_ = false, audited_ = false;
};

// From best to worst.
int badness(State state) {
  constexpr State kOrder[] = {State::confirmed,     State::agreed,       State::agreed_equivalent,
                              State::auditing,      State::insufficient, State::pending,
                              State::inputs_differ, State::disputed,     State::unreproducible,
                              State::rejected,      State::escalated};
  return static_cast<int>(std::find(std::begin(kOrder), std::end(kOrder), state) - std::begin(kOrder));
}

Names artifact_names(const Case& kase, const std::vector<Vote>& votes) {
  Names names = kase.job.artifacts;
  for (const Vote& vote : votes) {
    for (const auto& [name, sha256] : vote.result->artifacts) names.insert(name);
  }
  return names;
}

}  // namespace

Decision decide(const Policy& policy, const Case& kase) {
  Decision decision{.unsigned_ok = kase.unsigned_ok,
                    .reference_mode = !kase.job.reference.empty(),
                    .job = kase.job.id,
                    .tool = kase.tool,
                    .policy = policy.digest,
                    .inputs = case_digest(kase)};
  Votes votes = weigh(policy, kase);
  const std::vector<std::string> outstanding = open_ledger(policy, kase);
  const RelationTable relations(kase.relations);
  decision.state = State::confirmed;
  for (const std::string& name : artifact_names(kase, votes.counted)) {
    decision.artifacts.push_back(
        ArtifactDecider(policy, kase, votes.counted, relations, name, outstanding, decision.penalties).run());
    const State state = decision.artifacts.back().state;
    if (badness(state) > badness(decision.state)) decision.state = state;
  }
  if (decision.artifacts.empty()) {
    decision.state = outstanding.empty() ? State::insufficient : State::pending;
  }
  std::sort(decision.penalties.begin(), decision.penalties.end(), [](const Penalty& a, const Penalty& b) {
    return std::tie(a.operator_id, a.artifact, a.kind, a.evidence) <
           std::tie(b.operator_id, b.artifact, b.kind, b.evidence);
  });
  decision.ignored = std::move(votes.ignored);
  decision.next = advise(policy, kase, decision);
  return decision;
}

std::vector<std::pair<Digest, Digest>> comparisons(const Policy& policy, const Case& kase) {
  const Votes votes = weigh(policy, kase);
  const RelationTable relations(kase.relations);
  std::vector<std::pair<Digest, Digest>> pairs;
  for (const std::string& name : artifact_names(kase, votes.counted)) {
    if (!expected(kase.job, name)) continue;
    const std::vector<Class> classes = classify(policy, kase, votes.counted, name, relations, true);
    const auto want = [&](const Digest& a, const Digest& b) {
      if (relations.find(a, b) == nullptr) pairs.emplace_back(std::min(a, b), std::max(a, b));
    };
    for (const Class& each : classes) {
      const Digest& head = each.bits.front().sha256;
      if (&each != &classes.front()) want(classes.front().bits.front().sha256, head);
      for (std::size_t i = 1; i < each.bits.size(); ++i) want(head, each.bits[i].sha256);
    }
  }
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  if (pairs.size() > kMostComparisons) pairs.resize(kMostComparisons);
  return pairs;
}

State later_state(const Decision& earlier, const Decision& now) {
  if (!passes(earlier.state)) return earlier.state;
  if (!passes(now.state)) return State::revoked;
  const bool same = std::equal(earlier.artifacts.begin(), earlier.artifacts.end(), now.artifacts.begin(),
                               now.artifacts.end(), [](const ArtifactDecision& a, const ArtifactDecision& b) {
                                 return a.name == b.name && a.released == b.released;
                               });
  return same ? earlier.state : State::superseded;
}

}  // namespace unrepro::quorum
