#include <fmt/format.h>

#include <memory>
#include <utility>

#include "analyzer/record_file.h"
#include "analyzer/report_json.h"
#include "analyzer/report_text.h"
#include "tools/unrepro/commands.h"
#include "tools/unrepro/exit_status.h"
#include "tools/unrepro/output.h"
#include "tools/unrepro/progress.h"
#include "tools/unrepro/rules.h"

namespace unrepro::tool {
namespace {

struct Destination {
  ReportFormat format;
  TextStyle style;
  std::unique_ptr<Output> output;
};

Result<std::vector<Destination>> open_destinations(const CommandLine& line) {
  const TextStyle on_stdout{text_width(), wants_color(line.no_color)};
  std::vector<std::pair<ReportFormat, std::string>> wanted;
  bool stdout_taken = false;
  const auto want = [&](ReportFormat format, const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      wanted.emplace_back(format, path);
      stdout_taken = stdout_taken || path == "-";
    }
  };
  want(ReportFormat::text, line.text_files);
  want(ReportFormat::json, line.json_files);
  if (!stdout_taken) wanted.emplace_back(line.format, "-");

  std::vector<Destination> destinations;
  for (const auto& [format, path] : wanted) {
    auto output = Output::open(path);
    if (!output) return tl::unexpected<Error>(output.error());
    destinations.push_back({format, path == "-" ? on_stdout : TextStyle{100, false}, std::move(*output)});
  }
  return destinations;
}

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
  auto destinations = open_destinations(line);
  if (!destinations) return trouble(destinations.error());

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

  for (Destination& each : *destinations) {
    if (each.format == ReportFormat::json) {
      write_report_json(*report, [&](std::string_view piece) { each.output->write(piece); });
    } else {
      each.output->write(report_text(*report, each.style));
    }
    if (const auto written = each.output->commit(); !written) return trouble(written.error());
  }
  if (line.stats) print_stats(*report);
  return exit_status(report->verdict, line.accept);
}

}  // namespace unrepro::tool
