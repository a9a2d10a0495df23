#pragma once
// A report as text for a person (design section 3).

#include <string>

#include "analyzer/report.h"

namespace unrepro {

struct TextStyle {
  unsigned width = 80;  // columns; less than 40 counts as 40
  bool color = false;   // ANSI colours
};

// Ends with a newline; `identical` is one line. Everything that comes from an artifact is escaped.
std::string report_text(const Report& report, const TextStyle& style);

// One finding in full, with what its cause means and how to remove it. `report` supplies what it is derived
// from.
std::string finding_text(const Report& report, const Finding& finding, const TextStyle& style);

}  // namespace unrepro
