#include "formats/text/text.h"

#include <gtest/gtest.h>

#include <vector>

namespace unrepro {
namespace {

using std::string_literals::operator""s;

Bits bits(std::string_view text) { return kText.probe({as_bytes(text), Context{}}); }

Tree decoded(std::string text, const Context& context = {}) {
  Budget budget{Limits{}};
  auto tree = kText.decode(blob_from_string(std::move(text)), context, budget);
  EXPECT_TRUE(tree.has_value());
  EXPECT_EQ(tree->check_tiling(), "");
  EXPECT_TRUE(tree->anomalies.empty());
  return std::move(*tree);
}

std::string value(const Tree& tree, std::string_view key) {
  const FieldId id = tree.child(Tree::kRoot, key);
  return id == kNoField ? "(none)" : std::string(tree.text(id));
}
const Field& body(const Tree& tree) { return tree[tree.child(Tree::kRoot, "body")]; }

// The spans of a view joined by '|'; fails when they do not tile.
std::string spans(std::string_view text, ViewKind kind, CodeUnit unit = CodeUnit::byte) {
  const auto view = text_view(as_bytes(text), unit, kind);
  std::string joined;
  std::uint64_t end = 0;
  for (Span span; view->next(span); end = span.begin + span.length) {
    EXPECT_EQ(span.begin, end);
    EXPECT_GT(span.length, 0u);
    if (end > 0) joined += '|';
    joined += text.substr(span.begin, span.length);
  }
  EXPECT_EQ(end, text.size());
  return joined;
}

std::string wide(std::string_view text, bool big) {
  std::string result;
  for (const char c : text) result += big ? std::string{'\0', c} : std::string{c, '\0'};
  return result;
}

TEST(TextProbe, AcceptsTextOfAllCharsets) {
  EXPECT_GT(bits("hello\n"), 1u);
  EXPECT_GT(bits(""), 1u);
  EXPECT_GT(bits("caf\xc3\xa9\n"), 1u);
  EXPECT_GT(bits("a caf\xe9 in Latin-1\n"), 1u);
  EXPECT_GT(bits("N\bNA\bAM\bME\bE \x1b[1mbold\x1b[0m\f\r\n"), 1u) << "formatted manual pages";
  EXPECT_GT(bits("\xff\xfe" + wide("hi\n", false)), 1u);
  EXPECT_GT(bits("\xfe\xff" + wide("hi\n", true)), 1u);
}

TEST(TextProbe, RejectsBinary) {
  EXPECT_EQ(bits("a\0b"s), 0u);
  EXPECT_EQ(bits("\x7f"
                 "ELF"),
            0u);
  EXPECT_EQ(bits("a\x01"), 0u);
  EXPECT_EQ(bits("\xff\xfe" + wide("h\1", false)), 0u);
  EXPECT_EQ(bits("\xff\xfe"
                 "a"),
            0u)
      << "half a code unit";
  EXPECT_EQ(bits("\xe9\x88\x91\xf0\x9d\xc7\xb2"
                 "a"),
            0u)
      << "mostly high bytes, not UTF-8";
}

TEST(TextProbe, LooksAtABoundedPrefixOnly) {
  const std::string long_text(64 << 10, 'a');
  EXPECT_GT(bits(long_text + "\0"s), 1u);
  std::string cut(64 << 10, 'a');
  cut.back() = '\xc3';  // the first half of a character that the prefix cuts
  EXPECT_EQ(bits(cut + "\xa9"), bits(long_text));
}

TEST(TextProbe, EveryMagicNumberWins) { EXPECT_LT(bits("hello"), 8u); }

TEST(TextDecode, NamesCharsetAndLineEnding) {
  EXPECT_EQ(value(decoded("a\nb\n"), "encoding"), "utf-8");
  EXPECT_EQ(value(decoded("caf\xc3\xa9"), "encoding"), "utf-8");
  EXPECT_EQ(value(decoded("caf\xe9"), "encoding"), "latin-1");
  EXPECT_EQ(value(decoded("a\nb\n"), "line_ending"), "lf");
  EXPECT_EQ(value(decoded("a\r\nb\r\n"), "line_ending"), "crlf");
  EXPECT_EQ(value(decoded("a\rb\r"), "line_ending"), "cr");
  EXPECT_EQ(value(decoded("a\r\nb\n"), "line_ending"), "mixed");
  EXPECT_EQ(value(decoded("a\nb\r"), "line_ending"), "mixed");
  EXPECT_EQ(value(decoded("a\r\r\n"), "line_ending"), "mixed");
  EXPECT_EQ(value(decoded("a"), "line_ending"), "none");
  EXPECT_EQ(value(decoded(""), "body"), "");
}

TEST(TextDecode, ByteOrderMarkIsAFieldOfItsOwn) {
  const Tree little = decoded("\xff\xfe" + wide("a\r\n", false));
  EXPECT_EQ(value(little, "bom"), "\xff\xfe");
  EXPECT_EQ(value(little, "encoding"), "utf-16le");
  EXPECT_EQ(value(little, "line_ending"), "crlf");
  EXPECT_EQ(value(little, "body"), wide("a\r\n", false));
  const Tree big = decoded("\xfe\xff" + wide("a\nb\n", true));
  EXPECT_EQ(value(big, "encoding"), "utf-16be");
  EXPECT_EQ(value(big, "line_ending"), "lf");
  const Tree utf8 = decoded("\xef\xbb\xbfhi");
  EXPECT_EQ(value(utf8, "bom"), "\xef\xbb\xbf");
  EXPECT_EQ(value(utf8, "body"), "hi");
  EXPECT_EQ(value(decoded("hi"), "bom"), "(none)");
}

TEST(TextDecode, ScriptsAreCriticalWhereverTheyLie) {
  const Tree tree = decoded("#!/bin/sh\n", {.name = "usr/share/doc/x/run"});
  EXPECT_EQ(body(tree).kind, Kind::script);
  EXPECT_EQ(body(tree).effect, Effect::behaviour);
  EXPECT_TRUE(body(tree).is(kCritical));
}

TEST(TextDecode, OnlyDocumentationIsContent) {
  const auto effect = [](const Context& context) { return body(decoded("text\n", context)).effect; };
  EXPECT_EQ(effect({.name = "usr/share/doc/x/README.md"}), Effect::content);
  EXPECT_EQ(effect({.name = "./usr/share/man/man1/x.1"}), Effect::content);
  EXPECT_EQ(effect({.name = "/usr/share/info/x"}), Effect::content);
  EXPECT_EQ(effect({.name = ""}), Effect::behaviour);
  EXPECT_EQ(effect({.name = "etc/README.md"}), Effect::behaviour);
  EXPECT_EQ(effect({.name = "opt/usr/share/doc/x"}), Effect::behaviour);
  EXPECT_EQ(effect({.name = "usr/share/docs"}), Effect::behaviour);
  EXPECT_EQ(effect({.name = "usr/share/doc/../../../etc/passwd"}), Effect::behaviour);
  EXPECT_EQ(effect({.name = "usr/share/doc/x/search.js"}), Effect::behaviour) << "browsers run it";
  EXPECT_EQ(effect({.name = "usr/share/doc/x", .role = "deb.control"}), Effect::behaviour);
}

TEST(TextView, LinesKeepTheirTerminators) {
  EXPECT_EQ(spans("a\nb\r\nc\rd\n\ne", ViewKind::lines), "a\n|b\r\n|c\rd\n|\n|e");
  EXPECT_EQ(spans("", ViewKind::lines), "");
  EXPECT_EQ(spans("\n", ViewKind::lines), "\n");
}

TEST(TextView, LinesOfUtf16AreFoundByCodeUnit) {
  // U+0A61 and U+610A hold the byte 0x0a but no line feed.
  const std::string little = "\x61\x0a"s + wide("x\ny", false);
  EXPECT_EQ(spans(little, ViewKind::lines, CodeUnit::u16le), "\x61\x0ax\0\n\0|y\0"s);
  const std::string big = "\x61\x0a"s + wide("x\ny", true);
  EXPECT_EQ(spans(big, ViewKind::lines, CodeUnit::u16be), "\x61\x0a\0x\0\n|\0y"s);
  EXPECT_EQ(spans("a\0\n"s, ViewKind::lines, CodeUnit::u16le), "a\0\n"s) << "half a unit at the end";
}

TEST(TextView, TokensAreWordsSpacesAndSinglePunctuation) {
  EXPECT_EQ(spans("int x_1 = f(2); \t// caf\xc3\xa9\r\n\n", ViewKind::tokens),
            "int| |x_1| |=| |f|(|2|)|;| \t|/|/| |caf\xc3\xa9|\r\n|\n");
  EXPECT_EQ(spans("a\r\rb", ViewKind::tokens), "a|\r|\r|b");
  EXPECT_EQ(spans(wide("ab =", false), ViewKind::tokens, CodeUnit::u16le), "a\0b\0|\x20\0|=\0"s);
}

TEST(TextView, IsReachedThroughTheFormat) {
  const Tree tree = decoded("\xff\xfe" + wide("a\nb", false));
  const auto lines = kText.view(tree, tree.child(Tree::kRoot, "body"), ViewKind::lines);
  Span span;
  ASSERT_TRUE(lines->next(span));
  EXPECT_EQ(span.length, 4u);
  EXPECT_EQ(kText.view(tree, tree.child(Tree::kRoot, "bom"), ViewKind::lines), nullptr);
}

// Any bytes at all decode: the format may be forced on a pair by its other side.
TEST(TextDecode, SurvivesEveryTruncationAndBitFlip) {
  const std::string samples[] = {"#!/bin/sh\r\necho caf\xc3\xa9\n", "\xff\xfe" + wide("ab\r\nc\n", false),
                                 "\xef\xbb\xbf\xe2\x82\xac\r\n"};
  for (const std::string& sample : samples) {
    for (std::size_t size = 0; size <= sample.size(); ++size) decoded(sample.substr(0, size));
    for (std::size_t bit = 0; bit < sample.size() * 8; ++bit) {
      std::string flipped = sample;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
      const Tree tree = decoded(flipped);
      const FieldId leaf = tree.child(Tree::kRoot, "body");
      for (const ViewKind kind : {ViewKind::lines, ViewKind::tokens}) {
        const auto view = kText.view(tree, leaf, kind);
        std::uint64_t end = 0;
        for (Span span; view->next(span); end += span.length) ASSERT_EQ(span.begin, end);
        ASSERT_EQ(end, tree[leaf].length);
      }
    }
  }
}

}  // namespace
}  // namespace unrepro
