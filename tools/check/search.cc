#include "tools/check/search.h"

#include <algorithm>
#include <bit>
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

class Search {
 public:
  Search(const Set& all, const Oracle& oracle)
      : oracle_(oracle), rest_(all), guesses_left_(std::max<std::size_t>(halvings(all.size()), 1)) {}

  Attribution run(const Keys& first) {
    // Open until it is found: so it stays when the builds run out.
    result_.open = first;
    built_.emplace(rest_, first);
    if (!differences({})) return std::move(result_);
    left_ = first;
    while (!open().empty() && !rest_.empty()) {
      Set found = follow_suggestions();
      if (found.empty() && !result_.stopped) found = follow_halves();
      if (result_.stopped) break;
      if (found.empty()) {  // several at once, or by chance
        if (repeated_ || !repeat()) break;
        continue;
      }
      rest_ = without(rest_, found);
      if (rest_.empty()) {
        left_.clear();
      } else if (const auto left = differences(rest_)) {
        left_ = *left;
      } else {
        break;
      }
    }
    result_.open = open();
    std::erase_if(result_.claims, [&](const Claim& claim) { return result_.repeats.contains(claim.key); });
    if (result_.stopped) {
      std::erase_if(result_.open, [&](const Key& key) { return claimed(key); });
    }
    return std::move(result_);
  }

 private:
  // What differs with the rest varied, and not by itself.
  Keys open() const { return without(left_, result_.repeats); }

  bool claimed(const Key& key) const {
    return std::any_of(result_.claims.begin(), result_.claims.end(),
                       [&](const Claim& claim) { return claim.key == key; });
  }

  std::optional<Keys> build(const Set& varied) {
    const auto keys = oracle_.differences(varied);
    if (!keys) {
      result_.stopped = true;
      return std::nullopt;
    }
    if (varied.empty()) result_.repeats.insert(keys->begin(), keys->end());
    return without(*keys, result_.repeats);
  }

  std::optional<Keys> differences(const Set& varied) {
    const auto known = built_.find(varied);
    if (known != built_.end()) return without(known->second, result_.repeats);
    auto keys = build(varied);
    if (keys) built_.emplace(varied, *keys);
    return keys;
  }

  // Varies nothing once more; only once, since it speaks of every claim.
  bool repeat() {
    repeated_ = true;
    return build({}).has_value();
  }

  // Claims what differs in two builds with this varied and nothing else that makes a difference.
  bool claim(std::size_t variation, const Keys& seen, const Keys& before, unsigned runs) {
    const Keys both = without(seen, without(seen, before));
    const Keys steady = without(both, result_.repeats);
    for (const Key& key : steady) result_.claims.push_back({variation, key, runs});
    return !steady.empty();
  }

  // The guilty of what the differences suggest, sure suggestions first.
  Set follow_suggestions() {
    std::multimap<std::size_t, Set> by_choice;
    for (const Key& key : open()) {
      Set suspects = oracle_.suggest(key);
      std::erase_if(suspects,
                    [&](std::size_t each) { return tried_.contains(each) || !rest_.contains(each); });
      if (!suspects.empty()) by_choice.emplace(suspects.size(), suspects);
    }
    Set found;
    for (const auto& [choice, suspects] : by_choice) {
      // One of several is for halving; not when the rest may no longer differ, or they are most of it.
      if (choice > 1 && (!found.empty() || 2 * choice > rest_.size())) continue;
      if (halvings(choice) + 1 > guesses_left_) break;
      const auto guilty = choice > 1 ? halve(suspects, guilty_half(nullptr)) : *suspects.begin();
      if (!guilty || !tried_.insert(*guilty).second) continue;
      if (try_alone(*guilty)) {
        found.insert(*guilty);
      } else {
        guesses_left_ -= halvings(choice) + 1;
      }
      if (result_.stopped) break;
    }
    return found;
  }

  // Builds to halve a set of this size down to one.
  static std::size_t halvings(std::size_t size) { return size < 2 ? 0 : std::bit_width(size - 1); }

  // Whether a half makes a difference; `last` takes that of the last one that does.
  std::function<std::optional<bool>(const Set&)> guilty_half(Keys* last) {
    return [this, last](const Set& half) -> std::optional<bool> {
      const auto seen = differences(half);
      if (seen && !seen->empty() && last != nullptr) *last = *seen;
      return seen ? std::optional(!seen->empty()) : std::nullopt;
    };
  }

  // Varies only this, twice where that it makes a difference is a surprise.
  bool try_alone(std::size_t variation) {
    const auto seen = differences({variation});
    if (!seen || seen->empty()) return false;
    const bool surprising =
        !result_.repeats.empty() || std::any_of(seen->begin(), seen->end(), [&](const Key& other) {
          return oracle_.suggest(other) != Set{variation};
        });
    if (!surprising) return claim(variation, *seen, *seen, 1);
    const auto again = again_alone(variation);
    return again && claim(variation, *again, *seen, 2);
  }

  std::optional<Keys> again_alone(std::size_t variation) {
    if (!repeated_ && !repeat()) return std::nullopt;
    return build({variation});
  }

  // One that is guilty, found by halving. The smallest set that made a difference is one of its two builds:
  // the others in it made none.
  Set follow_halves() {
    Keys before = open();
    const auto guilty = halve(without(rest_, tried_), guilty_half(&before));
    if (!guilty) return {};
    const auto seen = again_alone(*guilty);
    if (!seen || !claim(*guilty, *seen, before, 2)) return {};
    return {*guilty};
  }

  const Oracle& oracle_;
  Attribution result_;
  std::map<Set, Keys> built_;
  Set rest_;                  // not guilty so far
  Set tried_;                 // alone
  Keys left_;                 // differ with the rest varied
  std::size_t guesses_left_;  // builds for wrong ones
  bool repeated_ = false;     // nothing was varied a second time
};

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
  if (suspects.empty()) return std::nullopt;
  return *suspects.begin();
}

Attribution attribute(const Set& all, const Keys& first, const Oracle& oracle) {
  return Search(all, oracle).run(first);
}

}  // namespace unrepro::check
