#pragma once
// How a difference gets its cause.

#include <cstdint>
#include <map>
#include <optional>
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
  std::string parameter = {};  // what one build has once: "path /build/a → /srv/b"; empty when there is none
  std::optional<std::int64_t> delta = {};  // seconds from left to right, of what the clock left behind
  bool anchored = false;  // the slot is known by the fixed text around it, or its values by the records
  bool contradicts_record = false;  // a trusted record of a side says something else: an alert
  std::string_view remedy = {};     // of this producer; empty when the cause's is all there is to say
  bool record = false;  // the field is a mere record, of Effect::content, however the format sees it
};

// What the hypotheses of all differences of the artifact say together. Only what several say is evidence.
class Support {
 public:
  void add(const Hypothesis& hypothesis);
  // Call once, when all were added.
  void finish();
  // How many hypotheses named the parameter.
  std::uint64_t of(const std::string& parameter) const;
  // How many stamps moved by this much, give or take a day, the asker among them.
  std::uint64_t of_clock(std::int64_t delta) const;
  // Whether there is any stamp that moved.
  bool any_clock() const { return !deltas_.empty(); }

 private:
  std::map<std::string, std::uint64_t> parameters_;
  std::vector<std::int64_t> deltas_;
};

// What was fitted once all differences are known.
struct Fitted {
  const Relations& relations;   // of the container
  const ZoneShift& zone_shift;  // of the container
  const Support& support;       // of the whole artifact
  bool acts_alike = false;      // nothing that decides behaviour differs in the container
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

// What it proposes is inferred, and never accepted: it tells people where to look.
class LeadRule : public Rule {
 public:
  bool confirm(const Difference&, const Hypothesis&, const Fitted&) const final { return true; }
  Freedom capacity(const Difference&, const Hypothesis&, const Fitted&) const final {
    return {Capacity::unlimited(), {}};
  }
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
const Rule& pattern_rule();            // rules/pattern_rule.cc
const Rule& stamp_rule();              // rules/stamp.cc
const Rule& path_rule();               // rules/path.cc
const Rule& host_rule();               // rules/host.cc
const Rule& token_rule();              // rules/token.cc
const Rule& text_order_rule();         // rules/text_order.cc
const Rule& text_form_rule();          // rules/text_form.cc
const Rule& layout_rule();             // rules/identity.cc
const Rule& build_id_rule();           // rules/identity.cc
const Rule& producer_rule();           // rules/identity.cc
const Rule& compiler_rule();           // rules/debug.cc
const Rule& debug_rule();              // rules/debug.cc
const Rule& temporary_file_rule();     // rules/temporary.cc
const Rule& build_counter_rule();      // rules/counter.cc
const Rule& slot_lead_rule();          // rules/identity.cc
const Rule& format_version_rule();     // rules/identity.cc
const Rule& code_lead_rule();          // rules/code_lead.cc
const Rule& feature_rule();            // rules/feature.cc
const Rule& renamed_id_rule();         // rules/renamed_id.cc
const Rule& detached_rule();           // rules/debug.cc
const Rule& boilerplate_rule();        // rules/boilerplate.cc

}  // namespace unrepro
