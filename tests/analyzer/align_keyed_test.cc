#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "analyzer/align/keyed.h"
#include "analyzer/align/permutation.h"

namespace unrepro {
namespace {

using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
using Keys = std::vector<std::string_view>;
using Indices = std::vector<std::uint32_t>;

TEST(PairByKey, RepeatedKeysMeetInOrder) {
  const Pairing pairing = pair_by_key(Keys{"b", "a", "a", "c", "a"}, Keys{"a", "d", "b", "a"});
  EXPECT_EQ(pairing.pairs, (Pairs{{0, 2}, {1, 0}, {2, 3}}));
  EXPECT_EQ(pairing.left_only, (Indices{3, 4}));
  EXPECT_EQ(pairing.right_only, (Indices{1}));
}

TEST(PairByKey, EmptyListsAndEmptyKeys) {
  EXPECT_EQ(pair_by_key(Keys{}, Keys{"x"}).right_only, (Indices{0}));
  EXPECT_EQ(pair_by_key(Keys{"", "x"}, Keys{"x", ""}).pairs, (Pairs{{0, 1}, {1, 0}}));
}

RC_GTEST_PROP(PairByKey, EveryItemOccursOnceAndPairsAreMaximal, ()) {
  const auto key = rc::gen::container<std::string>(rc::gen::inRange('a', 'd'));
  const auto left = *rc::gen::container<std::vector<std::string>>(key);
  const auto right = *rc::gen::container<std::vector<std::string>>(key);
  const Pairing pairing = pair_by_key(Keys(left.begin(), left.end()), Keys(right.begin(), right.end()));
  Indices lefts = pairing.left_only, rights = pairing.right_only;
  std::map<std::string, int> balance;  // a key must not be left over on both sides
  for (const auto i : lefts) balance[left[i]] |= 1;
  for (const auto i : rights) balance[right[i]] |= 2;
  for (const auto& [name, sides] : balance) RC_ASSERT(sides != 3);
  for (const auto& [l, r] : pairing.pairs) {
    RC_ASSERT(left[l] == right[r]);
    lefts.push_back(l);
    rights.push_back(r);
    RC_ASSERT(std::count(left.begin(), left.begin() + l, left[l]) ==
              std::count(right.begin(), right.begin() + r, left[l]));
  }
  std::sort(lefts.begin(), lefts.end());
  std::sort(rights.begin(), rights.end());
  RC_ASSERT(lefts.size() == left.size() && rights.size() == right.size());
  for (std::uint32_t i = 0; i < lefts.size(); ++i) RC_ASSERT(lefts[i] == i);
  for (std::uint32_t i = 0; i < rights.size(); ++i) RC_ASSERT(rights[i] == i);
}

TEST(PairByContent, FindsRenamesAmongTheUnpaired) {
  Pairing pairing = pair_by_key(Keys{"keep", "old1", "old2", "gone"}, Keys{"new2", "keep", "new1", "fresh"});
  using Content = std::optional<ContentId>;
  const ContentId x{1, 2, 3}, y{1, 2, 4};
  const std::vector<Content> left = {x, x, y, std::nullopt};
  const std::vector<Content> right = {y, x, x, std::nullopt};
  EXPECT_EQ(pair_by_content(pairing, left, right), (Pairs{{1, 2}, {2, 0}}));
  EXPECT_EQ(pairing.pairs, (Pairs{{0, 1}})) << "pairs by key stay";
  EXPECT_EQ(pairing.left_only, (Indices{3}));
  EXPECT_EQ(pairing.right_only, (Indices{3})) << "unknown contents are never equal";
}

TEST(PairByContent, EqualContentsArePairedOnceInOrder) {
  Pairing pairing = pair_by_key(Keys{"a", "b", "c"}, Keys{"x", "y"});
  const std::vector<std::optional<ContentId>> same(3, ContentId{5, 6, 7});
  EXPECT_EQ(pair_by_content(pairing, same, std::span(same).first(2)), (Pairs{{0, 0}, {1, 1}}));
  EXPECT_EQ(pairing.left_only, (Indices{2}));
  EXPECT_TRUE(pairing.right_only.empty());
}

TEST(Permutation, NamesTheShape) {
  using Shape = Permutation::Shape;
  EXPECT_EQ(classify_permutation(Indices{}).shape, Shape::identity);
  EXPECT_EQ(classify_permutation(Indices{4}).shape, Shape::identity);
  EXPECT_EQ(classify_permutation(Indices{1, 5, 9}).shape, Shape::identity);
  EXPECT_EQ(classify_permutation(Indices{9, 5, 1}).shape, Shape::reversed);
  EXPECT_EQ(classify_permutation(Indices{9, 5, 1}).moved.size(), 2u);
  const Permutation one = classify_permutation(Indices{0, 4, 1, 2, 3});
  EXPECT_EQ(one.shape, Shape::general);
  EXPECT_EQ(one.moved, (Indices{1}));
}

// Against all subsets, on lists short enough for that.
RC_GTEST_PROP(Permutation, KeptItemsAreALongestIncreasingSubsequence, ()) {
  const auto size = *rc::gen::inRange<std::size_t>(0, 11);
  const auto values = *rc::gen::container<Indices>(size, rc::gen::inRange<std::uint32_t>(0, 12));
  const auto kept = longest_increasing_subsequence(values);
  for (std::size_t i = 1; i < kept.size(); ++i) {
    RC_ASSERT(kept[i - 1] < kept[i]);
    RC_ASSERT(values[kept[i - 1]] < values[kept[i]]);
  }
  std::size_t longest = 0;
  for (std::uint32_t subset = 0; subset < (1u << size); ++subset) {
    std::int64_t last = -1;
    std::size_t length = 0;
    for (std::size_t i = 0; i < size; ++i) {
      if ((subset >> i & 1) == 0) continue;
      if (values[i] <= last) {
        length = 0;
        break;
      }
      last = values[i];
      ++length;
    }
    longest = std::max(longest, length);
  }
  RC_ASSERT(kept.size() == longest);
}

}  // namespace
}  // namespace unrepro
