#pragma once
// One run of a scenario: builds one after the other, with operators that are drawn, caught and replaced.

#include <string>
#include <vector>

#include "analyzer/simulation/prng.h"
#include "analyzer/simulation/simulate.h"

namespace unrepro::simulation {

class History {
 public:
  // Keeps references to the first three until play() is done.
  History(const Scenario& scenario, const PolicyCase& policy, double share, Strategy strategy, Prng prng,
          const DecisionSink& sink);

  // Plays all builds and adds what happened to the cell.
  void play(Cell& cell);

 private:
  // Who can have a seat: an operator, or with by_nodes a node.
  struct Identity {
    std::string name;
    bool bad = false;
    std::uint32_t from = 0;  // the first build for which it may have a seat
    bool out = false;        // convicted or withdrawn
  };
  struct Tally;
  struct Build;

  void join(bool bad, std::uint32_t from);
  std::vector<std::size_t> draw_seats(std::uint32_t build);
  bool attacks(std::uint32_t build, const std::vector<std::size_t>& seats);
  void submit(Build& state, const std::vector<std::size_t>& seats);
  void add_result(Build& state, const std::string& who, quorum::Role role, const quorum::Digest& bits,
                  bool fresh, bool other_inputs = false);
  quorum::Digest honest_bits(Build& state);
  void relate(Build& state);
  quorum::Decision decide(Build& state);
  void arbitrate(Build& state, quorum::Decision& decision);
  void record(const Build& state, const quorum::Decision& decision, Tally& tally);
  void play_build(std::uint32_t build, Tally& tally);
  void play_majority(Build& state, Tally& tally);

  const Scenario& scenario_;
  const PolicyCase& case_;
  const quorum::Policy& policy_;
  Strategy strategy_;
  Prng prng_;
  const DecisionSink& sink_;
  std::vector<Identity> identities_;
  std::vector<quorum::Event> events_;
  std::uint64_t fresh_bits_ = 0;
};

}  // namespace unrepro::simulation
