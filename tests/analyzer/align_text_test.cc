#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <ctime>
#include <random>
#include <string>

#include "analyzer/align/refine.h"
#include "analyzer/align/text.h"
#include "formats/text/text.h"
#include "tests/support/slow_build.h"

namespace unrepro {
namespace {

ViewSource views(std::string_view text) {
  return [=](ViewKind kind) { return text_view(as_bytes(text), CodeUnit::byte, kind); };
}

TextDiff diff(std::string_view left, std::string_view right, const TextLimits& limits = {}) {
  return diff_text(as_bytes(left), views(left), as_bytes(right), views(right), limits);
}

// Equal bytes as they are, hunks as [left→right]. Fails when bytes outside hunks differ.
std::string render(std::string_view left, std::string_view right, const TextLimits& limits = {}) {
  std::string out;
  std::uint64_t i = 0, j = 0;
  for (const TextHunk& hunk : diff(left, right, limits).runs) {
    EXPECT_EQ(left.substr(i, hunk.left.begin - i), right.substr(j, hunk.right.begin - j));
    out += left.substr(i, hunk.left.begin - i);
    out.append("[").append(left.substr(hunk.left.begin, hunk.left.length)).append("→");
    out.append(right.substr(hunk.right.begin, hunk.right.length)).append("]");
    i = hunk.left.begin + hunk.left.length;
    j = hunk.right.begin + hunk.right.length;
  }
  EXPECT_EQ(left.substr(i), right.substr(j));
  return out.append(left.substr(i));
}

TEST(DiffText, ReadableCases) {
  EXPECT_EQ(render("", ""), "");
  EXPECT_EQ(render("a\nb\n", "a\nb\n"), "a\nb\n");
  EXPECT_EQ(render("a\n", "a\nb\n"), "a\n[→b\n]");
  EXPECT_EQ(render("", "b"), "[→b]");
  EXPECT_EQ(render("built on Monday at home\n", "built on Tuesday at home\n"),
            "built on [Monday→Tuesday] at home\n");
  EXPECT_EQ(render("a 1 b\nsame\nc 2 d\n", "a 3 b\nsame\nc 4 d\n"), "a [1→3] b\nsame\nc [2→4] d\n");
  EXPECT_EQ(render("a 1\nb 2\n", "a 3\nb 4\n"), "a [1→3]\nb [2→4]\n") << "two changed lines in a row";
  EXPECT_EQ(render("x\ny\n", "x\nnew\nlines\ny\n"), "x\n[→new\nlines\n]y\n");
  EXPECT_EQ(render("f(a)\n", "f(a, b)\n"), "f(a[→, b])\n");
  EXPECT_EQ(render("a\r\n", "a\n"), "a[\r\n→\n]");
  EXPECT_EQ(render("no newline", "no newline\n"), "no newline[→\n]");
}

// Of a run that encloses equal lines, those have not moved.
TEST(RefineText, LinesThatStay) {
  const std::string left = "one thing\ntwo things\nthree things\n",
                    right = "one thing\ntwo wings\nthree things\n";
  RunList whole;
  whole.runs = {{{0, left.size()}, {0, right.size()}}};
  whole.total_runs = 1;
  whole.weight = left.size();
  const TextPieces pieces = refine_text(as_bytes(left), as_bytes(right), whole);
  ASSERT_EQ(pieces.pieces.size(), 1u);
  EXPECT_EQ(pieces.pieces[0].ordered_items, 0u);
  EXPECT_EQ(left.substr(pieces.pieces[0].left.begin, pieces.pieces[0].left.length), "things");
}

TEST(DiffText, UnequalNumbersOfLinesAreOneHunk) {
  EXPECT_EQ(render("k\na 1\nb 2\nz\n", "k\na 3\nz\n"), "k\n[a 1\nb 2\n→a 3\n]z\n");
}

TEST(DiffText, MoreChangedLinesThanTheLimitAreOneHunk) {
  EXPECT_EQ(render("a 1\nb 2\n", "a 3\nb 4\n", {.paired_lines = 1}), "[a 1\nb 2\n→a 3\nb 4\n]");
}

TEST(DiffText, LongLinesAreAlignedByToken) {
  std::string left, right;
  for (int i = 0; i < 1000; ++i) {
    left += "\"key" + std::to_string(i) + "\":" + std::to_string(i) + ",";
    right += "\"key" + std::to_string(i) + "\":" + std::to_string(i == 10 || i == 900 ? 7777 : i) + ",";
  }
  const TextDiff result = diff(left, right);
  EXPECT_EQ(result.total_runs, 2u);
  EXPECT_EQ(result.weight, 8u);
  render(left, right);
}

TEST(DiffText, StoredHunksAreCappedAndTotalsAreNot) {
  std::string left, right;
  for (int i = 0; i < 100; ++i) {
    left += "line " + std::to_string(i) + "\nvalue aa\n";
    right += "line " + std::to_string(i) + "\nvalue b\n";
  }
  const TextDiff result = diff(left, right, {.max_hunks = 10});
  EXPECT_EQ(result.runs.size(), 10u);
  EXPECT_EQ(result.total_runs, 100u);
  EXPECT_EQ(result.left_bytes, 200u);
  EXPECT_EQ(result.right_bytes, 100u);
  EXPECT_EQ(result.weight, 200u);
}

TEST(DiffText, WithoutAViewOrWithOneThatDoesNotTileBytesAreAligned) {
  const ViewSource none = [](ViewKind) { return std::unique_ptr<LeafView>(); };
  const TextDiff result = diff_text(as_bytes("one two"), none, as_bytes("one 222"), none);
  ASSERT_EQ(result.runs.size(), 1u);
  EXPECT_EQ(result.runs[0].left.begin, 4u);
  const ViewSource other = views("one tw");
  EXPECT_EQ(diff_text(as_bytes("one two"), other, as_bytes("one 222"), other).weight, 3u);
}

RC_GTEST_PROP(DiffText, HunksTurnLeftIntoRight, ()) {
  const auto letter = rc::gen::elementOf(std::string("ab \r\n,"));
  const auto left = *rc::gen::container<std::string>(letter);
  const auto right = *rc::gen::container<std::string>(letter);
  const TextLimits limits = {.paired_lines = *rc::gen::inRange<std::size_t>(0, 4)};
  std::uint64_t i = 0, j = 0;
  for (const TextHunk& hunk : diff(left, right, limits).runs) {
    RC_ASSERT(hunk.left.begin >= i && hunk.right.begin >= j);
    RC_ASSERT(left.substr(i, hunk.left.begin - i) == right.substr(j, hunk.right.begin - j));
    i = hunk.left.begin + hunk.left.length;
    j = hunk.right.begin + hunk.right.length;
  }
  RC_ASSERT(left.substr(i) == right.substr(j));
}

TEST(DiffText, LargeTextsTakeLinearTime) {
  constexpr std::size_t kSize = test::kSlowBuild ? 2'000'000 : 100'000'000;
  const auto lines = [&](std::uint64_t seed) {
    std::string text;
    std::mt19937_64 random(seed);
    while (text.size() < kSize) text += "entry " + std::to_string(random()) + " of the log\n";
    return text;
  };
  const std::string left = lines(1);
  std::string edited = left;
  for (std::size_t at = 100; at < edited.size(); at += 10'000) edited[at] = '#';
  const std::string blank(kSize / 4, '\n');
  struct Case {
    const char* name;
    std::string left, right;
  } cases[] = {{"all lines differ", left, lines(2)},
               {"scattered edits", left, edited},
               {"blank lines", blank + "x\n", "y\n" + blank + blank}};
  for (const Case& c : cases) {
    const std::clock_t start = std::clock();  // processor time: other programs may be running
    const TextDiff result = diff(c.left, c.right);
    const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    EXPECT_GT(result.total_runs, 0u);
    RecordProperty(c.name, std::to_string(seconds));
    EXPECT_LT(seconds, test::kSlowBuild ? 20 : 3) << c.name;
  }
}

}  // namespace
}  // namespace unrepro
