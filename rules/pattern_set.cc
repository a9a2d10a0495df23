#include "rules/pattern_set.h"

#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

#include "rules/patterns/built_in.h"

namespace unrepro {
namespace {

using Complaints = std::vector<std::string>;

// Takes the keys of one table; what is left over at the end is unknown.
class Table {
 public:
  Table(const toml::table& table, Complaints& complaints) : table_(table), complaints_(complaints) {}

  std::string text(std::string_view key) {
    known_.push_back(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) return {};
    if (!node->is_string()) complaints_.push_back(std::string(key) + ": a string");
    return node->value_or(std::string());
  }
  std::vector<std::string> texts(std::string_view key) {
    std::vector<std::string> values;
    each(key, [&](const toml::node& node) {
      if (!node.is_string()) complaints_.push_back(std::string(key) + ": strings");
      values.push_back(node.value_or(std::string()));
    });
    return values;
  }
  std::vector<PatternExample> examples(std::string_view key) {
    std::vector<PatternExample> values;
    each(key, [&](const toml::node& node) {
      const toml::array* pair = node.as_array();
      const bool good = pair != nullptr && pair->size() == 2 && pair->is_homogeneous<std::string>();
      if (!good) return complaints_.push_back(std::string(key) + ": pairs of lines");
      values.push_back({(*pair)[0].value_or(std::string()), (*pair)[1].value_or(std::string())});
    });
    return values;
  }
  void finish() {
    for (const auto& [key, node] : table_) {
      if (std::find(known_.begin(), known_.end(), key.str()) == known_.end())
        complaints_.push_back(std::string(key.str()) + ": no such key");
    }
  }

 private:
  template <class Visitor>
  void each(std::string_view key, Visitor&& visitor) {
    known_.push_back(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) return;
    if (!node->is_array()) return complaints_.push_back(std::string(key) + ": a list");
    for (const toml::node& item : *node->as_array()) visitor(item);
  }

  const toml::table& table_;
  Complaints& complaints_;
  std::vector<std::string_view> known_;
};

PatternText read(const toml::table& source, Complaints& complaints) {
  Table table(source, complaints);
  PatternText text;
  text.id = table.text("id");
  text.cause = table.text("cause");
  text.formats = table.texts("formats");
  text.paths = table.texts("paths");
  text.kinds = table.texts("kinds");
  text.line = table.text("line");
  const std::string effect = table.text("effect");
  if (!effect.empty() && effect != "content") complaints.push_back("effect: content, or nothing");
  text.record = effect == "content";
  text.remedy = table.text("remedy");
  text.references = table.texts("references");
  text.matches = table.examples("match");
  text.look_alikes = table.examples("differ");
  table.finish();
  return text;
}

// As the analyzer would cut them: the span between what both lines begin and end with.
Place cut(std::string_view line, std::size_t prefix, std::size_t suffix) {
  return {line.substr(0, prefix), line.substr(prefix, line.size() - prefix - suffix),
          line.substr(line.size() - suffix)};
}

bool takes(const Pattern& pattern, const PatternExample& example) {
  constexpr std::int64_t kNow = 1'800'000'000;
  const std::string_view left = example.left, right = example.right;
  const std::size_t shorter = std::min(left.size(), right.size());
  std::size_t prefix = 0, suffix = 0;
  while (prefix < shorter && left[prefix] == right[prefix]) ++prefix;
  while (suffix < shorter - prefix && left[left.size() - 1 - suffix] == right[right.size() - 1 - suffix])
    ++suffix;
  return pattern.match(cut(left, prefix, suffix), cut(right, prefix, suffix), kNow) != nullptr;
}

}  // namespace

Complaints PatternSet::read(std::string_view toml, const std::string& name, bool lint) {
  Complaints all;
  try {
    const toml::table document = toml::parse(toml, name);
    const toml::array* rules = document.get_as<toml::array>("rule");
    if (rules == nullptr || rules->empty() || document.size() != 1)
      return {name + ": a file of rules has [[rule]] tables and nothing else"};
    for (const toml::node& node : *rules) {
      Complaints wrong;
      const toml::table* table = node.as_table();
      if (table == nullptr) return {name + ": rule: tables"};
      patterns_.emplace_back(unrepro::read(*table, wrong));
      const Pattern& pattern = patterns_.back();
      const std::string& id = pattern.text().id;
      const auto twin = std::find_if(patterns_.begin(), patterns_.end(),
                                     [&](const Pattern& other) { return other.text().id == id; });
      if (&*twin != &pattern) wrong.push_back("id: used twice");
      if (lint) {
        for (std::string& complaint : pattern.lint()) wrong.push_back(std::move(complaint));
      }
      for (const std::string& complaint : wrong) all.push_back(name + ": " + id + ": " + complaint);
      if (!wrong.empty()) patterns_.pop_back();
    }
  } catch (const toml::parse_error& error) {
    all.push_back(name + ':' + std::to_string(error.source().begin.line) + ": " +
                  std::string(error.description()));
  }
  return all;
}

const PatternSet& built_in_patterns() {
  static const PatternSet kSet = [] {
    PatternSet set;
    for (const BuiltInFile& file : built_in_files()) set.add_tested(file.text, std::string(file.name));
    return set;
  }();
  return kSet;
}

std::vector<std::string> failing_examples(const Pattern& pattern) {
  std::vector<std::string> failures;
  const auto check = [&](const std::vector<PatternExample>& examples, bool expected) {
    for (const PatternExample& example : examples) {
      if (takes(pattern, example) == expected) continue;
      failures.push_back(pattern.text().id + (expected ? ": does not match: " : ": must not match: ") +
                         change(example.left, example.right));
    }
  };
  check(pattern.text().matches, true);
  check(pattern.text().look_alikes, false);
  return failures;
}

}  // namespace unrepro
