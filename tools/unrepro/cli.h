#pragma once
// The command line as one plain struct.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/analyze.h"

namespace unrepro::tool {

enum class Action : std::uint8_t { diff, show, explain, rules, check, message };
enum class ReportFormat : std::uint8_t { text, json };
// The worst verdict that counts as success.
enum class Accept : std::uint8_t { identical, equivalent, explained };

struct CommandLine {
  Action action = Action::message;

  // message: what to print, where, and the exit status (help, version, or a usage error).
  std::string message;
  int status = 0;

  // diff
  std::string left, right;
  Options options;
  ReportFormat format = ReportFormat::text;
  std::vector<std::string> text_files, json_files;  // "-" is standard output
  Accept accept = Accept::identical;
  std::string left_facts, right_facts;  // files with build records; empty: none
  bool stats = false;
  std::vector<std::string> rule_files;  // of the user; also for rules

  // show
  std::string report;
  std::uint64_t finding = 0;

  // explain; empty lists all causes
  std::string cause;

  // rules: what to do with rule_files, or the built-in rules
  bool lint = false, test = false;

  // check; output, rules and judgement as for diff
  std::vector<std::string> command;
  std::vector<std::string> vary;       // names, "-name", "all"; empty: all
  std::vector<std::string> artifacts;  // patterns
  std::string source = ".", against, keep;
  bool prove = false;
  unsigned builds = 0;            // 0: as many as it takes
  std::uint64_t timeout = 3'600;  // seconds for one build

  bool no_color = false;
};

// Reads the arguments after the program's name. Never exits: usage errors come back as Action::message with
// status 2. `now` is the default reference time, seconds since 1970.
CommandLine parse_command_line(std::vector<std::string> arguments, std::int64_t now);

// Seconds since 1970 or ISO 8601: "2024-01-31", "2024-01-31T12:00:00Z", "2024-01-31T12:00:00+01:00"; without
// a zone UTC is meant. Empty for anything else.
std::optional<std::int64_t> parse_instant(std::string_view text);

}  // namespace unrepro::tool
