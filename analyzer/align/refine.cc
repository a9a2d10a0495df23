// Problem: the runs of two texts say where bytes differ; a cause explains whole things.
//
// Method: every run is widened to whole lines, neighbours in one line become one region. Lines that are in
// some region on both sides have moved: they make one difference of order, and leave. A line whose items,
// split at some separator, are the same in another order, is another. What is left is cut into atoms, which
// are aligned: atoms of a type that a cause can fill (dates, paths …) pair with each other whatever they say,
// all others with their equals.
//
// Bound: linear in the regions, with the alignment's logarithm. Regions of more than 64 KiB keep their runs.

#include "analyzer/align/refine.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <unordered_map>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "analyzer/align/permutation.h"
#include "analyzer/align/sequence.h"
#include "rules/content/atom.h"

namespace unrepro {
namespace {

constexpr std::uint64_t kLine = 4096;         // how far a line is looked for
constexpr std::uint64_t kRegion = 64 << 10;   // bytes of a region that is cut into atoms
constexpr std::size_t kMovedLines = 1 << 20;  // lines among which moved ones are looked for
constexpr std::size_t kItems = 4096;          // of a line that may be in another order
constexpr AlignCost kAtomCost = {.max_edits = 256, .steps_per_element = 16, .max_rounds = 4};

struct Region {
  Span left, right;
  std::vector<Run> runs;
};

std::uint64_t end(const Span& span) { return span.begin + span.length; }
std::string_view part(std::string_view text, const Span& span) {
  return text.substr(span.begin, span.length);
}
std::uint64_t hash(std::string_view text) { return XXH3_64bits(text.data(), text.size()); }

// Strings of a program end in NUL.
bool ends_line(char c) { return c == '\n' || c == '\0'; }
bool starts_line(std::string_view text, std::uint64_t at) { return at == 0 || ends_line(text[at - 1]); }

class Widener {
 public:
  Widener(std::string_view left, std::string_view right) : left_(left), right_(right) {}

  std::vector<Region> run(const std::vector<Run>& runs) {
    for (std::size_t i = 0; i < runs.size(); ++i) add(runs[i], i + 1 < runs.size() ? &runs[i + 1] : nullptr);
    return std::move(regions_);
  }

 private:
  void add(const Run& run, const Run* next) {
    const std::uint64_t free = run.left.begin - (regions_.empty() ? 0 : end(regions_.back().left));
    std::uint64_t back = 0;
    const bool both_start = starts_line(left_, run.left.begin) && starts_line(right_, run.right.begin);
    while (!both_start && back < free && back < kLine && !ends_line(left_[run.left.begin - back - 1])) ++back;
    if (regions_.empty() || back < free || both_start) {
      regions_.push_back({{run.left.begin - back, back}, {run.right.begin - back, back}, {}});
    }
    Region& region = regions_.back();
    const std::uint64_t room = (next != nullptr ? next->left.begin : left_.size()) - end(run.left);
    std::uint64_t ahead = 0;
    const bool both_end = starts_line(left_, end(run.left)) && starts_line(right_, end(run.right)) &&
                          run.left.length + run.right.length > 0;
    while (!both_end && ahead < room && ahead < kLine) {
      if (ends_line(left_[end(run.left) + ahead++])) break;
    }
    region.left.length = end(run.left) + ahead - region.left.begin;
    region.right.length = end(run.right) + ahead - region.right.begin;
    region.runs.push_back(run);
  }

