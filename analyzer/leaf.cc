#include "analyzer/leaf.h"

#include <algorithm>
#include <optional>

#include "analyzer/align/bytes.h"
#include "analyzer/align/refine.h"
#include "analyzer/align/text.h"
#include "formats/utf8.h"
#include "rules/content/document.h"

namespace unrepro {
namespace {

constexpr std::size_t kSamples = 64;
constexpr std::uint64_t kShortField = 256;
constexpr std::uint64_t kShortestString = 4, kLongestString = 4096;

void cut(Side& side, std::uint64_t begin, std::uint64_t length) {
  side.offset += begin;
  side.length = length;
  side.bytes = side.bytes.subspan(begin, length);
}

// Cuts both sides to what differs.
void trim(Difference& difference) {
  const Bytes left = difference.left.bytes, right = difference.right.bytes;
  const std::size_t prefix = common_prefix(left, right);
  const std::size_t suffix = common_suffix(left.subspan(prefix), right.subspan(prefix));
  cut(difference.left, prefix, left.size() - prefix - suffix);
  cut(difference.right, prefix, right.size() - prefix - suffix);
  difference.weight = std::max<std::uint64_t>(1, std::max(difference.left.length, difference.right.length));
}

Item of_run(const Item& whole, const Run& run) {
  Item item = whole;
  cut(item.difference.left, run.left.begin, run.left.length);
  cut(item.difference.right, run.right.begin, run.right.length);
  item.difference.weight = std::max(run.left.length, run.right.length);
  return item;
}

// Opaque bytes: beyond the samples the last item stands for the rest.
void emit(const Item& whole, const RunList& list, std::vector<Item>& out) {
  std::uint64_t weight = 0;
  const std::size_t shown = std::min(list.runs.size(), kSamples);
  for (std::size_t i = 0; i < shown; ++i) {
    const Run& run = list.runs[i];
    Item item = of_run(whole, run);
    if (i + 1 == shown) {
      item.difference.count = list.total_runs - i;
      item.difference.weight = list.weight - weight;
    }
    weight += item.difference.weight;
    out.push_back(std::move(item));
  }
}

// The whole NUL-terminated string of printable characters that a span of data lies in, if it lies in one.
std::optional<Span> string_around(Bytes bytes, const Span& span) {
  const auto printable = [](std::uint8_t byte) {
    return (byte >= ' ' && byte < 0x7f) || byte == '\t' || byte == '\n';
  };
  std::uint64_t begin = span.begin, end = span.begin;
  while (begin > 0 && span.begin - begin < kLongestString && printable(bytes[begin - 1])) --begin;
  while (end < bytes.size() && end - span.begin < kLongestString && printable(bytes[end])) ++end;
  const bool starts = begin == 0 || bytes[begin - 1] == 0;
  const bool ends = end < bytes.size() && bytes[end] == 0 && end >= span.begin + span.length;
  if (!starts || !ends || end - begin < kShortestString) return std::nullopt;
  return Span{begin, end - begin};
}

// The printable bytes of a span of opaque bytes, behind what is not printable, with those that follow and,
// when the span begins with them, go before.
std::optional<Span> printable_part(Bytes bytes, const Span& span) {
  constexpr std::uint64_t kShortest = 8;
  const auto printable = [](std::uint8_t byte) { return byte >= ' ' && byte < 0x7f; };
  std::uint64_t begin = span.begin;
  while (begin < span.begin + span.length && !printable(bytes[begin])) ++begin;
  if (begin == span.begin + span.length) return std::nullopt;
  std::uint64_t end = begin;
  while (end < bytes.size() && end - begin < kLongestString && printable(bytes[end])) ++end;
  if (begin == span.begin) {
    while (begin > 0 && span.begin - begin < kLongestString && printable(bytes[begin - 1])) --begin;
  }
  if (end - begin < kShortest) return std::nullopt;
  return Span{begin, end - begin};
}

struct Leaves {
  const Opened& left;
  FieldId l;
  const Opened& right;
  FieldId r;
};

void emit_piece(const Leaves& leaves, const Item& whole, const TextPiece& piece, std::vector<Item>& out) {
  const auto effect_at = [](const Opened& opened, FieldId leaf, const Span& span) {
    const auto effect = opened.format().effect_at;
    return effect == nullptr ? opened.tree()[leaf].effect : effect(opened.tree(), leaf, span);
  };
  Item item = whole;
  Difference& difference = item.difference;
  cut(difference.left, piece.left.begin, piece.left.length);
  cut(difference.right, piece.right.begin, piece.right.length);
  difference.weight = piece.weight;
  difference.effect =
      std::max(effect_at(leaves.left, leaves.l, piece.left), effect_at(leaves.right, leaves.r, piece.right));
  difference.critical = difference.critical && difference.effect == Effect::behaviour;
  if (piece.ordered_items > 0) {
    difference.shape = Shape::order;
    difference.items = piece.ordered_items;
    difference.list =
        difference.effect == Effect::behaviour ? Encoding::list_significant : Encoding::list_observable;
  }
  out.push_back(std::move(item));
}

// Text: every piece is asked for its cause; runs that were not stored are one item that has none.
void emit_text(const Leaves& leaves, const Item& whole, const RunList& list, std::vector<Item>& out) {
  const TextPieces pieces = refine_text(whole.difference.left.bytes, whole.difference.right.bytes, list);
  for (const TextPiece& piece : pieces.pieces) emit_piece(leaves, whole, piece, out);
  if (pieces.unlisted > 0) {
    Item rest = whole;
    rest.difference.count = pieces.unlisted;
    rest.difference.weight = pieces.unlisted_weight;
    out.push_back(std::move(rest));
  }
}

// The same runs, parted at the NULs that both sides have: strings that stand side by side are several.
std::vector<Run> part_strings(const RunList& list, Bytes left, Bytes right) {
  std::vector<Run> parts;
  for (const Run& run : list.runs) {
    const std::string_view l = as_text(left.subspan(run.left.begin, run.left.length));
    const std::string_view r = as_text(right.subspan(run.right.begin, run.right.length));
    if (std::ranges::count(l, '\0') != std::ranges::count(r, '\0')) {
      parts.push_back(run);
      continue;
    }
    for (std::size_t i = 0, j = 0; i <= l.size() && j <= r.size();) {
      const std::size_t a = std::min(l.find('\0', i), l.size()), b = std::min(r.find('\0', j), r.size());
      if (l.substr(i, a - i) != r.substr(j, b - j))
        parts.push_back({{run.left.begin + i, a - i}, {run.right.begin + j, b - j}});
      i = a + 1;
      j = b + 1;
    }
  }
  return parts;
}

// Data: a string that differs is text.
void emit_data(const Leaves& leaves, const Item& whole, const RunList& list, std::vector<Item>& out) {
  if (list.total_runs > kSamples) return emit(whole, list, out);
  Run last;  // the pair of strings stated last
  for (const Run& run : part_strings(list, whole.difference.left.bytes, whole.difference.right.bytes)) {
    const auto left = string_around(whole.difference.left.bytes, run.left);
    const auto right = string_around(whole.difference.right.bytes, run.right);
    if (!left || !right) {
      out.push_back(of_run(whole, run));
      continue;
    }
    if (left->begin == last.left.begin && right->begin == last.right.begin && last.left.length > 0) continue;
    last = {*left, *right};
    Item item = whole;
    item.difference.kind = Kind::text;
    RunList string;
    string.runs = {last};
    string.total_runs = 1;
    string.weight = std::max(left->length, right->length);
    emit_text(leaves, item, string, out);
  }
}

// Bytes of no known format: what is legible of a difference may at least have a known cause. False when
// nothing is.
bool emit_opaque(const Leaves& leaves, const Item& whole, const RunList& list, std::vector<Item>& out) {
  if (list.total_runs > kSamples) return false;
  bool found = false;
  std::vector<Item> items;
  Run last;
  for (const Run& run : part_strings(list, whole.difference.left.bytes, whole.difference.right.bytes)) {
    const auto left = printable_part(whole.difference.left.bytes, run.left);
    const auto right = printable_part(whole.difference.right.bytes, run.right);
    const auto legible = [](const Span& string, const Span& span) {
      return string.begin <= span.begin && string.begin + string.length >= span.begin + span.length;
    };
    if (!left || !right || !legible(*left, run.left) || !legible(*right, run.right)) {
      items.push_back(of_run(whole, run));
    }
    if (!left || !right || (left->begin == last.left.begin && last.left.length > 0)) continue;
    found = true;
    last = {*left, *right};
    split_string(leaves.left, leaves.l, *left, leaves.right, leaves.r, *right, whole, items);
  }
  if (found) out.insert(out.end(), items.begin(), items.end());
  return found;
}

// Every line of one side ends in CR LF where the other has LF.
bool differ_in_line_endings(Bytes left, Bytes right) {
  const auto next = [](Bytes bytes, std::size_t& at) {
    while (at < bytes.size() && bytes[at] == '\r') ++at;
    return at < bytes.size() ? int{bytes[at++]} : -1;
  };
  if (left.size() == right.size()) return false;
  for (std::size_t l = 0, r = 0;;) {
    const int a = next(left, l), b = next(right, r);
    if (a != b) return false;
    if (a < 0) return true;
  }
}

// Data that its format knows to be a string of a program.
bool is_string(const Opened& opened, FieldId leaf) {
  return opened.tree()[leaf].kind == Kind::data && opened.format().view != nullptr &&
         opened.format().view(opened.tree(), leaf, ViewKind::tokens) != nullptr;
}

RunList split_text(const Opened& left, FieldId l, const Opened& right, FieldId r,
                   const Difference& difference) {
  const auto views = [](const Opened& opened, FieldId leaf) -> ViewSource {
    return [&opened, leaf](ViewKind kind) -> std::unique_ptr<LeafView> {
      if (opened.format().view == nullptr) return nullptr;
      return opened.format().view(opened.tree(), leaf, kind);
    };
  };
  return diff_text(difference.left.bytes, views(left, l), difference.right.bytes, views(right, r));
}

}  // namespace

void split_leaf(const Opened& left, FieldId l, const Opened& right, FieldId r, Item item,
                std::vector<Item>& out) {
  Difference& difference = item.difference;
  const std::uint64_t longer = std::max(difference.left.length, difference.right.length);
  if (difference.kind == Kind::data && is_string(left, l) && is_string(right, r))
    difference.kind = Kind::text;
  const bool is_text = difference.kind == Kind::text || difference.kind == Kind::script;
  const bool is_data = difference.kind == Kind::data;
  const bool is_opaque = difference.kind == Kind::opaque && difference.left.tree != nullptr &&
                         difference.right.tree != nullptr && difference.effect == Effect::behaviour;
  if (is_text || is_data || is_opaque || longer > kShortField) {
    const Bytes l_bytes = difference.left.bytes, r_bytes = difference.right.bytes;
    if (is_text && (differ_in_line_endings(l_bytes, r_bytes) || latin1_is_utf8(l_bytes, r_bytes) ||
                    latin1_is_utf8(r_bytes, l_bytes))) {
      difference.weight = longer - std::min(difference.left.length, difference.right.length);
      return out.push_back(std::move(item));
    }
    // One document in other words is one difference, of all its bytes.
    if (is_text && document_change(as_text(l_bytes), as_text(r_bytes)) != DocumentChange::none) {
      difference.weight = longer;
      return out.push_back(std::move(item));
    }
    const RunList list = is_text ? split_text(left, l, right, r, difference)
                                 : align_bytes(difference.left.bytes, difference.right.bytes);
    if (!list.runs.empty() && is_text) return emit_text({left, l, right, r}, item, list, out);
    if (!list.runs.empty() && is_data) return emit_data({left, l, right, r}, item, list, out);
    if (!list.runs.empty() && is_opaque && emit_opaque({left, l, right, r}, item, list, out)) return;
    if (!list.runs.empty() && longer > kShortField) return emit(item, list, out);
  }
  if (difference.left.tree != nullptr && difference.right.tree != nullptr) trim(difference);
  out.push_back(std::move(item));
}

void split_string(const Opened& left, FieldId l, const Span& left_span, const Opened& right, FieldId r,
                  const Span& right_span, const Item& whole, std::vector<Item>& out) {
  Item item = whole;
  item.difference.kind = Kind::text;
  // By itself: what stands before it need not be text.
  RunList string;
  string.runs = {{{0, left_span.length}, {0, right_span.length}}};
  string.total_runs = 1;
  string.weight = std::max(left_span.length, right_span.length);
  const TextPieces pieces =
      refine_text(whole.difference.left.bytes.subspan(left_span.begin, left_span.length),
                  whole.difference.right.bytes.subspan(right_span.begin, right_span.length), string);
  for (TextPiece piece : pieces.pieces) {
    piece.left.begin += left_span.begin;
    piece.right.begin += right_span.begin;
    emit_piece({left, l, right, r}, item, piece, out);
  }
  if (pieces.unlisted > 0) {
    item.difference.count = pieces.unlisted;
    item.difference.weight = pieces.unlisted_weight;
    out.push_back(std::move(item));
  }
}

}  // namespace unrepro
