#include "tools/unrepro/cli.h"

#include <CLI/CLI.hpp>
#include <array>
#include <charconv>
#include <limits>

#include "analyzer/report_json.h"
#include "tools/unrepro/exit_status.h"

namespace unrepro::tool {
namespace {

constexpr std::array<std::string_view, 6> kCommands = {"diff", "show", "explain", "rules", "quorum", "check"};

constexpr char kAbout[] =
    "Explains, byte by byte, why two builds of one source differ.\n"
    "\n"
    "unrepro compares two files or directories, gives every differing byte a cause with a proof, and says "
    "whether\n"
    "the difference may be accepted. `unrepro LEFT RIGHT` is short for `unrepro diff LEFT RIGHT`.\n";

constexpr char kExamples[] =
    "Examples:\n"
    "  unrepro old.deb new.deb                     compare, report to the terminal\n"
    "  unrepro a.deb b.deb --accept equivalent     succeed if only harmless fields differ\n"
    "  unrepro a/ b/ --json report.json            compare directories, keep the report\n"
    "  unrepro a.deb b.deb --html report.html      the same as a page for a browser\n"
    "  unrepro show report.json 3                  open finding 3 of that report\n"
    "  unrepro check --prove -- make               build twice in different environments, find why\n"
    "  unrepro explain build-path                  what a cause means and how to remove it\n"
    "\n"
    "Exit status:\n"
    "  0  identical, or accepted under --accept\n"
    "  1  different and not accepted\n"
    "  2  trouble: wrong usage, unreadable input, output that cannot be written\n"
    "  3  incomplete: a limit, encryption or an I/O error left something unchecked";

constexpr char kDiffFooter[] =
    "Verdicts, from best to worst: identical, equivalent (only fields that no consumer acts on differ), "
    "explained\n"
    "(every difference has a cause and a proof), incomplete, divergent.\n"
    "\n"
    "Sizes may end in K, M or G; times in s, m or h. To compare a file named like a command, write ./diff.";

std::string_view to_string(ReportFormat format) {
  static constexpr std::array<std::string_view, 8> kNames = {"text",  "json",   "markdown", "sarif",
                                                             "junit", "github", "gitlab",   "html"};
  return kNames[static_cast<std::size_t>(format)];
}

// "900", "900s", "15m", "2h".
std::optional<std::uint64_t> parse_seconds(std::string_view text) {
  std::uint64_t unit = 1;
  if (text.ends_with('s') || text.ends_with('m') || text.ends_with('h')) {
    unit = text.back() == 'h' ? 3'600 : text.back() == 'm' ? 60 : 1;
    text.remove_suffix(1);
  }
  std::uint64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  constexpr std::uint64_t kMost = 100ull * 365 * 86'400;
  if (text.empty() || result.ec != std::errc() || result.ptr != text.data() + text.size())
    return std::nullopt;
  if (value == 0 || value > kMost / unit) return std::nullopt;
  return value * unit;
}

// "4096", "64K", "512M", "8G"; powers of 1024.
std::optional<std::uint64_t> parse_size(std::string_view text) {
  unsigned shift = 0;
  if (text.ends_with('K') || text.ends_with('M') || text.ends_with('G')) {
    shift = text.back() == 'G' ? 30 : text.back() == 'M' ? 20 : 10;
    text.remove_suffix(1);
  }
  std::uint64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || result.ec != std::errc() || result.ptr != text.data() + text.size())
    return std::nullopt;
  if (value == 0 || value > (std::numeric_limits<std::uint64_t>::max() >> shift)) return std::nullopt;
  return value << shift;
}

// A parser of one of a few names.
template <class Value>
auto one_of(std::vector<std::pair<std::string, Value>> names) {
  return [names = std::move(names)](const std::string& text) -> std::optional<Value> {
    for (const auto& [name, value] : names) {
      if (name == text) return value;
    }
    return std::nullopt;
  };
}

// An option whose text a parser turns into a value, or refuses.
template <class Parser, class Store>
CLI::Option* add_parsed(CLI::App& app, const std::string& name, const std::string& type,
                        const std::string& help, const std::string& group, Parser parser, Store store) {
  return app
      .add_option_function<std::string>(
          name,
          [=](const std::string& text) {
            const auto value = parser(text);
            if (!value) throw CLI::ValidationError(name, "cannot read '" + text + "' as " + type);
            store(*value);
          },
          help)
      ->type_name(type)
      ->group(group);
}

constexpr std::array<std::pair<ReportFormat, std::string_view>, 8> kFormats = {{
    {ReportFormat::text, "text"},
    {ReportFormat::json, "JSON"},
    {ReportFormat::markdown, "Markdown for a pull request"},
    {ReportFormat::sarif, "SARIF 2.1.0"},
    {ReportFormat::junit, "JUnit XML"},
    {ReportFormat::github, "GitHub annotations"},
    {ReportFormat::gitlab, "GitLab code quality"},
    {ReportFormat::html, "an HTML page"},
}};

// What a report is written as, and where to.
void add_outputs(CLI::App& app, CommandLine& line) {
  std::vector<std::pair<std::string, ReportFormat>> names;
  for (const auto& [format, title] : kFormats) names.emplace_back(to_string(format), format);
  auto* format =
      add_parsed(app, "--format", "FORMAT",
                 "What to print on standard output: text (default), json, markdown, sarif, junit, github, "
                 "gitlab or html",
                 "Output", one_of<ReportFormat>(names), [&line](ReportFormat value) { line.format = value; });
  app.add_flag_callback(
         "--github", [&line] { line.format = ReportFormat::github; }, "Short for --format github")
      ->excludes(format)
      ->group("Output");
  for (const auto& [each, title] : kFormats) {
    if (each == ReportFormat::github) continue;  // read from standard output only
    app.add_option_function<std::vector<std::string>>(
           "--" + std::string(to_string(each)),
           [&line, form = each](const std::vector<std::string>& paths) {
             for (const std::string& path : paths) line.report_files.push_back({form, path});
           },
           "Also write the report as " + std::string(title) + " to FILE; - is standard output")
        ->type_name("FILE")
        ->expected(1)
        ->take_all()
        ->group("Output");
  }
}

// What counts as success.
void add_acceptance(CLI::App& app, CommandLine& line) {
  add_parsed(app, "--accept", "VERDICT", "Exit with 0 up to this verdict: equivalent or explained",
             "Judgement",
             one_of<Accept>({{"equivalent", Accept::equivalent}, {"explained", Accept::explained}}),
             [&line](Accept value) { line.accept = value; });
  auto* baseline = app.add_option("--baseline", line.baseline,
                                  "Accept besides what this TOML file lists, by cause and place")
                       ->type_name("FILE")
                       ->group("Judgement");
  app.add_flag("--update-baseline", line.update_baseline,
               "Write what could be accepted to the baseline, to be reviewed")
      ->needs(baseline)
      ->group("Judgement");
}

void add_rules(CLI::App& app, CommandLine& line) {
  app.add_option("--rules", line.rule_files, "Also ask the rules in this TOML file")
      ->type_name("FILE")
      ->expected(1)
      ->take_all()
      ->group("Judgement");
}

void add_check(CLI::App& app, CommandLine& line) {
  app.add_option("COMMAND", line.command, "The build, after --; one word with blanks is a line for the shell")
      ->type_name("");
  app.add_option("--vary", line.vary, "What to vary, such as time,locale or -network; default: everything")
      ->type_name("LIST")
      ->delimiter(',')
      ->expected(1)
      ->take_all()
      ->group("Experiment");
  app.add_flag("--prove", line.prove, "Build on until each cause has the variation that triggers it")
      ->group("Experiment");
  app.add_option("--builds", line.builds, "At most this many builds, 2 or more")
      ->check(CLI::Range(2u, 1'000u).description(""))
      ->type_name("N")
      ->group("Experiment");
  app.add_option("--against", line.against,
                 "Build once, as things are, and compare with this released artifact")
      ->check(CLI::ExistingPath.description(""))
      ->type_name("ARTIFACT")
      ->group("Experiment");
  app.add_option("--source", line.source, "Folder to build a copy of")
      ->type_name("DIR")
      ->capture_default_str()
      ->group("Build");
  app.add_option(
         "--artifacts", line.artifacts,
         "What to compare, relative to the source, ../*.deb for one; default: packages and archives that "
         "the build made, else all files that it made")
      ->type_name("GLOB")
      ->expected(1)
      ->take_all()
      ->group("Build");
  add_parsed(app, "--timeout", "TIME", "For each build; default: 1h", "Build", parse_seconds,
             [&line](std::uint64_t value) { line.timeout = value; });
  app.add_option("--keep", line.keep, "Work in this new folder and leave logs and artifacts there")
      ->type_name("DIR")
      ->group("Build");
  add_outputs(app, line);
  add_acceptance(app, line);
  add_rules(app, line);
  app.footer(
      "Builds a copy of the source twice, the second time with everything varied that may be, and compares.\n"
      "Exit status as of diff; 2 also when a build fails, with the variation under which it does.");
}

void add_diff(CLI::App& app, CommandLine& line) {
  app.add_option("LEFT", line.left, "First build: a file or a directory")->required()->type_name("");
  app.add_option("RIGHT", line.right, "Second build")->required()->type_name("");

  add_outputs(app, line);
  app.add_flag("--stats", line.stats, "Print what took how long to standard error")->group("Output");

  add_acceptance(app, line);
  app.add_flag("--verify-encoding", line.options.verify_encoding,
               "Re-encode whole compressed streams, however large, to prove their encoder")
      ->group("Judgement");
  add_rules(app, line);
  app.add_option(
         "--facts-left", line.left_facts,
         "What is known of the first build: a .buildinfo, SLSA provenance, or TOML that the job issued")
      ->type_name("FILE")
      ->group("Judgement");
  app.add_option("--facts-right", line.right_facts, "The same of the second build")
      ->type_name("FILE")
      ->group("Judgement");
  add_parsed(
      app, "--reference-time", "TIME",
      "\"Now\" for range checks: seconds since 1970 or ISO 8601; default: the clock", "Judgement",
      [](const std::string& text) { return parse_instant(text); },
      [&line](std::int64_t value) { line.options.reference_time = value; });

  add_parsed(app, "--max-output", "SIZE",
             "Decompressed bytes; default: 256M and 200 times the input, up to 64G", "Limits", parse_size,
             [&line](std::uint64_t value) { line.options.limits.output_bytes = value; });
  app.add_option("--max-members", line.options.limits.members, "Archive members")
      ->check(CLI::PositiveNumber.description(""))
      ->type_name("N")
      ->capture_default_str()
      ->group("Limits");
  app.add_option("--max-fields", line.options.limits.nodes, "Decoded fields, 32 bytes of memory each")
      ->check(CLI::PositiveNumber.description(""))
      ->type_name("N")
      ->capture_default_str()
      ->group("Limits");
  app.add_option("--max-depth", line.options.limits.depth, "Artifacts inside of artifacts")
      ->check(CLI::PositiveNumber.description(""))
      ->type_name("N")
      ->capture_default_str()
      ->group("Limits");
  add_parsed(app, "--max-time", "TIME", "Wall time; default: 15m", "Limits", parse_seconds,
             [&line](std::uint64_t value) { line.options.limits.wall = std::chrono::seconds(value); });
  app.add_option("--max-findings", line.options.max_findings,
                 "Findings to list; never changes the verdict or the sums")
      ->type_name("N")
      ->capture_default_str()
      ->group("Limits");
  app.add_option("--threads", line.options.threads, "Worker threads; 0 is one per processor")
      ->check(CLI::Range(0u, 1024u).description(""))
      ->type_name("N")
      ->group("Limits");
  app.footer(kDiffFooter);
}

constexpr char kDecideFooter[] =
    "Each folder in DIR is one result: build.json (operator, builder, inputs, facts), artifacts/, and\n"
    "manifest.json, a DSSE envelope signed by a key of the policy. job.json in DIR says what the "
    "coordinator\n"
    "knows: the job's inputs, its seats, audits. See unrepro(1).\n"
    "\n"
    "Exit status:\n"
    "  0  agreed, agreed-equivalent, confirmed\n"
    "  1  disputed, rejected, unreproducible\n"
    "  2  trouble: wrong usage, unreadable input\n"
    "  3  pending, insufficient, inputs-differ, escalated, auditing";

void add_quorum_decide(CLI::App& app, CommandLine& line) {
  app.add_option("--policy", line.policy, "What is demanded, as TOML")->required()->type_name("FILE");
  app.add_option("--results", line.results, "The results, a folder each")->required()->type_name("DIR");
  app.add_option("--reference", line.reference,
                 "SHA-256 of an official artifact that the results must confirm; may be repeated")
      ->check([](const std::string& text) {
        const bool hex = text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
        return hex ? std::string() : "must be 64 hexadecimal digits in lower case";
      })
      ->type_name("DIGEST")
      ->expected(1)
      ->take_all();
  app.add_flag("--unsigned", line.unsigned_ok,
               "Believe who results say they are from; for experiments, and said in the decision");
  add_parsed(app, "--format", "FORMAT", "What to print on standard output: text (default) or json", "Output",
             one_of<ReportFormat>({{"text", ReportFormat::text}, {"json", ReportFormat::json}}),
             [&line](ReportFormat value) { line.format = value; });
  add_parsed(
      app, "--reference-time", "TIME",
      "\"Now\": seconds since 1970 or ISO 8601; keys must be valid then; default: the clock", "Judgement",
      [](const std::string& text) { return parse_instant(text); },
      [&line](std::int64_t value) { line.options.reference_time = value; });
  add_parsed(app, "--max-output", "SIZE", "Decompressed bytes of a comparison", "Limits", parse_size,
             [&line](std::uint64_t value) { line.options.limits.output_bytes = value; });
  add_parsed(app, "--max-time", "TIME", "Wall time of a comparison; default: 15m", "Limits", parse_seconds,
             [&line](std::uint64_t value) { line.options.limits.wall = std::chrono::seconds(value); });
  auto* evidence =
      app.add_option("--evidence", line.evidence,
                     "Write signed statements here: each comparison, and a VSA if artifacts are released")
          ->type_name("DIR")
          ->group("Evidence");
  for (const auto& [name, into, help] :
       {std::tuple{"--key", &line.key, "Private ed25519 key, PEM, to sign them"},
        {"--verifier", &line.verifier, "URI of who decides, for the VSA"},
        {"--resource", &line.resource, "URI of what is released, for the VSA"}}) {
    auto* option = app.add_option(name, *into, help)->type_name("TEXT")->group("Evidence");
    evidence->needs(option);
  }
  app.add_option("--log", line.log, "Append the decision to this replay log")
      ->type_name("FILE")
      ->group("Evidence");
  app.footer(kDecideFooter);
}

void add_quorum_sign(CLI::App& app, CommandLine& line) {
  app.add_option("WHAT", line.results,
                 "The folder of a result: writes its manifest.json. A JSON report: prints a build-comparison")
      ->required()
      ->type_name("");
  app.add_option("--key", line.key, "Private ed25519 key, PEM")->required()->type_name("FILE");
  auto* job = app.add_option("--job", line.job, "The job that the folder is a result of")->type_name("ID");
  app.add_flag("--confirm", line.confirm,
               "WHAT is the SHA-256 of a result's manifest: print that a person confirms that it was meant")
      ->needs(job);
  app.add_option("--output", line.output, "Write there")->type_name("FILE");
}

void add_quorum_verify(CLI::App& app, CommandLine& line) {
  app.add_option("FILE", line.files, "Envelopes, bundles of them (*.jsonl) and links of rebuilderd")
      ->required()
      ->type_name("");
  app.add_option("--policy", line.policy, "TOML whose keys are believed")->required()->type_name("FILE");
  app.add_option("--threshold", line.threshold, "Keys that must have signed each")
      ->check(CLI::Range(1u, 64u).description(""))
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--artifact", line.artifacts, "A file that each must be about")
      ->type_name("FILE")
      ->expected(1)
      ->take_all();
  app.add_option("--verifier", line.verifier, "URI of the verifier that a VSA must name")->type_name("URI");
  app.add_option("--resource", line.resource, "URI of the resource that a VSA must name")->type_name("URI");
  app.add_option("--level", line.levels,
                 "A level that a VSA must state; of QUORUM_BITWISE_2_OPERATORS more will do")
      ->type_name("LEVEL")
      ->expected(1)
      ->take_all();
  app.add_option("--builder", line.builders,
                 "OPERATOR=ID: a builder that an operator may write provenance for")
      ->type_name("PAIR")
      ->expected(1)
      ->take_all();
  app.add_option("--parameter", line.parameters, "An external parameter that provenance may have")
      ->type_name("NAME")
      ->expected(1)
      ->take_all();
  add_parsed(
      app, "--reference-time", "TIME",
      "When the evidence came in; keys must be valid then; default: the clock", "Judgement",
      [](const std::string& text) { return parse_instant(text); },
      [&line](std::int64_t value) { line.options.reference_time = value; });
  app.footer("Exit status: 0 all hold, 1 one does not, 2 trouble");
}

void add_quorum_simulate(CLI::App& app, CommandLine& line) {
  app.add_option("SCENARIO", line.results, "Policies, shares and strategies, as TOML")
      ->required()
      ->type_name("");
  app.add_option("--seed", line.seed, "Instead of the scenario's")->type_name("N");
  app.add_option("--csv", line.csv, "Write the cells as CSV; - is standard output")->type_name("FILE");
  app.add_option("--json", line.json, "Write them as JSON")->type_name("FILE");
  app.add_option("--svg", line.svg, "Draw them")->type_name("FILE");
  app.add_option("--log", line.log, "Append every decision to this replay log")->type_name("FILE");
  app.add_option("--threads", line.options.threads, "Worker threads; 0 is one per processor")
      ->check(CLI::Range(0u, 1024u).description(""))
      ->type_name("N");
}

void add_quorum_replay(CLI::App& app, CommandLine& line) {
  app.add_option("LOG", line.results, "A log that decide --log or simulate --log wrote")
      ->required()
      ->type_name("");
  app.add_option("--head", line.head,
                 "\"COUNT SHA256\" that the log must end with; default: what LOG.head says")
      ->type_name("HEAD");
  app.add_flag("--print", line.print, "Print every decision as JSON, the same bytes as decide --format json");
  app.footer("Exit status: 0 all decisions came out the same, 1 the log does not hold, 2 trouble");
}

CommandLine message(std::string text, int status) {
  CommandLine line;
  line.message = std::move(text);
  line.status = status;
  return line;
}

CommandLine usage_error(const std::string& text) {
  return message("unrepro: " + text + "\nTry 'unrepro --help'.\n", kTrouble);
}

}  // namespace

CommandLine parse_command_line(std::vector<std::string> arguments, std::int64_t now) {
  CommandLine line;
  line.options.reference_time = now;

  CLI::App app(kAbout, "unrepro");
  app.footer(kExamples);
  app.set_version_flag("--version", "unrepro " + std::string(tool_version()), "Print the version and exit");
  app.set_help_flag("-h,--help", "Print this help and exit");
  app.require_subcommand(1);
  app.get_formatter()->column_width(28);
  CLI::App& diff = *app.add_subcommand("diff", "Compare two builds and explain their differences");
  CLI::App& show = *app.add_subcommand("show", "Open one finding of a JSON report");
  CLI::App& explain = *app.add_subcommand("explain", "Say what a cause means and how to remove it");
  CLI::App& rules = *app.add_subcommand("rules", "List, check and test declarative rules");
  CLI::App& quorum =
      *app.add_subcommand("quorum", "Decide what may be believed of the results of many builders");
  quorum.require_subcommand(1);
  CLI::App& decide = *quorum.add_subcommand("decide", "Say which artifacts may be released, and why");
  CLI::App& sign = *quorum.add_subcommand("sign", "Sign a result, or the report of a comparison");
  CLI::App& verify = *quorum.add_subcommand("verify", "Check signed evidence, offline");
  CLI::App& simulate = *quorum.add_subcommand("simulate", "Play attacks against policies");
  CLI::App& replay = *quorum.add_subcommand("replay", "Make every decision of a log again");
  CLI::App& check = *app.add_subcommand("check", "Build twice in different environments and compare");
  for (CLI::App* each : {&diff, &show, &explain, &rules, &check, &decide}) {
    each->add_flag("--no-color", line.no_color, "No colours, as with NO_COLOR in the environment")
        ->group("Output");
  }
  add_diff(diff, line);
  add_check(check, line);
  add_quorum_decide(decide, line);
  add_quorum_sign(sign, line);
  add_quorum_verify(verify, line);
  add_quorum_simulate(simulate, line);
  add_quorum_replay(replay, line);
  show.add_option("REPORT", line.report, "A report that --json wrote")->required()->type_name("");
  show.add_option("N", line.finding, "Number of the finding, the one after #")
      ->required()
      ->check(CLI::PositiveNumber.description(""))
      ->type_name("");
  explain.add_option("ID", line.cause, "A cause, such as build-path; without it all are listed")
      ->type_name("");

  auto* lint = rules.add_flag("--lint", line.lint, "Say what is wrong with the rules");
  rules.add_flag("--test", line.test, "Run the examples of the rules")->excludes(lint);
  rules.add_option("FILE", line.rule_files, "Files of rules; without any the built-in ones")->type_name("");

  if (arguments.empty()) return usage_error("nothing to compare");
  const std::string& first = arguments.front();
  const bool named = std::find(kCommands.begin(), kCommands.end(), first) != kCommands.end();
  if (!named && first != "--help" && first != "-h" && first != "--version") {
    arguments.insert(arguments.begin(), "diff");
  }
  // What follows -- is the build's, options too, whatever the parser would make of it.
  std::vector<std::string> command;
  if (arguments.front() == "check") {
    const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
    if (dashes != arguments.end()) {
      command.assign(dashes + 1, arguments.end());
      arguments.erase(dashes, arguments.end());
    }
  }
  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    return message(app.help(), 0);
  } catch (const CLI::CallForVersion&) {
    return message(app.version() + '\n', 0);
  } catch (const CLI::ParseError& error) {
    return usage_error(error.what());
  }
  line.action = diff.parsed()       ? Action::diff
                : show.parsed()     ? Action::show
                : explain.parsed()  ? Action::explain
                : check.parsed()    ? Action::check
                : decide.parsed()   ? Action::quorum_decide
                : sign.parsed()     ? Action::quorum_sign
                : verify.parsed()   ? Action::quorum_verify
                : simulate.parsed() ? Action::quorum_simulate
                : replay.parsed()   ? Action::quorum_replay
                                    : Action::rules;
  line.command.insert(line.command.end(), command.begin(), command.end());
  if (check.parsed() && line.command.empty()) return usage_error("COMMAND is required");

  const std::size_t named_stdout =
      diff.count("--format") + diff.count("--github") + check.count("--format") + check.count("--github");
  const auto on_stdout = std::count_if(line.report_files.begin(), line.report_files.end(),
                                       [](const ReportFile& file) { return file.path == "-"; });
  if (named_stdout + static_cast<std::size_t>(on_stdout) > 1) {
    return usage_error("standard output can hold one report only: --format, --text -, --json - …");
  }
  return line;
}

}  // namespace unrepro::tool
