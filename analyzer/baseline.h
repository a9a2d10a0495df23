#pragma once
// Accepted findings: the file .unrepro.toml. It holds tables
//
//   [[accept]]
//   cause = "file-mtime"                     # of the cause table
//   location = '*!data.tar!usr/share/**#*'   # glob over a finding's location (location.h)
//   reason = "our packer has no option for it; issue 12"
//   expires = 2027-03-31                     # the last day on which the entry is applied, UTC
//
// In a glob * stands for any text without / ! # @, ? for one such byte, ** for any text, and \ takes the
// special meaning from the character after it.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "formats/base.h"

namespace unrepro {

struct BaselineEntry {
  std::string cause;
  std::string location;  // a glob
  std::string reason;
  std::chrono::sys_days expires;

  bool matches(std::string_view finding_cause, std::string_view finding_location) const;
  // `now`: seconds since 1970.
  bool expired(std::int64_t now) const;
  std::string expires_text() const;  // "2027-03-31"
};

struct Baseline {
  std::vector<BaselineEntry> entries;
};

// Reads a baseline. `name` begins the messages. Errors: unsupported, with all that is wrong: no TOML, an
// unknown or missing key, an unknown cause, one that cannot be accepted, an empty reason.
Result<Baseline> parse_baseline(std::string_view text, const std::string& name);
// The same as a file; reading it gives an equal baseline.
std::string baseline_text(const Baseline& baseline);

// Never backtracks beyond the last ** and the last * after it.
bool place_matches(std::string_view glob, std::string_view text);
// A glob that matches this text only.
std::string escape_glob(std::string_view text);

}  // namespace unrepro
