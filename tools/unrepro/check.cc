#include "tools/check/check.h"

#include <algorithm>
#include <cstdlib>
#include <system_error>

#include "analyzer/printable.h"
#include "tools/unrepro/commands.h"
#include "tools/unrepro/exit_status.h"
#include "tools/unrepro/progress.h"
#include "tools/unrepro/reports.h"
#include "tools/unrepro/rules.h"

namespace unrepro::tool {
namespace {

namespace fs = std::filesystem;

// "all", "time,locale", "-network", "all,-time": names add, a minus takes away from all.
Result<std::vector<const check::Variation*>> choose(const std::vector<std::string>& list) {
  std::set<std::string> wanted;
  std::vector<std::string> known;
  for (const auto& each : check::variations()) known.emplace_back(each->id());
  const bool from_all = list.empty() || list.front().starts_with('-');
  if (from_all) wanted.insert(known.begin(), known.end());
  for (const std::string& item : list) {
    const bool away = item.starts_with('-');
    const std::string name = away ? item.substr(1) : item;
    if (name == "all") {
      wanted.insert(known.begin(), known.end());
    } else if (std::find(known.begin(), known.end(), name) != known.end()) {
      away ? static_cast<void>(wanted.erase(name)) : static_cast<void>(wanted.insert(name));
    } else if (name != "repeat") {  // a second build is always made
      std::string all = "repeat";
      for (const std::string& each : known) all += ", " + each;
      return fail(Trouble::unsupported, "--vary knows no '" + printable(name) + "', but " + all);
    }
  }
  std::vector<const check::Variation*> chosen;
  for (const auto& each : check::variations()) {
    if (wanted.contains(std::string(each->id()))) chosen.push_back(each.get());
  }
  return chosen;
}

// Where the check works: the folder to keep, or a new one that goes with it.
class WorkFolder {
 public:
  static Result<fs::path> make(const std::string& keep) {
    std::error_code error;
    if (!keep.empty()) {
      if (fs::exists(keep, error) && !fs::is_empty(keep, error)) {
        return fail(Trouble::io, "--keep wants an empty or new folder: " + printable(keep));
      }
      fs::create_directories(keep, error);
      fs::path folder = fs::canonical(keep, error);
      if (error) return fail(Trouble::io, "cannot make " + printable(keep) + ": " + error.message());
      return folder;
    }
    std::string pattern = (fs::temp_directory_path(error) / "unrepro-check.XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr)
      return fail(Trouble::io, "cannot make a temporary folder " + pattern);
    return fs::canonical(pattern);
  }
  explicit WorkFolder(fs::path remove) : remove_(std::move(remove)) {}
  ~WorkFolder() {
    std::error_code none;
    if (!remove_.empty()) fs::remove_all(remove_, none);
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

 private:
  fs::path remove_;
};

}  // namespace

int run_check(const CommandLine& line) {
  auto chosen = choose(line.vary);
  if (!chosen) return trouble(chosen.error());
  auto rules = read_rules(line.rule_files);
  if (!rules) return trouble(rules.error());
  std::error_code error;
  if (!fs::is_directory(line.source, error))
    return trouble({Trouble::io, "no folder: " + printable(line.source)});

  check::Request request;
  request.command = line.command;
  request.source = line.source;
  request.artifacts = line.artifacts;
  request.variations = *chosen;
  request.against = line.against;
  request.prove = line.prove;
  request.builds = line.builds;
  request.timeout = std::chrono::seconds(line.timeout);
  request.options = line.options;
  request.options.user_rules = *rules;

  const auto work = WorkFolder::make(line.keep);
  if (!work) return trouble(work.error());
  const fs::path to_remove = line.keep.empty() ? *work : fs::path();
  const WorkFolder removed_at_the_end(to_remove);
  const check::InterruptGuard guard(to_remove);
  auto baseline = read_baseline(line);
  if (!baseline) return trouble(baseline.error());
  auto files = ReportFiles::open(line);
  if (!files) return trouble(files.error());

  auto outcome = [&] {
    Progress progress;
    const auto show = [&](std::string_view what) { progress.show(what); };
    request.options.progress = show;
    return check::check(request, *work, show);
  }();
  if (!outcome) return trouble(outcome.error());
  if (!outcome->trouble.empty()) return trouble({Trouble::io, outcome->trouble});
  const OwnForms own{[&](const TextStyle& style) {
                       return check::outcome_text(*outcome, request, style.width, style.color);
                     },
                     [&] { return check::outcome_json(*outcome, request); }};
  return deliver(line, outcome->report, *baseline, *files, &own);
}

}  // namespace unrepro::tool
