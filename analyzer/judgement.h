#pragma once
// Whether a report passes: what --accept allows and what a baseline accepts besides. Never part of the
// report's verdict, and nothing that a quorum may use (design section 3).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/baseline.h"
#include "analyzer/report.h"

namespace unrepro {

// The worst verdict that counts as success.
enum class Accept : std::uint8_t { identical, equivalent, explained };

// What a finding means for success. `follows`: derived, and no worse than the differences it follows from.
enum class Standing : std::uint8_t { passes, baseline, follows, fails };

struct Judgement {
  bool passes = false;
  std::vector<Standing> standings;   // of Report::findings, in their order
  std::vector<std::size_t> entries;  // for a finding in the baseline: its entry; else not meaningful
  std::vector<std::string> notes;    // of the baseline: what expired, no longer occurs, could not be applied
  Baseline baseline;                 // as given

  // How many findings the baseline accepts.
  std::uint64_t baselined() const;
  // Why the baseline accepts finding number `index`; empty when it does not.
  std::string_view reason(std::size_t index) const;
};

// `now`: seconds since 1970, against which entries expire. A baseline without entries accepts nothing.
Judgement judge_report(const Report& report, Accept accept, const Baseline& baseline, std::int64_t now);

// The baseline with which the report would pass as far as one can: entries of `old` that still apply, and a
// new one, valid for 90 days, for each finding that fails and may be accepted.
Baseline updated_baseline(const Report& report, Accept accept, const Baseline& old, std::int64_t now);

}  // namespace unrepro
