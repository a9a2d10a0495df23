// Which variations are found guilty, and with how many builds: on machines made up here.

#include "tools/check/search.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

namespace unrepro::check {
namespace {

// A build that differs by `triggers`, each a variation and what it changes, and in `noise` always.
class Machine {
 public:
  std::multimap<std::size_t, Key> triggers;
  std::map<Key, Set> together;  // differ only when all of these are varied
  Keys noise;
  std::map<std::string, Set> suggestions;  // by cause
  unsigned builds = 2, most = 1'000;

  Keys differences(const Set& varied) const {
    Keys keys = noise;
    for (const auto& [variation, key] : triggers) {
      if (varied.contains(variation)) keys.insert(key);
    }
    for (const auto& [key, all] : together) {
      if (std::includes(varied.begin(), varied.end(), all.begin(), all.end())) keys.insert(key);
    }
    return keys;
  }

  Attribution attribute(std::size_t variations) {
    Set all;
    for (std::size_t i = 0; i < variations; ++i) all.insert(i);
    return check::attribute(all, differences(all),
                            {[this](const Set& varied) -> std::optional<Keys> {
                               if (builds == most) return std::nullopt;
                               ++builds;
                               return differences(varied);
                             },
                             [this](const Key& key) {
                               const auto found = suggestions.find(key.cause);
                               return found == suggestions.end() ? Set() : found->second;
                             }});
  }
};

std::multimap<std::size_t, Key> by_variation(const Attribution& result) {
  std::multimap<std::size_t, Key> found;
  for (const Claim& claim : result.claims) found.emplace(claim.variation, claim.key);
  return found;
}

TEST(Search, FollowsSuggestionsInFewBuilds) {
  Machine machine;
  machine.triggers = {{1, {"a", "clock"}}, {4, {"a", "path"}}, {4, {"b", "path"}}};
  machine.suggestions = {{"clock", {1}}, {"path", {4}}};
  const Attribution result = machine.attribute(15);
  EXPECT_EQ(by_variation(result), machine.triggers);
  EXPECT_TRUE(result.open.empty());
  EXPECT_FALSE(result.stopped);
  EXPECT_EQ(machine.builds, 2u + 1 + 2 + 1);  // repeat, each alone, the others together
}

TEST(Search, HalvesWithoutSuggestions) {
  for (std::size_t trigger = 0; trigger < 15; ++trigger) {
    Machine machine;
    machine.triggers = {{trigger, {"a", "unexplained"}}};
    const Attribution result = machine.attribute(15);
    EXPECT_EQ(by_variation(result), machine.triggers);
    EXPECT_EQ(result.claims[0].runs, 2u);
    EXPECT_LE(machine.builds, 2 + 1 + std::ceil(std::log2(15)) + 3);
  }
}

TEST(Search, FindsEveryTriggerOfOneDifference) {
  for (std::size_t one = 0; one < 15; ++one) {
    for (std::size_t two = one + 1; two < 15; ++two) {
      Machine machine;
      machine.triggers = {{one, {"a", "unexplained"}}, {two, {"a", "unexplained"}}};
      EXPECT_EQ(by_variation(machine.attribute(15)), machine.triggers);
      EXPECT_LE(machine.builds, 2 + 1 + 2 * (std::ceil(std::log2(15)) + 3));
    }
  }
}

// At most k log2(n) builds to find k triggers of n variations, and for each: the last step of halving made
// sure of, the claim run again, the others together. Two more are everything and nothing varied.
TEST(Search, BuildsGrowWithTheLogarithmOfTheVariations) {
  for (const std::size_t variations : {4u, 15u, 64u}) {
    for (std::size_t first = 0; first < variations; ++first) {
      for (std::size_t triggers = 0; triggers <= 4; ++triggers) {
        Machine machine;
        for (std::size_t i = 0; i < triggers; ++i) {
          machine.triggers.emplace((first + i * 7) % variations,
                                   Key{"file" + std::to_string(i % 2), "unexplained"});
        }
        const Attribution result = machine.attribute(variations);
        EXPECT_EQ(by_variation(result), machine.triggers);
        const double halvings = std::ceil(std::log2(variations));
        EXPECT_LE(machine.builds, 3 + static_cast<double>(triggers) * (halvings + 3));
      }
    }
  }
}

TEST(Search, SetsRepeatsApart) {
  Machine machine;
  machine.noise = {{"id", "random-id"}};
  machine.triggers = {{3, {"a", "path"}}};
  machine.suggestions = {{"path", {3}}};
  const Attribution result = machine.attribute(15);
  EXPECT_EQ(result.repeats, machine.noise);
  EXPECT_EQ(by_variation(result), machine.triggers);
  EXPECT_EQ(result.claims[0].runs, 2u);  // where builds differ by themselves, every claim is run again
}

TEST(Search, DoesNotBlameWhatWasSuggestedWrongly) {
  Machine machine;
  machine.triggers = {{7, {"a", "clock"}}};
  machine.suggestions = {{"clock", {1}}};
  EXPECT_EQ(by_variation(machine.attribute(15)), machine.triggers);
}

TEST(Search, LeavesOpenWhatTakesSeveralAtOnce) {
  Machine machine;
  machine.together = {{{"a", "unexplained"}, {2, 9}}};
  const Attribution result = machine.attribute(15);
  EXPECT_TRUE(result.claims.empty());
  EXPECT_EQ(result.open, (Keys{{"a", "unexplained"}}));
  EXPECT_FALSE(result.stopped);
}

TEST(Search, StopsWhenBuildsRunOut) {
  Machine machine;
  machine.triggers = {{7, {"a", "unexplained"}}};
  for (machine.most = 2; machine.most < 7; ++machine.most) {
    machine.builds = 2;
    const Attribution result = machine.attribute(15);
    EXPECT_TRUE(result.stopped);
    EXPECT_TRUE(result.claims.empty());
    EXPECT_EQ(result.open, (Keys{{"a", "unexplained"}}));
    EXPECT_EQ(machine.builds, machine.most);
  }
}

TEST(Search, NamesTheVariationUnderWhichABuildFails) {
  for (std::size_t guilty = 0; guilty < 6; ++guilty) {
    const auto fails = [&](const Set& varied) { return std::optional(varied.contains(guilty)); };
    EXPECT_EQ(halve({0, 1, 2, 3, 4, 5}, fails), guilty);
  }
  EXPECT_EQ(halve({0, 1}, [](const Set& varied) { return std::optional(varied.size() == 2); }), std::nullopt);
}

}  // namespace
}  // namespace unrepro::check
