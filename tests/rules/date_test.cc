// Every spelling of causes-by-format 8.2 and 8.3 that the clock rules read, at one instant.

#include "rules/content/date.h"

#include <gtest/gtest.h>

namespace unrepro {
namespace {

constexpr std::int64_t kInstant = 1'509'618'645;  // 2017-11-02T10:30:45Z

struct Spelled {
  const char* text;
  DateSpelling spelling;
  DatePrecision precision;
  std::int64_t instant;
};

void PrintTo(const Spelled& spelled, std::ostream* out) { *out << spelled.text; }

class DateSpellings : public ::testing::TestWithParam<Spelled> {};

TEST_P(DateSpellings, IsReadWhole) {
  const auto date = parse_date(GetParam().text);
  ASSERT_TRUE(date) << GetParam().text;
  EXPECT_EQ(date->spelling, GetParam().spelling);
  EXPECT_EQ(date->precision, GetParam().precision);
  EXPECT_EQ(date->instant(), GetParam().instant);
}

constexpr std::int64_t kMinute = kInstant - 45, kDay = 1'509'580'800, kMonth = 1'509'494'400;
INSTANTIATE_TEST_SUITE_P(
    All, DateSpellings,
    ::testing::Values(
        Spelled{"2017-11-02", DateSpelling::iso, DatePrecision::day, kDay},
        Spelled{"2017/11/02", DateSpelling::iso, DatePrecision::day, kDay},
        Spelled{"2017-11-02T10:30:45Z", DateSpelling::iso, DatePrecision::second, kInstant},
        Spelled{"2017-11-02T10:30:45.123456789Z", DateSpelling::iso, DatePrecision::second, kInstant},
        Spelled{"2017-11-02T11:30:45+01:00", DateSpelling::iso, DatePrecision::second, kInstant},
        Spelled{"2017-11-02 10:30+0000", DateSpelling::iso, DatePrecision::minute, kMinute},
        Spelled{"2017-11-02 10:30:45 UTC", DateSpelling::iso, DatePrecision::second, kInstant},
        Spelled{"20171102103045Z", DateSpelling::compact, DatePrecision::second, kInstant},
        Spelled{"20171102T103045Z", DateSpelling::compact, DatePrecision::second, kInstant},
        Spelled{"201711021030", DateSpelling::compact, DatePrecision::minute, kMinute},
        Spelled{"20171102", DateSpelling::compact, DatePrecision::day, kDay},
        Spelled{"D:20171102113045+01'00'", DateSpelling::compact, DatePrecision::second, kInstant},
        Spelled{"Thu Nov  2 10:30:45 2017", DateSpelling::ctime, DatePrecision::second, kInstant},
        Spelled{"Thu Nov  2 11:30:45 CET 2017", DateSpelling::ctime, DatePrecision::second, kInstant},
        Spelled{"Thu Nov 02 10:30:45 UTC 2017", DateSpelling::ctime, DatePrecision::second, kInstant},
        Spelled{"Thu, 02 Nov 2017 10:30:45 +0000", DateSpelling::day_first, DatePrecision::second, kInstant},
        Spelled{"Thu 02 Nov 2017 10:30:45 AM UTC", DateSpelling::day_first, DatePrecision::second, kInstant},
        Spelled{"jeu. 2 nov. 2017 10:30:45 UTC", DateSpelling::day_first, DatePrecision::second, kInstant},
        Spelled{"2 November 2017", DateSpelling::day_first, DatePrecision::day, kDay},
        Spelled{"2. November 2017", DateSpelling::day_first, DatePrecision::day, kDay},
        Spelled{"02-Nov-2017", DateSpelling::day_first, DatePrecision::day, kDay},
        Spelled{"02/Nov/2017:10:30:45 +0000", DateSpelling::day_first, DatePrecision::second, kInstant},
        Spelled{"Nov  2 2017", DateSpelling::month_first, DatePrecision::day, kDay},
        Spelled{"November 2, 2017", DateSpelling::month_first, DatePrecision::day, kDay},
        Spelled{"Nov  2 2017 10:30:45", DateSpelling::month_first, DatePrecision::second, kInstant},
        Spelled{"November 2017", DateSpelling::month_year, DatePrecision::month, kMonth},
        Spelled{"11/02/2017", DateSpelling::numeric, DatePrecision::day, kDay},
        Spelled{"02.11.2017", DateSpelling::numeric, DatePrecision::day, kDay},
        Spelled{"Nov  2 10:30:45 2017", DateSpelling::ctime, DatePrecision::second, kInstant},
        Spelled{"Thu Nov 02 2017 16:00:45 GMT+0530 (India Standard Time)", DateSpelling::month_first,
                DatePrecision::second, kInstant},
        Spelled{"Thu Nov 2 2017 10\\+:30\\+:45", DateSpelling::month_first, DatePrecision::second, kInstant},
        Spelled{"Thu, 02 Nov 2017 10\\:30\\:45 +0000", DateSpelling::day_first, DatePrecision::second,
                kInstant},
        Spelled{"11/02/17 10:30:45", DateSpelling::numeric, DatePrecision::second, kInstant},
        Spelled{"11/02/17 10:30 AM", DateSpelling::numeric, DatePrecision::minute, kMinute},
        Spelled{"November 2 2017 at 1030", DateSpelling::month_first, DatePrecision::minute, kMinute},
        Spelled{"Thursday, 02-Nov-17 10:30:45 GMT", DateSpelling::day_first, DatePrecision::second, kInstant},
        Spelled{"Do 2. Nov 10:30:45 UTC 2017", DateSpelling::day_first, DatePrecision::second, kInstant},
        Spelled{"2017-11-02_10-30-45", DateSpelling::iso, DatePrecision::second, kInstant},
        Spelled{"2017.11.02-10:30:45", DateSpelling::iso, DatePrecision::second, kInstant},
        Spelled{"2017年11月2日 10:30", DateSpelling::iso, DatePrecision::minute, kMinute},
        Spelled{"2017년 11월 2일", DateSpelling::iso, DatePrecision::day, kDay},
        Spelled{"2 ноября 2017", DateSpelling::day_first, DatePrecision::day, kDay},
        Spelled{"2017.11.02:1030", DateSpelling::iso, DatePrecision::minute, kMinute},
        Spelled{"Nov  2 10:30:45", DateSpelling::yearless, DatePrecision::second, 89'548'245},
        Spelled{"1509618645", DateSpelling::epoch, DatePrecision::second, kInstant},
        Spelled{"1509618645123", DateSpelling::epoch, DatePrecision::second, kInstant},
        Spelled{"1509618645.123456789", DateSpelling::epoch, DatePrecision::second, kInstant},
        Spelled{"10:30:45", DateSpelling::time, DatePrecision::second, 37'845},
        Spelled{"2017", DateSpelling::year, DatePrecision::year, 1'483'228'800}));

class NoDates : public ::testing::TestWithParam<const char*> {};
TEST_P(NoDates, AreNotRead) { EXPECT_FALSE(parse_date(GetParam())) << GetParam(); }
INSTANTIATE_TEST_SUITE_P(All, NoDates,
                         ::testing::Values("", "2017-13-02", "2017-02-30", "2017-11-021", "20171302", "25:00",
                                           "10:60", "1.2.2017.3", "99/99/2017", "Foo 2 2017", "0000-00-00",
                                           "123456789", "12345678901", "9999999999999999999", "2017a", "3017",
                                           "11/02/17", "2017.11.02", "2017.11.02-1", "2017-11-02_10-30-45-1",
                                           "2017-11-02_25-30-45", "2017年11月", "2017年11월2日",
                                           "2. Nov 10:30:45 UTC", "Nov 31 10:30:45", "Nov 2 1030",
                                           "02-Nov-17"));

TEST(Date, LanguagesOfMonthNamesAreTold) {
  EXPECT_EQ(parse_date("2 November 2017")->language, 0);
  EXPECT_NE(parse_date("2 novembre 2017")->language, 0);
  EXPECT_NE(parse_date("2. Dezember 2017")->language, parse_date("2 décembre 2017")->language);
}

TEST(Date, EndsWhereTheTextGoesOn) {
  EXPECT_EQ(match_date("on 2017-11-02, by", 3)->length, 10u);
  EXPECT_EQ(match_date("2017-11-02 and 10:30", 0)->length, 10u);
  EXPECT_FALSE(match_date("x", 1));
}

}  // namespace
}  // namespace unrepro
