// Order family in text: lines, or items of a line, that stand in another order, and whose order it is.

#include <algorithm>
#include <string>
#include <vector>

#include "formats/value.h"
#include "rules/content/collation.h"
#include "rules/content/place.h"
#include "rules/rule.h"

namespace unrepro {
namespace {

using Items = std::vector<std::string_view>;

Items split(std::string_view text, std::string_view separators) {
  static constexpr std::string_view kAround = " \t\r\n,;[](){}<>\"'";
  Items items;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t stop = std::min(text.find_first_of(separators, at), text.size());
    std::string_view item = text.substr(at, stop - at);
    const std::size_t first = item.find_first_not_of(kAround);
    if (first != item.npos) items.push_back(item.substr(first, item.find_last_not_of(kAround) + 1 - first));
    at = stop + 1;
  }
  return items;
}

bool is_sorted_by(const Items& items, Collation collation) {
  return std::is_sorted(items.begin(), items.end(), [=](std::string_view a, std::string_view b) {
    return collates_before(a, b, collation);
  });
}

// What a directory listing gives: names of files, or paths.
bool looks_like_file(std::string_view item) {
  if (item.find_first_of("<>(){}=") != item.npos) return false;
  const std::size_t word = item.find_last_of(" \t");
  if (word != item.npos) item = item.substr(word + 1);
  if (item.find('/') != item.npos && item.find("//") == item.npos) return true;
  const std::size_t dot = item.rfind('.');
  return dot != item.npos && dot > 0 && item.size() - dot <= 6 && item.size() - dot >= 2 &&
         std::all_of(item.begin() + static_cast<std::ptrdiff_t>(dot) + 1, item.end(),
                     [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; });
}

// "key": value, key=value: what a container iterates over.
bool looks_like_entry(std::string_view item) {
  const std::size_t sign = item.find_first_of(":=");
  return sign != item.npos && sign > 0;
}

// One identifier, option or name, as a container's keys are.
bool looks_like_name(std::string_view item) {
  return std::all_of(item.begin(), item.end(), [](char c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '-' ||
           c == '$';
  });
}

// Every item is at most so many places away from where it was.
bool moved_at_most(std::size_t places, const Items& left, const Items& right) {
  for (std::size_t i = 0; i < left.size(); ++i) {
    const auto first = right.begin() + static_cast<std::ptrdiff_t>(i - std::min(i, places));
    const auto last = right.begin() + static_cast<std::ptrdiff_t>(std::min(right.size(), i + places + 1));
    if (std::find(first, last, left[i]) == last) return false;
  }
  return true;
}

// Neighbours changed places, and hardly anything else (causes.md 5.1, step 4): one permutation in fifty or
// fewer looks so.
bool is_local(const Items& left, const Items& right) {
  return (left.size() >= 6 && moved_at_most(1, left, right)) ||
         (left.size() >= 8 && moved_at_most(2, left, right));
}

std::string_view origin(const Items& left, const Items& right, bool in_line) {
  const auto sorted = [&](Collation a, Collation b) {
    return is_sorted_by(left, a) && is_sorted_by(right, b);
  };
  for (const Collation locale : kLocales) {
    if (left.size() > 2 && (sorted(Collation::code_point, locale) || sorted(locale, Collation::code_point))) {
      return "locale-collation";
    }
  }
  const auto most = [&](bool (*predicate)(std::string_view)) {
    return std::count_if(left.begin(), left.end(), predicate) * 10 >=
           static_cast<std::ptrdiff_t>(left.size()) * 8;
  };
  if (is_local(left, right)) return "parallel-order";
  if (most(looks_like_file)) return "readdir-order";
  if (in_line || most(looks_like_entry) || most(looks_like_name)) return "hash-order";
  return "order-unattributed";
}

class TextOrderRule final : public Rule {
 public:
  void propose(const Difference& difference, const Facts&, std::vector<Hypothesis>& sink) const override {
    if (difference.shape != Shape::order || difference.kind != Kind::text) return;
    const std::string_view left = as_text(difference.left.bytes), right = as_text(difference.right.bytes);
    const bool in_line = left.find('\n') == left.npos;
    const std::string_view separators = !in_line                      ? "\n"
                                        : left.find(',') != left.npos ? ","
                                        : left.find(';') != left.npos ? ";"
                                        : left.find('|') != left.npos ? "|"
                                                                      : " \t:";
    const Items l = split(left, separators), r = split(right, separators);
    const std::string_view cause =
        l.size() == r.size() && l.size() > 2 ? origin(l, r, in_line) : "order-unattributed";
    const bool known = difference.list == Encoding::list_observable && cause != "order-unattributed";
    sink.push_back(
        {.cause = cause,
         .proof = known ? Proof::pattern : Proof::inferred,
         .note = std::to_string(difference.items) + (in_line ? " items" : " lines") + " in another order"});
  }

  bool confirm(const Difference&, const Hypothesis&, const Fitted&) const override { return true; }

  Freedom capacity(const Difference& difference, const Hypothesis& hypothesis, const Fitted&) const override {
    if (hypothesis.cause == "locale-collation") return {{80, false}, "collation"};
    return {Capacity::of_orders(difference.items), {}};
  }
};

}  // namespace

const Rule& text_order_rule() {
  static const TextOrderRule kRule;
  return kRule;
}

}  // namespace unrepro
