#include "analyzer/layout/prove.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <set>

#include "analyzer/align/bytes.h"
#include "analyzer/layout/listing.h"
#include "analyzer/layout/locate.h"
#include "analyzer/layout/places.h"
#include "analyzer/layout/propose.h"
#include "analyzer/leaf.h"
#include "analyzer/parallel.h"
#include "analyzer/rows.h"
#include "formats/value.h"

namespace unrepro::layout {
namespace {

constexpr std::size_t kMostInstructions = 1 << 14;  // read for listings

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

// Whether all that differs are bytes of data, none of them a string, each in its place: then nothing follows
// from anything. Of large programs the same where instructions differ: that would cost more than it tells.
bool nothing_moved(const Pair& pair) {
  constexpr std::uint64_t kLarge = 64u << 20;
  const bool is_large = pair.left->tree().blob()->size() > kLarge;
  return std::ranges::all_of(pair.items, [&](const Item& item) {
    const Difference& difference = item.difference;
    const bool data = difference.kind == Kind::data || (is_large && difference.kind == Kind::code);
    return !may_have_moved(item) ||
           (data && difference.effect == Effect::behaviour && difference.shape == Shape::changed &&
            difference.left.row == nullptr && difference.left.length == difference.right.length);
  });
}

bool is_c_string(Bytes bytes) {
  return bytes.size() > 1 && bytes.back() == 0 &&
         std::all_of(bytes.begin(), bytes.end() - 1, [](std::uint8_t byte) {
           return (byte >= ' ' && byte < 0x7f) || byte == '\n' || byte == '\t';
         });
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
    const Certificate certificate = propose(left, right);
    std::optional<Refusal> refusal = check(left, right, certificate);
    std::set<std::string_view> covered(left.framed.begin(), left.framed.end());
    for (const Image* image : {&left, &right}) {
      for (const ImageRegion& region : image->regions) {
        if (region.content == ImageRegion::Content::elsewhere) continue;
        if (region.parts.empty()) covered.insert(region.label);
        for (const ImagePart& part : region.parts) covered.insert(part.label);
      }
    }
    covered.insert(left.labels_leaf);
    named_.insert(left.named.begin(), left.named.end());
    covered.insert(left.named.begin(), left.named.end());
    if (!refusal && !labels_follow(left, right, certificate))
      refusal = Refusal{.reason = "a symbol does not name what it named", .region = {}};
    if (refusal) {
      pair_.layout = refusal->text();
      if (!refusal->table.empty()) {
        for (const std::string& leaf : left.framed) covered.erase(leaf);
      }
      if (!collapse(left, right, certificate, covered, *refusal)) keep();
      return;
    }
    is_proven_ = true;
    replace(covered);
    follow_debug(left, right, certificate, true);
    add_roots(left, right, certificate);
  }

 private:
  struct Total {
    std::uint64_t weight = 0, count = 0;
  };
  using Totals = std::map<std::string_view, Total>;
  using Leaves = std::set<std::string_view>;

  bool covers(const Leaves& covered, const Item& item) const {
    return !item.is_derived && covered.contains(leaf_of(item.difference)) && may_follow(item.difference);
  }

