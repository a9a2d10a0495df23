#include <gtest/gtest.h>

#include "formats/value.h"

namespace unrepro {
namespace {

using namespace std::string_view_literals;

struct Case {
  Encoding encoding;
  std::string_view bytes;
  std::optional<std::int64_t> value;
  bool canonical = true;
};

class DecodeNumber : public testing::TestWithParam<Case> {};

TEST_P(DecodeNumber, GivesValueAndWhetherAWriterSpellsItSo) {
  const Spelling spelling = decode_number(GetParam().encoding, as_bytes(GetParam().bytes));
  ASSERT_EQ(spelling.number.has_value(), GetParam().value.has_value());
  if (spelling.number) {
    EXPECT_EQ(spelling.number->value, *GetParam().value);
  }
  EXPECT_EQ(spelling.canonical, GetParam().canonical);
}

INSTANTIATE_TEST_SUITE_P(
    Octal, DecodeNumber,
    testing::Values(Case{Encoding::octal, "0000644\0"sv, 0644},      // GNU tar
                    Case{Encoding::octal, "000644 \0"sv, 0644},      // bsdtar
                    Case{Encoding::octal, "014755\0 "sv, 014755},    // checksum
                    Case{Encoding::octal, "   755 \0"sv, 0755},      // v7
                    Case{Encoding::octal, "          3\0"sv, 3},     // Archive::Tar
                    Case{Encoding::octal, "000755\0\0"sv, 0755},     // Archive::Tar
                    Case{Encoding::octal, "644     "sv, 0644},       // ar
                    Case{Encoding::octal, "100644  "sv, 0100644},    // ar
                    Case{Encoding::octal, "77777777"sv, 077777777},  // no terminator
                    Case{Encoding::octal, "\0\0\0\0\0\0\0\0"sv, 0},  // not set
                    Case{Encoding::octal, "        "sv, std::nullopt, false},
                    Case{Encoding::octal, "0000644X"sv, 0644, false},
                    Case{Encoding::octal, "644\0evil"sv, 0644, false},
                    Case{Encoding::octal, "00644\0\0\0"sv, 0644, false},  // zeros and a wide terminator
                    Case{Encoding::octal, "  00644\0"sv, 0644, false},    // two kinds of fill
                    Case{Encoding::octal, "644 \0 \0 "sv, 0644, false},   // bits in the padding
                    Case{Encoding::octal, "0000648\0"sv, 064, false},     // not an octal digit
                    Case{Encoding::octal, "-000644\0"sv, std::nullopt, false},
                    Case{Encoding::octal, "7777777777777777777777777"sv, std::nullopt, false},
                    Case{Encoding::octal, ""sv, std::nullopt, false}));

INSTANTIATE_TEST_SUITE_P(
    TarNumber, DecodeNumber,
    testing::Values(Case{Encoding::tar_number, "0001750\0"sv, 01750},
                    Case{Encoding::tar_number, "\x80\0\0\0\0\x20\0\0"sv, 0x200000},
                    Case{Encoding::tar_number, "\x80\0\0\0\0\0\0\x04\0\0\0\0"sv, std::int64_t{4} << 32},
                    Case{Encoding::tar_number, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe"sv, -2},
                    // The sign is not extended through the first byte: some programs take these for octal.
                    Case{Encoding::tar_number, "\x81\0\0\0\0\0\0\0"sv, std::int64_t{1} << 56, false},
                    Case{Encoding::tar_number, "\xc0\0\0\0\0\0\0\0"sv, -(std::int64_t{1} << 62), false},
                    Case{Encoding::tar_number, "\x80\0\0\x01\0\0\0\0\0\0\0\0"sv, std::nullopt, false}));

INSTANTIATE_TEST_SUITE_P(
    Decimal, DecodeNumber,
    testing::Values(
        Case{Encoding::decimal, "1706702400  "sv, 1706702400}, Case{Encoding::decimal, "0     "sv, 0},
        Case{Encoding::decimal, "123"sv, 123}, Case{Encoding::decimal, "0123  "sv, 123, false},
        Case{Encoding::decimal, " 123  "sv, 123, false}, Case{Encoding::decimal, "12 3"sv, 12, false},
        Case{Encoding::decimal, "12\0"sv, 12, false}, Case{Encoding::decimal, "-1"sv, std::nullopt, false},
        Case{Encoding::decimal, "9223372036854775807"sv, INT64_MAX},
        Case{Encoding::decimal, "9223372036854775808"sv, std::nullopt, false},
        Case{Encoding::decimal, "      "sv, std::nullopt, false}));

INSTANTIATE_TEST_SUITE_P(Binary, DecodeNumber,
                         testing::Values(Case{Encoding::u16le, "\x01\x02"sv, 0x0201},
                                         Case{Encoding::u16be, "\x01\x02"sv, 0x0102},
                                         Case{Encoding::u32le, "\x01\0\0\x80"sv, 0x80000001},
                                         Case{Encoding::u64be, "\x80\0\0\0\0\0\0\0"sv, std::nullopt, false},
                                         Case{Encoding::u8, "ab"sv, std::nullopt, false},
                                         Case{Encoding::bytes, "1"sv, std::nullopt, false}));

INSTANTIATE_TEST_SUITE_P(
    BinaryTimes, DecodeNumber,
    testing::Values(Case{Encoding::dos_date_time, "\x54\x63\x2d\x51"sv, 1600000000},  // 2020-09-13 12:26:40
                    Case{Encoding::dos_date_time, "\0\0\x21\0"sv, 315532800},         // 1980-01-01
                    Case{Encoding::dos_date_time, "\0\0\0\0"sv, std::nullopt, false},
                    Case{Encoding::dos_date_time, "\x1e\0\x21\0"sv, std::nullopt, false},  // 60 seconds
                    Case{Encoding::dos_date_time, "\0\0\x5e\0"sv, std::nullopt, false},    // 30 February
                    Case{Encoding::dos_date_time, "\0\0\x21"sv, std::nullopt, false},
                    Case{Encoding::filetime, "\0\x80\x3e\xd5\xde\xb1\x9d\x01"sv, 0},
                    Case{Encoding::filetime, "\0\0\0\0\0\0\0\0"sv, -11644473600},
                    Case{Encoding::i32le, "\xff\xff\xff\xff"sv, -1},
                    Case{Encoding::i32le, "\xff\xff\xff\x7f"sv, 2147483647}));

struct TimeCase {
  std::string_view text;
  std::optional<Number> number;
  bool canonical = true;
};

class DecodeTime : public testing::TestWithParam<TimeCase> {};

TEST_P(DecodeTime, CountsNanosecondsForwards) {
  const Spelling spelling = decode_number(Encoding::decimal_time, as_bytes(GetParam().text));
  EXPECT_EQ(spelling.number, GetParam().number);
  EXPECT_EQ(spelling.canonical, GetParam().canonical);
}

INSTANTIATE_TEST_SUITE_P(
    Pax, DecodeTime,
    testing::Values(TimeCase{"1706702400", Number{1706702400, 0}},
                    TimeCase{"1706702400.25", Number{1706702400, 250000000}},
                    TimeCase{"1706702400.000000001", Number{1706702400, 1}}, TimeCase{"0", Number{0, 0}},
                    TimeCase{"0.5", Number{0, 500000000}}, TimeCase{"-1", Number{-1, 0}},
                    TimeCase{"-1.25", Number{-2, 750000000}}, TimeCase{"-0.5", Number{-1, 500000000}},
                    TimeCase{"1706702400.0", Number{1706702400, 0}},  // Python
                    TimeCase{"01", Number{1, 0}, false}, TimeCase{"-0", Number{0, 0}, false},
                    TimeCase{"1.", Number{1, 0}, false}, TimeCase{"1.0000000001", Number{1, 0}, false},
                    TimeCase{"1 ", std::nullopt, false}, TimeCase{"1e9", std::nullopt, false},
                    TimeCase{"", std::nullopt, false}, TimeCase{"-", std::nullopt, false},
                    TimeCase{".5", std::nullopt, false},
                    TimeCase{"9223372036854775808", std::nullopt, false}));

}  // namespace
}  // namespace unrepro
