#pragma once
// Dates and times as texts spell them (causes-by-format section 8.2 and 8.3).

#include <cstdint>
#include <optional>
#include <string_view>

namespace unrepro {

// How a date is written. Two dates of one spelling differ in their values, zone and language only.
enum class DateSpelling : std::uint8_t {
  iso,  // 2017-11-02, 2017-11-02T10:30:45.5Z, 2017/11/02 10:30 +0100, 2017-11-02_10-30-45, 2017年11月2日
  compact,      // 20171102103045Z, D:20171102103045Z00'00', 20171102T1030, 20171102
  ctime,        // [Thu ]Nov  2 10:30:45 [UTC ]2017
  yearless,     // [Thu ]Nov  2 10:30:45
  day_first,    // [Thu, ]02 Nov 2017 10:30:45 +0000, 2 November 2017, 02-Nov-2017, 02/Nov/2017:10:30:45,
                // [Do ]2. Nov 10:30:45 UTC 2017
  month_first,  // [Thu ]Nov  2 2017 [10:30:45], November 2, 2017
  month_year,   // November 2017
  numeric,      // 11/02/2017, 02.11.2017, 11/02/17 10:30
  time,         // 10:30, 10:30:45.123
  epoch,        // 1509618645, 1509618645123, 1509618645.25
  year,         // 2017
};

enum class DatePrecision : std::uint8_t { year, month, day, minute, second };

struct Date {
  std::size_t length = 0;  // bytes of text
  DateSpelling spelling = DateSpelling::iso;
  DatePrecision precision = DatePrecision::day;  // of what is given; `time` has no date
  std::int64_t local = 0;     // seconds since 1970 on the wall clock it was written by; for `time`, since
                              // midnight; for `yearless`, in 1972
  std::optional<int> zone;    // minutes east of UTC, when it is given
  std::uint8_t language = 0;  // 0: English or no names; else an index of a language
  std::int64_t instant() const { return local - zone.value_or(0) * 60; }
};

// The longest date that begins at `at`. Two-digit years are dates only before a time of day; what runs on in
// letters or digits is none. O(1).
std::optional<Date> match_date(std::string_view text, std::size_t at);

// The number of the month or weekday that a word names in some language, months from 1, weekdays from 101.
std::optional<int> named_day_or_month(std::string_view word);

// The date that spans the whole text, or nothing.
std::optional<Date> parse_date(std::string_view text);

// One instant on two wall clocks. Without zones in the text only whole quarters of an hour tell it, which a
// change of the clock hits once in 900 times.
bool is_zone_shift(const Date& left, const Date& right);

// Whether it says when on some day, and which day.
bool is_full_stamp(const Date& date);

// Whether a build may have happened then (of a date without a year, always): from 1990 to a day after
// `reference_time`.
bool in_build_window(const Date& date, std::int64_t reference_time);

}  // namespace unrepro
