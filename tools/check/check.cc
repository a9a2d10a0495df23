#include "tools/check/check.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>

#include "rules/cause.h"
#include "rules/content/date.h"
#include "tools/check/container.h"
#include "tools/check/observed.h"
#include "tools/check/tree.h"

namespace unrepro::check {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTimeId = "time";

class Checker {
 public:
  Checker(const Request& request, const fs::path& work, const std::function<void(std::string_view)>& progress)
      : request_(request),
        source_(fs::canonical(request.source)),
        host_(examine_host(work, source_)),
        progress_(progress) {
    for (const std::string_view name : {"home", "unrepro-varied-home", "canary", "logs", "artifacts"}) {
      fs::create_directories(work / name);
    }
    for (const std::string_view name : {"a", "b", "c", "d", "e"}) std::ofstream(work / "canary" / name);
    for (std::size_t i = 0; i < request.variations.size(); ++i) {
      outcome_.effects.push_back(
          {request.variations[i], false, {}, {}, request.variations[i]->obstacle(host_)});
      if (outcome_.effects.back().why_not.empty()) possible_.insert(i);
      if (request.variations[i]->id() == kTimeId) time_ = i;
    }
  }

  Result<Outcome> run() {
    auto control = build({});
    if (!control) return tl::unexpected<Error>(control.error());
    if (!usable(*control)) return explain_failure(*control, "with nothing varied"), std::move(outcome_);
    control_ = std::move(*control);
    if (!request_.against.empty()) return compare_with_release();

    auto varied = build(possible_);
    if (!varied) return tl::unexpected<Error>(varied.error());
    judge_effects(*varied);
    if (!usable(*varied)) {
      if (const auto done = find_breaking(*varied); !done) return tl::unexpected<Error>(done.error());
      return std::move(outcome_);
    }
    auto report = analyze(control_.artifacts, varied->artifacts, options());
    if (!report) return tl::unexpected<Error>(report.error());
    outcome_.report = std::move(*report);
    if (request_.prove) {
      if (outcome_.report.verdict != Verdict::identical) prove();
      outcome_.proven = true;
    } else {
      markers_ = marked(outcome_.report);
      std::map<std::size_t, std::map<Key, unsigned>> seen;
      for (const auto& [key, by] : markers_) {
        for (const std::size_t variation : by) seen[variation][key] = 1;
      }
      for (const auto& [variation, keys] : seen) add_triggered(variation, keys);
    }
    find_remedies();
    return std::move(outcome_);
  }

