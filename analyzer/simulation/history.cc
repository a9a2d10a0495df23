#include "analyzer/simulation/history.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>

#include "analyzer/quorum/lottery.h"
#include "analyzer/quorum/reputation.h"
#include "analyzer/report_json.h"

namespace unrepro::simulation {
namespace {

using quorum::Digest;
using quorum::Role;

constexpr char kArtifact[] = "artifact";
constexpr std::uint64_t kMalicious = 0xbad, kHonest = 0x600d, kStale = 0x57a1e, kOwn = 0x0b17;
constexpr std::int64_t kBuildTime = 3'600;  // seconds from one build to the next

Digest bits(std::uint64_t kind, std::uint64_t number = 0) {
  char text[65];
  std::snprintf(text, sizeof text, "%032llx%032llx", static_cast<unsigned long long>(kind),
                static_cast<unsigned long long>(number));
  return text;
}

const Digest kBad = bits(kMalicious), kGood = bits(kHonest);

bool is_kind(const Digest& digest, std::uint64_t kind) {
  return digest.compare(0, 32, bits(kind), 0, 32) == 0;
}

}  // namespace

struct History::Tally {
  std::uint64_t attempts = 0, accepted = 0, held = 0, for_people = 0, accused = 0, honest_results = 0;
  std::uint64_t made = 0, made_by_trusted = 0, before_detection = 0;
  bool detected = false;
};

struct History::Build {
  std::uint32_t number = 0;
  quorum::Case kase;
  bool reproducible = true, explained = true;  // the benign differences
  bool disguised = false;                      // the malicious ones
  bool attempt = false;
  std::set<std::string> dishonest, built;  // operators of seats
  std::uint64_t made = 0, made_by_trusted = 0;
  std::map<std::string, Digest> held;  // operator → what it handed in first
  bool people = false;
};

History::History(const Scenario& scenario, const PolicyCase& policy, double share, Strategy strategy,
                 Prng prng, const DecisionSink& sink)
    : scenario_(scenario),
      case_(policy),
      policy_(policy.policy),
      strategy_(strategy),
      prng_(prng),
      sink_(sink) {
  const std::uint32_t each = policy.by_nodes ? scenario.nodes : 1;
  const auto marked = static_cast<std::uint32_t>(std::lround(share * scenario.operators));
  for (std::uint32_t i = 0; i < scenario.operators; ++i) {
    const bool bad = scenario.independent ? prng_.chance(share) : i < marked;
    for (std::uint32_t node = 0; node < each; ++node) join(bad, 0);
  }
}

void History::join(bool bad, std::uint32_t from) {
  identities_.push_back({"operator-" + std::to_string(identities_.size()), bad, from});
}

// Without putting back, and evenly: the first of a partial shuffle (Fisher and Yates).
std::vector<std::size_t> History::draw_seats(std::uint32_t build) {
  std::vector<std::size_t> pool;
  for (std::size_t i = 0; i < identities_.size(); ++i) {
    if (!identities_[i].out && identities_[i].from <= build) pool.push_back(i);
  }
  const std::size_t trusted = std::min<std::size_t>(policy_.require_trusted, policy_.trusted.size());
  const std::size_t wanted =
      std::min<std::size_t>(policy_.results - std::min<std::size_t>(trusted, policy_.results), pool.size());
  for (std::size_t i = 0; i < wanted; ++i) std::swap(pool[i], pool[i + prng_.below(pool.size() - i)]);
  pool.resize(wanted);
  return pool;
}

bool History::attacks(std::uint32_t build, const std::vector<std::size_t>& seats) {
  const std::uint64_t package = prng_.below(scenario_.packages);
  switch (strategy_) {
    case Strategy::rare:
      return prng_.chance(scenario_.rate);
    case Strategy::targeted:
      return package == 0;
    case Strategy::colluding:
      return std::all_of(seats.begin(), seats.end(), [&](std::size_t i) { return identities_[i].bad; });
    case Strategy::sleeper:
    case Strategy::sybil_burst:
      return build >= scenario_.wake;
    default:
      return true;
  }
}

Digest History::honest_bits(Build& state) { return state.reproducible ? kGood : bits(kOwn, ++fresh_bits_); }

void History::add_result(Build& state, const std::string& who, Role role, const Digest& digest, bool fresh,
                         bool other_inputs) {
  const std::string id = std::to_string(state.kase.results.size()) + "-" + who;
  quorum::Seat seat;
  seat.id = id;
  seat.operator_id = who;
  seat.role = role;
  seat.state = quorum::SeatState::submitted;
  seat.fresh = fresh;
  seat.manifest = bits(1, ++fresh_bits_);
  quorum::BuildResult result;
  result.id = result.seat = id;
  result.role = role;
  result.claimed_operator = who;
  result.manifest = seat.manifest;
  result.received = state.kase.now;
  result.artifacts[kArtifact] = digest;
  result.inputs["source"] = other_inputs ? bits(2, 1) : bits(2);
  state.kase.seats.push_back(std::move(seat));
  state.kase.results.push_back(std::move(result));
  ++state.made;
  state.made_by_trusted += policy_.trusted.contains(who);
}

void History::submit(Build& state, const std::vector<std::size_t>& seats) {
  const std::size_t trusted = std::min<std::size_t>(policy_.require_trusted, policy_.trusted.size());
  auto helper = policy_.trusted.begin();
  Digest shown;  // what a free rider can copy
  for (std::size_t i = 0; i < trusted; ++i, ++helper) {
    add_result(state, *helper, Role::seat, shown = honest_bits(state), false);
    state.built.insert(*helper);
  }
  const bool attack = attacks(state.number, seats);
  for (const std::size_t i : seats) {
    const Identity& who = identities_[i];
    Digest digest;
    if (!who.bad || !attack) {
      digest = honest_bits(state);
      state.built.insert(who.name);
    } else {
      state.attempt = true;
      state.dishonest.insert(who.name);
      if (strategy_ == Strategy::griefing)
        digest = bits(kOwn, ++fresh_bits_);
      else if (strategy_ == Strategy::free_riding)
        digest = case_.commit_reveal || shown.empty() ? bits(kStale, state.number) : shown;
      else
        digest = kBad;
    }
    shown = shown.empty() ? digest : shown;
    state.held[who.name] = digest;
    add_result(state, who.name, Role::seat, digest, false,
               strategy_ == Strategy::inputs_lying && state.dishonest.contains(who.name));
  }
}

// What the analyzer says of each pair that differs.
void History::relate(Build& state) {
  std::set<Digest> all;
  for (const quorum::BuildResult& result : state.kase.results) all.insert(result.artifacts.at(kArtifact));
  const auto malicious = [](const Digest& digest) {
    return is_kind(digest, kMalicious) || is_kind(digest, kStale);
  };
  state.kase.relations.clear();
  for (auto left = all.begin(); left != all.end(); ++left) {
    for (auto right = std::next(left); right != all.end(); ++right) {
      quorum::Relation relation;
      relation.left = *left;
      relation.right = *right;
      const bool griefed = strategy_ == Strategy::griefing && state.attempt;
      const bool explained =
          malicious(*left) || malicious(*right) ? state.disguised : !griefed && state.explained;
      relation.verdict = explained ? Verdict::explained : Verdict::divergent;
      if (!explained) relation.divergence = Divergence::unknown;
      state.kase.relations.push_back(std::move(relation));
    }
  }
}

quorum::Decision History::decide(Build& state) {
  relate(state);
  return quorum::decide(policy_, state.kase);
}

// Fresh operators where inputs differ, then an arbiter twice and everybody who differs again, then people,
// who confirm what is malicious and nothing else.
void History::arbitrate(Build& state, quorum::Decision& decision) {
  if (decision.state == quorum::State::inputs_differ) {
    std::vector<std::size_t> fresh = draw_seats(state.number);
    fresh.erase(std::remove_if(fresh.begin(), fresh.end(),
                               [&](std::size_t i) { return state.held.contains(identities_[i].name); }),
                fresh.end());
    if (!fresh.empty()) {
      const Identity& who = identities_[fresh.front()];
      if (who.bad) state.dishonest.insert(who.name);
      add_result(state, who.name, Role::seat, who.bad ? kBad : honest_bits(state), true);
      if (state.kase.audit) state.kase.audit->root = quorum::results_root(state.kase);
      decision = decide(state);
    }
  }
  const auto settled = [&] {
    return quorum::passes(decision.state) || decision.state == quorum::State::rejected;
  };
  if (settled() || policy_.trusted.empty()) return;
  for (int twice = 0; twice < 2; ++twice)
    add_result(state, *policy_.trusted.begin(), Role::arbiter, honest_bits(state), false);
  bool all_malicious = true;
  for (const auto& [who, digest] : state.held) {
    if (digest == kGood) continue;
    // Malice is repeated; a build that does not reproduce gives yet other bits.
    const bool repeats = is_kind(digest, kMalicious);
    all_malicious = all_malicious && repeats;
    add_result(state, who, Role::rerun, repeats ? digest : honest_bits(state), false);
  }
  decision = decide(state);
  if (settled() || !all_malicious) return;
  for (const quorum::BuildResult& result : state.kase.results) {
    for (const auto& [name, sha256] : result.artifacts) {
      if (is_kind(sha256, kMalicious)) state.kase.confirmations[result.manifest] = {"person-1", "person-2"};
    }
  }
  state.people = true;
  decision = decide(state);
}

void History::record(const Build& state, const quorum::Decision& decision, Tally& tally) {
  const Digest released = quorum::passes(decision.state) && !decision.artifacts.empty()
                              ? decision.artifacts[0].released
                              : Digest();
  bool accepted = is_kind(released, kMalicious);
  if (strategy_ == Strategy::free_riding && !released.empty() && state.attempt) {
    const auto real = std::count_if(state.held.begin(), state.held.end(), [&](const auto& each) {
      return each.second == released && state.built.contains(each.first);
    });
    const auto trusted = std::min<std::size_t>(policy_.require_trusted, policy_.trusted.size());
    accepted = is_kind(released, kStale) || static_cast<std::size_t>(real) + trusted < policy_.agree;
  }
  for (const quorum::Penalty& penalty : decision.penalties) {
    events_.push_back({penalty.operator_id, penalty.kind, state.kase.now, bits(3, events_.size())});
    if (state.dishonest.contains(penalty.operator_id)) {
      tally.detected = true;
    } else {
      tally.accused += penalty.kind != quorum::EventKind::flake;
    }
  }
  for (Identity& who : identities_) {
    const bool penalised =
        std::any_of(decision.penalties.begin(), decision.penalties.end(),
                    [&](const quorum::Penalty& each) { return each.operator_id == who.name; });
    if (!penalised) continue;
    const quorum::Reputation known = quorum::reputation(events_, who.name, state.kase.now);
    who.out =
        known.convicted || (policy_.withdraw_after > 0 && known.arbitrations_lost >= policy_.withdraw_after);
  }
  if (strategy_ == Strategy::whitewashing) {
    const auto gone = std::count_if(identities_.begin(), identities_.end(),
                                    [](const Identity& who) { return who.bad && who.out; });
    std::uint64_t joined = identities_.size() - scenario_.operators * (case_.by_nodes ? scenario_.nodes : 1);
    for (; joined < static_cast<std::uint64_t>(gone); ++joined)
      join(true, state.number + 1 + case_.probation);
  }
  tally.accepted += accepted;
  tally.attempts += state.attempt;
  tally.before_detection += accepted && !tally.detected;
  tally.honest_results += state.built.size();
  tally.made += state.made;
  tally.made_by_trusted += state.made_by_trusted;
}

void History::play_majority(Build& state, Tally& tally) {
  std::map<Digest, std::size_t> votes;
  for (const auto& [who, digest] : state.held) ++votes[digest];
  const auto most = std::max_element(votes.begin(), votes.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  const bool wins = most != votes.end() && 2 * most->second > state.held.size();
  tally.accepted += wins && is_kind(most->first, kMalicious);
  tally.before_detection += wins && is_kind(most->first, kMalicious);
  tally.held += !wins;
  tally.attempts += state.attempt;
  tally.honest_results += state.built.size();
  tally.made += state.made;
}

void History::play_build(std::uint32_t number, Tally& tally) {
  if (strategy_ == Strategy::sybil_burst && number == scenario_.wake && case_.by_nodes) {
    for (std::uint32_t i = 0; i < scenario_.burst; ++i) join(true, number + case_.probation);
  }
  Build state;
  state.number = number;
  state.kase.now = number * kBuildTime;
  state.kase.unsigned_ok = true;  // signatures are not simulated
  state.kase.job = {"build-" + std::to_string(number), {{"source", bits(2)}}, {kArtifact}, {}};
  state.kase.tool = {std::string(tool_version()), rules_sha256()};
  state.reproducible = !prng_.chance(scenario_.benign_mismatch);
  state.explained = prng_.chance(scenario_.benign_explained);
  state.disguised = prng_.chance(scenario_.disguised);
  const std::vector<std::size_t> seats = draw_seats(number);
  submit(state, seats);
  if (case_.rule == Rule::majority) return play_majority(state, tally);
  std::set<std::string> seated;
  for (const quorum::BuildResult& result : state.kase.results) seated.insert(result.claimed_operator);
  for (const quorum::Event& event : events_) {
    if (seated.contains(event.operator_id)) state.kase.events.push_back(event);
  }
  if (policy_.audit_rate > 0) {
    quorum::AuditDraw draw;
    char seed[17];
    std::snprintf(seed, sizeof seed, "%016llx", static_cast<unsigned long long>(prng_.next()));
    draw.seed = seed;
    draw.commitment = quorum::commit(draw.seed);
    draw.root = quorum::results_root(state.kase);
    for (const std::string& who : seated)
      draw.rate =
          std::max(draw.rate, quorum::audit_rate(policy_, quorum::reputation(events_, who, state.kase.now)));
    state.kase.audit = draw;
  }
  quorum::Decision decision = decide(state);
  tally.held += !quorum::passes(decision.state);
  if (decision.state == quorum::State::auditing && !policy_.trusted.empty()) {
    add_result(state, *policy_.trusted.rbegin(), Role::audit, honest_bits(state), false);
    decision = decide(state);
    tally.detected = tally.detected || (state.attempt && !quorum::passes(decision.state));
    if (decision.state == quorum::State::confirmed) {
      for (const std::string& who : seated)
        events_.push_back({who, quorum::EventKind::audit_passed, state.kase.now, bits(4, events_.size())});
    }
  }
  if (!quorum::passes(decision.state) && case_.arbitrate) arbitrate(state, decision);
  tally.for_people +=
      state.people || (!quorum::passes(decision.state) && decision.state != quorum::State::rejected);
  record(state, decision, tally);
  if (sink_) sink_(case_, state.kase, decision);
}

void History::play(Cell& cell) {
  Tally tally;
  for (std::uint32_t build = 0; build < scenario_.builds; ++build) play_build(build, tally);
  cell.accepted.add_run(tally.accepted, scenario_.builds);
  cell.accepted_attempts.add_run(tally.accepted, tally.attempts);
  cell.held.add_run(tally.held, scenario_.builds);
  cell.for_people.add_run(tally.for_people, scenario_.builds);
  cell.falsely_accused.add_run(tally.accused, tally.honest_results);
  cell.detected.add_run(tally.detected, tally.attempts > 0);
  cell.builds += scenario_.builds;
  cell.made += tally.made;
  cell.made_by_trusted += tally.made_by_trusted;
  cell.released_before_detection += tally.before_detection;
}

}  // namespace unrepro::simulation
