#pragma once
// Builds a source several times in chosen settings and compares the results.

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/analyze.h"
#include "tools/check/sandbox.h"
#include "tools/check/search.h"
#include "tools/check/variation.h"

namespace unrepro::check {

struct Request {
  std::vector<std::string> command;
  std::filesystem::path source = ".";
  std::vector<std::string> artifacts;        // patterns; empty: found automatically
  std::vector<const Variation*> variations;  // to vary
  std::filesystem::path against;             // a released artifact; empty: none
  bool prove = false;
  unsigned builds = 0;  // at most; 0: as many as it takes
  std::chrono::seconds timeout{3'600};
  Options options;
};

struct Build {
  unsigned number = 0;  // from 1, the control build
  Set varied;
  Exit exit;
  std::filesystem::path artifacts, log;
  std::vector<std::string> files;               // what was collected
  std::map<std::string, std::string> observed;  // by the canary, by variation
  std::string container;                        // a program that was started and builds in one; else empty
};

// What became of one variation.
struct Effect {
  const Variation* variation = nullptr;
  bool effective = false;
  std::string control, varied;  // as observed
  std::string why_not;          // empty when effective
};

// A difference and what triggers it. Its cause is named by the experiment where that knows better than the
// analyzer.
struct Triggered : Observation {
  std::string analyzer_cause;
  std::string remedy;
};

struct Outcome {
  std::vector<Build> builds;
  std::vector<Effect> effects;
  std::string trouble;    // why there is nothing to compare: a failed build; else empty
  std::string broken_by;  // the variation under which the build fails
  Report report;          // of the control build and the one with everything varied, or of `against`
  bool proven = false;    // triggered, open, repeats are filled
  std::vector<Triggered> triggered;
  Keys open;
  bool stopped = false;
};

// Works below `work`, which must exist; leaves logs and artifacts there. Errors: io and usage. `progress` is
// told what is being built.
Result<Outcome> check(const Request& request, const std::filesystem::path& work,
                      const std::function<void(std::string_view)>& progress);

std::string outcome_text(const Outcome& outcome, const Request& request, unsigned width, bool color);
std::string outcome_json(const Outcome& outcome, const Request& request);

}  // namespace unrepro::check
