#include "analyzer/quorum/independence.h"

#include <map>

namespace unrepro::quorum {

std::string list(const Names& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "nobody" : text;
}

std::size_t independent(const Policy& policy, const Names& operators, std::vector<std::string>& shared) {
  std::map<std::string, std::string> group;
  for (const std::string& each : operators) group[each] = each;
  for (const std::string& trait : policy.independence) {
    std::map<std::string, Names> by_value;
    for (const std::string& each : operators) {
      const auto known = policy.operators.find(each);
      std::string value = "unknown";
      if (known != policy.operators.end() && known->second.traits.contains(trait))
        value = known->second.traits.at(trait);
      by_value[value].insert(each);
    }
    for (const auto& [value, tied_ones] : by_value) {
      if (tied_ones.size() < 2) continue;
      shared.push_back(trait + "=" + value + ": " + list(tied_ones));
      const std::string into = group.at(*tied_ones.begin());
      for (const std::string& each : tied_ones) {
        const std::string from = group.at(each);
        for (auto& [name, of] : group) {
          if (of == from) of = into;
        }
      }
    }
  }
  Names groups;
  for (const auto& [name, of] : group) groups.insert(of);
  return groups.size();
}

}  // namespace unrepro::quorum
