#include "analyzer/rows.h"

#include <xxhash.h>

#include <algorithm>
#include <unordered_map>

#include "analyzer/align/keyed.h"
#include "analyzer/align/sequence.h"

namespace unrepro {
namespace {

constexpr std::size_t kMostItems = 4096;
// Rows that align badly are paired by their keys.
constexpr AlignCost kRowCost = {.max_edits = 256, .steps_per_element = 8, .max_rounds = 3};

bool same(const Row& a, const Row& b) {
  return a.value == b.value && a.key == b.key && a.kind == b.kind && a.effect == b.effect &&
         a.critical == b.critical;
}

class TranslatedRows final : public RowView {
 public:
  TranslatedRows(std::unique_ptr<RowView> rows, const RowTranslation& translation)
      : rows_(std::move(rows)), translation_(translation) {}
  bool next(Row& row) override {
    if (!rows_->next(row)) return false;
    if (row.places) translation_(row.value);
    return true;
  }

 private:
  std::unique_ptr<RowView> rows_;
  const RowTranslation& translation_;
};

struct Rows {
  const Opened& opened;
  FieldId leaf;
  const RowTranslation* translation = nullptr;
  std::unique_ptr<RowView> open() const {
    auto view = opened.format().rows(opened.tree(), leaf);
    if (translation == nullptr) return view;
    return std::make_unique<TranslatedRows>(std::move(view), *translation);
  }
  Bytes bytes() const { return opened.tree().bytes(leaf); }
};

bool all_same(const Rows& left, const Rows& right) {
  const auto a = left.open(), b = right.open();
  Row row, other;
  while (true) {
    const bool more = a->next(row);
    if (more != b->next(other)) return false;
    if (!more) return true;
    if (!same(row, other)) return false;
  }
}

std::vector<std::uint64_t> hashes(const Rows& rows) {
  std::vector<std::uint64_t> found;
  const auto view = rows.open();
  for (Row row; view->next(row);) {
    std::uint64_t hash = XXH3_64bits(row.key.data(), row.key.size());
    hash = XXH3_64bits_withSeed(row.value.data(), row.value.size(), hash);
    found.push_back(hash);
  }
  return found;
}

// Reads rows by ascending number.
class Cursor {
 public:
  explicit Cursor(const Rows& rows) : view_(rows.open()) {}
  const Row& at(std::uint64_t number) {
    for (; next_ <= number; ++next_) view_->next(row_);
    return row_;
  }

 private:
  std::unique_ptr<RowView> view_;
  Row row_;
  std::uint64_t next_ = 0;
};

// Whether two rows of Kind::stream say that what they decompress to is not the same: "… of DIGEST".
bool of_other_content(std::string_view row, std::string_view other) {
  const std::size_t at = row.rfind(" of "), other_at = other.rfind(" of ");
  return at != row.npos && other_at != other.npos && row.substr(at) != other.substr(other_at);
}

class RowComparer {
 public:
  RowComparer(const Rows& left, const Rows& right, const Item& whole, std::vector<Item>& out)
      : left_(left), right_(right), whole_(whole), out_(out) {}

  void run() {
    const auto left = hashes(left_), right = hashes(right_);
    Cursor a(left_), b(right_);
    std::uint64_t i = 0, j = 0;
    // Rows of equal bytes correspond one by one.
    const Bytes bytes = left_.bytes(), other_bytes = right_.bytes();
    std::vector<Hunk> hunks;
    if (!std::equal(bytes.begin(), bytes.end(), other_bytes.begin(), other_bytes.end()) ||
        left.size() != right.size()) {
      hunks = align_sequences(left, right, kRowCost);
    }
    hunks.push_back({left.size(), left.size(), right.size(), right.size()});
    for (const Hunk& hunk : hunks) {
      // Equal hashes are no evidence.
      for (; i < hunk.left_begin; ++i, ++j) {
        const Row& row = a.at(i);
        const Row& other = b.at(j);
        if (!same(row, other)) emit(&row, &other);
      }
      std::vector<Row> rows, others;
      for (; i < hunk.left_end && rows.size() < kMostItems; ++i) rows.push_back(a.at(i));
      for (; j < hunk.right_end && others.size() < kMostItems; ++j) others.push_back(b.at(j));
      truncated_ = truncated_ || i != hunk.left_end || j != hunk.right_end;
      if (truncated_) break;
      compare(rows, others);
    }
    moved_rows();
    if (truncated_) {
      Item rest = whole_;
      rest.difference.kind = Kind::opaque;
      rest.difference.effect = Effect::behaviour;
      rest.difference.count = std::max(left.size(), right.size());
      out_.push_back(std::move(rest));
    }
  }

