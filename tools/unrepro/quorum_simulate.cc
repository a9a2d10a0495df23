#include <optional>

#include "analyzer/parallel.h"
#include "analyzer/quorum/replay_log.h"
#include "analyzer/simulation/output.h"
#include "formats/blob.h"
#include "tools/unrepro/commands.h"
#include "tools/unrepro/exit_status.h"
#include "tools/unrepro/output.h"
#include "tools/unrepro/quorum_evidence.h"

namespace unrepro::tool {

int run_quorum_simulate(const CommandLine& line) {
  const auto text = blob_from_file(line.results);
  if (!text) return trouble(text.error());
  auto scenario = simulation::parse_scenario(as_text((*text)->bytes()));
  if (!scenario) return trouble(scenario.error());
  if (line.seed) scenario->seed = *line.seed;

  std::optional<quorum::ReplayLog> log;
  Result<void> logged;
  simulation::DecisionSink sink;
  if (!line.log.empty()) {
    auto opened = quorum::ReplayLog::open(line.log);
    if (!opened) return trouble(opened.error());
    log.emplace(std::move(*opened));
    sink = [&](const simulation::PolicyCase& policy, const quorum::Case& kase,
               const quorum::Decision& decision) {
      if (logged) logged = log->append(policy.text, kase, decision);
    };
  }
  std::vector<simulation::Cell> cells;
  with_threads(line.options.threads, [&] { cells = simulation::simulate(*scenario, sink); });
  if (log && logged) logged = log->commit();
  if (!logged) return trouble(logged.error());

  for (const auto& [path, make] :
       {std::pair{&line.csv, +[](const simulation::Scenario&,
                                 const std::vector<simulation::Cell>&c) { return simulation::to_csv(c); }},
        {&line.json, +[](const simulation::Scenario&s,
                         const std::vector<simulation::Cell>&c) { return simulation::to_json(s, c); }},
        {&line.svg, +[](const simulation::Scenario&s, const std::vector<simulation::Cell>&c) {
           return simulation::to_svg(s, c);
         }}}) {
    if (path->empty()) continue;
    const auto written = write_file(*path, make(*scenario, cells));
    if (!written) return trouble(written.error());
  }
  if (line.csv == "-" || line.json == "-" || line.svg == "-") return 0;
  const auto printed = print(simulation::to_text(cells));
  return printed ? 0 : trouble(printed.error());
}

}  // namespace unrepro::tool
