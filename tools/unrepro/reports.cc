#include "tools/unrepro/reports.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "analyzer/printable.h"
#include "analyzer/report_github.h"
#include "analyzer/report_gitlab.h"
#include "analyzer/report_html.h"
#include "analyzer/report_json.h"
#include "analyzer/report_junit.h"
#include "analyzer/report_markdown.h"
#include "analyzer/report_sarif.h"
#include "analyzer/report_text.h"
#include "analyzer/wording.h"
#include "tools/unrepro/exit_status.h"

namespace unrepro::tool {
namespace {

constexpr unsigned kFileWidth = 100;

void write_one(ReportFormat format, const TextStyle& style, const Report& report, const Judgement& judgement,
               const OwnForms* own, const TextSink& sink) {
  switch (format) {
    case ReportFormat::text:
      sink(own != nullptr ? own->text(style) : report_text(report, style));
      for (const std::string& note : judgement.notes) sink("baseline: " + note + '\n');
      if (judgement.baselined() > 0) {
        sink("baseline: accepts " + counted(judgement.baselined(), "finding") +
             (judgement.passes ? "; nothing else differs more than --accept allows\n"
                               : "; others keep this from passing\n"));
      }
      return;
    case ReportFormat::json:
      return own != nullptr ? sink(own->json()) : write_report_json(report, sink);
    case ReportFormat::markdown:
      return sink(report_markdown(report, judgement));
    case ReportFormat::sarif:
      return write_report_sarif(report, judgement, sink);
    case ReportFormat::junit:
      return sink(report_junit(report, judgement));
    case ReportFormat::github:
      return sink(report_github(report, judgement));
    case ReportFormat::gitlab:
      return write_report_gitlab(report, judgement, sink);
    case ReportFormat::html:
      return write_report_html(report, judgement, sink);
  }
}

}  // namespace

Result<ReportFiles> ReportFiles::open(const CommandLine& line) {
  const TextStyle on_stdout{text_width(), wants_color(line.no_color)};
  std::vector<ReportFile> wanted = line.report_files;
  const bool stdout_taken =
      std::any_of(wanted.begin(), wanted.end(), [](const ReportFile& file) { return file.path == "-"; });
  if (!stdout_taken) wanted.push_back({line.format, "-"});

  ReportFiles files;
  for (const auto& [format, path] : wanted) {
    auto output = Output::open(path);
    if (!output) return tl::unexpected<Error>(output.error());
    files.destinations_.push_back(
        {format, path == "-" ? on_stdout : TextStyle{kFileWidth, false}, std::move(*output)});
  }
  return files;
}

Result<void> ReportFiles::write(const Report& report, const Judgement& judgement, const OwnForms* own) {
  for (Destination& each : destinations_) {
    write_one(each.format, each.style, report, judgement, own,
              [&](std::string_view piece) { each.output->write(piece); });
    if (auto written = each.output->commit(); !written) return written;
  }
  return {};
}

Result<Baseline> read_baseline(const CommandLine& line) {
  if (line.baseline.empty()) return Baseline{};
  std::error_code ignored;
  if (line.update_baseline && !std::filesystem::exists(line.baseline, ignored)) return Baseline{};
  std::ifstream file(line.baseline, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.good() && !file.eof()) return fail(Trouble::io, "cannot read " + printable(line.baseline));
  return parse_baseline(text, line.baseline);
}

int deliver(const CommandLine& line, const Report& report, const Baseline& baseline, ReportFiles& files,
            const OwnForms* own) {
  const std::int64_t now = line.options.reference_time;
  const Judgement judgement = judge_report(report, line.accept, baseline, now);
  if (const auto written = files.write(report, judgement, own); !written) return trouble(written.error());
  if (line.update_baseline) {
    auto output = Output::open(line.baseline);
    if (!output) return trouble(output.error());
    (*output)->write(baseline_text(updated_baseline(report, line.accept, baseline, now)));
    if (const auto written = (*output)->commit(); !written) return trouble(written.error());
  }
  return judgement.passes ? 0 : exit_status(report.verdict, line.accept);
}

}  // namespace unrepro::tool
