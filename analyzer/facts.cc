#include "analyzer/facts.h"

#include <algorithm>
#include <map>

#include "formats/value.h"

namespace unrepro {
namespace {

using Records = std::map<std::string, std::string, std::less<>>;

constexpr std::size_t kNamed = 5;  // differing entries named in a lead

Records as_map(const Tree& tree) { return {tree.facts.begin(), tree.facts.end()}; }

// The lead that a differing entry of this kind gives.
struct LeadKind {
  std::string_view prefix, cause;
};
constexpr LeadKind kLeads[] = {
    {"build_path", "build-path"},
    {"build_date", "build-timestamp"},
    {"build_kernel_version", "kernel-identity"},
    {"host", "host-user-identity"},
    {"user", "host-user-identity"},
    {"environment.", "env-capture"},
    {"installed_build_depends.", "dependency-version"},
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

void add_facts(Pair& root, const Options& options, Report& report) {
  Record left = options.left_record, right = options.right_record;
  root.visit([&](Pair& pair) {
    if (left.values.empty()) left.values = as_map(pair.left->tree());
    if (right.values.empty()) right.values = as_map(pair.right->tree());
  });
  const auto state = [](const Record& record) {
    if (record.values.empty()) return FactsState::none;
    return record.trusted ? FactsState::verified : FactsState::given;
  };
  report.left.facts = state(left);
  report.right.facts = state(right);
  if (!left.values.empty() && !right.values.empty()) compare_records(left.values, right.values, report);
}

}  // namespace unrepro
