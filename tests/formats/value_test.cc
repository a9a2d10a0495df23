#include "formats/value.h"

#include <gtest/gtest.h>

#include "formats/tree_builder.h"
#include "formats/utf8.h"

namespace unrepro {
namespace {

using std::string_literals::operator""s;

std::string escaped(std::string_view text, std::size_t limit = SIZE_MAX) {
  return escape(as_bytes(text), limit);
}

// The description of a single leaf.
std::string described(std::string_view bytes, Kind kind, Encoding encoding, std::size_t limit = 160) {
  Budget budget{Limits{}};
  TreeBuilder builder(blob_from_string(std::string(bytes)), "toy", budget);
  builder.open("", Kind::group, Encoding::record);
  builder.take("leaf", kind, encoding, Effect::behaviour, bytes.size());
  const auto tree = builder.finish();
  return describe(*tree, tree->child(Tree::kRoot, "leaf"), limit);
}

TEST(Utf8, AcceptsOnlyWellFormedSequences) {
  const auto length = [](std::string_view text) { return decode_utf8(as_bytes(text)).length; };
  EXPECT_EQ(decode_utf8(as_bytes("\xf4\x8f\xbf\xbf")).value, 0x10ffffu);
  EXPECT_EQ(decode_utf8(as_bytes("\xe2\x82\xac!")).value, 0x20acu);
  EXPECT_EQ(length("\xc3\xa9"), 2u);
  EXPECT_EQ(length("\xc0\x80"), 0u) << "overlong";
  EXPECT_EQ(length("\xe0\x9f\xbf"), 0u) << "overlong";
  EXPECT_EQ(length("\xf0\x8f\xbf\xbf"), 0u) << "overlong";
  EXPECT_EQ(length("\xed\xa0\x80"), 0u) << "surrogate";
  EXPECT_EQ(length("\xf4\x90\x80\x80"), 0u) << "beyond U+10FFFF";
  EXPECT_EQ(length("\xf8\x88\x80\x80\x80"), 0u);
  EXPECT_EQ(length("\xe2\x82"), 0u) << "cut off";
  EXPECT_EQ(length("\x80"), 0u);
  EXPECT_EQ(length(""), 0u);
}

TEST(Utf8, FindsWhereTextStopsBeingWellFormed) {
  EXPECT_EQ(utf8_prefix(as_bytes("plain ascii, longer than a word")), 31u);
  EXPECT_EQ(utf8_prefix(as_bytes("caf\xc3\xa9 and \xff")), 10u);
  EXPECT_TRUE(utf8_cut_off(as_bytes("\xe2\x82")));
  EXPECT_TRUE(utf8_cut_off(as_bytes("\xf0\x90")));
  EXPECT_FALSE(utf8_cut_off(as_bytes("\xe2 ")));
  EXPECT_FALSE(utf8_cut_off(as_bytes("\xf0\x80")));
  EXPECT_FALSE(utf8_cut_off(as_bytes("\xff")));
}

TEST(Escape, LeavesReadableTextAlone) {
  EXPECT_EQ(escaped("usr/share/\"doc\" & 'more' <x>"), "usr/share/\"doc\" & 'more' <x>");
  EXPECT_EQ(escaped("caf\xc3\xa9 \xe6\xbc\xa2 \xf0\x9f\x99\x82"),
            "caf\xc3\xa9 \xe6\xbc\xa2 \xf0\x9f\x99\x82");
  EXPECT_EQ(escaped(""), "");
}

TEST(Escape, ControlsCannotReachTheTerminal) {
  EXPECT_EQ(escaped("a\nb\tc\\d"), "a\\nb\\tc\\\\d");
  EXPECT_EQ(escaped("\x1b[31m\r\b\x7f\0"s), "\\x1b[31m\\x0d\\x08\\x7f\\x00");
  EXPECT_EQ(escaped("\xc2\x9b"), "\\xc2\\x9b") << "C1 as UTF-8 keeps both its bytes";
  EXPECT_EQ(escaped("\x9b"), "\\x9b") << "C1 as a lone byte";
}

TEST(Escape, ShowsInvalidUtf8ByteByByte) {
  EXPECT_EQ(escaped("a\xff"
                    "b\xe2\x82"),
            "a\\xffb\\xe2\\x82");
  EXPECT_EQ(escaped("\xed\xa0\x80"), "\\xed\\xa0\\x80");
}

TEST(Escape, ShowsWhatUnicodeHides) {
  EXPECT_EQ(escaped("a\xe2\x80\xae"
                    "b"),
            "a\\u{202e}b");
  EXPECT_EQ(escaped("\xe2\x80\x8b\xe2\x80\x8f"), "\\u{200b}\\u{200f}");
  EXPECT_EQ(escaped("\xe2\x80\xaa\xe2\x81\xa6\xe2\x81\xa9"), "\\u{202a}\\u{2066}\\u{2069}");
  EXPECT_EQ(escaped("\xef\xbb\xbf"), "\\u{feff}");
  EXPECT_EQ(escaped("\xf3\xa0\x80\xa1"), "\\u{e0021}") << "tag characters";
  EXPECT_EQ(escaped("\xe2\x80\x90"), "\xe2\x80\x90") << "U+2010, a hyphen, is visible";
}

TEST(Escape, CutsAtACharacterAndGivesTheLength) {
  EXPECT_EQ(escaped("abcdef", 3), "abc… (6 bytes)");
  EXPECT_EQ(escaped("abcdef", 6), "abcdef");
  EXPECT_EQ(escaped("ab\xc3\xa9", 3), "ab… (4 bytes)");
  EXPECT_EQ(escaped("abc", 0), "… (3 bytes)");
}

TEST(FormatInstant, IsIso8601InUtc) {
  EXPECT_EQ(format_instant(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_instant(1706702400), "2024-01-31T12:00:00Z");
  EXPECT_EQ(format_instant(1709164799), "2024-02-28T23:59:59Z");
  EXPECT_EQ(format_instant(1709251199), "2024-02-29T23:59:59Z") << "leap year";
  EXPECT_EQ(format_instant(-1), "1969-12-31T23:59:59Z");
  EXPECT_EQ(format_instant(1, 500'000'000), "1970-01-01T00:00:01.5Z");
  EXPECT_EQ(format_instant(1, 1), "1970-01-01T00:00:01.000000001Z");
}

TEST(FormatInstant, OutsideItsYearsIsAPlainNumber) {
  EXPECT_EQ(format_instant(253'402'300'799), "9999-12-31T23:59:59Z");
  EXPECT_EQ(format_instant(253'402'300'800), "253402300800");
  EXPECT_EQ(format_instant(-62'135'596'800), "0001-01-01T00:00:00Z");
  EXPECT_EQ(format_instant(-62'135'596'801), "-62135596801");
  EXPECT_EQ(format_instant(-62'135'596'802, 250'000'000), "-62135596801.75");
  EXPECT_EQ(format_instant(INT64_MIN), "-9223372036854775808");
  EXPECT_EQ(format_instant(INT64_MAX, 500'000'000), "9223372036854775807.5");
}

TEST(Describe, NumbersInTheirNaturalNotation) {
  EXPECT_EQ(described("0000644\0"s, Kind::mode, Encoding::octal), "0644");
  EXPECT_EQ(described("0004755\0"s, Kind::mode, Encoding::octal), "04755");
  EXPECT_EQ(described("\x40\xd6\x65\x65"s, Kind::timestamp, Encoding::u32le), "2023-11-28T12:00:00Z");
  EXPECT_EQ(described("\xef\xbe\xad\xde"s, Kind::checksum, Encoding::u32le), "0xdeadbeef");
  EXPECT_EQ(described("\x10\x27\0\0"s, Kind::size, Encoding::u32le), "10000");
}

TEST(Describe, ShowsANumberThatIsSpelledStrangely) {
  const std::string text = described("644 x\0\0\0"s, Kind::mode, Encoding::octal);
  EXPECT_NE(text.find("644 x\\x00"), std::string::npos) << text;
}

TEST(Describe, TextUpToItsNulUnlessSomethingHidesBehindIt) {
  EXPECT_EQ(described("root\0\0\0"s, Kind::user_name, Encoding::nul_text), "root");
  EXPECT_EQ(described("root\0x\0"s, Kind::user_name, Encoding::nul_text), "root\\x00x\\x00");
}

TEST(Describe, BytesAsTextWhereTheyAreAndAsHexElsewhere) {
  EXPECT_EQ(described("GCC: 12.2", Kind::data, Encoding::bytes), "GCC: 12.2");
  EXPECT_EQ(described("\x01\xfe\x20"s, Kind::build_id, Encoding::bytes), "0x01fe20");
  EXPECT_EQ(described("\x01\x02\x03"s, Kind::opaque, Encoding::bytes, 2), "0x0102… (3 bytes)");
  EXPECT_EQ(described("a\x01", Kind::path, Encoding::bytes), "a\\x01") << "a damaged path stays a path";
}

}  // namespace
}  // namespace unrepro
