#pragma once
// The cause table: the public vocabulary of reports (causes.md section 4 and design 1).

#include <span>
#include <string_view>

namespace unrepro {

struct CauseInfo {
  std::string_view id;
  std::string_view family;    // "clock", "order", "path", "identity", "toolchain", "memory", "structure",
                              // "derived", "residual"
  std::string_view title;     // a short phrase for a line of a report
  std::string_view meaning;   // one or two sentences: what happened in the build
  std::string_view evidence;  // how it is told from its look-alikes
  std::string_view remedy;    // what to change in the build; empty for derived causes
  std::string_view risk;      // what an acceptance would leave to an attacker
};

// All causes, in the order of the taxonomy.
std::span<const CauseInfo> causes();
// Null when there is no such id.
const CauseInfo* find_cause(std::string_view id);

}  // namespace unrepro
