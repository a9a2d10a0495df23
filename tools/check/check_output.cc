// The result of a check as text and as JSON.

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analyzer/json_writer.h"
#include "analyzer/printable.h"
#include "analyzer/report_json.h"
#include "analyzer/report_text.h"
#include "analyzer/wording.h"
#include "tools/check/check.h"

namespace unrepro::check {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::vector<std::string> ineffective(const Outcome& outcome) {
  std::vector<std::string> names;
  for (const Effect& each : outcome.effects) {
    if (!each.effective) names.emplace_back(each.variation->id());
  }
  return names;
}

std::string varied_names(const Build& build, const Request& request) {
  std::vector<std::string> names;
  for (const std::size_t i : build.varied) names.emplace_back(request.variations[i]->id());
  return names.empty() ? "nothing" : joined(names);
}

bool green(const Outcome& outcome) { return outcome.report.verdict == Verdict::identical; }

std::string headline(const Outcome& outcome) {
  const auto missing = ineffective(outcome);
  if (!green(outcome)) {
    return fmt::format("NOT REPRODUCIBLE  {}; {} builds\n", to_string(outcome.report.verdict),
                       outcome.builds.size());
  }
  return fmt::format("GREEN{}  {} builds are identical\n",
                     missing.empty() ? "" : ", EXCEPT " + joined(missing), outcome.builds.size());
}

constexpr std::size_t kFiles = 3;       // named with each cause
constexpr std::size_t kTableRows = 20;  // of the table of files

// Each variation with its causes: how many files, how it is known, and the fixes.
std::string triggers(const Outcome& outcome) {
  std::string text, last;
  const auto& all = outcome.triggered;
  for (std::size_t begin = 0, end = 0; begin < all.size(); begin = end) {
    const Triggered& first = all[begin];
    std::vector<std::string> fixes;
    bool marker = false, twice = true;
    for (; end < all.size() && all[end].variation == first.variation && all[end].cause == first.cause;
         ++end) {
      marker = marker || all[end].marker;
      twice = twice && all[end].runs > 1;
      const std::string& fix = all[end].remedy;
      if (!fix.empty() && std::find(fixes.begin(), fixes.end(), fix) == fixes.end()) fixes.push_back(fix);
    }
    if (first.variation != last) text += fmt::format("  {}\n", last = first.variation);
    text += fmt::format("    {:<22} {}{}\n", first.cause, counted(end - begin, "file"),
                        marker            ? ", observed: the varied value is in it"
                        : !outcome.proven ? ""
                        : twice           ? ", observed twice"
                                          : ", observed");
    for (std::size_t i = begin; i < end && i < begin + kFiles; ++i) {
      text += "      " + printable(all[i].file) + '\n';
    }
    if (end - begin > kFiles) text += fmt::format("      and {} more\n", end - begin - kFiles);
    for (const std::string& fix : fixes) text += "      fix: " + fix + '\n';
  }
  return text;
}

// Which file differs when what is varied.
std::string table(const Outcome& outcome) {
  std::vector<std::string> variations, files;
  std::set<std::pair<std::string, std::string>> seen;
  for (const Triggered& each : outcome.triggered) {
    if (variations.empty() || variations.back() != each.variation) variations.push_back(each.variation);
    seen.emplace(each.file, each.variation);
    files.push_back(each.file);
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  if (variations.size() < 2 || files.size() < 2) return {};  // says no more than the list
  std::string text = "TABLE  which file differs when only that is varied\n";
  std::size_t wide = 0;
  for (std::size_t i = 0; i < files.size() && i < kTableRows; ++i) {
    wide = std::max(wide, printable(files[i]).size());
  }
  const auto row = [&](const std::string& name, const auto& cell) {
    std::string line = fmt::format("  {:<{}}", name, wide);
    for (const std::string& variation : variations) {
      line += fmt::format("  {:^{}}", cell(variation), variation.size());
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  };
  row("", [](const std::string& variation) { return variation; });
  for (std::size_t i = 0; i < files.size() && i < kTableRows; ++i) {
    row(printable(files[i]), [&](const std::string& variation) {
      return seen.contains({files[i], variation}) ? "x" : "-";
    });
  }
  if (files.size() > kTableRows) {
    text += fmt::format("  and {} more files: see --html or --json\n", files.size() - kTableRows);
  }
  return text;
}

std::string open_ones(const Outcome& outcome) {
  std::string text;
  for (const Key& key : outcome.open) {
    text += fmt::format("  {}\n    {:<28} {}\n",
                        outcome.stopped ? "not attributed, builds ran out or failed"
                                        : "only several variations at once, or by chance",
                        printable(key.file), key.cause);
  }
  return text;
}

}  // namespace

std::string outcome_text(const Outcome& outcome, const Request& request, unsigned width, bool color) {
  std::string text = headline(outcome);
  for (const Effect& each : outcome.effects) {
    if (!each.effective)
      text += fmt::format("  {} was not effective: {}\n", each.variation->id(), each.why_not);
  }
  if (!outcome.triggered.empty() || !outcome.open.empty()) {
    text += outcome.proven ? "TRIGGERS  found by varying one at a time\n"
                           : "TRIGGERS  shown by markers; --prove finds the others\n";
    text += triggers(outcome) + open_ones(outcome);
    if (outcome.proven) text += table(outcome);
  }
  double seconds = 0;
  for (const Build& each : outcome.builds) seconds += each.exit.seconds;
  text += fmt::format("BUILDS {} in {:.1f} s\n", outcome.builds.size(), seconds);
  for (const Build& each : outcome.builds) {
    const std::string names =
        each.varied.size() > 1 && each.number == 2 ? "everything" : varied_names(each, request);
    text += fmt::format("  {:>2}  {:>6.1f} s  varied: {}\n", each.number, each.exit.seconds, names);
  }
  if (green(outcome)) return text;
  return text + '\n' + report_text(outcome.report, {width, color});
}

std::string outcome_json(const Outcome& outcome, const Request& request) {
  std::string text;
  JsonWriter json([&](std::string_view piece) { text += piece; });
  const auto field = [&](std::string_view name, std::string_view value) {
    json.key(name);
    json.string(value);
  };
  json.begin_object();
  field("schema", "unrepro.check/1");
  field("verdict", to_string(outcome.report.verdict));
  json.key("green");
  json.boolean(green(outcome));
  json.key("variations");
  json.begin_array();
  for (const Effect& each : outcome.effects) {
    json.begin_object();
    field("id", each.variation->id());
    json.key("effective");
    json.boolean(each.effective);
    field("control", each.control);
    field("varied", each.varied);
    field("why_not", each.why_not);
    field("limit", each.variation->limit());
    json.end_object();
  }
  json.end_array();
  json.key("builds");
  json.begin_array();
  for (const Build& each : outcome.builds) {
    json.begin_object();
    json.key("varied");
    json.begin_array();
    for (const std::size_t i : each.varied) json.string(request.variations[i]->id());
    json.end_array();
    json.key("status");
    json.number(static_cast<std::uint64_t>(each.exit.status));
    json.key("seconds");
    json.tenths(static_cast<std::uint64_t>(each.exit.seconds * 10));
    json.key("artifacts");
    json.begin_array();
    for (const std::string& file : each.files) json.string(file);
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.key("proven");
  json.boolean(outcome.proven && !outcome.stopped);
  json.key("triggers");
  json.begin_array();
  for (const Triggered& each : outcome.triggered) {
    json.begin_object();
    field("file", each.file);
    field("cause", each.cause);
    field("analyzer_cause", each.analyzer_cause);
    field("variation", each.variation);
    field("proof", "observed");
    field("remedy", each.remedy);
    json.key("runs");
    json.number(each.runs);
    json.key("marker");
    json.boolean(each.marker);
    json.end_object();
  }
  json.end_array();
  // Variation × file, with the causes.
  json.key("table");
  json.begin_object();
  std::map<std::string, std::map<std::string, std::vector<std::string>>> rows;
  for (const Triggered& each : outcome.triggered) rows[each.file][each.variation].push_back(each.cause);
  for (const auto& [file, row] : rows) {
    json.key(file);
    json.begin_object();
    for (const auto& [variation, causes] : row) {
      json.key(variation);
      json.begin_array();
      for (const std::string& cause : causes) json.string(cause);
      json.end_array();
    }
    json.end_object();
  }
  json.end_object();
  json.key("open");
  json.begin_array();
  for (const Key& key : outcome.open) {
    json.begin_object();
    field("file", key.file);
    field("cause", key.cause);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  json.finish();
  text.erase(text.rfind('}'));
  while (text.back() == '\n') text.pop_back();
  return text + ",\n\"report\": " + report_json(outcome.report) + "}\n";
}

}  // namespace unrepro::check
