#include "analyzer/simulation/scenario.h"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <set>
#include <sstream>
#include <stdexcept>

namespace unrepro::simulation {
namespace {

constexpr std::array<std::string_view, 10> kStrategies = {
    "always",      "rare",         "targeted",    "colluding", "sleeper",
    "sybil-burst", "whitewashing", "free-riding", "griefing",  "inputs-lying"};

struct Wrong : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Reads keys of a table and knows which nobody asked for.
class Reader {
 public:
  Reader(const toml::table& table, std::string where) : table_(table), where_(std::move(where)) {}

  template <class Number>
  void whole(std::string_view key, Number& into, std::int64_t least, std::int64_t most) {
    if (const toml::node* node = take(key)) {
      const auto value = node->value_exact<std::int64_t>();
      if (!value || *value < least || *value > most)
        throw wrong(key,
                    "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
      into = static_cast<Number>(*value);
    }
  }
  void share(std::string_view key, double& into) {
    if (const toml::node* node = take(key)) into = probability(*node, key);
  }
  void flag(std::string_view key, bool& into) {
    if (const toml::node* node = take(key)) {
      const auto value = node->value_exact<bool>();
      if (!value) throw wrong(key, "must be true or false");
      into = *value;
    }
  }
  std::string word(std::string_view key, std::string fallback) {
    const toml::node* node = take(key);
    if (node == nullptr) return fallback;
    const auto value = node->value_exact<std::string>();
    if (!value) throw wrong(key, "must be a string");
    return *value;
  }
  const toml::array* list(std::string_view key) {
    const toml::node* node = take(key);
    if (node != nullptr && !node->is_array()) throw wrong(key, "must be a list");
    return node == nullptr ? nullptr : node->as_array();
  }
  double probability(const toml::node& node, std::string_view key) const {
    const auto value = node.value<double>();
    if (!value || !(*value >= 0 && *value <= 1)) throw wrong(key, "must be from 0 to 1");
    return *value;
  }
  // What was not taken, as a table.
  toml::table rest() const {
    toml::table left;
    for (const auto& [key, node] : table_) {
      if (!taken_.contains(std::string(key.str()))) left.insert(key, node);
    }
    return left;
  }
  void nothing_else() const {
    for (const auto& [key, node] : table_) {
      if (!taken_.contains(std::string(key.str()))) throw wrong(key.str(), "is unknown");
    }
  }
  const toml::node* take(std::string_view key) {
    taken_.insert(std::string(key));
    return table_.get(key);
  }
  Wrong wrong(std::string_view key, const std::string& why) const {
    return Wrong(where_ + std::string(key) + " " + why);
  }

 private:
  const toml::table& table_;
  std::string where_;
  std::set<std::string> taken_;
};

PolicyCase read_policy(const std::string& name, const toml::table& table) {
  Reader reader(table, "policies." + name + ".");
  PolicyCase out;
  out.name = name;
  const std::string rule = reader.word("rule", "decide");
  if (rule != "decide" && rule != "majority") throw reader.wrong("rule", "must be decide or majority");
  out.rule = rule == "decide" ? Rule::decide : Rule::majority;
  reader.flag("by_nodes", out.by_nodes);
  reader.flag("arbitrate", out.arbitrate);
  reader.flag("commit_reveal", out.commit_reveal);
  reader.whole("probation", out.probation, 0, 100'000);
  std::uint32_t trusted = 1;
  reader.whole("trusted", trusted, 0, 100);
  toml::table rest = reader.rest();
  toml::array names;
  for (std::uint32_t i = 0; i < trusted; ++i) names.push_back("trusted-" + std::to_string(i));
  rest.insert("trusted", std::move(names));
  std::ostringstream text;
  text << rest;
  auto policy = quorum::parse_policy(text.str());
  if (!policy) throw Wrong("policies." + name + ": " + policy.error().message);
  out.policy = std::move(*policy);
  out.text = text.str();
  return out;
}

Scenario read(std::string_view text) {
  const toml::table document = toml::parse(text);
  Reader reader(document, "");
  Scenario scenario;
  reader.whole("seed", scenario.seed, 0, INT64_MAX);
  reader.whole("runs", scenario.runs, 1, 10'000'000);
  reader.whole("builds", scenario.builds, 1, 100'000);
  reader.whole("operators", scenario.operators, 1, 10'000);
  reader.whole("nodes", scenario.nodes, 1, 1'000);
  reader.flag("independent", scenario.independent);
  reader.share("benign_mismatch", scenario.benign_mismatch);
  reader.share("benign_explained", scenario.benign_explained);
  reader.share("disguised", scenario.disguised);
  reader.share("rate", scenario.rate);
  reader.whole("packages", scenario.packages, 1, 1'000'000);
  reader.whole("wake", scenario.wake, 0, 100'000);
  reader.whole("burst", scenario.burst, 0, 10'000);
  if (const toml::array* shares = reader.list("shares")) {
    for (const toml::node& share : *shares) scenario.shares.push_back(reader.probability(share, "shares"));
  }
  if (const toml::array* names = reader.list("strategies")) {
    for (const toml::node& node : *names) {
      const auto at = std::find(kStrategies.begin(), kStrategies.end(), node.value_or<std::string>(""));
      if (at == kStrategies.end()) throw reader.wrong("strategies", "has an unknown one");
      scenario.strategies.push_back(static_cast<Strategy>(at - kStrategies.begin()));
    }
  }
  const toml::node* policies = reader.take("policies");
  if (policies != nullptr && policies->is_table()) {
    for (const auto& [name, node] : *policies->as_table()) {
      if (!node.is_table()) throw reader.wrong("policies." + std::string(name.str()), "must be a table");
      scenario.policies.push_back(read_policy(std::string(name.str()), *node.as_table()));
    }
  }
  reader.nothing_else();
  if (scenario.shares.empty() || scenario.strategies.empty() || scenario.policies.empty())
    throw Wrong("shares, strategies and [policies.NAME] must not be empty");
  for (const PolicyCase& each : scenario.policies) {
    const std::uint32_t pool = scenario.operators * (each.by_nodes ? scenario.nodes : 1);
    if (each.policy.results > pool)
      throw Wrong("policies." + each.name + ".results is more than there are operators");
  }
  return scenario;
}

}  // namespace

Result<Scenario> parse_scenario(std::string_view text) {
  try {
    return read(text);
  } catch (const toml::parse_error& error) {
    return fail(Trouble::unsupported, "scenario, line " + std::to_string(error.source().begin.line) + ": " +
                                          std::string(error.description()));
  } catch (const Wrong& error) {
    return fail(Trouble::unsupported, "scenario: " + std::string(error.what()));
  }
}

std::string_view to_string(Strategy strategy) { return kStrategies[static_cast<std::size_t>(strategy)]; }

}  // namespace unrepro::simulation
