#pragma once
// How a difference gets its cause.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/difference.h"
#include "rules/verdict.h"

namespace unrepro {

class Rule;

// A cause that may explain a difference, before it is confirmed.
struct Hypothesis {
  std::string_view cause;  // id of the cause table
  Proof proof = Proof::pattern;
  std::string note;            // what a reader should know: the parameter, the encoder
  const Rule* rule = nullptr;  // set by the engine
};

// What was fitted over a whole container once all its differences are known.
struct Fitted {
  const Relations& relations;
  const ZoneShift& zone_shift;
};

// Freedom left by accepting one difference. Differences that name the same parameter share it: it counts
// once.
struct Freedom {
  Capacity capacity;
  std::string parameter;
};

// Stateless. The first confirmed hypothesis of the best verdict wins, in the order of rules().
class Rule {
 public:
  virtual ~Rule() = default;
  virtual void propose(const Difference& difference, const Facts& facts,
                       std::vector<Hypothesis>& sink) const = 0;
  virtual bool confirm(const Difference& difference, const Hypothesis& hypothesis,
                       const Fitted& fitted) const = 0;
  virtual Freedom capacity(const Difference& difference, const Hypothesis& hypothesis,
                           const Fitted& fitted) const = 0;
};

// All rules, the most constrained first.
std::span<const Rule* const> rules();

// One file per family; each gives its rules with static lifetime.
const Rule& zone_rule();               // rules/clock.cc
const Rule& file_time_rule();          // rules/clock.cc
const Rule& archive_ownership_rule();  // rules/ownership.cc
const Rule& umask_rule();              // rules/permissions.cc
const Rule& member_order_rule();       // rules/order.cc
const Rule& encoding_rule();           // rules/encoding.cc
const Rule& dialect_rule();            // rules/dialect.cc
const Rule& pid_rule();                // rules/identity.cc
const Rule& inode_rule();              // rules/identity.cc
const Rule& build_counter_rule();      // rules/counter.cc

}  // namespace unrepro
