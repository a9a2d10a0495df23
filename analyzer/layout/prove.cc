#include "analyzer/layout/prove.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "analyzer/layout/propose.h"
#include "analyzer/leaf.h"

namespace unrepro::layout {
namespace {

std::string_view leaf_of(const Difference& difference) {
  const Side& side = difference.left.tree != nullptr ? difference.left : difference.right;
  return side.tree != nullptr && side.field != kNoField ? side.tree->key(side.field) : std::string_view();
}

bool may_have_moved(const Item& item) {
  if (item.is_derived) return false;
  switch (item.difference.kind) {
    case Kind::code:
    case Kind::data:
    case Kind::address:
    case Kind::offset:
    case Kind::size:
    case Kind::reference:
    case Kind::text:
      return item.difference.effect != Effect::inert;
    default:
      return false;
  }
}

Side whole(const Tree& tree, FieldId field) {
  return {&tree, field, Tree::kRoot, tree[field].begin, tree[field].length, tree.bytes(field)};
}

Item item_of(const Pair& pair, FieldId l, FieldId r) {
  const Tree& left = pair.left->tree();
  const Tree& right = pair.right->tree();
  Item item;
  item.difference.left = whole(left, l);
  item.difference.right = whole(right, r);
  item.difference.kind = left[l].kind;
  item.difference.effect = std::max(left[l].effect, right[r].effect);
  item.where.field = left.key(l);
  return item;
}

class Prover {
 public:
  explicit Prover(Pair& pair) : pair_(pair), l_(pair.left->tree()), r_(pair.right->tree()) {}

  void run(const Image& left, const Image& right) {
    Certificate certificate;
    std::optional<Refusal> refusal;
    if (left.refusal.empty() && right.refusal.empty()) {
      certificate = propose(left, right);
      refusal = check(left, right, certificate);
    } else {
      refusal = Refusal{.reason = left.refusal.empty() ? "right: " + right.refusal : "left: " + left.refusal,
                        .region = {}};
    }
    if (refusal) return refuse(refusal->text());
    std::set<std::string_view> proven(left.framed.begin(), left.framed.end());
    for (const ImageRegion& region : left.regions) {
      if (region.content != ImageRegion::Content::elsewhere) proven.insert(region.label);
    }
    if (!labels_follow(left, right, certificate)) return refuse("a symbol does not name what it named");
    proven.insert(left.labels_leaf);
    replace(proven);
    add_roots(left, right, certificate);
  }

 private:
  void replace(const std::set<std::string_view>& proven) {
    struct Total {
      std::uint64_t weight = 0, count = 0;
    };
    std::map<std::string_view, Total> totals;
    std::vector<std::size_t> position(pair_.items.size(), SIZE_MAX);
    std::vector<Item> kept;
    for (std::size_t i = 0; i < pair_.items.size(); ++i) {
      Item& item = pair_.items[i];
      const std::string_view leaf = leaf_of(item.difference);
      if (!item.is_derived && proven.contains(leaf) && may_follow(item.difference)) {
        Total& total = totals[leaf];
        total.weight += item.difference.weight;
        total.count += item.difference.count;
      } else {
        position[i] = kept.size();
        kept.push_back(std::move(item));
      }
    }
    for (Check& check : pair_.checks) {
      if (check.item)
        check.item = position[*check.item] == SIZE_MAX ? std::nullopt : std::optional(position[*check.item]);
    }
    for (const auto& [leaf, total] : totals) {
      const FieldId l = l_.child(Tree::kRoot, leaf), r = r_.child(Tree::kRoot, leaf);
      if (l == kNoField || r == kNoField) continue;
      Item item = item_of(pair_, l, r);
      item.is_derived = true;
      item.left = item.right = Derived::holds;
      item.source = pair_.place;
      item.difference.weight = total.weight;
      item.difference.count = total.count;
      kept.push_back(std::move(item));
    }
    pair_.items = std::move(kept);
  }

