#pragma once
// A report as a GitLab code quality artifact (docs.gitlab.com/ci/testing/code_quality).

#include "analyzer/json_writer.h"
#include "analyzer/judgement.h"

namespace unrepro {

// A list with one issue for each finding that is no consequence of another and not accepted by the baseline,
// and for whatever was not checked. The path is that of the left artifact, the line always 1.
void write_report_gitlab(const Report& report, const Judgement& judgement, const TextSink& sink);

}  // namespace unrepro
