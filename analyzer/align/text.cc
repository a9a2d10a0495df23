// Problem: which lines of two texts differ, and which tokens of a line that was changed?
//
// Method: the hashes of all lines are aligned as two sequences (sequence.h). A second walk over the lines
// turns numbers into offsets, compares the bytes of every paired line (a collision of hashes becomes a hunk
// of its own), and takes a hunk with equally many lines on both sides as changed lines: the common first and
// last tokens of each pair are dropped. What remains of a long line is aligned token by token.
//
// Bound: two walks over the lines, one over the tokens, O(n log n) for the alignment. Per line only its hash
// is kept. Empty lines could make that eight times the text, hence the limit on their number.

#include "analyzer/align/text.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "analyzer/align/bytes.h"
#include "analyzer/align/sequence.h"

namespace unrepro {
namespace {

constexpr std::uint64_t kLongLine = 512;         // bytes that differ, from which tokens are aligned
constexpr std::size_t kMaxLineTokens = 1 << 20;  // of one line; more are not aligned
constexpr AlignCost kTokenCost = {.max_edits = 512, .steps_per_element = 16, .max_rounds = 4};

Bytes part(Bytes bytes, const Span& span) { return bytes.subspan(span.begin, span.length); }

std::uint64_t hash(Bytes bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

bool equal(Bytes left, Bytes right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end());
}

// Hashes of all lines; empty when there is no view, it does not tile the bytes, or there are too many lines.
std::optional<std::vector<std::uint64_t>> hash_lines(Bytes bytes, const ViewSource& views) {
  const std::unique_ptr<LeafView> lines = views(ViewKind::lines);
  if (lines == nullptr) return std::nullopt;
  const std::uint64_t most = bytes.size() / 16 + (1 << 20);
  std::vector<std::uint64_t> hashes;
  std::uint64_t end = 0;
  for (Span line; lines->next(line); end += line.length) {
    if (line.begin != end || line.length > bytes.size() - end || hashes.size() == most) return std::nullopt;
    hashes.push_back(hash(part(bytes, line)));
  }
  if (end != bytes.size()) return std::nullopt;
  return hashes;
}

// Walks the tokens of a leaf front to back, line by line.
class TokenCursor {
 public:
  TokenCursor(Bytes bytes, const ViewSource& views) : size_(bytes.size()), view_(views(ViewKind::tokens)) {}

  // The tokens of a line, without those of lines before it that were not asked for. False when there are too
  // many or no view.
  bool collect(const Span& line, std::vector<Span>& tokens) {
    tokens.clear();
    const std::uint64_t line_end = line.begin + line.length;
    while (token_.begin + token_.length <= line.begin) {
      if (!advance()) return false;
    }
    while (token_.begin < line_end) {
      if (tokens.size() == kMaxLineTokens) return false;
      const std::uint64_t begin = std::max(token_.begin, line.begin);
      tokens.push_back({begin, std::min(token_.begin + token_.length, line_end) - begin});
      if (token_.begin + token_.length > line_end || !advance()) break;
    }
    return !tokens.empty() && tokens.back().begin + tokens.back().length == line_end;
  }

 private:
  // False at the end and where the view does not tile.
  bool advance() {
    const std::uint64_t end = token_.begin + token_.length;
    return view_ != nullptr && view_->next(token_) && token_.begin == end && token_.length > 0 &&
           token_.length <= size_ - end;
  }

  std::uint64_t size_;
  std::unique_ptr<LeafView> view_;
  Span token_;
};

class Differ {
 public:
  Differ(Bytes left, const ViewSource& left_views, Bytes right, const ViewSource& right_views,
         const TextLimits& limits)
      : left_{left, left_views},
        right_{right, right_views},
        paired_lines_(limits.paired_lines),
        runs_(left, right, limits.max_hunks, 0, false) {}

  TextDiff run(const std::vector<Hunk>& hunks, std::uint64_t left_count) {
    std::uint64_t line = 0;
    for (const Hunk& hunk : hunks) {
      pair_lines(hunk.left_begin - line);
      const std::uint64_t lefts = hunk.left_end - hunk.left_begin;
      const std::uint64_t rights = hunk.right_end - hunk.right_begin;
      if (lefts == rights && lefts <= paired_lines_) {
        pair_lines(lefts);
      } else {
        const Span left = left_.skip(lefts), right = right_.skip(rights);
        add(left.begin, left.begin + left.length, right.begin, right.begin + right.length);
      }
      line = hunk.left_end;
    }
    pair_lines(left_count - line);
    return runs_.finish();
  }

 private:
  struct Side {
    Side(Bytes whole, const ViewSource& views)
        : bytes(whole), lines(views(ViewKind::lines)), tokens(whole, views) {}

