#pragma once
// A report as SARIF 2.1.0 (OASIS standard, 27 March 2020), for code scanning services.

#include "analyzer/json_writer.h"
#include "analyzer/judgement.h"

namespace unrepro {

// One run with the causes as rules and a result for each finding that is no consequence of another. What the
// baseline accepts is a suppressed result. Positions inside nested members are logical locations, since the
// physical one can name the artifact only.
void write_report_sarif(const Report& report, const Judgement& judgement, const TextSink& sink);

}  // namespace unrepro