  // Whether what a row says of a symbol or a section is where it lies now. All else a row may say is a
  // difference of its own; so is what it says of nothing: the null entries, and offsets outside of the file.
  bool may_follow(const Difference& difference) const {
    if (difference.shape == Shape::stale) return false;
    if (difference.left.row == nullptr && difference.right.row == nullptr) return true;
    if (difference.left.row == nullptr || difference.right.row == nullptr) return false;
    const std::string_view left = *difference.left.row, right = *difference.right.row;
    const std::size_t in = left.rfind(" in "), other = right.rfind(" in ");
    if (difference.kind == Kind::name) {
      const auto nowhere = [](std::string_view place) {
        return place.starts_with(" in UNDEF") || place.starts_with(" in ABS") ||
               place.starts_with(" in section");
      };
      return in != left.npos && in > 0 && left.front() != ' ' &&
             left.substr(0, in) == right.substr(0, other) && !nowhere(left.substr(in)) &&
             !nowhere(right.substr(other));
    }
    return left.front() != ' ' && offset_fits(left, l_) && offset_fits(right, r_);
  }
  static bool offset_fits(std::string_view row, const Tree& tree) {
    constexpr std::string_view kOffset = " offset 0x";
    const std::size_t at = row.find(kOffset);
    if (at == row.npos) return true;
    std::uint64_t value = 0;
    const std::string_view digits = row.substr(at + kOffset.size());
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return error == std::errc() && value <= tree.blob()->size();
  }

  void add_roots(const Image& left, const Image& right, const Certificate& certificate) {
    for (const Piece& piece : certificate.pieces) {
      if (!piece.edit) continue;
      const auto span = [](const Image& image, std::uint64_t address, std::uint64_t size,
                           std::string_view& label) {
        const auto region = std::prev(
            std::upper_bound(image.regions.begin(), image.regions.end(), address,
                             [](std::uint64_t value, const ImageRegion& at) { return value < at.address; }));
        label = region->label;
        return Span{address - region->address, size - 1};
      };
      std::string_view l_label, r_label;
      const Span l_span = span(left, piece.left, piece.left_size, l_label);
      const Span r_span = span(right, piece.right, piece.right_size, r_label);
      const FieldId l = l_.child(Tree::kRoot, l_label), r = r_.child(Tree::kRoot, r_label);
      if (l == kNoField || r == kNoField) continue;
      split_string(*pair_.left, l, l_span, *pair_.right, r, r_span, item_of(pair_, l, r), pair_.items);
    }
  }

  void refuse(std::string reason) {
    pair_.layout = std::move(reason);
    const auto moves = std::find_if(pair_.items.begin(), pair_.items.end(),
                                    [](const Item& item) { return moves_neighbours(item.difference); });
    if (moves == pair_.items.end()) return;
    Item item = item_of(pair_, moves->difference.left.field, moves->difference.right.field);
    item.difference.kind = Kind::data;
    item.difference.critical = false;
    item.difference.weight = 1;
    item.where.field += ".references";
    pair_.items.push_back(std::move(item));
  }

  // A string of loaded data that is longer on one side and has something after it.
  static bool moves_neighbours(const Difference& difference) {
    const Side& left = difference.left;
    const Side& right = difference.right;
    if (left.tree == nullptr || right.tree == nullptr || left.row != nullptr || difference.kind != Kind::text)
      return false;
    const Field& field = (*left.tree)[left.field];
    if (field.kind != Kind::data || field.effect != Effect::behaviour || left.length == right.length)
      return false;
    return !ends_leaf(left) || !ends_leaf(right);
  }
  static bool ends_leaf(const Side& side) {
    const Field& field = (*side.tree)[side.field];
    const std::string_view rest = side.tree->text(side.field).substr(side.offset - field.begin + side.length);
    return rest.find('\0') + 1 == rest.size();
  }

  Pair& pair_;
  const Tree& l_;
  const Tree& r_;
};

}  // namespace

void prove(Pair& pair) {
  if (std::none_of(pair.items.begin(), pair.items.end(), may_have_moved)) return;
  const auto left = read_image(pair.left->tree()), right = read_image(pair.right->tree());
  if (left && right) Prover(pair).run(*left, *right);
}

}  // namespace unrepro::layout
