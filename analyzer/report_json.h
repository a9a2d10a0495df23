#pragma once
// A report as JSON, schema unrepro.report/1 (design section 3; tools/schema/report.schema.json).

#include <string>
#include <string_view>

#include "analyzer/json_writer.h"
#include "analyzer/report.h"

namespace unrepro {

inline constexpr std::string_view kReportSchema = "unrepro.report/1";

// The version of this program, "0.1.0".
std::string_view tool_version();
// SHA-256, in hexadecimal, over everything that decides how differences are named: the cause table.
const std::string& rules_sha256();

// Writes the whole document, ended by a newline, in pieces. Equal reports give equal bytes.
void write_report_json(const Report& report, const TextSink& sink);
std::string report_json(const Report& report);

}  // namespace unrepro