  std::string_view left_, right_;
  std::vector<Region> regions_;
};

// A line's text without what only separates it from the next.
std::string_view bare(std::string_view line) {
  const std::size_t last = line.find_last_not_of(", \t\r\n");
  return line.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

std::vector<Span> lines_of(std::string_view text, const Span& span) {
  std::vector<Span> lines;
  for (std::uint64_t at = span.begin; at < end(span);) {
    std::uint64_t next = at;
    while (next < end(span) && !ends_line(text[next++])) {
    }
    lines.push_back({at, next - at});
    at = next;
  }
  return lines;
}

class Refiner {
 public:
  Refiner(std::string_view left, std::string_view right) : left_(left), right_(right) {}

  TextPieces run(const RunList& list) {
    std::vector<Region> regions = Widener(left_, right_).run(list.runs);
    std::uint64_t weight = 0;
    for (const Run& run : list.runs) weight += std::max(run.left.length, run.right.length);
    result_.unlisted = list.total_runs - list.runs.size();
    result_.unlisted_weight = list.weight - weight;
    if (result_.unlisted > 0 || !moved_lines(regions)) {
      for (const Region& region : regions) refine(region);
    }
    std::stable_sort(result_.pieces.begin(), result_.pieces.end(),
                     [](const TextPiece& a, const TextPiece& b) { return a.left.begin < b.left.begin; });
    return std::move(result_);
  }

 private:
  struct Count {
    std::uint64_t left = 0, right = 0;
  };
  using Counts = std::unordered_map<std::uint64_t, Count>;

  // Emits an order and the pieces of what is left when lines only moved; false when none did.
  bool moved_lines(const std::vector<Region>& regions) {
    std::vector<Span> lefts, rights;
    for (const Region& region : regions) {
      for (const Span& line : lines_of(left_, region.left)) lefts.push_back(line);
      for (const Span& line : lines_of(right_, region.right)) rights.push_back(line);
      if (std::max(lefts.size(), rights.size()) > kMovedLines) return false;
    }
    Counts counts;
    for (const Span& line : lefts) ++counts[hash(bare(part(left_, line)))].left;
    for (const Span& line : rights) ++counts[hash(bare(part(right_, line)))].right;
    const std::uint64_t blank = hash("");
    const auto moved = [&](std::string_view text, const Span& line) {
      const std::uint64_t key = hash(bare(part(text, line)));
      const Count& count = counts.find(key)->second;
      return key != blank && count.left == count.right;
    };
    const auto split = [&](std::string_view text, const std::vector<Span>& lines, std::vector<Span>& rest) {
      std::vector<Span> stay;
      for (const Span& line : lines) (moved(text, line) ? stay : rest).push_back(line);
      return stay;
    };
    std::vector<Span> left_rest, right_rest;
    const std::vector<Span> left_moved = split(left_, lefts, left_rest);
    const std::vector<Span> right_moved = split(right_, rights, right_rest);
    if (left_moved.empty() || left_moved.size() != right_moved.size()) return false;
    if (!same_items(left_moved, right_moved) || left_rest.size() != right_rest.size()) return false;
    // A run may enclose lines that stay where they are.
    const auto items = [&](std::string_view text, const Span& run) {
      std::vector<std::string_view> found;
      for (const Span& line : lines_of(text, run)) {
        if (moved(text, line)) found.push_back(bare(part(text, line)));
      }
      return found;
    };
    const bool moves = std::ranges::any_of(regions, [&](const Region& region) {
      return items(left_, region.left) != items(right_, region.right);
    });
    if (!moves) return false;
    const auto stays = [&](std::string_view text) {
      return [&, text](const Span& line) { return !moved(text, line); };
    };
    order(regions, left_moved, stays(left_), stays(right_));
    for (std::size_t i = 0; i < left_rest.size(); ++i) {
      if (part(left_, left_rest[i]) != part(right_, right_rest[i])) {
        refine({left_rest[i], right_rest[i], {{left_rest[i], right_rest[i]}}});
      }
    }
    return true;
  }

  // Hashes only bucket: the bytes decide. What separates the lines must be the same as often on both sides.
  bool same_items(const std::vector<Span>& lefts, const std::vector<Span>& rights) const {
    std::map<std::string_view, std::int64_t> items, separators;
    for (const Span& line : lefts) {
      const std::string_view text = part(left_, line), item = bare(text);
      ++items[item];
      ++separators[text.substr(item.size())];
    }
    for (const Span& line : rights) {
      const std::string_view text = part(right_, line), item = bare(text);
      --items[item];
      --separators[text.substr(item.size())];
    }
    const auto zero = [](const auto& entry) { return entry.second == 0; };
    return std::all_of(items.begin(), items.end(), zero) &&
           std::all_of(separators.begin(), separators.end(), zero);
  }

  // The order spans all regions with moved lines, but for lines at either end that stay.
  template <class LeftStays, class RightStays>
  void order(const std::vector<Region>& regions, const std::vector<Span>& moved, LeftStays&& left_stays,
             RightStays&& right_stays) {
    TextPiece piece;
    bool first = true;
    for (const Region& region : regions) {
      std::vector<Span> lefts = lines_of(left_, region.left), rights = lines_of(right_, region.right);
      std::size_t front = 0, back = 0;
      const std::size_t shorter = std::min(lefts.size(), rights.size());
      while (front < shorter && left_stays(lefts[front]) && right_stays(rights[front])) ++front;
      while (back < shorter - front && left_stays(lefts[lefts.size() - 1 - back]) &&
             right_stays(rights[rights.size() - 1 - back])) {
        ++back;
      }
      if (front + back == std::max(lefts.size(), rights.size())) continue;
      const Span left = lines_between(lefts, front, back, region.left);
      const Span right = lines_between(rights, front, back, region.right);
      if (first) piece.left.begin = left.begin, piece.right.begin = right.begin;
      first = false;
      piece.left.length = end(left) - piece.left.begin;
      piece.right.length = end(right) - piece.right.begin;
    }
    piece.ordered_items = lines_of(left_, piece.left).size();
    for (const Span& line : moved) piece.weight += line.length;
    result_.pieces.push_back(piece);
  }

  // What is left of the lines of a region without some at its front and back.
  static Span lines_between(const std::vector<Span>& lines, std::size_t front, std::size_t back,
                            const Span& region) {
    const std::uint64_t begin = front < lines.size() ? lines[front].begin : end(region);
    const std::uint64_t stop = back > 0 ? lines[lines.size() - back].begin : end(region);
    return {begin, stop - begin};
  }

  void refine(const Region& region) {
    if (std::max(region.left.length, region.right.length) > kRegion) {
      for (const Run& run : region.runs) add(run.left, run.right);
      return;
    }
    const std::string_view left = part(left_, region.left), right = part(right_, region.right);
    if (items_moved(region, left, right) || line_by_line(region)) return;
    const std::vector<Atom> l = atoms(left), r = atoms(right);
    std::size_t i = 0, j = 0;
    const auto pair_until = [&](std::size_t last) {
      for (; i < last; ++i, ++j) {
        if (left.substr(l[i].begin, l[i].length) != right.substr(r[j].begin, r[j].length)) {
          add(at(region.left, l, i, i + 1), at(region.right, r, j, j + 1));
        }
      }
    };
    for (const Hunk& hunk : align_sequences(hashes(left, l), hashes(right, r), kAtomCost)) {
      pair_until(hunk.left_begin);
      add(at(region.left, l, hunk.left_begin, hunk.left_end),
          at(region.right, r, hunk.right_begin, hunk.right_end));
      i = hunk.left_end;
      j = hunk.right_end;
    }
    pair_until(l.size());
  }

  static std::vector<std::uint64_t> hashes(std::string_view text, const std::vector<Atom>& list) {
    std::vector<std::uint64_t> result;
    result.reserve(list.size());
    for (const Atom& atom : list) {
      const bool typed = atom.type == AtomType::date || atom.type == AtomType::path ||
                         atom.type == AtomType::uuid || atom.type == AtomType::address;
      result.push_back(typed ? static_cast<std::uint64_t>(atom.type)
                             : hash(text.substr(atom.begin, atom.length)));
    }
    return result;
  }

  static Span at(const Span& region, const std::vector<Atom>& list, std::size_t first, std::size_t last) {
    const std::uint64_t begin = first < list.size() ? list[first].begin : region.length;
    const std::uint64_t stop = last < list.size() ? list[last].begin : region.length;
    return {region.begin + begin, stop - begin};
  }

  // As many lines on both sides, of which one at least has its items in another order: each for itself.
  bool line_by_line(const Region& region) {
    const std::vector<Span> lefts = lines_of(left_, region.left), rights = lines_of(right_, region.right);
    if (lefts.size() != rights.size() || lefts.size() < 2) return false;
    std::vector<Region> rest;
    for (std::size_t i = 0; i < lefts.size(); ++i) {
      const std::string_view left = part(left_, lefts[i]), right = part(right_, rights[i]);
      const Region line{lefts[i], rights[i], {{lefts[i], rights[i]}}};
      if (left != right && !items_moved(line, left, right)) rest.push_back(line);
    }
    const bool moved = !result_.pieces.empty() && result_.pieces.back().ordered_items > 0 &&
                       result_.pieces.back().left.begin >= region.left.begin;
    if (moved) {
      for (const Region& line : rest) refine(line);
    }
    return moved;
  }

  // One line on both sides with the same items between some separator.
  bool items_moved(const Region& whole, std::string_view left, std::string_view right) {
    if (left.size() != right.size() || left.find('\n') < left.size() - 1) return false;
    const Region region = core(whole, left, right);
    left = part(left_, region.left);
    right = part(right_, region.right);
    for (const char separator : {',', ';', ':', '|', '\t', ' '}) {
      const std::vector<std::string_view> l = items(left, separator), r = items(right, separator);
      if (l.size() != r.size() || l.size() > kItems) continue;
      std::size_t first = 0, last = l.size();
      while (first < last && l[first] == r[first]) ++first;
      while (first < last && l[last - 1] == r[last - 1]) --last;
      if (last - first < (separator == ' ' ? 3u : 2u)) continue;
      std::vector<std::string_view> sorted_left(l.begin() + static_cast<std::ptrdiff_t>(first),
                                                l.begin() + static_cast<std::ptrdiff_t>(last));
      std::vector<std::string_view> sorted_right(r.begin() + static_cast<std::ptrdiff_t>(first),
                                                 r.begin() + static_cast<std::ptrdiff_t>(last));
      const Span left_span = cover(region.left, left, sorted_left);
      const Span right_span = cover(region.right, right, sorted_right);
      std::sort(sorted_left.begin(), sorted_left.end());
      std::sort(sorted_right.begin(), sorted_right.end());
      const bool distinct = std::adjacent_find(sorted_left.begin(), sorted_left.end()) == sorted_left.end();
      if (!distinct || sorted_left != sorted_right || !same_outside(left_span, right_span, region)) continue;
      result_.pieces.push_back({left_span, right_span, left_span.length, last - first});
      return true;
    }
    return false;
  }

  // The region without what both sides have at either end, up to where an item may begin or end.
  static Region core(const Region& region, std::string_view left, std::string_view right) {
    static constexpr std::string_view kDelimiters = " \t\r\n[](){}<>\"'=,;:|";
    const auto delimits = [](char c) { return kDelimiters.find(c) != std::string_view::npos; };
    std::size_t front = common_prefix(as_bytes(left), as_bytes(right));
    std::size_t back = common_suffix(as_bytes(left.substr(front)), as_bytes(right.substr(front)));
    while (front > 0 && !delimits(left[front - 1])) --front;
    while (back > 0 && !delimits(left[left.size() - back])) --back;
    const std::uint64_t length = left.size() - front - back;
    return {{region.left.begin + front, length}, {region.right.begin + front, length}, {}};
  }

  static std::vector<std::string_view> items(std::string_view line, char separator) {
    static constexpr std::string_view kAround = " \t\r\n[](){}<>\"'";
    std::vector<std::string_view> result;
    for (std::size_t at = 0; at <= line.size();) {
      const std::size_t stop = std::min(line.find(separator, at), line.size());
      std::string_view item = line.substr(at, stop - at);
      const std::size_t first = item.find_first_not_of(kAround);
      if (first != item.npos) {
        item = item.substr(first, item.find_last_not_of(kAround) + 1 - first);
        result.push_back(item);
      }
      at = stop + 1;
    }
    return result;
  }

  static Span cover(const Span& region, std::string_view text, const std::vector<std::string_view>& list) {
    const auto begin = static_cast<std::uint64_t>(list.front().data() - text.data());
    const auto stop = static_cast<std::uint64_t>(list.back().data() + list.back().size() - text.data());
    return {region.begin + begin, stop - begin};
  }

  bool same_outside(const Span& left, const Span& right, const Region& region) const {
    return left.begin - region.left.begin == right.begin - region.right.begin &&
           left.length == right.length &&
           between(left_, region.left.begin, left.begin) ==
               between(right_, region.right.begin, right.begin) &&
           between(left_, end(left), end(region.left)) == between(right_, end(right), end(region.right)) &&
           punctuation(part(left_, left)) == punctuation(part(right_, right));
  }
  static std::string_view between(std::string_view text, std::uint64_t from, std::uint64_t to) {
    return text.substr(from, to - from);
  }
  // How often each byte that may stand around an item occurs.
  static std::array<std::size_t, 256> punctuation(std::string_view text) {
    std::array<std::size_t, 256> counts{};
    for (const char c : text) ++counts[static_cast<unsigned char>(c)];
    return counts;
  }

  void add(const Span& left, const Span& right) {
    const Bytes l = as_bytes(part(left_, left)), r = as_bytes(part(right_, right));
    const std::size_t prefix = common_prefix(l, r);
    const std::size_t suffix = common_suffix(l.subspan(prefix), r.subspan(prefix));
    result_.pieces.push_back({left, right, std::max(l.size(), r.size()) - prefix - suffix, 0});
  }

  std::string_view left_, right_;
  TextPieces result_;
};

}  // namespace

TextPieces refine_text(Bytes left, Bytes right, const RunList& list) {
  return Refiner(as_text(left), as_text(right)).run(list);
}

}  // namespace unrepro
