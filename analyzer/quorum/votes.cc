#include "analyzer/quorum/votes.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "analyzer/quorum/inputs.h"
#include "analyzer/quorum/reputation.h"

namespace unrepro::quorum {
namespace {

// Empty when nobody whom the policy knows signed it.
std::string operator_of(const Policy& policy, const Case& kase, const BuildResult& result) {
  if (result.signer.empty()) return kase.unsigned_ok ? result.claimed_operator : std::string();
  const auto key = policy.keys.find(result.signer);
  return key == policy.keys.end() ? std::string() : key->second.operator_id;
}

// Whether what was signed is about this job. A manifest names it; an attestation of the same operator for an
// older one would else do as well.
bool about_this_job(const Job& job, const BuildResult& result, const Seat* seat) {
  return !result.attested || (seat != nullptr && !seat->manifest.empty()) || follows(job, result) ||
         std::any_of(result.artifacts.begin(), result.artifacts.end(),
                     [&](const auto& artifact) { return job.reference.contains(artifact.second); });
}
constexpr std::string_view kOtherJob =
    "nothing ties its attestation to this job: no seat records it, and it lists other inputs or none";

bool recorded(const Seat& seat, const BuildResult& result) {
  return seat.manifest.empty() || seat.manifest == result.manifest;
}

// Why what lies in a seat's place is not what was submitted; empty when it is.
std::string not_submitted(const Policy& policy, const Case& kase, const Seat& seat,
                          const BuildResult& result) {
  if (!result.defect.empty()) return result.defect;
  if (operator_of(policy, kase, result) != seat.operator_id) return "it is not signed by " + seat.operator_id;
  if (!recorded(seat, result)) return "the ledger recorded another one";
  if (!about_this_job(kase.job, result, &seat)) return std::string(kOtherJob);
  return {};
}

class Weigher {
 public:
  Weigher(const Policy& policy, const Case& kase) : policy_(policy), case_(kase) {}

  Votes run() {
    std::vector<const BuildResult*> results;
    for (const BuildResult& result : case_.results) results.push_back(&result);
    std::sort(results.begin(), results.end(), [](const BuildResult* a, const BuildResult* b) {
      return std::tie(a->id, a->manifest, a->signer, a->artifacts) <
             std::tie(b->id, b->manifest, b->signer, b->artifacts);
    });
    Votes votes;
    for (const BuildResult* result : results) {
      Vote vote{result, operator_of(policy_, case_, *result), result->role};
      std::string reason = refuse(vote);
      if (reason.empty()) {
        votes.counted.push_back(std::move(vote));
      } else {
        votes.ignored.push_back({result->id, vote.operator_id, std::move(reason)});
      }
    }
    return votes;
  }

 private:
  // An operator may have many results; its record is the same for each.
  const Reputation& record_of(const std::string& operator_id) {
    const auto [place, added] = records_.try_emplace(operator_id);
    if (added) place->second = reputation(case_.events, operator_id, case_.now);
    return place->second;
  }

  // Why the vote does not count; empty when it does. Sets its role.
  std::string refuse(Vote& vote) {
    const BuildResult& result = *vote.result;
    if (!result.defect.empty()) return result.defect;
    if (vote.operator_id.empty()) {
      if (!result.signer.empty()) return "signed by a key that the policy does not know";
      return case_.unsigned_ok ? "names no operator" : "not signed";
    }
    if (!result.signer.empty() && !policy_.keys.at(result.signer).valid_at(result.received))
      return "its key had expired or was revoked when the result came in";
    const Reputation& record = record_of(vote.operator_id);
    if (record.convicted) return "its operator was convicted of a false result";
    if (policy_.withdraw_after > 0 && record.arbitrations_lost >= policy_.withdraw_after)
      return "its operator lost " + std::to_string(record.arbitrations_lost) +
             " arbitrations; its seats are withdrawn";
    const Seat* seat = find_seat(result, vote.operator_id);
    if (!case_.seats.empty()) {
      if (seat == nullptr) return "the ledger shows no such submission";
      vote.role = seat->role;
      vote.fresh = seat->fresh;
    }
    if (!about_this_job(case_.job, result, seat)) return std::string(kOtherJob);
    if ((vote.role == Role::audit || vote.role == Role::arbiter) &&
        !policy_.trusted.contains(vote.operator_id))
      return "only trusted operators audit and arbitrate";
    if (result.artifacts.empty()) return "nothing was built: neither a yes nor a no";
    return {};
  }

  const Seat* find_seat(const BuildResult& result, const std::string& operator_id) const {
    for (const Seat& seat : case_.seats) {
      if (seat.id == result.seat && seat.operator_id == operator_id && seat.state == SeatState::submitted &&
          recorded(seat, result))
        return &seat;
    }
    return nullptr;
  }

  const Policy& policy_;
  const Case& case_;
  std::map<std::string, Reputation> records_;
};

}  // namespace

Votes weigh(const Policy& policy, const Case& kase) { return Weigher(policy, kase).run(); }

std::vector<std::string> open_ledger(const Policy& policy, const Case& kase) {
  std::vector<std::string> open;
  for (const Seat& seat : kase.seats) {
    const std::string of_seat = "seat " + seat.id + " of " + seat.operator_id;
    if (seat.state == SeatState::open) open.push_back(of_seat + " is open");
    if (seat.state != SeatState::submitted) continue;
    std::set<std::string> instead;  // why what is there is not it
    const bool here = std::any_of(kase.results.begin(), kase.results.end(), [&](const BuildResult& result) {
      if (result.seat != seat.id) return false;
      const std::string why = not_submitted(policy, kase, seat, result);
      if (!why.empty()) instead.insert(why);
      return why.empty();
    });
    if (here) continue;
    open.push_back("the result of " + of_seat + " came in but is not here" +
                   (instead.empty() ? "" : "; what is here is something else: " + *instead.begin()));
  }
  std::sort(open.begin(), open.end());
  return open;
}

}  // namespace unrepro::quorum
