#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <ctime>
#include <random>
#include <string>

#include "analyzer/align/bytes.h"
#include "tests/support/slow_build.h"

namespace unrepro {
namespace {

std::string noise(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string result(size, '\0');
  for (char& c : result) c = static_cast<char>(random());
  return result;
}

std::string part(std::string_view text, const Span& span) {
  return std::string(text.substr(span.begin, span.length));
}

// Empty when everything outside the runs is equal and the totals are those of the runs; else what is wrong.
// Requires that all runs are stored.
std::string check(std::string_view left, std::string_view right, const ByteDiff& diff) {
  if (diff.runs.size() != diff.total_runs) return "runs are missing";
  std::uint64_t i = 0, j = 0, lefts = 0, rights = 0, weight = 0;
  for (const Run& run : diff.runs) {
    if (run.left.begin < i || run.right.begin < j) return "out of order";
    const std::uint64_t equal = run.left.begin - i;
    if (equal != run.right.begin - j) return "unequal stretches between runs";
    if (&run != diff.runs.data() && equal < 8) return "runs are closer than 8 bytes";
    if (left.substr(i, equal) != right.substr(j, equal)) return "bytes outside runs differ";
    const std::string l = part(left, run.left), r = part(right, run.right);
    if (l.empty() && r.empty()) return "empty run";
    if (!l.empty() && !r.empty() && (l.front() == r.front() || l.back() == r.back()))
      return "run is not trimmed";
    i = run.left.begin + run.left.length;
    j = run.right.begin + run.right.length;
    lefts += run.left.length;
    rights += run.right.length;
    weight += std::max(run.left.length, run.right.length);
  }
  if (left.substr(i) != right.substr(j)) return "bytes behind the last run differ";
  if (lefts != diff.left_bytes || rights != diff.right_bytes || weight != diff.weight) return "wrong totals";
  return {};
}

ByteDiff align(std::string_view left, std::string_view right) {
  const ByteDiff diff = align_bytes(as_bytes(left), as_bytes(right), SIZE_MAX);
  EXPECT_EQ(check(left, right, diff), "");
  return diff;
}

TEST(CommonPrefixAndSuffix, AtEveryLength) {
  for (std::size_t size = 0; size < 100; ++size) {
    const std::string text = noise(size, size);
    EXPECT_EQ(common_prefix(as_bytes(text), as_bytes(text + "x")), size);
    EXPECT_EQ(common_suffix(as_bytes(text), as_bytes("x" + text)), size);
    for (std::size_t at = 0; at < size; ++at) {
      std::string other = text;
      other[at] = static_cast<char>(other[at] ^ 1);
      ASSERT_EQ(common_prefix(as_bytes(text), as_bytes(other)), at);
      ASSERT_EQ(common_suffix(as_bytes(text), as_bytes(other)), size - 1 - at);
    }
  }
}

TEST(AlignBytes, EqualAndEmpty) {
  EXPECT_EQ(align("", "").total_runs, 0u);
  EXPECT_EQ(align("abc", "abc").total_runs, 0u);
  const ByteDiff inserted = align("", "abc");
  EXPECT_EQ(inserted.total_runs, 1u);
  EXPECT_EQ(inserted.weight, 3u);
}

TEST(AlignBytes, OverwrittenBytesAreFoundByPosition) {
  std::string right = noise(100'000, 1);
  const std::string left = right;
  for (const std::size_t at : {0u, 500u, 99'999u}) right[at] = static_cast<char>(right[at] ^ 1);
  const ByteDiff diff = align(left, right);
  EXPECT_EQ(diff.total_runs, 3u);
  EXPECT_EQ(diff.weight, 3u);
}

TEST(AlignBytes, RunsCloserThanEightBytesAreOne) {
  const std::string left = "xxxxxxxxA1234567B12345678Cxxxxxxxx";
  const std::string right = "xxxxxxxxa1234567b12345678cxxxxxxxx";
  const ByteDiff diff = align(left, right);
  ASSERT_EQ(diff.total_runs, 2u);
  EXPECT_EQ(part(left, diff.runs[0].left), "A1234567B");
  EXPECT_EQ(part(left, diff.runs[1].left), "C");
}

TEST(AlignBytes, InsertionsAndDeletionsCostTheirLength) {
  const std::string base = noise(300'000, 2);
  std::string right = base;
  right.insert(200'000, "inserted");
  right.erase(100'000, 5);
  right.insert(50'000, noise(1000, 3));
  const ByteDiff diff = align(base, right);
  EXPECT_EQ(diff.total_runs, 3u);
  EXPECT_LE(diff.weight, 1013u);
}

TEST(AlignBytes, InsertionAndDeletionOfEqualLengthAreNotTakenByPosition) {
  const std::string base = noise(300'000, 4);
  std::string right = base;
  right.erase(250'000, 4);
  right.insert(10, "abcd");
  EXPECT_LE(align(base, right).weight, 8u);
}

TEST(AlignBytes, ManyEditsInASmallText) {
  std::string left, right;
  for (int i = 0; i < 500; ++i) {
    const std::string record = "record " + std::to_string(i) + " with some text;";
    left += record;
    right += i % 5 == 0 ? record + "!" : record;
  }
  EXPECT_EQ(align(left, right).weight, 100u);
}

TEST(AlignBytes, StoredRunsAreCappedAndTotalsAreNot) {
  std::string left(100'000, 'a'), right = left;
  for (std::size_t at = 0; at < right.size(); at += 20) right[at] = 'b';
  const ByteDiff diff = align_bytes(as_bytes(left), as_bytes(right), 10);
  EXPECT_EQ(diff.runs.size(), 10u);
  EXPECT_EQ(diff.total_runs, 5000u);
  EXPECT_NEAR(static_cast<double>(diff.weight), 5000, 10);
}

RC_GTEST_PROP(AlignBytes, RunsTurnLeftIntoRight, ()) {
  const auto pieces = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 6));
  const auto alphabet = *rc::gen::inRange(1, 200);
  std::string left, right;
  std::uint64_t seed = 0;
  for (const int piece : pieces) {
    std::string bytes = noise(static_cast<std::size_t>(*rc::gen::inRange(1, 300)), ++seed);
    for (char& c : bytes) c = static_cast<char>(static_cast<std::uint8_t>(c) % alphabet);
    if (piece != 0) left += bytes;
    if (piece != 1) right += piece == 2 ? noise(bytes.size(), ++seed) : bytes;
  }
  RC_ASSERT(check(left, right, align_bytes(as_bytes(left), as_bytes(right), SIZE_MAX)) == "");
}

TEST(AlignBytes, AdversarialInputsTakeLinearTime) {
  constexpr std::size_t kSize = test::kSlowBuild ? 2'000'000 : 20'000'000;
  const auto periodic = [](std::size_t size, std::size_t period) {
    const std::string unit = noise(period, period);
    std::string result;
    while (result.size() < size) result += unit;
    result.resize(size);
    return result;
  };
  const std::string zeros(kSize, '\0');
  std::string holes = zeros, shifted_holes = "x" + zeros;
  for (std::size_t at = 0; at < kSize; at += 97) holes[at] = 1;
  for (std::size_t at = 0; at < kSize; at += 89) shifted_holes[at] = 1;
  std::string shuffled;
  const std::string base = noise(kSize, 5);
  for (std::size_t i = 0; i < kSize / 1000; ++i)
    shuffled += base.substr(i * 7919 % (kSize / 1000) * 1000, 1000);
  struct Case {
    const char* name;
    std::string left, right;
  } cases[] = {
      {"zeros", zeros, "x" + zeros + "y"},
      {"periods", periodic(kSize, 40), "x" + periodic(kSize, 41)},
      {"period shifted", "x" + periodic(kSize, 40) + "y", periodic(kSize, 40).substr(3)},
      {"random", noise(kSize, 6), noise(kSize + 1, 7)},
      {"random, equally long", noise(kSize, 6), noise(kSize, 7)},
      {"holes in zeros", holes, shifted_holes},
      {"shuffled", base, shuffled + "x"},
  };
  for (const Case& c : cases) {
    const std::clock_t start = std::clock();  // processor time: other programs may be running
    const ByteDiff diff = align_bytes(as_bytes(c.left), as_bytes(c.right), SIZE_MAX);
    const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    EXPECT_EQ(check(c.left, c.right, diff), "") << c.name;
    RecordProperty(c.name, std::to_string(seconds));
    EXPECT_LT(seconds, test::kSlowBuild ? 20 : 3) << c.name;
  }
}

}  // namespace
}  // namespace unrepro
