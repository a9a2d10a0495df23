// The same text in another form: line endings, character sets, white space.

#include <algorithm>
#include <string>

#include "formats/ascii.h"
#include "formats/utf8.h"
#include "rules/content/date.h"
#include "rules/content/document.h"
#include "rules/content/place.h"
#include "rules/rule.h"

namespace unrepro {
namespace {

std::string without(std::string_view text, std::string_view drop) {
  std::string result;
  std::copy_if(text.begin(), text.end(), std::back_inserter(result),
               [&](char c) { return drop.find(c) == drop.npos; });
  return result;
}

// CR LF for every LF, and not one CR besides (trap T60).
bool is_dos_form(std::string_view dos, std::string_view unix) {
  std::size_t at = 0;
  for (const char c : unix) {
    if (c == '\r') return false;
    if (c == '\n' && (at >= dos.size() || dos[at++] != '\r')) return false;
    if (at >= dos.size() || dos[at++] != c) return false;
  }
  return at == dos.size();
}

bool names_charset(std::string_view text) {
  const std::string name = lower(text);
  return name == "utf-8" || name == "utf8" || name == "ansi_x3.4-1968" || name == "iso-8859-1" ||
         name == "us-ascii" || name == "ascii" || name == "iso-8859-15" || name == "latin1" ||
         name == "latin-1" || name == "windows-1252";
}

// Numbers that one locale writes with a point and another with a comma.
bool is_other_decimal(std::string_view left, std::string_view right) {
  const auto plain = [](std::string_view text) {
    std::string result(text);
    std::replace(result.begin(), result.end(), ',', '.');
    return result;
  };
  const bool digits = std::all_of(left.begin(), left.end(),
                                  [](char c) { return (c >= '0' && c <= '9') || c == '.' || c == ','; });
  return digits && left.size() > 2 && left != right && plain(left) == plain(right) &&
         std::count(left.begin(), left.end(), '.') + std::count(left.begin(), left.end(), ',') == 1;
}

bool names_language(const Place& place, std::string_view left, std::string_view right) {
  const auto code = [](std::string_view text) {
    return text.size() == 2 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  };
  return code(left) && code(right) && (place.before.ends_with("lang=\"") || place.before.ends_with("lang="));
}

// One word whose every `letter`, i or I, one side has as Turkish rules of case give it. Letters only: in a
// host's name or an address it is another place.
bool is_turkish(std::string_view turkish, std::string_view english, char letter) {
  const std::string_view other = letter == 'I' ? "İ" : "ı";
  std::string plain(turkish);
  for (std::size_t at; (at = plain.find(other)) != plain.npos;) plain.replace(at, other.size(), 1, letter);
  return plain == english && plain.size() < turkish.size() && turkish.find(letter) == turkish.npos &&
         std::all_of(english.begin(), english.end(),
                     [](char c) { return ascii::is_alnum(c) && !ascii::is_digit(c); });
}

// With the quotation marks of all locales written as one.
std::string plain_quotes(std::string_view text) {
  static constexpr std::string_view kQuotes[] = {"\"", "`", "‘", "’", "“", "”", "«", "»", "„"};
  std::string result;
  while (!text.empty()) {
    const auto quote = std::find_if(std::begin(kQuotes), std::end(kQuotes),
                                    [&](std::string_view mark) { return text.starts_with(mark); });
    const bool found = quote != std::end(kQuotes);
    result.push_back(found ? '\'' : text.front());
    text.remove_prefix(found ? quote->size() : 1);
  }
  return result;
}

// Blanks between the tags of a document, or at the end of a line; not where they are shown (trap T62) or in a
// comment that some reader takes for more (T63).
bool is_markup_space(const Side& side) {
  const std::string_view text = as_text(side.bytes);
  if (!without(text, " \t\n").empty()) return false;
  const std::string_view leaf = side.tree->text(side.field);
  const std::size_t begin = side.offset - (*side.tree)[side.field].begin, end = begin + side.length;
  const bool between_tags = begin > 0 && leaf[begin - 1] == '>' && end < leaf.size() && leaf[end] == '<';
  if (!between_tags && !(end < leaf.size() && leaf[end] == '\n')) return false;
  constexpr std::size_t kReach = 16 << 10;
  const std::string_view before = leaf.substr(begin - std::min(begin, kReach), std::min(begin, kReach));
  const auto open = [&](std::string_view tag, std::string_view close) {
    const std::size_t at = before.rfind(tag);
    return at != before.npos && before.find(close, at) == before.npos;
  };
  return !open("<pre", "</pre") && !open("<!--", "-->") && !open("<textarea", "</textarea");
}

class TextFormRule final : public Rule {
 public:
  void propose(const Difference& difference, const Facts&, std::vector<Hypothesis>& sink) const override {
    if (!is_text_change(difference)) return;
    const std::string_view left = as_text(difference.left.bytes), right = as_text(difference.right.bytes);
    const auto found = [&](std::string_view cause, std::string note) {
      sink.push_back({.cause = cause,
                      .proof = in_program(difference) ? Proof::inferred : Proof::pattern,
                      .note = std::move(note)});
    };
    if (is_dos_form(left, right) || is_dos_form(right, left))
      return found("line-endings", "CR LF in one, LF in the other");
    const auto part = [](char c) {
      return c > ' ' && c != '"' && c != '\'' && c != '=' && c != ';' && c != '<' && c != '>' && c != ':' &&
             c != ',';
    };
    if (difference.left.length == (*difference.left.tree)[difference.left.field].length) {
      const DocumentChange change = document_change(left, right);
      if (change == DocumentChange::style)
        return found("serialiser-style", "one document, printed in two ways");
      if (change == DocumentChange::order)
        return found("hash-order", "members of one document in another order");
    }
    const std::string_view left_word = widened(place_of(difference.left), part);
    const std::string_view right_word = widened(place_of(difference.right), part);
    if (names_charset(left_word) && names_charset(right_word))
      return found("locale-content", change(left_word, right_word));
    const auto wide = [&](char c) { return part(c) || static_cast<unsigned char>(c) >= 0x80; };
    const std::string_view left_wide = widened(place_of(difference.left), wide);
    const std::string_view right_wide = widened(place_of(difference.right), wide);
    // The dotless one looks like the other (trap T61): not accepted.
    if (is_turkish(left_wide, right_wide, 'i') || is_turkish(right_wide, left_wide, 'i'))
      sink.push_back(
          {.cause = "locale-content", .proof = Proof::inferred, .note = change(left_wide, right_wide)});
    const auto decimal = [](char c) { return (c >= '0' && c <= '9') || c == '.' || c == ','; };
    const Place place = place_of(difference.left);
    const bool other_name =
        named_day_or_month(left_word) && named_day_or_month(left_word) == named_day_or_month(right_word);
    if (other_name || names_language(place, left_word, right_word) ||
        is_turkish(left_wide, right_wide, 'I') || is_turkish(right_wide, left_wide, 'I') ||
        latin1_is_utf8(difference.left.bytes, difference.right.bytes) ||
        latin1_is_utf8(difference.right.bytes, difference.left.bytes) ||
        is_other_decimal(widened(place, decimal), widened(place_of(difference.right), decimal)))
      return found("locale-content", change(left_word, right_word));
    if (plain_quotes(left) == plain_quotes(right)) {
      const bool ascii =
          left.find_first_not_of("\"'") == left.npos && right.find_first_not_of("\"'") == right.npos;
      return found(ascii ? "serialiser-style" : "locale-content", change(left, right));
    }
    if (is_markup_space(difference.left) && is_markup_space(difference.right))
      found("serialiser-style", "white space");
  }

  bool confirm(const Difference&, const Hypothesis&, const Fitted&) const override { return true; }

  Freedom capacity(const Difference& difference, const Hypothesis& hypothesis, const Fitted&) const override {
    if (hypothesis.cause == "serialiser-style" || hypothesis.cause == "hash-order")
      return {{10 * difference.weight, false}, {}};
    return {Capacity::of_values(16), hypothesis.note};
  }
};

}  // namespace

const Rule& text_form_rule() {
  static const TextFormRule kRule;
  return kRule;
}

}  // namespace unrepro
