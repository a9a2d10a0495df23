#include <fmt/format.h>

#include <utility>

#include "analyzer/record_file.h"
#include "tools/unrepro/commands.h"
#include "tools/unrepro/output.h"
#include "tools/unrepro/progress.h"
#include "tools/unrepro/reports.h"
#include "tools/unrepro/rules.h"

namespace unrepro::tool {
namespace {

void print_stats(const Report& report) {
  std::string table = fmt::format("{:<28}{:>10}{:>16}{:>12}\n", "pass", "seconds", "bytes", "MB/s");
  for (const PassStats& pass : report.stats) {
    const double rate = pass.seconds > 0 ? static_cast<double>(pass.bytes) / pass.seconds / 1e6 : 0;
    table += fmt::format("{:<28}{:>10.3f}{:>16}{:>12.0f}\n", pass.name, pass.seconds, pass.bytes, rate);
  }
  print_error(table);
}

}  // namespace

int run_diff(const CommandLine& line) {
  auto rules = read_rules(line.rule_files);
  if (!rules) return trouble(rules.error());
  const auto baseline = read_baseline(line);
  if (!baseline) return trouble(baseline.error());
  auto files = ReportFiles::open(line);
  if (!files) return trouble(files.error());

  Options options = line.options;
  for (const auto& [path, record] : {std::pair(&line.left_facts, &options.left_record),
                                     std::pair(&line.right_facts, &options.right_record)}) {
    if (path->empty()) continue;
    auto read = read_record(*path);
    if (!read) return trouble(read.error());
    *record = std::move(*read);
  }
  Result<Report> report = [&] {
    Progress progress;
    options.user_rules = *rules;
    options.progress = [&progress](std::string_view what) { progress.show(what); };
    return analyze(line.left, line.right, options);
  }();
  if (!report) return trouble(report.error());

  if (line.stats) print_stats(*report);
  return deliver(line, *report, *baseline, *files);
}

}  // namespace unrepro::tool
