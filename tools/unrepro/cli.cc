#include "tools/unrepro/cli.h"

#include <CLI/CLI.hpp>
#include <array>
#include <charconv>
#include <limits>

#include "analyzer/report_json.h"
#include "tools/unrepro/exit_status.h"

namespace unrepro::tool {
namespace {

constexpr std::array<std::string_view, 5> kCommands = {"diff", "show", "explain", "rules", "check"};

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
void add_parsed(CLI::App& app, const std::string& name, const std::string& type, const std::string& help,
                const std::string& group, Parser parser, Store store) {
  app.add_option_function<std::string>(
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

// What every command that ends in a report takes.
void add_report_options(CLI::App& app, CommandLine& line) {
  add_parsed(app, "--format", "FORMAT", "What to print on standard output: text (default) or json", "Output",
             one_of<ReportFormat>({{"text", ReportFormat::text}, {"json", ReportFormat::json}}),
             [&line](ReportFormat value) { line.format = value; });
  app.add_option("--text", line.text_files, "Also write the report as text to FILE; - is standard output")
      ->type_name("FILE")
      ->expected(1)
      ->take_all()
      ->group("Output");
  app.add_option("--json", line.json_files, "Also write the report as JSON to FILE; - is standard output")
      ->type_name("FILE")
      ->expected(1)
      ->take_all()
      ->group("Output");
  add_parsed(app, "--accept", "VERDICT", "Exit with 0 up to this verdict: equivalent or explained",
             "Judgement",
             one_of<Accept>({{"equivalent", Accept::equivalent}, {"explained", Accept::explained}}),
             [&line](Accept value) { line.accept = value; });
  app.add_option("--rules", line.rule_files, "Also ask the rules in this TOML file")
      ->type_name("FILE")
      ->expected(1)
      ->take_all()
      ->group("Judgement");
}

void add_check(CLI::App& app, CommandLine& line) {
  app.add_option("COMMAND", line.command, "The build, after --; one word with blanks is a line for the shell")
      ->required()
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
  add_report_options(app, line);
  app.footer(
      "Builds a copy of the source twice, the second time with everything varied that may be, and compares.\n"
      "Exit status as of diff; 2 also when a build fails, with the variation under which it does.");
}

void add_diff(CLI::App& app, CommandLine& line) {
  app.add_option("LEFT", line.left, "First build: a file or a directory")->required()->type_name("");
  app.add_option("RIGHT", line.right, "Second build")->required()->type_name("");

  add_report_options(app, line);
  app.add_flag("--stats", line.stats, "Print what took how long to standard error")->group("Output");

  app.add_flag("--verify-encoding", line.options.verify_encoding,
               "Re-encode whole compressed streams, however large, to prove their encoder")
      ->group("Judgement");
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
  CLI::App& check = *app.add_subcommand("check", "Build twice in different environments and compare");
  for (CLI::App* each : {&diff, &show, &explain, &rules, &check}) {
    each->add_flag("--no-color", line.no_color, "No colours, as with NO_COLOR in the environment")
        ->group("Output");
  }
  add_diff(diff, line);
  add_check(check, line);
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
  line.action = diff.parsed()      ? Action::diff
                : show.parsed()    ? Action::show
                : explain.parsed() ? Action::explain
                : check.parsed()   ? Action::check
                                   : Action::rules;

  std::size_t on_stdout = diff.count("--format") + check.count("--format") > 0 ? 1 : 0;
  for (const auto* files : {&line.text_files, &line.json_files}) {
    on_stdout += static_cast<std::size_t>(std::count(files->begin(), files->end(), "-"));
  }
  if (on_stdout > 1)
    return usage_error("standard output can hold one report only: --format, --text -, --json -");
  return line;
}

}  // namespace unrepro::tool