  Totals take(const std::function<bool(const Item&)>& takes) {
    Totals totals;
    std::vector<std::size_t> position(pair_.items.size(), SIZE_MAX);
    std::vector<Item> kept;
    for (std::size_t i = 0; i < pair_.items.size(); ++i) {
      Item& item = pair_.items[i];
      if (takes(item)) {
        Total& total = totals[leaf_of(item.difference)];
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
    pair_.items = std::move(kept);
    return totals;
  }

  void replace(const Leaves& covered) {
    for (const auto& [leaf, total] : take([&](const Item& item) { return covers(covered, item); }))
      add_derived(leaf, total);
  }

  // What a proof covers of a leaf.
  void add_derived(std::string_view leaf, const Total& total) {
    auto item = of_leaf(leaf);
    if (!item) item = of_side(leaf);
    if (!item) return;
    item->is_derived = true;
    item->left = item->right = Derived::holds;
    item->source = pair_.place;
    item->difference.weight = total.weight;
    item->difference.count = total.count;
    pair_.items.push_back(std::move(*item));
  }

  // The same without a proof.
  void add_moved(std::string_view leaf, const Total& total) {
    auto item = of_leaf(leaf);
    if (!item) return;
    item->moved = true;
    item->message = "consistent with what moved, not proven";
    item->difference.left.bytes = item->difference.right.bytes = {};
    item->difference.weight = total.weight;
    item->difference.count = total.count;
    pair_.items.push_back(std::move(*item));
  }

  // Compares debug information anew, by where what it names is now: also what did not change, but had to.
  void follow_debug(const Image& left, const Image& right, const Certificate& certificate, bool is_proven) {
    for (const FieldId l : l_.children(Tree::kRoot)) {
      const FieldId r = r_.child(Tree::kRoot, l_.key(l));
      if (r == kNoField || l_[l].kind != Kind::debug || l_[l].encoding != Encoding::rows ||
          r_[r].kind != Kind::debug || r_[r].encoding != Encoding::rows)
        continue;
      const std::string_view leaf = l_.key(l);
      const Totals totals =
          take([&](const Item& item) { return !item.is_derived && leaf_of(item.difference) == leaf; });
      std::size_t added = pair_.items.size();
      compare_moved_rows(
          *pair_.left, l, *pair_.right, r, item_of(pair_, l, r),
          [&](std::string& row) { translate_places(left, right, certificate, row); }, pair_.items);
      if (totals.empty()) continue;
      Total total = totals.begin()->second;
      for (; added < pair_.items.size(); ++added) {
        const Difference& difference = pair_.items[added].difference;
        total.weight -= std::min(total.weight, difference.weight);
        total.count -= std::min(total.count, difference.count);
      }
      if (total.weight == 0) continue;
      if (is_proven) {
        add_derived(leaf, total);
      } else {
        add_moved(leaf, total);
      }
    }
  }

  // Without a proof: what is not as the certificate predicts, by function and object, then all the rest as
  // one item for each leaf, none of them accepted. False when nothing of this can be told.
  bool collapse(const Image& left, const Image& right, const Certificate& certificate, const Leaves& covered,
                const Refusal& refusal) {
    const auto same_region = [](const ImageRegion& a, const ImageRegion& b) { return a.label == b.label; };
    if (left.regions.empty() || !std::ranges::equal(left.regions, right.regions, same_region)) return false;
    const auto in_cascade = [&](const Item& item) {
      return may_have_moved(item) && item.difference.kind != Kind::text && covers(covered, item);
    };
    if (std::none_of(pair_.items.begin(), pair_.items.end(), in_cascade)) return false;
    for (Item& item : pair_.items) {
      if (follows_function(left, right, certificate, item.difference)) item.difference.critical = false;
    }
    Deviations deviations = locate(left, right, certificate);
    // Strings may have causes of their own.
    Totals totals = take([&](const Item& item) {
      if (!covers(covered, item) || item.difference.critical) return false;
      return item.difference.kind != Kind::text || item.difference.effect >= Effect::behaviour ||
             std::erase_if(deviations.found,
                           [&](const Deviation& d) { return is_string(left, item.difference.left, d); }) == 0;
    });
    std::size_t added = pair_.items.size();
    add_deviations(left, right, certificate, deviations);
    if (pair_.items.size() == added) {
      const bool elsewhere = refusal.region.empty();
      add_uncertain(elsewhere ? refusal.table : refusal.region, elsewhere ? "" : "+" + hex(refusal.offset));
    } else {
      pair_.layout = pair_.items[added].message + ", " + pair_.items[added].where.field;
    }
    add_roots(left, right, certificate);
    for (; added < pair_.items.size(); ++added) {
      const auto total = totals.find(leaf_of(pair_.items[added].difference));
      if (total != totals.end())
        total->second.weight -= std::min(total->second.weight, pair_.items[added].difference.weight);
    }
    for (const auto& [leaf, total] : totals) {
      if (total.weight > 0) add_moved(leaf, total);
    }
    follow_debug(left, right, certificate, false);
    return true;
  }

  // An entry of .init_array for a function that lies elsewhere now.
  static bool follows_function(const Image& left, const Image& right, const Certificate& certificate,
                               const Difference& difference) {
    return difference.kind == Kind::reference && difference.left.row != nullptr &&
           difference.right.row != nullptr &&
           moved_place(left, right, certificate, *difference.left.row) == *difference.right.row;
  }

  // Whether a string that differs is, in a leaf that is a region, what a deviation is about.
  static bool is_string(const Image& left, const Side& side, const Deviation& deviation) {
    if (side.tree == nullptr || side.row != nullptr) return false;
    const auto region = std::ranges::find(left.regions, side.tree->key(side.field), &ImageRegion::label);
    if (region == left.regions.end()) return false;
    const std::uint64_t begin = region->address + (side.offset - (*side.tree)[side.field].begin);
    return deviation.first_left.begin <= begin + side.length && begin <= deviation.first_left.end;
  }

  void add_deviations(const Image& left, const Image& right, const Certificate& certificate,
                      const Deviations& deviations) {
    std::size_t instructions = kMostInstructions;
    std::uint64_t rest = deviations.count;
    Item* last = nullptr;
    for (const Deviation& deviation : deviations.found) {
      auto item = of_deviation(left, right, deviation);
      if (!item) continue;
      if (deviation.is_code) item->listing = list_changes(left, right, certificate, deviation, instructions);
      last = &pair_.items.emplace_back(std::move(*item));
      --rest;
    }
    if (last == nullptr || deviations.count <= kMostDeviations) return;
    last->difference.count += rest;
    last->message += ", and " + std::to_string(rest) + " more functions or objects";
  }

  std::optional<Item> of_deviation(const Image& left, const Image& right, const Deviation& deviation) {
    const ImageRegion* a = region_at(left, deviation.first_left);
    const ImageRegion* b = region_at(right, deviation.first_right);
    auto item = a != nullptr || b != nullptr ? of_leaf((a != nullptr ? a : b)->label) : std::nullopt;
    if (!item) return item;
    Difference& difference = item->difference;
    const auto cut = [](Side& side, const ImageRegion* region, const ImageExtent& extent) {
      if (region == nullptr) return side = {}, true;
      const std::uint64_t at = extent.begin - region->address;
      if (side.bytes.size() != region->bytes.size()) return false;
      side.offset += at;
      side.length = extent.end - extent.begin;
      side.bytes = side.bytes.subspan(at, side.length);
      return true;
    };
    if (!cut(difference.left, a, deviation.first_left) || !cut(difference.right, b, deviation.first_right))
      return std::nullopt;
    if (a == nullptr) difference.shape = Shape::right_only;
    if (b == nullptr) difference.shape = Shape::left_only;
    difference.kind = deviation.is_code ? Kind::code : Kind::data;
    difference.weight = std::max<std::uint64_t>(deviation.bytes, 1);
    difference.count = deviation.count;
    const auto offset = [](const ImageRegion& region, const ImageExtent& extent) {
      return hex(extent.begin - region.address);
    };
    item->where.field += deviation.name.empty() ? "+" : "." + deviation.name;
    if (deviation.name.empty())
      item->where.field +=
          b != nullptr ? offset(*b, deviation.first_right) : offset(*a, deviation.first_left);
    item->message = deviation.reason;
    return item;
  }
  // The region with bytes in the file that an extent lies in.
  static const ImageRegion* region_at(const Image& image, const ImageExtent& extent) {
    for (const ImageRegion& region : image.regions) {
      const std::uint64_t at = extent.begin - region.address;
      if (extent.end > extent.begin && at < region.bytes.size() &&
          extent.end - extent.begin <= region.bytes.size() - at)
        return &region;
    }
    return nullptr;
  }

  std::optional<Item> of_leaf(std::string_view leaf) const {
    const FieldId l = l_.child(Tree::kRoot, leaf), r = r_.child(Tree::kRoot, leaf);
    return l == kNoField || r == kNoField ? std::nullopt : std::optional(item_of(pair_, l, r));
  }

  // Of a leaf that one side has.
  std::optional<Item> of_side(std::string_view leaf) const {
    const FieldId l = l_.child(Tree::kRoot, leaf), r = r_.child(Tree::kRoot, leaf);
    if (l == kNoField && r == kNoField) return std::nullopt;
    Item item = l != kNoField ? item_of(pair_, l, Tree::kRoot) : item_of(pair_, Tree::kRoot, r);
    item.difference.shape = l != kNoField ? Shape::left_only : Shape::right_only;
    (l != kNoField ? item.difference.right : item.difference.left) = {};
    item.where.field = leaf;
    return item;
  }

  // States that nobody knows what a leaf, or a place in it, refers to.
  void add_uncertain(std::string_view leaf, const std::string& place) {
    auto item = of_leaf(leaf);
    if (!item) item = item_of(pair_, Tree::kRoot, Tree::kRoot);
    item->difference.kind = Kind::data;
    item->difference.critical = false;
    item->difference.weight = 1;
    item->difference.left.bytes = item->difference.right.bytes = {};
    item->where.field += place;
    item->message = "not proven: " + pair_.layout;
    pair_.items.push_back(std::move(*item));
  }

  // Whether what a row says of a symbol or a section is where it lies now. All else a row may say is a
  // difference of its own; so is what it says of nothing: the null entries, and offsets outside of the file.
  bool may_follow(const Difference& difference) const {
    const bool is_named = named_.contains(leaf_of(difference));
    if (is_named && (is_proven_ || difference.shape == Shape::stale)) return true;
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
      const ImageRegion* a = region_at(left, {piece.left, piece.left + piece.left_size});
      const ImageRegion* b = region_at(right, {piece.right, piece.right + piece.right_size});
      if (a == nullptr || b == nullptr || a->executable) continue;
      const LeafPlace from = leaf_at(*a, piece.left), to = leaf_at(*b, piece.right);
      const FieldId l = l_.child(Tree::kRoot, from.label), r = r_.child(Tree::kRoot, to.label);
      if (l == kNoField || r == kNoField) continue;
      if (l_[l].length != from.size || r_[r].length != to.size) continue;
      const Span before{piece.left - from.begin, piece.left_size},
          after{piece.right - to.begin, piece.right_size};
      if (is_c_string(l_.bytes(l).subspan(before.begin, before.length)) &&
          is_c_string(r_.bytes(r).subspan(after.begin, after.length))) {
        split_string(*pair_.left, l, {before.begin, before.length - 1}, *pair_.right, r,
                     {after.begin, after.length - 1}, item_of(pair_, l, r), pair_.items);
      } else {
        pair_.items.push_back(of_data(l, before, r, after));
      }
    }
  }

  // What differs of two runs of bytes.
  Item of_data(FieldId l, const Span& before, FieldId r, const Span& after) const {
    Item item = item_of(pair_, l, r);
    Side &left = item.difference.left, &right = item.difference.right;
    const Bytes a = left.bytes.subspan(before.begin, before.length),
                b = right.bytes.subspan(after.begin, after.length);
    const std::size_t prefix = common_prefix(a, b),
                      suffix = common_suffix(a.subspan(prefix), b.subspan(prefix));
    const auto cut = [&](Side& side, Bytes bytes, const Span& span) {
      side.bytes = bytes.subspan(prefix, bytes.size() - prefix - suffix);
      side.offset += span.begin + prefix;
      side.length = side.bytes.size();
    };
    cut(left, a, before);
    cut(right, b, after);
    item.difference.weight = std::max<std::uint64_t>(1, std::max(left.length, right.length));
    return item;
  }

  // Items stay as they are.
  void keep() {
    const auto moves = std::ranges::find_if(pair_.items, moves_neighbours, &Item::difference);
    if (moves != pair_.items.end()) add_uncertain(leaf_of(moves->difference), ".references");
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
  Leaves named_;  // all of which a proof states
  bool is_proven_ = false;
};

}  // namespace

void prove(Pair& pair) {
  if (std::none_of(pair.items.begin(), pair.items.end(), may_have_moved) || nothing_moved(pair)) return;
  std::optional<Image> left, right;
  parallel_each(2, [&](std::size_t i) {
    (i == 0 ? left : right) = read_image((i == 0 ? pair.left : pair.right)->tree());
  });
  if (left && right) Prover(pair).run(*left, *right);
}

}  // namespace unrepro::layout
