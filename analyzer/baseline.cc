#include "analyzer/baseline.h"

#include <toml++/toml.h>

#include "analyzer/printable.h"
#include "analyzer/report.h"
#include "formats/value.h"
#include "rules/cause.h"

namespace unrepro {
namespace {

constexpr std::string_view kSeparators = "/!#@";
constexpr std::string_view kSpecial = "*?\\";

// One entry, with everything that is wrong with it.
BaselineEntry read_entry(const toml::table& table, const std::string& where, std::string& wrong) {
  const auto complain = [&](const std::string& what) {
    wrong += (wrong.empty() ? "" : "\n") + where + ": " + what;
  };
  const auto text = [&](const char* key) {
    const auto value = table[key].value_exact<std::string>();
    if (!value || value->find_first_not_of(" \t\r\n") == value->npos) {
      complain(std::string(key) + " should be a text that is not empty");
    }
    return value.value_or("");
  };
  for (const auto& [key, node] : table) {
    if (key != "cause" && key != "location" && key != "reason" && key != "expires") {
      complain("unknown key " + printable(key.str()));
    }
  }
  BaselineEntry entry{text("cause"), text("location"), text("reason"), {}};
  if (entry.cause == kUnexplained) {
    complain("what is unexplained cannot be accepted");
  } else if (!entry.cause.empty() && find_cause(entry.cause) == nullptr) {
    complain("no cause is called " + printable(entry.cause));
  }
  if (const toml::value<toml::date>* date = table["expires"].as_date()) {
    entry.expires =
        std::chrono::year_month_day(std::chrono::year(date->get().year),
                                    std::chrono::month(date->get().month), std::chrono::day(date->get().day));
  } else {
    complain("expires should be a date such as 2027-03-31");
  }
  return entry;
}

// A TOML basic string. What printable() leaves needs no other escape.
std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : printable(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

bool place_matches(std::string_view glob, std::string_view text) {
  // For ** and for * the position to resume from when what follows did not match. A * that fails may make
  // an earlier ** take more, never an earlier * (it would only repeat what the later one tried).
  struct Resume {
    std::size_t glob = std::string_view::npos;
    std::size_t text = 0;
  };
  Resume any, segment;
  std::size_t g = 0;
  std::size_t t = 0;
  while (true) {
    if (g < glob.size() && glob[g] == '*') {
      if (g + 1 < glob.size() && glob[g + 1] == '*') {
        g += 2;
        any = {g, t};
        segment = {};
      } else {
        segment = {++g, t};
      }
      continue;
    }
    if (t == text.size() && g == glob.size()) return true;
    if (t < text.size() && g < glob.size()) {
      const bool escaped = glob[g] == '\\' && g + 1 < glob.size();
      const bool one = glob[g] == '?' && kSeparators.find(text[t]) == kSeparators.npos;
      if (one || glob[g + (escaped ? 1 : 0)] == text[t]) {
        g += escaped ? 2 : 1;
        ++t;
        continue;
      }
    }
    if (segment.glob != std::string_view::npos && segment.text < text.size() &&
        kSeparators.find(text[segment.text]) == kSeparators.npos) {
      g = segment.glob;
      t = ++segment.text;
    } else if (any.glob != std::string_view::npos && any.text < text.size()) {
      g = any.glob;
      t = ++any.text;
      segment = {};
    } else {
      return false;
    }
  }
}

std::string escape_glob(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (kSpecial.find(c) != kSpecial.npos) out += '\\';
    out += c;
  }
  return out;
}

bool BaselineEntry::matches(std::string_view finding_cause, std::string_view finding_location) const {
  if (finding_cause != cause) return false;
  // The end decides fast for most entries of a long list.
  const std::size_t special = location.find_last_of(kSpecial);
  const std::string_view tail =
      special == location.npos ? location : std::string_view(location).substr(special + 1);
  const bool tail_is_literal = special == location.npos || location[special] != '\\';
  if (tail_is_literal && !finding_location.ends_with(tail)) return false;
  return place_matches(location, finding_location);
}

bool BaselineEntry::expired(std::int64_t now) const {
  return std::chrono::sys_seconds(std::chrono::seconds(now)) >= expires + std::chrono::days(1);
}

std::string BaselineEntry::expires_text() const {
  const auto seconds = std::chrono::sys_seconds(expires).time_since_epoch();
  return format_instant(seconds.count()).substr(0, 10);
}

Result<Baseline> parse_baseline(std::string_view text, const std::string& name) {
  Baseline baseline;
  std::string wrong;
  try {
    const toml::table document = toml::parse(text);
    for (const auto& [key, node] : document) {
      if (key != "accept" || !node.is_array_of_tables()) {
        wrong += (wrong.empty() ? "" : "\n") + printable(name) +
                 ": only [[accept]] tables are expected, not " + printable(key.str());
        continue;
      }
      for (const toml::node& entry : *node.as_array()) {
        const std::string where = printable(name) + ':' + std::to_string(entry.source().begin.line);
        baseline.entries.push_back(read_entry(*entry.as_table(), where, wrong));
      }
    }
  } catch (const toml::parse_error& error) {
    wrong = printable(name) + ':' + std::to_string(error.source().begin.line) + ": " +
            printable(error.description());
  }
  if (!wrong.empty()) return fail(Trouble::unsupported, wrong);
  return baseline;
}

std::string baseline_text(const Baseline& baseline) {
  std::string out = "# Differences that this project accepts; see unrepro(1).\n";
  for (const BaselineEntry& entry : baseline.entries) {
    out += "\n[[accept]]\ncause = " + toml_string(entry.cause) +
           "\nlocation = " + toml_string(entry.location) + "\nreason = " + toml_string(entry.reason) +
           "\nexpires = " + entry.expires_text() + '\n';
  }
  return out;
}

}  // namespace unrepro
