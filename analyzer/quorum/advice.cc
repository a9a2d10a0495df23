#include "analyzer/quorum/advice.h"

#include <algorithm>

namespace unrepro::quorum {
namespace {

class Adviser {
 public:
  Adviser(const Policy& policy, const Case& kase, const Decision& decision)
      : policy_(policy), case_(kase), decision_(decision) {}

  std::vector<std::string> run() {
    for (const Penalty& penalty : decision_.penalties) {
      if (penalty.kind == EventKind::convicted)
        say("Freeze " + penalty.operator_id + ", revoke its keys, and decide again whatever rested on it.");
    }
    const std::vector<std::string> waited_for = open_ledger(policy_, case_);
    for (const std::string& each : waited_for) say("Wait: " + each + ".");
    const auto open = std::count_if(case_.seats.begin(), case_.seats.end(),
                                    [](const Seat& seat) { return seat.state == SeatState::open; });
    if (waited_for.size() > static_cast<std::size_t>(open))
      say("Fetch what is lost again; a seat whose result is lost for good the ledger records as failed.");
    for (const ArtifactDecision& artifact : decision_.artifacts) advise_on(artifact);
    for (const ArtifactDecision& artifact : decision_.artifacts) {
      for (const Stance& stance : artifact.stances) remedies(stance);
    }
    if (decision_.artifacts.empty())
      say(case_.results.empty() ? "Nothing was built; assign fresh seats." : "No result counts; see why.");
    return std::move(out_);
  }

 private:
  static std::string first_sentence(const std::string& text) {
    const std::size_t end = text.find(". ");
    return text.substr(0, end != text.npos ? end : text.ends_with('.') ? text.size() - 1 : text.size());
  }

  void say(std::string sentence) {
    if (std::find(out_.begin(), out_.end(), sentence) == out_.end()) out_.push_back(std::move(sentence));
  }

  static bool failed(const ArtifactDecision& artifact, std::string_view id) {
    return std::any_of(artifact.conditions.begin(), artifact.conditions.end(),
                       [&](const Condition& each) { return each.id == id && !each.passed; });
  }

  void advise_on(const ArtifactDecision& artifact) {
    const std::string& name = artifact.name;
    if (passes(artifact.state)) say("Release " + name + " with sha256 " + artifact.released + ".");
    for (const Stance& stance : artifact.stances) advise_on(artifact, stance);
    if (failed(artifact, "artifact-expected"))
      say("Find out where " + name + " comes from; do not release it.");
    if (artifact.state == State::inputs_differ)
      say("Have an operator that has no seat yet rebuild with the job's inputs (a fresh seat).");
    if (artifact.state == State::unreproducible)
      say("Take " + name + " out of the quorum: only trusted operators can release it until it reproduces.");
    if (artifact.state == State::rejected)
      say("Do not release " + name + "; build it again with operators that are not frozen.");
    if (failed(artifact, "results-in")) refill();
    if (failed(artifact, "trusted")) {
      std::string names;
      for (const std::string& each : policy_.trusted) names += (names.empty() ? "" : " or ") + each;
      say("Have " + names + " build it: no decision without a trusted holder of the bits.");
    }
    if (failed(artifact, "agree") && !failed(artifact, "results-in"))
      say("Have more independent operators build " + name + ".");
    if (failed(artifact, "reference-held") && !failed(artifact, "results-in"))
      say("Nobody reproduced the reference of " + name + ": compare it with what the rebuilders hold.");
    if (artifact.state == State::auditing) say("Wait for the audit of " + name + ".");
    if (artifact.state == State::pending && !failed(artifact, "ledger-closed"))
      say("Draw the audit lottery over the results that are in.");
  }

  void advise_on(const ArtifactDecision& artifact, const Stance& stance) {
    if (stance.standing != Standing::dissents || artifact.state == State::inputs_differ ||
        artifact.state == State::rejected || artifact.state == State::unreproducible)
      return;
    if (stance.verdict == Verdict::incomplete) {
      say("Compare " + stance.result + " again with larger limits: " + stance.detail + ".");
      return;
    }
    if (stance.divergence && *stance.divergence != Divergence::known)
      say("Freeze " + artifact.name + " on both sides; people must look at what " + stance.operator_id +
          " got.");
    say("Arbitrate: let a trusted operator other than " + stance.operator_id + " build " + artifact.name +
        " twice, and " + stance.operator_id + " again on its own machine.");
  }

  void remedies(const Stance& stance) {
    for (const CauseNote& cause : stance.causes) {
      if (!cause.remedy.empty())
        say("Fix " + cause.id + ": " + first_sentence(cause.remedy) + ". More: unrepro explain " + cause.id +
            ".");
    }
  }

  void refill() {
    bool any = false;
    for (const Seat& seat : case_.seats) {
      const bool vacant = seat.state == SeatState::expired || seat.state == SeatState::failed;
      const bool refilled = std::any_of(case_.seats.begin(), case_.seats.end(),
                                        [&](const Seat& each) { return each.replaces == seat.id; });
      if (!vacant || refilled) continue;
      any = true;
      vacancies_.push_back("Refill seat " + seat.id + " of " + seat.operator_id + ", which " +
                           (seat.state == SeatState::failed ? "failed to build." : "expired."));
    }
    std::sort(vacancies_.begin(), vacancies_.end());
    for (std::string& each : vacancies_) say(std::move(each));
    vacancies_.clear();
    if (!any)
      say("Assign seats to more operators: " + std::to_string(policy_.results) + " must have built it.");
  }

  const Policy& policy_;
  const Case& case_;
  const Decision& decision_;
  std::vector<std::string> out_, vacancies_;
};

}  // namespace

std::vector<std::string> advise(const Policy& policy, const Case& kase, const Decision& decision) {
  return Adviser(policy, kase, decision).run();
}

}  // namespace unrepro::quorum
