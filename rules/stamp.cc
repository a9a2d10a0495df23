// Clock family in text: dates that a build wrote, zones they were written in, names of months.

#include <algorithm>
#include <cstdlib>

#include "rules/content/atom.h"
#include "rules/content/date.h"
#include "rules/content/place.h"
#include "rules/rule.h"

namespace unrepro {
namespace {

constexpr std::int64_t kDay = 86'400;

bool ends_in(std::string_view text, std::string_view set) {
  return !text.empty() && set.find(text.back()) != text.npos;
}

// "2010-" of a range of years.
bool ends_range(std::string_view text) {
  if (!ends_in(text, "-") || text.size() < 5) return false;
  const auto year = parse_date(text.substr(text.size() - 5, 4));
  return year && year->spelling == DateSpelling::year;
}

// A release number that looks like a date: 1.2.20240131, v2024-01-15, foo-20240131.
bool part_of_version(const Place& place, const Date& date) {
  const std::string_view before = place.before;
  if (date.spelling == DateSpelling::time) return ends_in(before, "+-");
  if (date.spelling == DateSpelling::year && ends_range(before)) return false;
  if (ends_in(before, "+~")) return true;
  if (ends_in(before, "-._vV") && before.size() > 1 && before[before.size() - 2] > ' ') return true;
  if (ends_in(before, "vV") && before.size() == 1) return true;
  return place.after.size() > 1 && (place.after[0] == '.' || place.after[0] == '-') &&
         place.after[1] >= '0' && place.after[1] <= '9';
}

// Dates that somebody acts on (traps T6, T8): until when something is valid, when a law begins.
bool has_policy(std::string_view line) {
  return mentions(line, {"expir",     "valid",      "until",    "not after", "notafter", "not before",
                         "notbefore", "nextupdate", "deadline", "\"exp\"",   "\"nbf\"",  "effective",
                         "leap",      "revok",      "end of",   "ends ",     "begins",   "starts on",
                         "due ",      "support",    "embargo",  "schedul"});
}

bool names_a_build(std::string_view line) {
  return mentions(line, {"generat",   "creat", "built",   "build",   "compil",  "produc",  "updat", "modif",
                         "timestamp", "date",  "render",  "written", "export",  "packag",  ".th ",  ".dd ",
                         "revision",  "saved", "printed", "as of",   "time",    "output",  "stamp", "made on",
                         "made at",   "when",  "dumped",  "run on",  "started", "finished"});
}

// What uname(1) says: when the kernel was built, not this.
bool names_kernel(std::string_view line) { return mentions(line, {"gnu/linux", "uname"}); }

// A row that says two times is of a table (trap T8).
bool holds_date(std::string_view text) {
  const std::vector<Atom> list = atoms(text);
  return std::any_of(list.begin(), list.end(), [](const Atom& atom) { return atom.type == AtomType::date; });
}

// Headings of diff(1), and lines of ls(1).
bool is_of_file(std::string_view before) {
  const bool heading = (before.starts_with("--- ") || before.starts_with("+++ ")) && before.ends_with('\t');
  const bool listed = before.size() > 10 && (before[0] == '-' || before[0] == 'd') && before[10] == ' ' &&
                      before.substr(1, 9).find_first_not_of("rwxst-") == before.npos;
  return heading || listed;
}

bool names_copyright(std::string_view line) {
  return mentions(line, {"copyright", "(c)", "©", "&copy;", "licen"});
}

// "#Thu Nov 02 10:30:45 UTC 2017" at the head of a file of Java's, as Properties.store() writes it: with
// nothing but comments before it, no line is continued into it, and every reader skips it.
bool heads_properties(const Difference& difference, const Side& side, const Place& place) {
  constexpr std::size_t kReach = 4 << 10;
  const bool whole_line = place.before == "#" && (place.after.empty() || place.after == "\r");
  if (!difference.path.ends_with(".properties") || side.row || !whole_line) return false;
  const std::size_t at = side.offset - (*side.tree)[side.field].begin;
  if (at > kReach) return false;
  std::string_view head = side.tree->text(side.field).substr(0, at - 1);
  if (head.find('\\') != head.npos) return false;  // a line of its own to those who end lines with CR
  while (head.starts_with('#')) head.remove_prefix(std::min(head.find('\n'), head.size() - 1) + 1);
  return head.empty();
}

class StampRule final : public Rule {
 public:
  void propose(const Difference& difference, const Facts& facts,
               std::vector<Hypothesis>& sink) const override {
    if (!is_text_change(difference)) return;
    const auto left = parse_date(as_text(difference.left.bytes));
    const auto right = parse_date(as_text(difference.right.bytes));
    if (!left || !right) return;
    const Place at = place_of(difference.left), there = place_of(difference.right);
    if (part_of_version(at, *left) || part_of_version(there, *right)) return;
    const std::string line = lower(at.before) + lower(at.after);
    if (has_policy(line)) return;
    Hypothesis found{.cause = "build-timestamp",
                     .proof = Proof::pattern,
                     .note = change(as_text(difference.left.bytes), as_text(difference.right.bytes))};
    found.record = !difference.critical && heads_properties(difference, difference.left, at) &&
                   heads_properties(difference, difference.right, there);
    const std::int64_t delta = right->instant() - left->instant();
    // A time of day is the clock's in what is for people; a program may compare it with the time.
    const bool clocked = is_full_stamp(*left) && difference.effect == Effect::content &&
                         !in_program(difference) && !holds_date(at.before) && !holds_date(at.after);
    const bool of_build = names_a_build(line) || alone(at) || names_copyright(line) || clocked;
    if (left->language != right->language && std::llabs(delta) <= kDay) {
      found.cause = "locale-content";
      found.parameter = "language " + std::to_string(left->language) + " " + std::to_string(right->language);
      found.anchored = delta == 0 || of_build;
    } else if (left->spelling != right->spelling || left->precision != right->precision) {
      found.proof = Proof::inferred;
    } else if (is_of_file(at.before)) {
      found.cause = "file-mtime";
      found.anchored = true;
    } else if (names_kernel(line)) {
      found.cause = "kernel-identity";
      found.anchored = true;
    } else if (is_zone_shift(*left, *right)) {
      found.cause = "timezone";
      found.parameter = "zones " + std::to_string(right->local - left->local);
      found.anchored = of_build;
    } else if (left->spelling == DateSpelling::year) {
      if (!names_copyright(line) && !names_a_build(line)) return;
      found.parameter = "years " + change(as_text(difference.left.bytes), as_text(difference.right.bytes));
      found.anchored = true;
    } else if (left->spelling == DateSpelling::time) {
      found.parameter = "times";
      found.anchored = in_program(difference) && is_macro(at) && is_macro(there);
    } else {
      found.delta = delta;
      found.anchored = of_build || (is_file_macro(*left, at) && is_file_macro(*right, there));
    }
    found.contradicts_record =
        contradicts(*left, facts.left_record) || contradicts(*right, facts.right_record);
    if (found.contradicts_record) {
      found.proof = Proof::inferred;
      found.note += ", not when the records say";
    } else if (facts.left_record.trusted && facts.right_record.trusted &&
               is_recorded(*left, facts.left_record) && is_recorded(*right, facts.right_record)) {
      found.proof = Proof::recorded;
      found.anchored = true;
    }
    if (left->spelling != DateSpelling::time &&
        !(in_build_window(*left, facts.reference_time) && in_build_window(*right, facts.reference_time)))
      return;
    sink.push_back(found);
    if (found.proof == Proof::inferred) return;
    found.proof = Proof::inferred;
    found.anchored = false;
    found.delta.reset();
    found.parameter.clear();
    sink.push_back(std::move(found));
  }

