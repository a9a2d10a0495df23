#pragma once
// The outcome of a simulation as files. Numbers are written with six significant digits.

#include <string>
#include <vector>

#include "analyzer/simulation/simulate.h"

namespace unrepro::simulation {

// One line for each cell under a line of names; intervals are 95 %.
std::string to_csv(const std::vector<Cell>& cells);
// Schema unrepro.simulation/1: the scenario's seed and size, and the cells with the columns of the CSV.
std::string to_json(const Scenario& scenario, const std::vector<Cell>& cells);
// A panel for each strategy: acceptance on a logarithmic scale, and the share of builds held, against the
// share of malicious operators, with a line for each policy and bars for the intervals.
std::string to_svg(const Scenario& scenario, const std::vector<Cell>& cells);
// A table for people.
std::string to_text(const std::vector<Cell>& cells);

}  // namespace unrepro::simulation
