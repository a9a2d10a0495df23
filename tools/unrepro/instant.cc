#include <charconv>
#include <chrono>

#include "tools/unrepro/cli.h"

namespace unrepro::tool {
namespace {

// Takes fixed-width fields from the front of a text; fails for good at the first mismatch.
class Scanner {
 public:
  explicit Scanner(std::string_view rest) : rest_(rest) {}

  int digits(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') {
        ok_ = false;
        return 0;
      }
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }
  bool accept(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) { ok_ = accept(c) && ok_; }
  bool at_end() const { return rest_.empty(); }
  bool ok() const { return ok_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace

std::optional<std::int64_t> parse_instant(std::string_view text) {
  std::int64_t seconds = 0;
  const auto number = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (!text.empty() && number.ec == std::errc() && number.ptr == text.data() + text.size()) return seconds;

  Scanner scan(text);
  const int year = scan.digits(4);
  scan.expect('-');
  const int month = scan.digits(2);
  scan.expect('-');
  const int day = scan.digits(2);
  int hour = 0, minute = 0, second = 0, zone = 0;
  if (scan.accept('T') || scan.accept(' ')) {
    hour = scan.digits(2);
    scan.expect(':');
    minute = scan.digits(2);
    scan.expect(':');
    second = scan.digits(2);
    const bool east = scan.accept('+');
    if (east || scan.accept('-')) {
      const int zone_hour = scan.digits(2);
      scan.accept(':');
      const int zone_minute = scan.digits(2);
      if (zone_hour > 23 || zone_minute > 59) return std::nullopt;
      zone = (zone_hour * 60 + zone_minute) * (east ? 60 : -60);
    } else {
      scan.accept('Z');
    }
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!scan.ok() || !scan.at_end() || !date.ok() || hour > 23 || minute > 59 || second > 59)
    return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return std::int64_t{days} * 86'400 + hour * 3'600 + minute * 60 + second - zone;
}

}  // namespace unrepro::tool
