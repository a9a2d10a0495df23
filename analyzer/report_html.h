#pragma once
// A report as one HTML page that needs nothing else: no network, no other file.

#include "analyzer/json_writer.h"
#include "analyzer/judgement.h"

namespace unrepro {

// The page holds the JSON report as data and a script that shows it. A content security policy allows that
// script and that style by their digests and nothing else. Without scripts the report is shown as text.
void write_report_html(const Report& report, const Judgement& judgement, const TextSink& sink);

}  // namespace unrepro
