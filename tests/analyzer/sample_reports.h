#pragma once
// Reports made by hand, as the analyzer could give them. Names and numbers are invented, sums are right.

#include <string>
#include <utility>
#include <vector>

#include "analyzer/report.h"

namespace unrepro {

Report identical_report();
Report equivalent_report();  // member times and their checksums
Report divergent_report();   // known: three root causes, one blocks
Report alert_report();       // a set-id bit and a checksum that is wrong
Report incomplete_report();  // an encrypted member
Report residue_report();     // 500 unexplained findings, some omitted
Report hostile_report();     // names and values with control sequences, invalid UTF-8, quotes

// Every sample with the name of its golden file.
std::vector<std::pair<std::string, Report>> sample_reports();

}  // namespace unrepro