 private:
  void compare(const std::vector<Row>& rows, const std::vector<Row>& others) {
    std::vector<std::string_view> keys, other_keys;
    for (const Row& row : rows) keys.push_back(row.key);
    for (const Row& row : others) other_keys.push_back(row.key);
    const Pairing pairing = pair_by_key(keys, other_keys);
    for (const auto& [x, y] : pairing.pairs) emit(&rows[x], &others[y]);
    for (const std::uint32_t x : pairing.left_only) left_only_.push_back(rows[x]);
    for (const std::uint32_t y : pairing.right_only) right_only_.push_back(others[y]);
  }

  // Rows of one key that each side has once, far from each other: the same row in another place of the table,
  // but for those whose place says which comes first. What is left stands on one side only.
  void moved_rows() {
    std::unordered_map<std::string_view, std::pair<std::vector<const Row*>, std::vector<const Row*>>> by_key;
    for (const Row& row : left_only_) by_key[row.key].first.push_back(&row);
    for (const Row& row : right_only_) by_key[row.key].second.push_back(&row);
    const auto once = [&](const Row& row) {
      const auto& [lefts, rights] = by_key.find(row.key)->second;
      return lefts.size() == 1 && rights.size() == 1 && row.kind != Kind::dependency;
    };
    std::uint64_t moved = 0, weight = 0;
    for (const Row& row : left_only_) {
      if (!once(row)) {
        emit(&row, nullptr);
        continue;
      }
      const Row& other = *by_key.find(row.key)->second.second.front();
      if (!same(row, other)) {
        emit(&row, &other);
      } else {
        ++moved;
        weight += row.span.length;
      }
    }
    for (const Row& row : right_only_) {
      if (!once(row)) emit(nullptr, &row);
    }
    if (moved > 0) order(moved, weight);
  }

  void order(std::uint64_t moved, std::uint64_t weight) {
    Item item = whole_;
    item.difference.shape = Shape::order;
    item.difference.kind = Kind::order;
    item.difference.list = Encoding::list_significant;
    item.difference.items = moved;
    item.difference.weight = std::max<std::uint64_t>(1, weight);
    item.where.field += ".order";
    out_.push_back(std::move(item));
  }

  static void narrow(Side& side, const Row& row) {
    side.offset += row.span.begin;
    side.length = row.span.length;
    side.row = std::make_shared<const std::string>(row.value);
    side.bytes = as_bytes(*side.row);
  }

  void emit(const Row* row, const Row* other) {
    if (++emitted_ > kMostItems) {
      truncated_ = true;
      return;
    }
    Item item = whole_;
    Difference& difference = item.difference;
    const Row& any = row != nullptr ? *row : *other;
    const Row& twin = other != nullptr ? *other : any;
    difference.kind = any.kind == twin.kind ? any.kind : Kind::opaque;
    difference.effect = std::max(any.effect, twin.effect);
    difference.critical = any.critical || twin.critical;
    difference.in_range = false;
    difference.weight = std::max<std::uint64_t>(1, std::max(any.span.length, twin.span.length));
    item.where.field += "." + any.key.substr(0, 256);
    if (row != nullptr && other != nullptr) {
      const Bytes left = left_.bytes().subspan(row->span.begin, row->span.length);
      const Bytes right = right_.bytes().subspan(other->span.begin, other->span.length);
      const bool equal = std::equal(left.begin(), left.end(), right.begin(), right.end());
      // What only names something in a table beside it is as good as that name.
      difference.shape = equal && difference.effect == Effect::behaviour ? Shape::stale : Shape::changed;
    } else {
      difference.shape = row != nullptr ? Shape::left_only : Shape::right_only;
    }
    if (row != nullptr) narrow(difference.left, *row);
    if (other != nullptr) narrow(difference.right, *other);
    if (difference.kind == Kind::stream && of_other_content(any.value, twin.value)) {
      item.is_derived = true;
      item.left = item.right = Derived::unverified;
      difference.effect = Effect::behaviour;
    }
    if (row == nullptr) difference.left = {};
    if (other == nullptr) difference.right = {};
    out_.push_back(std::move(item));
  }

  const Rows& left_;
  const Rows& right_;
  const Item& whole_;
  std::vector<Item>& out_;
  std::vector<Row> left_only_, right_only_;
  std::size_t emitted_ = 0;
  bool truncated_ = false;
};

}  // namespace

bool compare_rows(const Opened& left, FieldId l, const Opened& right, FieldId r, const Item& whole,
                  std::vector<Item>& out) {
  const Rows a{left, l}, b{right, r};
  if (all_same(a, b)) return false;
  RowComparer(a, b, whole, out).run();
  return true;
}

void compare_moved_rows(const Opened& left, FieldId l, const Opened& right, FieldId r, const Item& whole,
                        const RowTranslation& translation, std::vector<Item>& out) {
  const Rows a{left, l, &translation}, b{right, r};
  if (!all_same(a, b)) RowComparer(a, b, whole, out).run();
}

}  // namespace unrepro
