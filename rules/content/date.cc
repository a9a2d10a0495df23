#include "rules/content/date.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <span>

#include "formats/ascii.h"

namespace unrepro {
namespace {

struct Name {
  std::string_view text;  // lower case
  std::uint8_t number;    // of the month, or of the weekday
  std::uint8_t language;  // 0 en, 1 fr, 2 de, 3 es, 4 it, 5 nl, 6 et, 7 pt, 8 tr, 9 ru
};

constexpr Name kMonths[] = {
    {"january", 1, 0},    {"february", 2, 0},   {"march", 3, 0},      {"april", 4, 0},
    {"may", 5, 0},        {"june", 6, 0},       {"july", 7, 0},       {"august", 8, 0},
    {"september", 9, 0},  {"october", 10, 0},   {"november", 11, 0},  {"december", 12, 0},
    {"jan", 1, 0},        {"feb", 2, 0},        {"mar", 3, 0},        {"apr", 4, 0},
    {"jun", 6, 0},        {"jul", 7, 0},        {"aug", 8, 0},        {"sep", 9, 0},
    {"oct", 10, 0},       {"nov", 11, 0},       {"dec", 12, 0},       {"janvier", 1, 1},
    {"février", 2, 1},    {"mars", 3, 1},       {"avril", 4, 1},      {"mai", 5, 1},
    {"juin", 6, 1},       {"juillet", 7, 1},    {"août", 8, 1},       {"septembre", 9, 1},
    {"octobre", 10, 1},   {"novembre", 11, 1},  {"décembre", 12, 1},  {"janv.", 1, 1},
    {"févr.", 2, 1},      {"avril", 4, 1},      {"juil.", 7, 1},      {"sept.", 9, 1},
    {"oct.", 10, 1},      {"nov.", 11, 1},      {"déc.", 12, 1},      {"januar", 1, 2},
    {"februar", 2, 2},    {"märz", 3, 2},       {"juni", 6, 2},       {"juli", 7, 2},
    {"oktober", 10, 2},   {"dezember", 12, 2},  {"mär", 3, 2},        {"okt", 10, 2},
    {"dez", 12, 2},       {"enero", 1, 3},      {"febrero", 2, 3},    {"marzo", 3, 3},
    {"abril", 4, 3},      {"mayo", 5, 3},       {"junio", 6, 3},      {"julio", 7, 3},
    {"agosto", 8, 3},     {"septiembre", 9, 3}, {"octubre", 10, 3},   {"noviembre", 11, 3},
    {"diciembre", 12, 3}, {"ene", 1, 3},        {"abr", 4, 3},        {"ago", 8, 3},
    {"dic", 12, 3},       {"gennaio", 1, 4},    {"febbraio", 2, 4},   {"aprile", 4, 4},
    {"maggio", 5, 4},     {"giugno", 6, 4},     {"luglio", 7, 4},     {"settembre", 9, 4},
    {"ottobre", 10, 4},   {"novembre", 11, 4},  {"dicembre", 12, 4},  {"gen", 1, 4},
    {"mag", 5, 4},        {"giu", 6, 4},        {"lug", 7, 4},        {"set", 9, 4},
    {"ott", 10, 4},       {"januari", 1, 5},    {"februari", 2, 5},   {"maart", 3, 5},
    {"mei", 5, 5},        {"augustus", 8, 5},   {"mrt", 3, 5},        {"jaanuar", 1, 6},
    {"veebruar", 2, 6},   {"märts", 3, 6},      {"aprill", 4, 6},     {"juuni", 6, 6},
    {"juuli", 7, 6},      {"oktoober", 10, 6},  {"detsember", 12, 6}, {"jaan", 1, 6},
    {"veebr", 2, 6},      {"aug", 8, 6},        {"sept", 9, 6},       {"dets", 12, 6},
    {"janeiro", 1, 7},    {"fevereiro", 2, 7},  {"março", 3, 7},      {"maio", 5, 7},
    {"junho", 6, 7},      {"julho", 7, 7},      {"setembro", 9, 7},   {"outubro", 10, 7},
    {"dezembro", 12, 7},  {"ocak", 1, 8},       {"şubat", 2, 8},      {"mart", 3, 8},
    {"nisan", 4, 8},      {"mayıs", 5, 8},      {"haziran", 6, 8},    {"temmuz", 7, 8},
    {"ağustos", 8, 8},    {"eylül", 9, 8},      {"ekim", 10, 8},      {"kasım", 11, 8},
    {"aralık", 12, 8},    {"января", 1, 9},     {"февраля", 2, 9},    {"марта", 3, 9},
    {"апреля", 4, 9},     {"мая", 5, 9},        {"июня", 6, 9},       {"июля", 7, 9},
    {"августа", 8, 9},    {"сентября", 9, 9},   {"октября", 10, 9},   {"ноября", 11, 9},
    {"декабря", 12, 9},
};

constexpr Name kWeekdays[] = {
    {"monday", 1, 0},   {"tuesday", 2, 0},    {"wednesday", 3, 0}, {"thursday", 4, 0}, {"friday", 5, 0},
    {"saturday", 6, 0}, {"sunday", 7, 0},     {"mon", 1, 0},       {"tue", 2, 0},      {"wed", 3, 0},
    {"thu", 4, 0},      {"fri", 5, 0},        {"sat", 6, 0},       {"sun", 7, 0},      {"lundi", 1, 1},
    {"mardi", 2, 1},    {"mercredi", 3, 1},   {"jeudi", 4, 1},     {"vendredi", 5, 1}, {"samedi", 6, 1},
    {"dimanche", 7, 1}, {"lun.", 1, 1},       {"mar.", 2, 1},      {"mer.", 3, 1},     {"jeu.", 4, 1},
    {"ven.", 5, 1},     {"sam.", 6, 1},       {"dim.", 7, 1},      {"montag", 1, 2},   {"dienstag", 2, 2},
    {"mittwoch", 3, 2}, {"donnerstag", 4, 2}, {"freitag", 5, 2},   {"samstag", 6, 2},  {"sonntag", 7, 2},
    {"mo", 1, 2},       {"di", 2, 2},         {"mi", 3, 2},        {"do", 4, 2},       {"fr", 5, 2},
    {"sa", 6, 2},       {"so", 7, 2},         {"lunes", 1, 3},     {"martes", 2, 3},   {"miércoles", 3, 3},
    {"jueves", 4, 3},   {"viernes", 5, 3},    {"sábado", 6, 3},    {"domingo", 7, 3},  {"ma", 1, 5},
    {"wo", 3, 5},       {"vr", 5, 5},         {"za", 6, 5},        {"zo", 7, 5},       {"e", 1, 6},
    {"t", 2, 6},        {"k", 3, 6},          {"n", 4, 6},         {"r", 5, 6},        {"l", 6, 6},
    {"p", 7, 6},
};

struct Zone {
  std::string_view name;
  int minutes;
};
constexpr Zone kZones[] = {
    {"UTC", 0},    {"GMT", 0},    {"WEST", 60},  {"WET", 0},    {"BST", 60},   {"CEST", 120}, {"CET", 60},
    {"MEST", 120}, {"MET", 60},   {"EEST", 180}, {"EET", 120},  {"MSK", 180},  {"EST", -300}, {"EDT", -240},
    {"CST", -360}, {"CDT", -300}, {"MST", -420}, {"MDT", -360}, {"PST", -480}, {"PDT", -420}, {"JST", 540},
    {"KST", 540},  {"AEST", 600}, {"AEDT", 660}, {"NZST", 720}, {"NZDT", 780}, {"HST", -600}, {"IST", 330}};

constexpr int kFirstYear = 1970, kLastYear = 2199;

using ascii::is_digit;
bool is_word(char c) { return ascii::is_alnum(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Reads forward; every reader leaves the position alone when it fails.
class Reader {
 public:
  Reader(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  std::size_t at() const { return at_; }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool skip(char c) { return peek() == c && at_ < text_.size() && (++at_, true); }
  bool skip_any(std::string_view set) {
    return at_ < text_.size() && set.find(text_[at_]) != std::string_view::npos && (++at_, true);
  }
  bool skip(std::string_view word) {
    return text_.substr(at_).starts_with(word) && (at_ += word.size(), true);
  }
  // One or two blanks: ctime pads the day.
  bool blank() {
    if (!skip(' ')) return false;
    skip(' ');
    return true;
  }
  // Exactly as many digits, or up to `most`.
  std::optional<int> digits(int least, int most, int low, int high) {
    int value = 0, count = 0;
    while (count < most && is_digit(peek(static_cast<std::size_t>(count)))) {
      value = value * 10 + (peek(static_cast<std::size_t>(count)) - '0');
      ++count;
    }
    if (count < least || value < low || value > high) return std::nullopt;
    at_ += static_cast<std::size_t>(count);
    return value;
  }
  std::optional<int> year() {
    if (is_digit(peek(4))) return std::nullopt;
    return digits(4, 4, kFirstYear, kLastYear);
  }
  std::optional<Name> name(std::span<const Name> names) {
    const Name* best = nullptr;
    for (const Name& candidate : names) {
      if (best != nullptr && candidate.text.size() <= best->text.size()) continue;
      if (matches(candidate.text)) best = &candidate;
    }
    if (best == nullptr) return std::nullopt;
    at_ += best->text.size();
    return *best;
  }
  bool ends_word() const { return !is_word(peek()); }

 private:
  bool matches(std::string_view word) const {
    if (text_.size() - at_ < word.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i) {
      if (lower(text_[at_ + i]) != word[i]) return false;
    }
    return word.back() == '.' || !is_word(peek(word.size()));
  }

  std::string_view text_;
  std::size_t at_;
};

struct Parts {
  int year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0;
  bool has_seconds = false, has_time = false;
  std::optional<int> zone;
  std::uint8_t language = 0;
};

bool valid_day(const Parts& parts) {
  return std::chrono::year_month_day(std::chrono::year(parts.year),
                                     std::chrono::month(static_cast<unsigned>(parts.month)),
                                     std::chrono::day(static_cast<unsigned>(parts.day)))
      .ok();
}

Date make(const Reader& reader, std::size_t begin, const Parts& parts, DateSpelling spelling,
          DatePrecision precision) {
  const std::chrono::sys_days days = std::chrono::year_month_day(
      std::chrono::year(parts.year), std::chrono::month(static_cast<unsigned>(parts.month)),
      std::chrono::day(static_cast<unsigned>(parts.day)));
  Date date;
  date.length = reader.at() - begin;
  date.spelling = spelling;
  date.precision = !parts.has_time     ? precision
                   : parts.has_seconds ? DatePrecision::second
                                       : DatePrecision::minute;
  date.local = std::int64_t{days.time_since_epoch().count()} * 86400 + parts.hour * 3600 + parts.minute * 60 +
               parts.second;
  date.zone = parts.zone;
  date.language = parts.language;
  return date;
}

// ":", and as Java properties and LaTeX of doxygen write it: "\\:", "\\+:".
bool skip_colon(Reader& reader) { return reader.skip(':') || reader.skip("\\:") || reader.skip("\\+:"); }

// " (Coordinated Universal Time)", as ECMAScript's Date.toString adds.
void skip_zone_name(Reader& reader) {
  Reader ahead = reader;
  if (!ahead.skip(" (")) return;
  for (int i = 0; i < 48 && (is_word(ahead.peek()) || ahead.peek() == ' '); ++i) ahead.skip(ahead.peek());
  if (ahead.skip(')')) reader = ahead;
}

// "+0100", "+01:00", "+01'00'", "Z", "UTC", "CET", "GMT+0100 (name)"; with one blank before it.
void read_zone(Reader& reader, Parts& parts) {
  Reader ahead = reader;
  ahead.skip(' ');
  const bool named = ahead.peek(3) == '+' || ahead.peek(3) == '-' ? ahead.skip("GMT") : false;
  const char sign = ahead.peek();
  if (ahead.skip('+') || ahead.skip('-')) {
    const auto hours = ahead.digits(2, 2, 0, 14);
    if (!hours) return;
    Reader more = ahead;
    if (more.peek() == ':' || more.peek() == '\'') more.skip(more.peek());
    const auto minutes = more.digits(2, 2, 0, 59);
    if (minutes) {
      ahead = more;
      ahead.skip('\'');
    }
    if (is_digit(ahead.peek())) return;
    parts.zone = (*hours * 60 + minutes.value_or(0)) * (sign == '-' ? -1 : 1);
    reader = ahead;
    if (named) skip_zone_name(reader);
    return;
  }
  Reader zulu = ahead;
  if (zulu.skip('Z') && (zulu.skip("00'00'") || zulu.ends_word())) {
    ahead = zulu;
    parts.zone = 0;
    reader = ahead;
    return;
  }
  for (const Zone& zone : kZones) {
    Reader name = ahead;
    if (name.skip(zone.name) && name.ends_word()) {
      parts.zone = zone.minutes;
      reader = name;
      return;
    }
  }
}

// "10:30", "10:30:45", "10:30:45.123", with AM or PM; then a zone.
bool read_time(Reader& reader, Parts& parts) {
  Reader ahead = reader;
  const auto hour = ahead.digits(1, 2, 0, 23);
  if (!hour || !skip_colon(ahead)) return false;
  const auto minute = ahead.digits(2, 2, 0, 59);
  if (!minute) return false;
  parts.hour = *hour;
  parts.minute = *minute;
  parts.has_time = true;
  Reader more = ahead;
  if (skip_colon(more)) {
    if (const auto second = more.digits(2, 2, 0, 60)) {
      parts.second = *second;
      parts.has_seconds = true;
      ahead = more;
      if ((more.peek() == '.' || more.peek() == ',') && is_digit(more.peek(1))) {
        more.skip(more.peek());
        for (int i = 0; i < 9 && is_digit(more.peek()); ++i) more.skip(more.peek());
        ahead = more;
      }
    }
  }
  more = ahead;
  more.skip(' ');
  if (parts.hour <= 12 && (more.skip("AM") || more.skip("PM") || more.skip("am") || more.skip("pm")) &&
      more.ends_word()) {
    const bool afternoon = lower(reader.peek(more.at() - reader.at() - 2)) == 'p';
    parts.hour = parts.hour % 12 + (afternoon ? 12 : 0);
    ahead = more;
  }
  if (is_digit(ahead.peek())) return false;
  read_zone(ahead, parts);
  reader = ahead;
  return true;
}

// "at 1030": Ant's TSTAMP.
bool read_short_time(Reader& reader, Parts& parts) {
  Reader ahead = reader;
  const auto hour = ahead.digits(2, 2, 0, 23);
  const auto minute = hour ? ahead.digits(2, 2, 0, 59) : std::nullopt;
  if (!minute || !ahead.ends_word()) return false;
  parts.hour = *hour, parts.minute = *minute, parts.has_time = true;
  reader = ahead;
  return true;
}

// An optional time behind a date: "T", blanks, ", ", " at " or "_" between them.
void read_time_behind(Reader& reader, Parts& parts) {
  Reader ahead = reader;
  if (ahead.skip(" at ") && read_short_time(ahead, parts)) {
    reader = ahead;
    return;
  }
  ahead = reader;
  if (ahead.skip(" at ") || ahead.skip(" - ") || ahead.skip(", ") || ahead.skip_any("T_:") || ahead.blank()) {
    if (read_time(ahead, parts)) reader = ahead;
  }
}

// "_10-30-45": names of files and folders.
bool read_dashed_time(Reader& reader, Parts& parts) {
  Reader ahead = reader;
  if (!ahead.skip_any("_-T")) return false;
  const auto hour = ahead.digits(2, 2, 0, 23);
  const auto minute = hour && ahead.skip('-') ? ahead.digits(2, 2, 0, 59) : std::nullopt;
  const auto second = minute && ahead.skip('-') ? ahead.digits(2, 2, 0, 60) : std::nullopt;
  if (!second || !ahead.ends_word() || ahead.peek() == '-') return false;
  parts.hour = *hour, parts.minute = *minute, parts.second = *second;
  parts.has_time = parts.has_seconds = true;
  reader = ahead;
  return true;
}

// "2017年11月2日 10:30", "2017년 11월 2일": as East Asian locales write it.
std::optional<Date> counted(std::string_view text, std::size_t at) {
  Reader reader(text, at);
  Parts parts;
  const auto year = reader.year();
  const bool han = year && reader.skip("年");
  if (!year || (!han && !reader.skip("년"))) return std::nullopt;
  reader.blank();
  const auto month = reader.digits(1, 2, 1, 12);
  if (!month || !reader.skip(han ? "月" : "월")) return std::nullopt;
  reader.blank();
  const auto day = reader.digits(1, 2, 1, 31);
  if (!day || !reader.skip(han ? "日" : "일")) return std::nullopt;
  parts.year = *year, parts.month = *month, parts.day = *day;
  if (!valid_day(parts)) return std::nullopt;
  read_time_behind(reader, parts);
  return make(reader, at, parts, DateSpelling::iso, DatePrecision::day);
}

std::optional<Date> iso(std::string_view text, std::size_t at) {
  Reader reader(text, at);
  Parts parts;
  const auto year = reader.year();
  const char separator = reader.peek();
  if (!year || (separator != '-' && separator != '/' && separator != '.')) return std::nullopt;
  reader.skip(separator);
  const auto month = reader.digits(2, 2, 1, 12);
  if (!month || !reader.skip(separator)) return std::nullopt;
  const auto day = reader.digits(2, 2, 1, 31);
  if (!day || is_digit(reader.peek())) return std::nullopt;
  parts.year = *year, parts.month = *month, parts.day = *day;
  if (!valid_day(parts)) return std::nullopt;
  if (separator == '.') {  // a version, but for "2017.11.02:1030" of DVI files and "2017.11.02-10:30:45"
    const bool timed = reader.peek() == ':' ? reader.skip(':') && read_short_time(reader, parts)
                                            : reader.skip_any("- ") && read_time(reader, parts);
    if (!timed) return std::nullopt;
  } else if (separator != '-' || !read_dashed_time(reader, parts)) {
    read_time_behind(reader, parts);
  }
  return make(reader, at, parts, DateSpelling::iso, DatePrecision::day);
}

std::optional<Date> compact(std::string_view text, std::size_t at) {
  Reader reader(text, at);
  Parts parts;
  reader.skip("D:");
  const auto year = reader.digits(4, 4, kFirstYear, kLastYear);
  const auto month = year ? reader.digits(2, 2, 1, 12) : std::nullopt;
  const auto day = month ? reader.digits(2, 2, 1, 31) : std::nullopt;
  if (!day) return std::nullopt;
  parts.year = *year, parts.month = *month, parts.day = *day;
  if (!valid_day(parts)) return std::nullopt;
  Reader ahead = reader;
  ahead.skip_any("T-.");
  const auto hour = ahead.digits(2, 2, 0, 23);
  const auto minute = hour ? ahead.digits(2, 2, 0, 59) : std::nullopt;
  if (minute) {
    parts.hour = *hour, parts.minute = *minute, parts.has_time = true;
    if (const auto second = ahead.digits(2, 2, 0, 60)) parts.second = *second, parts.has_seconds = true;
    if (!is_digit(ahead.peek())) {
      read_zone(ahead, parts);
      reader = ahead;
    } else {
      return std::nullopt;
    }
  }
  if (is_word(reader.peek())) return std::nullopt;
  return make(reader, at, parts, DateSpelling::compact, DatePrecision::day);
}

bool read_weekday(Reader& reader, Parts& parts) {
  Reader ahead = reader;
  const auto name = ahead.name(kWeekdays);
  if (!name) return false;
  ahead.skip(',');
  if (!ahead.blank()) return false;
  parts.language = name->language;
  reader = ahead;
  return true;
}

void read_language(Parts& parts, const Name& month) {
  if (month.language != 0) parts.language = month.language;
}

std::optional<Date> ctime(std::string_view text, std::size_t at) {
  Reader reader(text, at);
  Parts parts;
  read_weekday(reader, parts);
  const auto month = reader.name(kMonths);
  if (!month || !reader.blank()) return std::nullopt;
  const auto day = reader.digits(1, 2, 1, 31);
  if (!day || !reader.blank() || !read_time(reader, parts)) return std::nullopt;
  Reader ahead = reader;
  const auto year = ahead.skip(' ') ? ahead.year() : std::nullopt;
  const bool has_year = year && ahead.ends_word();
  if (has_year) reader = ahead;
  if (!reader.ends_word()) return std::nullopt;
  constexpr int kLeapYear = 1972;
  parts.year = has_year ? *year : kLeapYear, parts.month = month->number, parts.day = *day;
  read_language(parts, *month);
  if (!valid_day(parts)) return std::nullopt;
  if (!parts.zone) read_zone(reader, parts);
  return make(reader, at, parts, has_year ? DateSpelling::ctime : DateSpelling::yearless, DatePrecision::day);
}

std::optional<Date> day_first(std::string_view text, std::size_t at) {
  Reader reader(text, at);
  Parts parts;
  read_weekday(reader, parts);
  const auto day = reader.digits(1, 2, 1, 31);
  if (!day) return std::nullopt;
  reader.skip('.');
  const char separator = reader.peek();
  if (separator == '-' || separator == '/') {
    reader.skip(separator);
  } else if (!reader.blank()) {
    return std::nullopt;
  }
  reader.skip("de ");
  const auto month = reader.name(kMonths);
  if (!month) return std::nullopt;
  if (separator == '-' || separator == '/') {
    if (!reader.skip(separator)) return std::nullopt;
  } else if (!(reader.skip(", ") || reader.blank())) {
    return std::nullopt;
  }
  reader.skip("de ");
  const bool time_leads =
      separator != '-' && separator != '/' && read_time(reader, parts);  // "2. Nov 10:30 UTC 2017"
  if (time_leads && !reader.blank()) return std::nullopt;
  auto year = reader.year();
  const bool short_year = !year && separator == '-';  // RFC 850
  if (short_year) year = reader.digits(2, 2, 0, 69);
  if (!year || !reader.ends_word()) return std::nullopt;
  if (short_year) *year += 2000;
  parts.year = *year, parts.month = month->number, parts.day = *day;
  read_language(parts, *month);
  if (!valid_day(parts)) return std::nullopt;
  if (!time_leads) read_time_behind(reader, parts);
  if (short_year && !parts.has_time) return std::nullopt;
  return make(reader, at, parts, DateSpelling::day_first, DatePrecision::day);
}

std::optional<Date> month_first(std::string_view text, std::size_t at) {
  Reader reader(text, at);
  Parts parts;
  read_weekday(reader, parts);
  const auto month = reader.name(kMonths);
  if (!month || !reader.blank()) return std::nullopt;
  parts.month = month->number;
  read_language(parts, *month);
  Reader ahead = reader;
  if (const auto year = ahead.year(); year && ahead.ends_word()) {
    parts.year = *year;
    return make(ahead, at, parts, DateSpelling::month_year, DatePrecision::month);
  }
  const auto day = reader.digits(1, 2, 1, 31);
  if (!day) return std::nullopt;
  reader.skip(',');
  if (!reader.blank()) return std::nullopt;
  const auto year = reader.year();
  if (!year || !reader.ends_word()) return std::nullopt;
  parts.year = *year, parts.day = *day;
  if (!valid_day(parts)) return std::nullopt;
  read_time_behind(reader, parts);
  return make(reader, at, parts, DateSpelling::month_first, DatePrecision::day);
}

// Which of two numbers is the month cannot be told below 13; the reading that is a date is taken.
std::optional<Date> numeric(std::string_view text, std::size_t at) {
  Reader reader(text, at);
  Parts parts;
  const auto first = reader.digits(1, 2, 1, 31);
  const char separator = reader.peek();
  if (!first || (separator != '/' && separator != '.')) return std::nullopt;
  reader.skip(separator);
  const auto second = reader.digits(1, 2, 1, 31);
  if (!second || !reader.skip(separator)) return std::nullopt;
  auto year = reader.year();
  const bool short_year = !year;
  if (short_year) year = reader.digits(2, 2, 0, 69);
  if (!year || !reader.ends_word() || reader.peek() == separator) return std::nullopt;
  if (short_year) *year += 2000;
  const bool month_leads = separator == '/' && *first <= 12;
  parts.year = *year;
  parts.month = month_leads ? *first : *second;
  parts.day = month_leads ? *second : *first;
  if (parts.month > 12 || !valid_day(parts)) return std::nullopt;
  read_time_behind(reader, parts);
  if (short_year && !parts.has_time) return std::nullopt;
  return make(reader, at, parts, DateSpelling::numeric, DatePrecision::day);
}

std::optional<Date> time_only(std::string_view text, std::size_t at) {
  Reader reader(text, at);
  Parts parts;
  parts.year = 1970;
  if (!is_digit(reader.peek(1)) || !read_time(reader, parts) || !reader.ends_word()) return std::nullopt;
  if (reader.peek() == ':') return std::nullopt;
  return make(reader, at, parts, DateSpelling::time, DatePrecision::minute);
}

std::optional<Date> epoch(std::string_view text, std::size_t at) {
  std::size_t end = at;
  std::int64_t value = 0;
  while (end < text.size() && end - at < 14 && is_digit(text[end])) value = value * 10 + (text[end++] - '0');
  const std::size_t count = end - at;
  if ((count != 10 && count != 13) || (end < text.size() && is_word(text[end]))) return std::nullopt;
  Date date;
  date.local = count == 13 ? value / 1000 : value;
  if (date.local < 1'000'000'000 || date.local > 7'258'118'400) return std::nullopt;
  if (count == 10 && end + 1 < text.size() && text[end] == '.' && is_digit(text[end + 1])) {
    ++end;
    while (end < text.size() && end - at < 20 && is_digit(text[end])) ++end;
  }
  date.length = end - at;
  date.spelling = DateSpelling::epoch;
  date.precision = DatePrecision::second;
  date.zone = 0;
  return date;
}

std::optional<Date> year_only(std::string_view text, std::size_t at) {
  Reader reader(text, at);
  Parts parts;
  const auto year = reader.year();
  if (!year || !reader.ends_word()) return std::nullopt;
  parts.year = *year;
  return make(reader, at, parts, DateSpelling::year, DatePrecision::year);
}

constexpr auto kMatchers = {iso,         counted, compact,   ctime, day_first,
                            month_first, numeric, time_only, epoch, year_only};

}  // namespace

std::optional<Date> match_date(std::string_view text, std::size_t at) {
  if (at >= text.size()) return std::nullopt;
  const unsigned char first = static_cast<unsigned char>(text[at]);
  const bool letter = (first | 0x20) >= 'a' && (first | 0x20) <= 'z';
  if (!letter && !is_digit(text[at]) && first < 0x80) return std::nullopt;
  std::optional<Date> best;
  for (const auto matcher : kMatchers) {
    const std::optional<Date> date = matcher(text, at);
    if (date && (!best || date->length > best->length)) best = date;
  }
  return best;
}

std::optional<int> named_day_or_month(std::string_view word) {
  constexpr std::size_t kShortest = 3;
  Reader reader(word, 0);
  if (word.size() < kShortest) return std::nullopt;
  if (const auto month = reader.name(kMonths); month && reader.at() == word.size()) return month->number;
  if (const auto day = reader.name(kWeekdays); day && reader.at() == word.size()) return 100 + day->number;
  return std::nullopt;
}

std::optional<Date> parse_date(std::string_view text) {
  const std::optional<Date> date = match_date(text, 0);
  return date && date->length == text.size() ? date : std::nullopt;
}

bool is_zone_shift(const Date& left, const Date& right) {
  constexpr std::int64_t kQuarter = 900, kFarthestZones = 26 * 3600;
  if (left.precision < DatePrecision::minute || left.spelling == DateSpelling::epoch) return false;
  const std::int64_t shift = std::llabs(right.local - left.local);
  if (left.zone && right.zone && *left.zone != *right.zone) return left.instant() == right.instant();
  if (left.zone || right.zone) return false;
  return left.precision == DatePrecision::second && shift != 0 && shift % kQuarter == 0 &&
         shift <= kFarthestZones;
}

bool is_full_stamp(const Date& date) {
  return date.precision >= DatePrecision::minute && date.spelling != DateSpelling::time &&
         date.spelling != DateSpelling::epoch;
}

bool in_build_window(const Date& date, std::int64_t reference_time) {
  if (date.spelling == DateSpelling::yearless) return true;
  constexpr std::int64_t kEarliest = 631'152'000;  // 1990-01-01
  return date.instant() >= kEarliest && date.instant() <= reference_time + 86'400;
}

}  // namespace unrepro
