#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <ctime>
#include <random>
#include <string>
#include <string_view>

#include "analyzer/align/sequence.h"
#include "tests/support/slow_build.h"

namespace unrepro {
namespace {

using Elements = std::vector<std::uint64_t>;

Elements letters(std::string_view text) { return {text.begin(), text.end()}; }

// Equal elements as they are, hunks as [left→right].
std::string render(const Elements& left, const Elements& right, const AlignCost& cost = {}) {
  std::string out;
  std::size_t at = 0;
  const auto copy = [&](const Elements& from, std::size_t begin, std::size_t end) {
    for (; begin < end; ++begin) out += static_cast<char>(from[begin]);
  };
  for (const Hunk& hunk : align_sequences(left, right, cost)) {
    copy(left, at, hunk.left_begin);
    out += '[';
    copy(left, hunk.left_begin, hunk.left_end);
    out += "→";
    copy(right, hunk.right_begin, hunk.right_end);
    out += ']';
    at = hunk.left_end;
  }
  copy(left, at, left.size());
  return out;
}
std::string render(std::string_view left, std::string_view right) {
  return render(letters(left), letters(right));
}

// Empty when the hunks turn left into right, are in order and do not touch; else what is wrong.
std::string check(const Elements& left, const Elements& right, const std::vector<Hunk>& hunks) {
  std::size_t i = 0, j = 0;
  bool first = true;
  for (const Hunk& hunk : hunks) {
    if (hunk.left_begin < i || hunk.right_begin < j) return "out of order";
    if (hunk.left_begin - i != hunk.right_begin - j) return "unequal stretches between hunks";
    if (!first && hunk.left_begin == i) return "hunks touch";
    if (hunk.left_end < hunk.left_begin || hunk.right_end < hunk.right_begin) return "negative";
    if (hunk.left_end == hunk.left_begin && hunk.right_end == hunk.right_begin) return "empty";
    for (; i < hunk.left_begin; ++i, ++j) {
      if (left[i] != right[j]) return "paired elements differ";
    }
    i = hunk.left_end;
    j = hunk.right_end;
    first = false;
    if (i > left.size() || j > right.size()) return "outside";
  }
  if (left.size() - i != right.size() - j) return "unequal rest";
  for (; i < left.size(); ++i, ++j) {
    if (left[i] != right[j]) return "paired elements differ";
  }
  return {};
}

std::uint64_t differing(const std::vector<Hunk>& hunks) {
  std::uint64_t total = 0;
  for (const Hunk& hunk : hunks) {
    total += std::max(hunk.left_end - hunk.left_begin, hunk.right_end - hunk.right_begin);
  }
  return total;
}

TEST(AlignSequences, ReadableCases) {
  EXPECT_EQ(render("", ""), "");
  EXPECT_EQ(render("abc", "abc"), "abc");
  EXPECT_EQ(render("", "abc"), "[→abc]");
  EXPECT_EQ(render("abc", ""), "[abc→]");
  EXPECT_EQ(render("abcxyz", "abc123xyz"), "abc[→123]xyz");
  EXPECT_EQ(render("abcxyz", "abXxyz"), "ab[c→X]xyz");
  EXPECT_EQ(render("abcdef", "bcdefg"), "[a→]bcdef[→g]");
  EXPECT_EQ(render("abc", "xyz"), "[abc→xyz]");
  EXPECT_EQ(render("aaaa", "aaa"), "aaa[a→]");
  EXPECT_EQ(render("abab", "baba"), "[→b]aba[b→]");
}

TEST(AlignSequences, WithoutABudgetForEditsAnchorsDoTheWork) {
  const AlignCost anchors_only = {.max_edits = 0};
  EXPECT_EQ(render(letters("1abc2def3"), letters("4abc5def6"), anchors_only), "[1→4]abc[2→5]def[3→6]");
  // No letter is unique, windows are.
  EXPECT_EQ(render(letters("x_abab_y_bbaa_z_z"), letters("y_abab_x_bbaa_yxz"), anchors_only).substr(0, 13),
            "[x→y]_abab_");
  // Only repetitions: k-th occurrences.
  EXPECT_EQ(render(letters("1a2a3a4"), letters("5a6a7a8a9"), anchors_only), "[1→5]a[2→6]a[3→7]a[4→8a9]");
}

RC_GTEST_PROP(AlignSequences, HunksTurnLeftIntoRight, ()) {
  const auto alphabet = *rc::gen::inRange<std::uint64_t>(1, 40);
  const auto element = rc::gen::inRange<std::uint64_t>(0, alphabet);
  const auto left = *rc::gen::container<Elements>(element);
  const auto right = *rc::gen::container<Elements>(element);
  const AlignCost cost = {.max_edits = *rc::gen::inRange<std::uint32_t>(0, 20),
                          .steps_per_element = *rc::gen::inRange<std::uint32_t>(0, 8),
                          .max_rounds = *rc::gen::inRange<std::uint32_t>(0, 4)};
  RC_ASSERT(check(left, right, align_sequences(left, right, cost)) == "");
  RC_ASSERT(check(left, right, align_sequences(left, right)) == "");
}

// Within its budget the alignment pairs as many elements as the textbook's table does.
RC_GTEST_PROP(AlignSequences, SmallInputsAreAlignedOptimally, ()) {
  const auto element = rc::gen::inRange<std::uint64_t>(0, 4);
  const auto left = *rc::gen::container<Elements>(element);
  const auto right = *rc::gen::container<Elements>(element);
  std::vector<std::vector<std::size_t>> common(left.size() + 1, std::vector<std::size_t>(right.size() + 1));
  for (std::size_t i = 0; i < left.size(); ++i) {
    for (std::size_t j = 0; j < right.size(); ++j) {
      common[i + 1][j + 1] =
          left[i] == right[j] ? common[i][j] + 1 : std::max(common[i][j + 1], common[i + 1][j]);
    }
  }
  std::uint64_t unpaired = 0;
  const AlignCost ample = {.max_edits = 100'000, .steps_per_element = 100'000};
  for (const Hunk& hunk : align_sequences(left, right, ample)) unpaired += hunk.left_end - hunk.left_begin;
  RC_ASSERT(left.size() - unpaired == common[left.size()][right.size()]);
}

// Edits a long sequence here and there; the alignment must not find more than was edited.
TEST(AlignSequences, SparseEditsOfALongSequenceCostWhatWasEdited) {
  std::mt19937_64 random(1);
  for (const std::uint64_t alphabet : {std::uint64_t{4}, std::uint64_t{1} << 40}) {
    Elements left(200'000);
    for (std::uint64_t& element : left) element = random() % alphabet;
    Elements right;
    std::uint64_t edits = 0;
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (i % 150 == 50) {
        ++edits;
        const auto action = random() % 3;
        if (action != 0) right.push_back(random() % alphabet);  // insert or replace
        if (action != 1) continue;                              // delete or replace
      }
      right.push_back(left[i]);
    }
    const auto hunks = align_sequences(left, right);
    ASSERT_EQ(check(left, right, hunks), "");
    EXPECT_LE(differing(hunks), edits * 3 / 2) << "alphabet " << alphabet;
  }
}

// Inputs that make a textbook algorithm quadratic: at a million elements that is a matter of hours.
TEST(AlignSequences, AdversarialInputsTakeLinearTime) {
  constexpr std::size_t kSize = test::kSlowBuild ? 200'000 : 1'000'000;
  std::mt19937_64 random(2);
  const auto sequence = [&](const auto& element) {
    Elements result(kSize);
    for (std::size_t i = 0; i < kSize; ++i) result[i] = element(i);
    return result;
  };
  const Elements same = sequence([](std::size_t) { return 7; });
  Elements same_and_one = same;
  same_and_one.insert(same_and_one.begin() + kSize / 2, 8);
  same_and_one.push_back(9);
  const auto collide = [](std::size_t i) { return std::uint64_t{i} << 44; };  // one slot for all, nearly
  struct Case {
    const char* name;
    Elements left, right;
  } cases[] = {
      {"all different", sequence([](std::size_t i) { return 2 * i; }),
       sequence([](std::size_t i) { return 2 * i + 1; })},
      {"one element repeated", same, same_and_one},
      {"interleaved with different ones", sequence([](std::size_t i) { return i % 2 ? 1 : 2 * i; }),
       sequence([](std::size_t i) { return i % 2 ? 2 * i + 1 : 1; })},
      {"two elements at random", sequence([&](std::size_t) { return random() % 2; }),
       sequence([&](std::size_t) { return random() % 2; })},
      {"reversed", sequence([](std::size_t i) { return i; }),
       sequence([](std::size_t i) { return kSize - i; })},
      {"shuffled blocks", sequence([](std::size_t i) { return i; }),
       sequence([](std::size_t i) { return i / 1000 * 7919 % 1000 * 1000 + i % 1000; })},
      {"periods 2 and 3", sequence([](std::size_t i) { return i % 2; }),
       sequence([](std::size_t i) { return i % 3; })},
      {"colliding hashes", sequence(collide), sequence([&](std::size_t i) { return collide(i) + i % 2; })},
  };
  for (const Case& c : cases) {
    const std::clock_t start = std::clock();  // processor time: other programs may be running
    const auto hunks = align_sequences(c.left, c.right);
    const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    EXPECT_EQ(check(c.left, c.right, hunks), "") << c.name;
    RecordProperty(c.name, std::to_string(seconds));
    EXPECT_LT(seconds, test::kSlowBuild ? 20 : 1) << c.name;
  }
}

TEST(AlignSequences, IsDeterministic) {
  std::mt19937_64 random(3);
  Elements left(50'000), right(50'000);
  for (auto& element : left) element = random() % 5000;
  for (auto& element : right) element = random() % 5000;
  EXPECT_EQ(align_sequences(left, right), align_sequences(left, right));
}

}  // namespace
}  // namespace unrepro
