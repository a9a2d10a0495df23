#pragma once
// The command line as one plain struct.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/analyze.h"
#include "analyzer/judgement.h"

namespace unrepro::tool {

enum class Action : std::uint8_t {
  diff,
  show,
  explain,
  rules,
  check,
  quorum_decide,
  quorum_sign,
  quorum_verify,
  quorum_simulate,
  quorum_replay,
  message
};
enum class ReportFormat : std::uint8_t { text, json, markdown, sarif, junit, github, gitlab, html };

struct ReportFile {
  ReportFormat format;
  std::string path;  // "-" is standard output
  bool operator==(const ReportFile&) const = default;
};

struct CommandLine {
  Action action = Action::message;

  // message: what to print, where, and the exit status (help, version, or a usage error).
  std::string message;
  int status = 0;

  // diff
  std::string left, right;
  Options options;
  ReportFormat format = ReportFormat::text;
  std::vector<ReportFile> report_files;
  Accept accept = Accept::identical;
  std::string baseline;  // file; empty: none
  bool update_baseline = false;
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

  // quorum decide
  std::string policy, results;         // a file and a folder
  std::vector<std::string> reference;  // SHA-256 of the artifacts to confirm, in hexadecimal
  bool unsigned_ok = false;
  std::string evidence;             // a folder for signed statements; empty: none
  std::string key;                  // a private key, to sign; also for sign
  std::string verifier, resource;   // URIs in a VSA: to write, or, for verify, to demand
  std::vector<std::string> levels;  // that a VSA must state
  std::string log;                  // to append decisions to; also for simulate

  // quorum sign, simulate, replay: what to work on is in `results`
  std::string job, output;
  bool confirm = false;  // sign: `results` is the digest of a manifest
  std::optional<std::uint64_t> seed;
  std::string csv, json, svg;
  std::string head;    // replay: the head that the log must have; empty: the file beside it
  bool print = false;  // replay: the decisions' bytes

  // quorum verify
  std::vector<std::string> files, builders, parameters;
  std::vector<std::string> artifacts;  // also for check: patterns
  std::uint32_t threshold = 1;
  // check; output, rules and judgement as for diff
  std::vector<std::string> command;
  std::vector<std::string> vary;  // names, "-name", "all"; empty: all
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