 private:
  Options options() const {
    Options options = request_.options;
    // The clocks of our builds run ahead.
    options.reference_time = std::max(options.reference_time, host_.clock + 500 * 86'400);
    return options;
  }

  bool usable(const Build& build) const {
    return build.exit.status == 0 && !build.exit.timed_out && !build.files.empty();
  }

  bool builds_left() const { return request_.builds == 0 || outcome_.builds.size() < request_.builds; }

  Result<Build> build(const Set& varied) {
    Build build;
    build.number = static_cast<unsigned>(outcome_.builds.size()) + 1;
    build.varied = varied;
    build.log = host_.work / "logs" / (std::to_string(build.number) + ".log");
    // Folders of results have the same name, so that it is no difference.
    build.artifacts = host_.work / "artifacts" / std::to_string(build.number) / host_.source_name;
    progress_("build " + std::to_string(build.number));

    Setting setting;
    setting.root = host_.work / "build";
    for (std::size_t i = 0; i < request_.variations.size(); ++i) {
      if (possible_.contains(i)) request_.variations[i]->apply(host_, varied.contains(i), setting);
    }
    if (!host_.preload_library.empty())
      setting.preload.insert(setting.preload.begin(), host_.preload_library);

    const fs::path tree = setting.root / host_.source_name;
    std::error_code error;
    fs::remove_all(setting.root, error);
    fs::create_directories(setting.root / "tmp", error);
    if (auto copied = copy_tree(source_, tree, host_.work); !copied)
      return tl::unexpected<Error>(copied.error());
    wait_for_other_times();
    const Snapshot before = snapshot(setting.root);
    observe(setting, tree, build);
    const fs::path builders = host_.work / "builders";
    std::ofstream{builders};
    setting.environment[kBuildersVariable] = builders.string();
    std::vector<std::string> command = request_.command;
    if (passes_inside()) pass_inside(host_, command, setting);
    auto exit = check::run(command, tree, setting, host_, build.log, request_.timeout);
    if (!exit) return tl::unexpected<Error>(exit.error());
    build.exit = *exit;
    if (passes_inside()) {
      build.container = container_builder(command);
      build.observed = observed_inside(host_);
    } else {
      std::getline(std::ifstream(builders), build.container);
      if (build.container.empty()) build.container = container_builder(request_.command);
    }
    build.files = find_artifacts(setting.root, host_.source_name, before, request_.artifacts);
    if (auto taken = collect(setting.root, host_.source_name, build.files, build.artifacts); !taken) {
      return tl::unexpected<Error>(taken.error());
    }
    fs::remove_all(setting.root, error);
    outcome_.builds.push_back(build);
    return build;
  }

  // Whether the command builds in a container that our settings are carried into. What they leave in an image
  // would differ from a released one.
  bool passes_inside() const {
    return image_build_arguments(request_.command) != 0 && !host_.preload_library.empty() &&
           request_.against.empty();
  }

  // Times of files are the true ones and as coarse as two seconds (zip): none may be that of the control
  // build.
  void wait_for_other_times() {
    if (outcome_.builds.empty()) control_start_ = std::chrono::steady_clock::now();
    if (time_ && !outcome_.builds.empty())
      std::this_thread::sleep_until(control_start_ + std::chrono::milliseconds(2'100));
  }

  void observe(const Setting& setting, const fs::path& tree, Build& build) {
    const fs::path log = host_.work / "logs" / (std::to_string(build.number) + ".canary");
    std::error_code error;
    const std::string program = fs::read_symlink("/proc/self/exe", error).string();
    const auto done = check::run({program, "--canary", (host_.work / "canary").string()}, tree, setting,
                                 host_, log, std::chrono::seconds(30));
    if (done) build.observed = read_observed(log);
  }

  void judge_effects(const Build& varied) {
    for (const std::size_t i : possible_) {
      Effect& effect = outcome_.effects[i];
      const std::string id(effect.variation->id());
      const auto value = [&](const Build& build) {
        const auto found = build.observed.find(id);
        return found == build.observed.end() ? std::string() : found->second;
      };
      effect.control = value(control_);
      effect.varied = value(varied);
      effect.why_not = effect.control == effect.varied ? "a process in the build saw no other value"
                                                       : effect.variation->missing(host_);
      effect.effective = effect.why_not.empty();
      const std::string& container = varied.container.empty() ? control_.container : varied.container;
      if (container.empty() || (passes_inside() && effect.effective)) continue;
      effect.effective = false;
      effect.why_not = "does not reach inside of " + container;
    }
  }

  static std::string last_lines(const fs::path& log) {
    std::ifstream file(log);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) {
      lines.push_back(std::move(line));
      if (lines.size() > 12) lines.erase(lines.begin());
    }
    std::string text;
    for (const std::string& line : lines) text += "  | " + line + '\n';
    return text;
  }

  void explain_failure(const Build& build, const std::string& when) {
    outcome_.trouble = "the build " + when;
    if (build.exit.timed_out) {
      outcome_.trouble += " took longer than " + std::to_string(request_.timeout.count()) + " s";
    } else if (build.exit.status != 0) {
      outcome_.trouble += " failed with status " + std::to_string(build.exit.status);
    } else {
      outcome_.trouble += " left no artifacts; name them with --artifacts";
    }
    outcome_.trouble += "; its output ended with\n" + last_lines(build.log);
  }

  Result<void> find_breaking(const Build& all) {
    Build broken = all;
    Result<void> result;
    const auto fails = [&](const Set& half) -> std::optional<bool> {
      if (!builds_left()) return std::nullopt;
      auto tried = build(half);
      if (!tried) {
        result = tl::unexpected<Error>(tried.error());
        return std::nullopt;
      }
      if (!usable(*tried)) broken = *tried;
      return !usable(*tried);
    };
    auto trigger = halve(possible_, fails);
    if (trigger && broken.varied != Set{*trigger} && !fails({*trigger}).value_or(false)) trigger.reset();
    if (!result) return result;
    if (trigger) outcome_.broken_by = request_.variations[*trigger]->id();
    explain_failure(broken,
                    trigger ? "with " + outcome_.broken_by + " varied" : "with several variations at once");
    return {};
  }

  Result<Outcome> compare_with_release() {
    fs::path mine = control_.artifacts;
    if (!fs::is_directory(request_.against)) {
      const auto same_name = std::find_if(
          control_.files.begin(), control_.files.end(),
          [&](const std::string& file) { return fs::path(file).filename() == request_.against.filename(); });
      const std::string tree = host_.source_name + '/';
      if (same_name == control_.files.end() && control_.files.size() != 1) {
        return fail(Trouble::unsupported, "no artifact of the build is called " +
                                              request_.against.filename().string() +
                                              "; choose one with --artifacts");
      }
      const std::string& file = same_name == control_.files.end() ? control_.files.front() : *same_name;
      mine /= file.starts_with(tree) ? file.substr(tree.size()) : file;
    }
    auto report = analyze(request_.against, mine, options());
    if (!report) return tl::unexpected<Error>(report.error());
    outcome_.report = std::move(*report);
    outcome_.effects.clear();
    return std::move(outcome_);
  }

  static bool is_derived(const std::string& cause) {
    const CauseInfo* info = find_cause(cause);
    return info != nullptr && info->family == "derived";
  }

  static Key key_of(const Finding& finding) { return {place_of(finding).file, finding.cause}; }

  // What stands for itself; what follows from other differences only when there is nothing else.
  static Keys keys_of(const Report& report) {
    Keys roots, all;
    for (const Finding& finding : report.findings) {
      const Key key = key_of(finding);
      all.insert(key);
      if (!finding.derived && !is_derived(key.cause)) roots.insert(key);
    }
    return roots.empty() ? all : roots;
  }

  // Differences with a value on the right that only these variations bring.
  std::map<Key, Set> marked(const Report& report) const {
    std::map<Key, Set> found;
    for (const Finding& finding : report.findings) {
      for (const std::size_t i : possible_) {
        for (const std::string& marker : request_.variations[i]->markers(host_)) {
          if (finding.right && finding.right->value.find(marker) != std::string::npos) {
            found[key_of(finding)].insert(i);
          }
        }
      }
    }
    return found;
  }

  // The first date in a value, to the day at least.
  static std::optional<Date> date_in(const std::optional<Evidence>& evidence) {
    const std::string_view text = evidence ? std::string_view(evidence->value) : std::string_view();
    for (std::size_t at = 0; at < std::min(text.size(), std::size_t{200}); ++at) {
      if (at > 0 && std::isalnum(static_cast<unsigned char>(text[at - 1])) != 0) continue;
      const auto date = match_date(text, at);
      if (date && date->precision >= DatePrecision::day && date->spelling != DateSpelling::time) return date;
    }
    return std::nullopt;
  }

  // What two dates say of the clock when it was not varied.
  enum class Clock { unknown, passes, shifted };

  // Shifted: dates that differ by more than the time between two builds, or in how they are written.
  static Clock clock_of(const Finding& finding) {
    constexpr std::int64_t kHours = 6 * 3'600;
    const auto left = date_in(finding.left), right = date_in(finding.right);
    if (!left || !right) return Clock::unknown;
    const bool shifted = std::abs(left->local - right->local) > kHours || left->zone != right->zone ||
                         left->spelling != right->spelling || left->language != right->language;
    return shifted ? Clock::shifted : Clock::passes;
  }

  static bool is_clock(const Key& key) {
    const CauseInfo* info = find_cause(key.cause);
    return info != nullptr && info->family == "clock" && key.cause != "elapsed-time";
  }

  static bool is_residual(const std::string& cause) {
    const CauseInfo* info = find_cause(cause);
    return info == nullptr || info->family == "residual" || info->family == "derived";
  }

  static bool writes_dates(const Variation& by) { return by.id() == "timezone" || by.id() == "locale"; }

  static bool contains(std::span<const std::string_view> causes, std::string_view cause) {
    return std::find(causes.begin(), causes.end(), cause) != causes.end();
  }

  // What brought a marker in; else what triggers such a cause, or, of an order without cause, any order.
  // Dates are written in a zone and a language: these are asked when the clock is not all, and for what has
  // no cause in a file with dates.
  Set suggest(const Key& key) const {
    if (const auto found = markers_.find(key); found != markers_.end()) return found->second;
    Set suggested;
    for (const std::size_t i : possible_) {
      const Variation& each = *request_.variations[i];
      const bool any_order = key.cause == "order-unattributed" && !each.order_cause().empty();
      const bool dated =
          (is_clock(key) && clock_tried_) || (is_residual(key.cause) && dated_.contains(key.file));
      if (any_order || contains(each.causes(), key.cause) || (writes_dates(each) && dated))
        suggested.insert(i);
    }
    return suggested;
  }

  // Adds what a variation was seen to trigger; a file's vague cause only where the variation has no better.
  void add_triggered(std::size_t variation, const std::map<Key, unsigned>& seen) {
    const Variation& by = *request_.variations[variation];
    std::map<std::string, std::vector<Triggered>> named, vague;
    for (const auto& [key, runs] : seen) {
      const auto found = markers_.find(key);
      const bool marker = found != markers_.end() && found->second.contains(variation);
      Triggered triggered{{key.file, key.cause, std::string(by.id()), runs, marker}, key.cause, {}};
      const CauseInfo* info = find_cause(key.cause);
      const bool order = info != nullptr && info->family == "order";
      if (contains(by.causes(), key.cause)) {
        named[key.file].push_back(triggered);
      } else if (order && !by.order_cause().empty()) {
        triggered.cause = by.order_cause();
        named[key.file].push_back(triggered);
      } else if (is_residual(key.cause) || (is_clock(key) && writes_dates(by))) {
        triggered.cause = by.causes().front();
        auto& same = vague[key.file];
        if (same.empty()) same.push_back(triggered);
      } else {
        named[key.file].push_back(triggered);
      }
    }
    for (auto& [file, list] : named) {
      vague.erase(file);
      outcome_.triggered.insert(outcome_.triggered.end(), list.begin(), list.end());
    }
    for (auto& [file, list] : vague) {
      outcome_.triggered.insert(outcome_.triggered.end(), list.begin(), list.end());
    }
    std::stable_sort(outcome_.triggered.begin(), outcome_.triggered.end(), [](const auto& a, const auto& b) {
      return a.variation == b.variation && a.cause < b.cause;
    });
  }

  // What the analyzer would change in this file, where it knows more than the cause table.
  void find_remedies() {
    std::map<Key, std::string> remedies;
    for (const Finding& finding : outcome_.report.findings) {
      if (!finding.remedy.empty()) remedies.emplace(key_of(finding), finding.remedy);
    }
    for (Triggered& each : outcome_.triggered) {
      const auto known = remedies.find({each.file, each.analyzer_cause});
      const CauseInfo* info = find_cause(each.cause);
      if (known != remedies.end() && each.cause == each.analyzer_cause) {
        each.remedy = known->second;
      } else if (info != nullptr) {
        each.remedy = info->remedy.substr(0, info->remedy.find(". "));
      }
      if (!each.remedy.empty() && each.remedy.back() == '.') each.remedy.pop_back();
    }
  }

  // Where builds differ with this varied; when it is built again, only what differs again.
  void keep_places(const Set& varied, const Report& report) {
    Places places;
    for (const Finding& finding : report.findings) places[place_of(finding).below].insert(finding.cause);
    const std::string id(varied.empty() ? "repeat" : request_.variations[*varied.begin()]->id());
    const auto [known, first] = places_.try_emplace(id, places);
    if (!first) std::erase_if(known->second, [&](const auto& each) { return !places.contains(each.first); });
  }

  // Whether addresses are random in a build, or cannot be held in any.
  bool varies_addresses(const Set& varied) const {
    for (const std::size_t i : possible_) {
      if (request_.variations[i]->id() == "aslr") return varied.contains(i);
    }
    return true;
  }

  void prove() {
    markers_ = marked(outcome_.report);
    for (const Key& key : keys_of(outcome_.report)) {
      if (is_clock(key)) dated_.insert(key.file);
    }
    Keys flowing;  // a clock's causes that differ with nothing varied: time passes between builds
    Oracle oracle;
    oracle.suggest = [this](const Key& key) { return suggest(key); };
    oracle.differences = [&](const Set& varied) -> std::optional<Keys> {
      if (!builds_left()) return std::nullopt;
      const auto made = build(varied);
      if (!made || !usable(*made)) return std::nullopt;
      const auto report = analyze(control_.artifacts, made->artifacts, options());
      if (!report) return std::nullopt;
      for (const auto& [key, by] : marked(*report)) markers_[key].insert(by.begin(), by.end());
      if (varied.size() <= 1) keep_places(varied, *report);
      Keys keys = keys_of(*report);
      if (!varies_addresses(varied)) {  // addresses move with whatever else is varied
        std::erase_if(keys, [](const Key& key) { return key.cause == "aslr-address"; });
      }
      if (!time_ || !possible_.contains(*time_)) return keys;
      if (varied.contains(*time_)) {
        clock_tried_ = true;
        return keys;
      }
      if (varied.empty())
        std::copy_if(keys.begin(), keys.end(), std::inserter(flowing, flowing.end()), is_clock);
      std::map<Clock, Keys> clocks;
      for (const Finding& finding : report->findings) clocks[clock_of(finding)].insert(key_of(finding));
      std::erase_if(keys, [&](const Key& key) {
        const bool passes = flowing.contains(key) || (is_clock(key) && clocks[Clock::passes].contains(key));
        return passes && !clocks[Clock::shifted].contains(key);
      });
      return keys;
    };
    const Attribution found = attribute(possible_, keys_of(outcome_.report), oracle);
    std::map<std::size_t, std::map<Key, unsigned>> claims;
    for (const Claim& claim : found.claims) claims[claim.variation][claim.key] = claim.runs;
    for (const auto& [variation, keys] : claims) add_triggered(variation, keys);
    for (const Key& key : found.repeats) {
      outcome_.triggered.push_back({{key.file, key.cause, "repeat", 1, false}, key.cause, {}});
    }
    outcome_.report.observations.assign(outcome_.triggered.begin(), outcome_.triggered.end());
    mark_observed(outcome_.report, places_);
    outcome_.open = found.open;
    outcome_.stopped = found.stopped;
  }

  const Request& request_;
  fs::path source_;
  Host host_;
  const std::function<void(std::string_view)>& progress_;
  Outcome outcome_;
  Set possible_;
  std::optional<std::size_t> time_;
  Build control_;
  std::map<Key, Set> markers_;
  std::set<std::string> dated_;  // files with dates that differ
  bool clock_tried_ = false;     // a build with another clock was made
  std::map<std::string, Places> places_;
  std::chrono::steady_clock::time_point control_start_;
};

}  // namespace

Result<Outcome> check(const Request& request, const fs::path& work,
                      const std::function<void(std::string_view)>& progress) {
  return Checker(request, work, progress).run();
}

}  // namespace unrepro::check