    Span next() {
      Span line{end, 0};
      if (lines->next(line)) end = line.begin + line.length;
      return line;
    }
    // What the next lines span together.
    Span skip(std::uint64_t count) {
      const std::uint64_t begin = end;
      while (count-- > 0) next();
      return {begin, end - begin};
    }
    Bytes of(const Span& span) const { return part(bytes, span); }

    Bytes bytes;
    std::unique_ptr<LeafView> lines;
    TokenCursor tokens;
    std::vector<Span> line_tokens;
    std::uint64_t end = 0;  // of the lines read so far
  };

  void pair_lines(std::uint64_t count) {
    while (count-- > 0) {
      const Span left = left_.next(), right = right_.next();
      if (!equal(left_.of(left), right_.of(right))) change_line(left, right);
    }
  }

  void change_line(const Span& left, const Span& right) {
    std::vector<Span>& l = left_.line_tokens;
    std::vector<Span>& r = right_.line_tokens;
    const bool known = left_.tokens.collect(left, l) && right_.tokens.collect(right, r);
    if (!known) return add(left.begin, left.begin + left.length, right.begin, right.begin + right.length);
    const std::size_t shorter = std::min(l.size(), r.size());
    std::size_t prefix = 0, suffix = 0;
    while (prefix < shorter && same(l[prefix], r[prefix])) ++prefix;
    while (suffix < shorter - prefix && same(l[l.size() - 1 - suffix], r[r.size() - 1 - suffix])) ++suffix;
    const std::span<const Span> left_rest = std::span(l).subspan(prefix, l.size() - prefix - suffix);
    const std::span<const Span> right_rest = std::span(r).subspan(prefix, r.size() - prefix - suffix);
    const Span changed_left = cover(left_rest, left, l, prefix);
    const Span changed_right = cover(right_rest, right, r, prefix);
    if (std::max(changed_left.length, changed_right.length) < kLongLine) {
      return add(changed_left.begin, changed_left.begin + changed_left.length, changed_right.begin,
                 changed_right.begin + changed_right.length);
    }
    align_tokens(left_rest, changed_left, right_rest, changed_right);
  }

  // The bytes of some consecutive tokens of a line, of which the first `prefix` were dropped.
  static Span cover(std::span<const Span> rest, const Span& line, std::span<const Span> all,
                    std::size_t prefix) {
    const std::uint64_t begin = prefix < all.size() ? all[prefix].begin : line.begin + line.length;
    return {begin, rest.empty() ? 0 : rest.back().begin + rest.back().length - begin};
  }

  void align_tokens(std::span<const Span> lefts, const Span& left, std::span<const Span> rights,
                    const Span& right) {
    const auto hashes = [](const Side& side, std::span<const Span> tokens) {
      std::vector<std::uint64_t> result(tokens.size());
      std::transform(tokens.begin(), tokens.end(), result.begin(),
                     [&](const Span& token) { return hash(side.of(token)); });
      return result;
    };
    const auto begin_of = [](std::span<const Span> tokens, const Span& all, std::uint64_t index) {
      return index < tokens.size() ? tokens[index].begin : all.begin + all.length;
    };
    std::uint64_t i = 0, j = 0;
    const auto verify_until = [&](std::uint64_t end) {
      for (; i < end; ++i, ++j) {
        if (same(lefts[i], rights[j])) continue;
        add(lefts[i].begin, lefts[i].begin + lefts[i].length, rights[j].begin,
            rights[j].begin + rights[j].length);
      }
    };
    for (const Hunk& hunk : align_sequences(hashes(left_, lefts), hashes(right_, rights), kTokenCost)) {
      verify_until(hunk.left_begin);
      i = hunk.left_end;
      j = hunk.right_end;
      add(begin_of(lefts, left, hunk.left_begin), begin_of(lefts, left, hunk.left_end),
          begin_of(rights, right, hunk.right_begin), begin_of(rights, right, hunk.right_end));
    }
    verify_until(lefts.size());
  }

  bool same(const Span& left, const Span& right) const { return equal(left_.of(left), right_.of(right)); }

  void add(std::uint64_t left_begin, std::uint64_t left_end, std::uint64_t right_begin,
           std::uint64_t right_end) {
    runs_.add(left_begin, left_end, right_begin, right_end);
  }

  Side left_, right_;
  std::size_t paired_lines_;
  RunCollector runs_;
};

}  // namespace

TextDiff diff_text(Bytes left, const ViewSource& left_views, Bytes right, const ViewSource& right_views,
                   const TextLimits& limits) {
  const auto left_lines = hash_lines(left, left_views);
  const auto right_lines = left_lines ? hash_lines(right, right_views) : std::nullopt;
  if (!left_lines || !right_lines) return align_bytes(left, right, limits.max_hunks);
  const std::vector<Hunk> hunks = align_sequences(*left_lines, *right_lines);
  return Differ(left, left_views, right, right_views, limits).run(hunks, left_lines->size());
}

}  // namespace unrepro
