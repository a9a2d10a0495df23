#pragma once
// Plays scenarios against the real decision function (quorum::decide), and counts.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/quorum/case.h"
#include "analyzer/quorum/decision.h"
#include "analyzer/simulation/interval.h"
#include "analyzer/simulation/scenario.h"

namespace unrepro::simulation {

// How often something happened, over runs of several builds each. Sums are integers, so that no order of
// adding changes them.
class Rate {
 public:
  void add_run(std::uint64_t hits, std::uint64_t trials);
  std::uint64_t hits() const { return hits_; }
  std::uint64_t trials() const { return trials_; }
  double value() const {
    return trials_ == 0 ? 0 : static_cast<double>(hits_) / static_cast<double>(trials_);
  }
  // 95 %, with the runs as clusters.
  Interval interval() const;

 private:
  std::uint64_t runs_ = 0, hits_ = 0, trials_ = 0, hits_squared_ = 0, trials_squared_ = 0, product_ = 0;
};

// One policy, share and strategy. "Accepted" means that a malicious artifact was released, or, of free
// riders, that fewer operators than the policy demands had built what was.
struct Cell {
  std::string policy;
  double share = 0;
  Strategy strategy = Strategy::always;
  Rate accepted;           // of all builds
  Rate accepted_attempts;  // of builds with at least one dishonest result in a seat
  Rate held;               // builds that the first decision did not release, or that an audit was drawn for
  Rate for_people;         // builds that needed people in the end
  Rate falsely_accused;    // honest results whose operator was penalised for them
  Rate detected;  // runs with an attempt: a malicious operator was penalised, or an audit contradicted it
  std::uint64_t builds = 0;  // that were decided
  std::uint64_t made = 0;    // builds that were made for them, all roles
  std::uint64_t made_by_trusted = 0;
  std::uint64_t released_before_detection = 0;  // malicious artifacts; of runs without detection, all of them
  std::optional<double> expected;               // `accepted` by closed form, where there is one
  double extra() const {
    return builds == 0 ? 0 : static_cast<double>(made - builds) / static_cast<double>(builds);
  }
};

// Receives every final decision in cell order when given; the cells are then played one after the other.
using DecisionSink =
    std::function<void(const PolicyCase& policy, const quorum::Case& kase, const quorum::Decision& decision)>;

// All cells: policies, then shares, then strategies as listed. The same for any number of threads.
std::vector<Cell> simulate(const Scenario& scenario, const DecisionSink& sink = {});

}  // namespace unrepro::simulation
