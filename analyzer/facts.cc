#include "analyzer/facts.h"

#include <algorithm>
#include <map>

#include "formats/value.h"

namespace unrepro {
namespace {

using Records = std::map<std::string, std::string>;

constexpr std::size_t kNamed = 5;  // differing entries named in a lead

Records as_map(const Tree& tree) { return {tree.facts.begin(), tree.facts.end()}; }

// The lead that a differing entry of this kind gives.
struct LeadKind {
  std::string_view prefix, cause;
};
constexpr LeadKind kLeads[] = {
    {"build-path", "build-path"},
    {"build-date", "build-timestamp"},
    {"environment:", "env-capture"},
    {"dependency:", "dependency-version"},
};

void compare_records(const Records& left, const Records& right, Report& report) {
  for (const LeadKind& kind : kLeads) {
    std::string evidence;
    std::size_t differing = 0;
    const auto note = [&](const std::string& key, const std::string& a, const std::string& b) {
      if (a == b || !key.starts_with(kind.prefix)) return;
      if (++differing > kNamed) return;
      if (!evidence.empty()) evidence += ", ";
      const std::string name = key.substr(kind.prefix.size());
      evidence += (name.empty() ? "" : escape(as_bytes(name), 60) + " ") + escape(as_bytes(a), 80) + " → " +
                  escape(as_bytes(b), 80);
    };
    for (const auto& [key, value] : left) {
      const auto other = right.find(key);
      note(key, value, other == right.end() ? "(absent)" : other->second);
    }
    for (const auto& [key, value] : right) {
      if (!left.contains(key)) note(key, "(absent)", value);
    }
    if (differing > kNamed) evidence += " and " + std::to_string(differing - kNamed) + " more";
    if (differing > 0) report.leads.push_back({std::string(kind.cause), "build records: " + evidence});
  }
}

}  // namespace

void add_facts(Pair& root, Report& report) {
  bool done = false;
  root.visit([&](Pair& pair) {
    const Tree& left = pair.left->tree();
    const Tree& right = pair.right->tree();
    if (!left.facts.empty()) report.left.facts = FactsState::given;
    if (!right.facts.empty()) report.right.facts = FactsState::given;
    if (done || left.facts.empty() || right.facts.empty()) return;
    done = true;
    compare_records(as_map(left), as_map(right), report);
  });
}

}  // namespace unrepro
