// Order family in text: lines, or items of a line, that stand in another order, and whose order it is.

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
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

// The first lines of what moved as one: runs of lines that follow each other on both sides, told by those
// that occur once.
struct Blocks {
  Items left, right;
};
Blocks blocks_of(const Items& left, const Items& right) {
  struct Place {
    std::size_t left = 0, right = 0, count_left = 0, count_right = 0;
  };
  std::unordered_map<std::string_view, Place> places;
  for (std::size_t i = 0; i < left.size(); ++i) {
    Place& place = places[left[i]];
    place.left = i;
    ++place.count_left;
  }
  for (std::size_t i = 0; i < right.size(); ++i) {
    Place& place = places[right[i]];
    place.right = i;
    ++place.count_right;
  }
  const auto once = [&](std::string_view line) -> const Place* {
    const auto at = places.find(line);
    return at->second.count_left == 1 && at->second.count_right == 1 ? &at->second : nullptr;
  };
  // Lines that occur once, by their rank among those of the right side.
  std::vector<std::size_t> rank(right.size());
  std::size_t ranks = 0;
  for (std::size_t i = 0; i < right.size(); ++i) {
    if (once(right[i]) != nullptr) rank[i] = ranks++;
  }
  std::vector<std::pair<std::size_t, std::string_view>> heads;
  std::optional<std::size_t> before;
  for (const std::string_view line : left) {
    const Place* place = once(line);
    if (place == nullptr) continue;
    const std::size_t at = rank[place->right];
    if (!before || at != *before + 1) heads.emplace_back(at, line);
    before = at;
  }
  Blocks blocks;
  for (const auto& [at, line] : heads) blocks.left.push_back(line);
  std::sort(heads.begin(), heads.end());
  for (const auto& [at, line] : heads) blocks.right.push_back(line);
  return blocks;
}

bool is_sorted_by(const Items& items, Collation collation) {
  return std::is_sorted(items.begin(), items.end(), [=](std::string_view a, std::string_view b) {
    return collates_before(a, b, collation);
  });
}

// What a directory listing gives: names of files, or paths; in markup, a path with its directory.
bool looks_like_file(std::string_view item) {
  if (const std::size_t quote = item.find("=\"");
      item.starts_with("file ") || item.find_first_of("<>") != item.npos) {
    // An attribute, else what an element holds; split() has taken the outermost brackets.
    const std::size_t begin = quote == item.npos ? item.find('>') : quote + 1;
    if (begin == item.npos) return false;
    const std::string_view value = item.substr(begin + 1, item.find_first_of("\"<", begin + 1) - begin - 1);
    return value.find('/') != value.npos && value.find("//") == value.npos && value.find('.') != value.npos;
  }
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

// All lines are one sentence about another file each.
bool tells_of_files(const Items& lines) {
  std::string sentence;
  for (const std::string_view line : lines) {
    std::string rest;
    bool names = false;
    for (std::size_t at = 0; at <= line.size();) {
      const std::size_t end = std::min(line.find(' ', at), line.size());
      const std::string_view word = line.substr(at, end - at);
      const bool file = !names && looks_like_file(word);
      names = names || file;
      rest += file ? "/" : std::string(word);
      rest += ' ';
      at = end + 1;
    }
    if (!names || (!sentence.empty() && rest != sentence)) return false;
    sentence = rest;
  }
  return !sentence.empty();
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
  if (most(looks_like_file) || (!in_line && tells_of_files(left))) return "readdir-order";
  if (in_line || most(looks_like_entry) || most(looks_like_name)) return "hash-order";
  return "order-unattributed";
}

// What moved as blocks of several lines (paragraphs of options, entries of a catalogue) is known by their
// heads; prose is not, whose order is told.
std::string_view origin_of_blocks(const Items& left, const Items& right) {
  const Blocks blocks = blocks_of(left, right);
  if (blocks.left.size() < 2 || blocks.left.size() * 2 > left.size()) return "order-unattributed";
  const auto most = [&](auto&& predicate) {
    return std::count_if(blocks.left.begin(), blocks.left.end(), predicate) * 10 >=
           static_cast<std::ptrdiff_t>(blocks.left.size()) * 8;
  };
  // "#: src/main.c:12" of gettext; ".B --option" of manuals.
  const auto reference = [](std::string_view line) {
    return line.starts_with("#: ") && looks_like_file(line.substr(0, line.rfind(':')));
  };
  // Where the line begins: descriptions of options mention others.
  const auto option = [](std::string_view line) {
    for (const std::string_view request : {".B ", ".BI ", ".BR ", ".IP ", "\\fB", "\"", "\\"}) {
      if (line.starts_with(request)) line.remove_prefix(request.size());
    }
    return line.starts_with('-');
  };
  if (most(reference)) return "readdir-order";
  return most(option) ? "hash-order" : "order-unattributed";
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
    // A piece of text that moved as a whole says nothing of what moved it.
    std::string_view cause =
        l.size() == r.size() && l.size() > 2 && left != right ? origin(l, r, in_line) : "order-unattributed";
    if (cause == "order-unattributed" && !in_line) cause = origin_of_blocks(l, r);
    const bool known = difference.list == Encoding::list_observable && cause != "order-unattributed" &&
                       !in_program(difference);
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
