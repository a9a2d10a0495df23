#include "tools/check/search.h"

#include <algorithm>
#include <iterator>
#include <map>

namespace unrepro::check {
namespace {

template <class Items>
Items without(const Items& from, const Items& what) {
  Items rest;
  std::set_difference(from.begin(), from.end(), what.begin(), what.end(), std::inserter(rest, rest.end()));
  return rest;
}

}  // namespace

std::optional<std::size_t> halve(const Set& all,
                                 const std::function<std::optional<bool>(const Set&)>& fails) {
  Set suspects = all;
  while (suspects.size() > 1) {
    const auto middle = std::next(suspects.begin(), static_cast<std::ptrdiff_t>(suspects.size() / 2));
    const Set half(suspects.begin(), middle);
    const auto failed = fails(half);
    if (!failed) return std::nullopt;
    suspects = *failed ? half : without(suspects, half);
  }
  // The last step may have been an inference only.
  const auto failed = suspects.empty() ? std::nullopt : fails(suspects);
  if (!failed || !*failed) return std::nullopt;
  return *suspects.begin();
}

Attribution attribute(const Set& all, const Keys& first, const Oracle& oracle) {
  Attribution result;
  std::map<Set, Keys> seen_before;
  const auto build = [&](const Set& varied) -> std::optional<Keys> {
    auto keys = oracle.differences(varied);
    if (!keys) {
      result.stopped = true;
      return std::nullopt;
    }
    return without(*keys, result.repeats);
  };
  const auto differences = [&](const Set& varied) -> std::optional<Keys> {
    const auto known = seen_before.find(varied);
    if (known != seen_before.end()) return known->second;
    auto keys = build(varied);
    if (keys) seen_before.emplace(varied, *keys);
    return keys;
  };

  auto repeats = differences({});
  if (!repeats) {
    result.open = first;
    return result;
  }
  result.repeats = *repeats;

  Set rest = all, tried;
  Keys keys = without(first, result.repeats);
  while (!keys.empty() && !result.stopped) {
    Set candidates;
    for (const Key& key : keys) {
      for (const std::size_t variation : oracle.suggest(key)) {
        if (rest.contains(variation) && !tried.contains(variation)) candidates.insert(variation);
      }
    }
    if (candidates.empty()) {
      const auto trigger = halve(rest, [&](const Set& half) -> std::optional<bool> {
        const auto seen = differences(half);
        return seen ? std::optional(!seen->empty()) : std::nullopt;
      });
      if (!trigger || tried.contains(*trigger)) break;
      candidates.insert(*trigger);
    }
    Set found;
    for (const std::size_t variation : candidates) {
      tried.insert(variation);
      auto seen = differences({variation});
      if (!seen) break;
      unsigned runs = 1;
      const bool surprising =
          !result.repeats.empty() || std::any_of(seen->begin(), seen->end(), [&](const Key& key) {
            return !oracle.suggest(key).contains(variation);
          });
      if (surprising && !seen->empty()) {
        const auto again = build({variation});
        if (!again) break;
        Keys both;
        std::set_intersection(seen->begin(), seen->end(), again->begin(), again->end(),
                              std::inserter(both, both.end()));
        seen = both;
        runs = 2;
      }
      for (const Key& key : *seen) result.claims.push_back({variation, key, runs});
      if (!seen->empty()) found.insert(variation);
    }
    if (result.stopped) break;
    if (found.empty()) continue;  // wrong guesses: others, or halving, are next
    rest = without(rest, found);
    if (rest.empty()) {
      keys.clear();
      break;
    }
    const auto left = differences(rest);
    if (!left) break;
    keys = *left;
  }
  for (const Key& key : keys) {
    const bool claimed = std::any_of(result.claims.begin(), result.claims.end(),
                                     [&](const Claim& claim) { return claim.key == key; });
    if (!claimed || !result.stopped) result.open.insert(key);
  }
  return result;
}

}  // namespace unrepro::check
