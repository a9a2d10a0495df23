#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/base.h"

namespace unrepro {

// Where a finding is: artifact!member!member#field, or @offset where a blob has no key for the place. In
// every part `% ! # @`, control characters and invalid UTF-8 are percent-encoded, so that printing and
// parsing are inverse to each other.
struct Location {
  std::vector<std::string> members;  // the artifact's name first; never empty
  std::string field;                 // may be empty
  std::string offset;                // decimal, may be empty

  std::string print() const;
  // Errors: malformed text (Trouble::unsupported) with the position.
  static Result<Location> parse(std::string_view text);
  bool operator==(const Location&) const = default;
};

}  // namespace unrepro
