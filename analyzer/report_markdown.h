#pragma once
// A report as GitHub Flavored Markdown, for a pull request or a job summary.

#include <string>

#include "analyzer/judgement.h"

namespace unrepro {

// At most about 60 kB, since comments are limited to 65,536 characters: what does not fit is left out and
// said to be. Whatever comes from an artifact stands in code spans, where it can form no link, mention or
// markup.
std::string report_markdown(const Report& report, const Judgement& judgement);

}  // namespace unrepro
