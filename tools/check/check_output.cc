// The result of a check as text and as JSON.

#include <fmt/format.h>

#include "analyzer/json_writer.h"
#include "analyzer/printable.h"
#include "analyzer/report_json.h"
#include "analyzer/report_text.h"
#include "rules/cause.h"
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

std::string_view first_sentence(std::string_view text) {
  const auto end = text.find(". ");
  return end == std::string_view::npos ? text : text.substr(0, end + 1);
}

std::string table(const Outcome& outcome) {
  std::string text;
  std::string last;
  for (const Triggered& each : outcome.triggered) {
    const CauseInfo* info = find_cause(each.cause);
    if (each.variation != last) text += fmt::format("  {}\n", last = each.variation);
    text += fmt::format("    {:<28} {:<22} {}\n", printable(each.file), each.cause,
                        each.marker      ? "observed, the varied value is in the file"
                        : outcome.proven ? each.runs > 1 ? "observed twice" : "observed"
                                         : "");
    const bool last_of_its_kind = &each == &outcome.triggered.back() || (&each)[1].cause != each.cause ||
                                  (&each)[1].variation != each.variation;
    if (info != nullptr && last_of_its_kind)
      text += fmt::format("      fix: {}\n", first_sentence(info->remedy));
  }
  for (const Key& key : outcome.open) {
    text += fmt::format(
        "  {}\n    {:<28} {}\n",
        outcome.stopped ? "not attributed, builds ran out or failed" : "only several variations at once",
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
    text += table(outcome);
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
    json.key("runs");
    json.number(each.runs);
    json.key("marker");
    json.boolean(each.marker);
    json.end_object();
  }
  json.end_array();
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