  bool confirm(const Difference&, const Hypothesis& hypothesis, const Fitted& fitted) const override {
    if (hypothesis.proof == Proof::inferred || hypothesis.anchored) return true;
    return (hypothesis.delta && fitted.support.of_clock(*hypothesis.delta) > 1) ||
           fitted.support.of(hypothesis.parameter) > 1;
  }

  // One clock for the whole artifact: a year of seconds, or the zones of the world.
  Freedom capacity(const Difference&, const Hypothesis& hypothesis, const Fitted&) const override {
    if (hypothesis.cause == "build-timestamp") return {{249, false}, "clock"};
    return {Capacity::of_values(208), std::string(hypothesis.cause)};
  }

 private:
  // Nothing else stands in the line but signs, "#Thu Nov 02 10:30:45 UTC 2017", or in an element of a page; a
  // cell may be of a table of dates.
  static bool alone(const Place& place) {
    if (place.before.ends_with('>') && place.after.starts_with("</")) {
      const std::string_view tag = place.before.substr(place.before.rfind('<') + 1);
      return !place.after.starts_with("</td>") && !place.after.starts_with("</th>") &&
             tag.find('<') == tag.npos;
    }
    const auto sign = [](char c) { return !(c >= '0' && c <= '9') && (c | 0x20) < 'a'; };
    return std::all_of(place.before.begin(), place.before.end(), sign) &&
           std::all_of(place.after.begin(), place.after.end(), sign);
  }

  // Whether a date lies in the recorded build, a day of 24 hours at most on either side.
  static bool is_recorded(const Date& date, const Record& record) {
    const auto at = [&](std::string_view name) { return parse_date(record.value(name)); };
    const auto start = at("build_start") ? at("build_start") : at("build_date");
    const auto end = at("build_end") ? at("build_end") : at("build_date");
    if (!start || !end || date.precision < DatePrecision::day || date.spelling == DateSpelling::time ||
        date.spelling == DateSpelling::yearless)
      return false;
    return date.instant() >= start->instant() - kDay && date.instant() <= end->instant() + kDay;
  }
  static bool contradicts(const Date& date, const Record& record) {
    const bool dated = parse_date(record.value("build_date")) || parse_date(record.value("build_start"));
    const bool exact = date.precision >= DatePrecision::day && date.spelling != DateSpelling::time &&
                       date.spelling != DateSpelling::yearless;
    return record.trusted && dated && exact && !is_recorded(date, record);
  }

  // __TIMESTAMP__: as asctime() has it, 24 bytes.
  static bool is_file_macro(const Date& date, const Place& place) {
    return date.spelling == DateSpelling::ctime && !date.zone && place.span.size() == 24;
  }
  // __TIME__: a string of its own, hh:mm:ss (C17, section 6.10.8.1).
  static bool is_macro(const Place& place) {
    return place.before.empty() && place.after.empty() && place.span.size() == 8;
  }
};

}  // namespace

const Rule& stamp_rule() {
  static const StampRule kRule;
  return kRule;
}

}  // namespace unrepro
