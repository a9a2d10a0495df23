#pragma once
// The forms in which a report can be written, and where to.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "analyzer/judgement.h"
#include "analyzer/report_text.h"
#include "tools/unrepro/cli.h"
#include "tools/unrepro/output.h"

namespace unrepro::tool {

// What a command writes as text and as JSON in place of a report that it is more than.
struct OwnForms {
  std::function<std::string(const TextStyle&)> text;
  std::function<std::string()> json;
};

// The destinations that a command line names.
class ReportFiles {
 public:
  // Opens all of them, so that an unwritable one is known before the work. Errors: io.
  static Result<ReportFiles> open(const CommandLine& line);
  // Writes the report to each; `own` may be null. Errors: io.
  Result<void> write(const Report& report, const Judgement& judgement, const OwnForms* own);

 private:
  struct Destination {
    ReportFormat format;
    TextStyle style;
    std::unique_ptr<Output> output;
  };
  std::vector<Destination> destinations_;
};

// Reads the baseline that --baseline names; an empty one without it, or when it is to be written and does not
// exist yet. Errors: io, unsupported.
Result<Baseline> read_baseline(const CommandLine& line);

// Judges a report by --accept and the baseline, writes it to all destinations, and updates the baseline when
// that is wanted. Gives the exit status.
int deliver(const CommandLine& line, const Report& report, const Baseline& baseline, ReportFiles& files,
            const OwnForms* own = nullptr);

}  // namespace unrepro::tool
