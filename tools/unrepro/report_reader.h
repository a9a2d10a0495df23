#pragma once

#include <string>

#include "analyzer/report.h"

namespace unrepro::tool {

// Reads what showing findings needs from a JSON report: findings, and how many were omitted. Other parts of
// the result are left at their defaults. Errors: io (the file cannot be read), unsupported (no such report,
// or a value that is missing or out of place; the message says which).
Result<Report> read_report(const std::string& path);

}  // namespace unrepro::tool
