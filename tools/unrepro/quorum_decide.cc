#include "analyzer/quorum/decision_json.h"
#include "analyzer/quorum/decision_text.h"
#include "analyzer/quorum/folder.h"
#include "analyzer/quorum/replay_log.h"
#include "tools/unrepro/commands.h"
#include "tools/unrepro/exit_status.h"
#include "tools/unrepro/output.h"
#include "tools/unrepro/progress.h"
#include "tools/unrepro/quorum_evidence.h"

namespace unrepro::tool {

int run_quorum_decide(const CommandLine& line) {
  const auto text = blob_from_file(line.policy);
  if (!text) return trouble(text.error());
  const auto policy = quorum::parse_policy(as_text((*text)->bytes()));
  if (!policy) return trouble(policy.error());
  auto evidence = EvidenceFolder::open(line);
  if (!evidence) return trouble(evidence.error());
  auto folder = quorum::read_folder(line.results, *policy, line.unsigned_ok, line.options.reference_time);
  if (!folder) return trouble(folder.error());
  folder->kase.job.reference.insert(line.reference.begin(), line.reference.end());
  {
    Progress progress;
    Options options = line.options;
    options.progress = [&progress](std::string_view what) { progress.show(what); };
    quorum::compare_artifacts(*policy, *folder, options, evidence->on_comparison());
  }
  const quorum::Decision decision = quorum::decide(*policy, folder->kase);
  // What cannot be recorded is not decided.
  if (!line.log.empty()) {
    auto log = quorum::ReplayLog::open(line.log);
    if (!log) return trouble(log.error());
    const auto logged = log->append(as_text((*text)->bytes()), folder->kase, decision).and_then([&] {
      return log->commit();
    });
    if (!logged) return trouble(logged.error());
  }
  if (const auto written = evidence->finish(folder->kase, decision); !written)
    return trouble(written.error());
  const auto printed =
      print(line.format == ReportFormat::json
                ? quorum::decision_json(decision)
                : quorum::decision_text(decision, {text_width(), wants_color(line.no_color)}));
  return printed ? exit_status(decision.state) : trouble(printed.error());
}

}  // namespace unrepro::tool
