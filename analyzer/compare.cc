// Walks two field trees side by side, front to back; payloads that differ become jobs that run in parallel.

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "analyzer/align/keyed.h"
#include "analyzer/align/permutation.h"
#include "analyzer/layout/prove.h"
#include "analyzer/leaf.h"
#include "analyzer/location.h"
#include "analyzer/pair.h"
#include "analyzer/parallel.h"
#include "analyzer/renames.h"
#include "analyzer/rows.h"
#include "formats/digest.h"
#include "formats/value.h"

namespace unrepro {
namespace {

bool same_bytes(Bytes left, Bytes right) {
  return left.size() == right.size() && (left.data() == right.data() || left.empty() ||
                                         std::memcmp(left.data(), right.data(), left.size()) == 0);
}

bool is_list(Encoding encoding) {
  return encoding >= Encoding::list_set && encoding <= Encoding::list_significant;
}

constexpr std::uint32_t kUnpaired = 0xffffffff;

struct Job {
  FieldId left, right;
  std::vector<std::string> place;
  bool is_stream;
};

class Comparer {
 public:
  Comparer(Pair& pair, Budget& budget, const std::function<void(std::string_view)>& progress)
      : pair_(pair),
        is_stream_(pair.left->stream_payload() != kNoField && pair.right->stream_payload() != kNoField),
        l_(pair.left->tree()),
        r_(pair.right->tree()),
        budget_(budget),
        progress_(progress) {
    for (const Derivation& derivation : l_.derivations)
      left_derivations_.emplace(derivation.field, &derivation);
    for (const Derivation& derivation : r_.derivations)
      right_derivations_.emplace(derivation.field, &derivation);
  }

  void run() {
    if (pair_.left->format().id != pair_.right->format().id) {
      other_format();
    } else {
      same_format();
    }
    run_jobs();
  }

 private:
  void same_format() {
    scopes_.emplace_back(Scope{Tree::kRoot, Tree::kRoot, 0, kNoField, kNoField, false});
    node(Tree::kRoot, Tree::kRoot);
    leave_scope();
    layout::prove(pair_);
  }

  // Two compressors of one payload are compared by payload; anything else has nothing in common to align.
  void other_format() {
    scopes_.emplace_back(Scope{Tree::kRoot, Tree::kRoot, 0, kNoField, kNoField, false});
    const FieldId left = pair_.left->stream_payload(), right = pair_.right->stream_payload();
    if (left != kNoField && right != kNoField) {
      payload(left, right);
      one_sided(Shape::left_only, l_, Tree::kRoot, false);
      one_sided(Shape::right_only, r_, Tree::kRoot, false);
      return leave_scope();
    }
    Item item = base(Tree::kRoot, Tree::kRoot);
    item.difference.kind = Kind::opaque;
    item.difference.effect = Effect::behaviour;
    item.where.field = "format";
    pair_.items.push_back(std::move(item));
  }

  // The innermost member (or the root): raw bytes that spell its aliases are settled when it is left.
  struct Scope {
    FieldId left, right;
    std::uint64_t covered = 0;
    FieldId first_left = kNoField, first_right = kNoField;
    bool alias_differs = false;
    std::size_t items = 0;  // of the pair when the scope began
  };

  void node(FieldId l, FieldId r) {
    const Field& left = l_[l];
    const Field& right = r_[r];
    if (left.inner() != right.inner()) return changed(l, r);
    if (!left.inner()) return leaf(l, r);
    const bool member = left.kind == Kind::member;
    if (member) scopes_.emplace_back(Scope{l, r, 0, kNoField, kNoField, false, pair_.items.size()});
    children(l, r, std::max(left.encoding, right.encoding));
    if (member) leave_scope();
  }

  void leave_scope() {
    const Scope scope = scopes_.back();
    const bool stated = scope.covered == 0 || scope.alias_differs;
    // Tables that say the same in other bytes beside something that differs: what it moved.
    const auto differs = [](const Item& item) { return !item.is_derived; };
    const bool moved = !stated && scope.first_left != kNoField && scope.first_right != kNoField &&
                       l_[scope.first_left].encoding == Encoding::rows &&
                       std::any_of(pair_.items.begin() + static_cast<std::ptrdiff_t>(scope.items),
                                   pair_.items.end(), differs);
    if (moved) derived(scope.first_left, scope.first_right);
    scopes_.pop_back();
    if (stated || moved) return;
    Item item;
    item.difference.shape = Shape::spelling;
    item.difference.kind = Kind::dialect;
    item.difference.effect = Effect::inert;
    item.difference.in_range = true;
    item.difference.weight = scope.covered;
    if (scope.first_left != kNoField) item.difference.left = side(l_, scope.first_left, scope.left);
    if (scope.first_right != kNoField) item.difference.right = side(r_, scope.first_right, scope.right);
    item.where = where_;
    item.where.field = "spelling";
    pair_.items.push_back(std::move(item));
  }

  // Pairs children by key. In lists, members left over are paired by content, and the order is compared.
  void children(FieldId l, FieldId r, Encoding layout) {
    std::vector<FieldId> left, right;
    std::vector<std::string_view> left_keys, right_keys;
    for (const FieldId id : l_.children(l)) {
      left.push_back(id);
      left_keys.push_back(l_.key(id));
    }
    for (const FieldId id : r_.children(r)) {
      right.push_back(id);
      right_keys.push_back(r_.key(id));
    }
    if (layout == Encoding::sequence) {
      number(l_, left, left_keys);
      number(r_, right, right_keys);
    }
    Pairing pairing = pair_by_key(left_keys, right_keys);
    std::vector<std::uint32_t> partner(left.size(), kUnpaired);
    for (const auto& [i, j] : pairing.pairs) partner[i] = j;
    // What was left over in the same place of a sequence is one item that changed.
    if (layout == Encoding::sequence && left.size() == right.size()) {
      std::erase_if(pairing.right_only, [&](std::uint32_t j) {
        const bool same = partner[j] == kUnpaired && l_[left[j]].inner() && r_[right[j]].inner() &&
                          l_.key(left[j]) == r_.key(right[j]);
        if (same) partner[j] = j;
        return same;
      });
    }
    if (is_list(layout)) {
      for (const auto& [i, j] : pair_renamed(*pair_.left, left, *pair_.right, right, pairing)) partner[i] = j;
    }
    for (std::size_t i = 0; i < left.size(); ++i) {
      const bool paired = partner[i] != kUnpaired;
      enter(l_, left[i]);
      if (paired) {
        node(left[i], right[partner[i]]);
      } else {
        one_sided(Shape::left_only, l_, left[i], is_list(layout));
      }
      leave();
    }
    for (const std::uint32_t j : pairing.right_only) {
      enter(r_, right[j]);
      one_sided(Shape::right_only, r_, right[j], is_list(layout));
      leave();
    }
    if (is_list(layout)) order(l, r, layout, left, partner);
  }

  // Items of a sequence have no identity of their own: equal bytes get equal keys.
  void number(const Tree& tree, const std::vector<FieldId>& ids, std::vector<std::string_view>& keys) {
    for (std::size_t i = 0; i < ids.size(); ++i) keys[i] = tree.text(ids[i]);
  }

  void order(FieldId l, FieldId r, Encoding layout, const std::vector<FieldId>& left,
             const std::vector<std::uint32_t>& partner) {
    std::vector<std::uint32_t> positions;
    std::vector<std::size_t> indexes;
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (partner[i] == kUnpaired || !has_order(l_[left[i]])) continue;
      positions.push_back(partner[i]);
      indexes.push_back(i);
    }
    if (std::is_sorted(positions.begin(), positions.end())) return;
    const Permutation permutation = classify_permutation(positions);
    Item item;
    Difference& difference = item.difference;
    difference.shape = Shape::order;
    difference.kind = Kind::order;
    difference.list = layout;
    difference.effect = layout == Encoding::list_set ? Effect::inert : Effect::behaviour;
    difference.items = positions.size();
    difference.left = side(l_, l, scopes_.back().left);
    difference.right = side(r_, r, scopes_.back().right);
    std::vector<std::string_view> left_paths, right_paths;
    std::vector<std::pair<std::uint32_t, std::string_view>> by_right;
    for (std::size_t k = 0; k < positions.size(); ++k) {
      const std::string_view key = l_.key(left[indexes[k]]);
      left_paths.push_back(key);
      by_right.emplace_back(positions[k], key);
    }
    for (const std::uint32_t k : permutation.moved) {
      difference.weight += std::max<std::uint64_t>(1, l_[left[indexes[k]]].length);
    }
    std::sort(by_right.begin(), by_right.end());
    for (const auto& [position, key] : by_right) right_paths.push_back(key);
    difference.nested_order = l_[left[indexes.front()]].kind == Kind::member &&
                              visits_directories_in_turn(left_paths) &&
                              visits_directories_in_turn(right_paths);
    item.where = where_;
    item.where.field = item.where.field.empty() ? "order" : item.where.field + ".order";
    if (l_[l].is(kDerived) && r_[r].is(kDerived)) {
      item.is_derived = true;
      item.left = item.right = Derived::holds;
      item.source = pair_.place;
    }
    scopes_.back().alias_differs = true;
    pair_.items.push_back(std::move(item));
  }

  // Items of a list, as opposed to its framing (end blocks, tables).
  static bool has_order(const Field& field) { return field.inner() || field.is(kAlias); }

  void leaf(FieldId l, FieldId r) {
    const Field& left = l_[l];
    const Field& right = r_[r];
    const Bytes left_bytes = l_.bytes(l), right_bytes = r_.bytes(r);
    if ((is_owner(left.kind) || left.kind == Kind::mode) && !left.is(kCovered)) {
      pair_.relations[left.kind].add(as_text(left_bytes), as_text(right_bytes));
    }
    if (left.encoding == Encoding::dos_date_time && right.encoding == left.encoding && !left.is(kDerived))
      pair_.zone_shift.add(l_, l, r_, r);
    const bool left_payload = l_.payload(l) != nullptr, right_payload = r_.payload(r) != nullptr;
    if (left_payload && right_payload) return payload(l, r);
    if (left_payload != right_payload) return changed(l, r);
    // Further blocks of a stream whose payload is compared as a whole.
    if (is_stream_ && left.kind == Kind::stream && right.kind == Kind::stream) return;
    const bool equal = same_bytes(left_bytes, right_bytes);
    if (left.encoding == Encoding::rows && right.encoding == Encoding::rows) return rows(l, r);
    const auto derivation = left_derivations_.find(l);
    const auto other = right_derivations_.find(r);
    const bool checked = derivation != left_derivations_.end() || other != right_derivations_.end();
    if (checked) {
      Check check{.left = derivation == left_derivations_.end() ? nullptr : derivation->second,
                  .right = other == right_derivations_.end() ? nullptr : other->second,
                  .where = where_,
                  .item = std::nullopt,
                  .left_side = side(l_, l, scopes_.back().left),
                  .right_side = side(r_, r, scopes_.back().right)};
      if (!equal) {
        check.item = pair_.items.size();
        changed(l, r);
      }
      pair_.checks.push_back(std::move(check));
      return;
    }
    const bool one_holds = left.is(kDerived) != right.is(kDerived) && left.kind == Kind::build_id;
    if (one_holds) return holds_on_one_side(l, r);
    if (equal) return;
    if (left.kind == Kind::padding && is_filler(left) && is_filler(right)) return derived(l, r);
    if (left.is(kDerived) && right.is(kDerived)) return derived(l, r);
    if (left.is(kCovered) && right.is(kCovered)) return covered(l, r);
    const Spelling a = decode_number(left.encoding, left_bytes),
                   b = decode_number(right.encoding, right_bytes);
    if (a.number && a.number == b.number && a.canonical && b.canonical) return covered(l, r);
    changed(l, r);
  }

  // Padding whose content the decoder has checked: its length follows from what it pads.
  static bool is_filler(const Field& field) {
    return field.kind == Kind::padding &&
           (field.is(kCovered) || (field.effect == Effect::inert && field.is(kInRange)));
  }

  void covered(FieldId l, FieldId r) {
    Scope& scope = scopes_.back();
    scope.covered += std::max(l_[l].length, r_[r].length);
    if (scope.first_left == kNoField) scope.first_left = l;
    if (scope.first_right == kNoField) scope.first_right = r;
  }

  void derived(FieldId l, FieldId r) {
    Item item = base(l, r);
    item.is_derived = true;
    item.left = item.right = Derived::holds;
    item.source = pair_.place;
    item.source.insert(item.source.end(), where_.members.begin(), where_.members.end());
    note_alias(l_[l]);
    pair_.items.push_back(std::move(item));
  }

  // An identifier that was computed from the content of one side, and on the other from something else.
  void holds_on_one_side(FieldId l, FieldId r) {
    auto& item = pair_.items.emplace_back(base(l, r));
    (l_[l].is(kDerived) ? item.right : item.left) = Derived::fails;
    item.message = "computed from the content of one side only";
  }

  void rows(FieldId l, FieldId r) {
    if (compare_rows(*pair_.left, l, *pair_.right, r, base(l, r), pair_.items)) {
      scopes_.back().alias_differs = true;
    } else if (!same_bytes(l_.bytes(l), r_.bytes(r))) {
      covered(l, r);
    }
  }

  void changed(FieldId l, FieldId r) {
    Item item = base(l, r);
    note_alias(l_[l]);
    if (!l_[l].inner() && !r_[r].inner()) {
      split_leaf(*pair_.left, l, *pair_.right, r, std::move(item), pair_.items);
    } else {
      pair_.items.push_back(std::move(item));
    }
  }

  void note_alias(const Field& field) {
    if (field.is(kAlias)) scopes_.back().alias_differs = true;
  }

  // An item of a list is one difference; a part of a record is as many as it has fields that mean something.
  void one_sided(Shape shape, const Tree& tree, FieldId id, bool is_item) {
    const Field& field = tree[id];
    const bool is_left = shape == Shape::left_only;
    if (is_stream_ && (field.kind == Kind::stream || field.kind == Kind::magic)) return;
    if (field.inner() && (is_stream_ || (!is_item && field.kind == Kind::group))) {
      for (const FieldId child : tree.children(id)) {
        enter(tree, child);
        one_sided(shape, tree, child, is_list(field.encoding));
        leave();
      }
      return;
    }
    if (!field.inner() && field.is(kCovered) && field.kind != Kind::padding) {
      Scope& scope = scopes_.back();
      scope.covered += field.length;
      FieldId& first = is_left ? scope.first_left : scope.first_right;
      if (first == kNoField) first = id;
      return;
    }
    Item item;
    Difference& difference = item.difference;
    difference.shape = shape;
    difference.kind = field.kind;
    difference.effect = effect_of(tree, field);
    difference.critical = field.inner() ? holds_critical(tree, id) : field.is(kCritical);
    difference.in_range = field.is(kInRange);
    difference.weight = std::max<std::uint64_t>(1, field.length);
    (is_left ? difference.left : difference.right) =
        side(tree, id, is_left ? scopes_.back().left : scopes_.back().right);
    item.where = where_;
    item.is_derived = field.is(kDerived) || is_filler(field);
    (is_left ? item.left : item.right) = item.is_derived ? Derived::holds : Derived::absent;
    note_alias(field);
    if (field.kind == Kind::member && !item.is_derived) {
      ++pair_.files;
      ++pair_.differing_files;
      if (field.length == 0) difference.weight = outside_size(is_left ? *pair_.left : *pair_.right, id);
    }
    // A derivation below a one-sided record (a line of md5sums) is checked like any other.
    const auto& derivations = is_left ? left_derivations_ : right_derivations_;
    for (FieldId leaf = id; leaf != kNoField; leaf = leaf == id ? field.first_child : tree[leaf].next) {
      const auto at = derivations.find(leaf);
      if (at == derivations.end()) continue;
      difference.kind = tree[leaf].kind;
      pair_.checks.push_back({.left = is_left ? at->second : nullptr,
                              .right = is_left ? nullptr : at->second,
                              .where = where_,
                              .item = pair_.items.size(),
                              .left_side = {},
                              .right_side = {}});
    }
    pair_.items.push_back(std::move(item));
  }

  // Whether an item that stands on one side only is listed in design 1.3: a dependency, a maintainer script.
  // A file of an archive is none for its own permissions, unless they are special.
  static bool holds_critical(const Tree& tree, FieldId id) {
    const bool member = tree[id].kind == Kind::member;
    for (const FieldId child : tree.children(id)) {
      const Field& field = tree[child];
      if (const Payload* payload = tree.payload(child); payload != nullptr && states_facts(*payload))
        return true;
      if (field.inner() && holds_critical(tree, child)) return true;
      if (field.is(kCritical) && !member) return true;
      if (field.kind == Kind::mode && !field.is(kCovered) && has_special_bits(tree.bytes(child))) return true;
    }
    return false;
  }

  // The size of a member whose content is outside the blob (a file of a directory).
  static std::uint64_t outside_size(const Opened& opened, FieldId member) {
    for (const FieldId child : opened.tree().children(member)) {
      if (opened.tree().payload(child) == nullptr) continue;
      if (const auto content = opened.content(child)) return std::max<std::uint64_t>(1, (*content)->size());
    }
    return 1;
  }

  void payload(FieldId l, FieldId r) {
    const bool stream = l_[l].kind == Kind::stream;
    if (!stream) ++pair_.files;
    const auto left = pair_.left->content(l), right = pair_.right->content(r);
    if (!left || !right) return trouble(left ? right.error() : left.error());
    if (same_bytes((*left)->bytes(), (*right)->bytes())) {
      if (stream && !same_streams()) encoding(l, r, Shape::encoding);
      if (!states_facts(*l_.payload(l))) return;
      return add_job(l, r, stream);
    }
    // A stream that is its own content carries nothing.
    const bool plain =
        same_bytes(l_.bytes(l), (*left)->bytes()) && same_bytes(r_.bytes(r), (*right)->bytes());
    if (stream && !plain) encoding(l, r, Shape::carrier);
    add_job(l, r, stream);
  }

  // What its container gives a role may state digests of its siblings: it is read even where it is equal,
  // since equal digests beside changed files are wrong on one side.
  static bool states_facts(const Payload& payload) { return !payload.role.empty(); }

  void add_job(FieldId l, FieldId r, bool stream) {
    std::vector<std::string> place = pair_.place;
    place.insert(place.end(), where_.members.begin(), where_.members.end());
    jobs_.push_back({l, r, std::move(place), stream});
  }

  // Whether all encoded blocks are equal, so that only framing differs.
  bool same_streams() const {
    const auto blocks = [](const Tree& tree) {
      std::vector<Bytes> found;
      for (FieldId id = 0; id < tree.size(); ++id) {
        if (tree[id].kind == Kind::stream) found.push_back(tree.bytes(id));
      }
      return found;
    };
    const auto left = blocks(l_), right = blocks(r_);
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), same_bytes);
  }

  void encoding(FieldId l, FieldId r, Shape shape) {
    Item item = base(l, r);
    item.difference.shape = shape;
    item.difference.effect = Effect::inert;
    item.difference.critical = false;
    item.is_derived = shape == Shape::carrier;
    item.source = pair_.place;
    item.difference.weight = shape == Shape::carrier ? 0 : std::max(l_.blob()->size(), r_.blob()->size());
    pair_.items.push_back(std::move(item));
  }

  void run_jobs() {
    std::vector<std::unique_ptr<Pair>> results(jobs_.size());
    std::vector<std::optional<Error>> errors(jobs_.size());
    parallel_each(jobs_.size(), [&](std::size_t i) {
      const Job& job = jobs_[i];
      if (progress_ && !job.place.empty()) progress_(job.place.back());
      Result<const Opened*> sides[2] = {fail(Trouble::internal, ""), fail(Trouble::internal, "")};
      parallel_each(2, [&](std::size_t which) {
        sides[which] = which == 0 ? pair_.left->open(job.left, job.place, budget_)
                                  : pair_.right->open(job.right, job.place, budget_);
      });
      for (const auto& opened : sides) {
        if (!opened && !errors[i]) errors[i] = opened.error();
      }
      if (!errors[i]) results[i] = compare(**sides[0], **sides[1], job.place, budget_, progress_);
    });
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
      if (errors[i]) {
        report_trouble(*errors[i], jobs_[i].place);
      } else {
        const Pair& result = *results[i];
        const bool differs = !result.items.empty() || !result.nested.empty();
        if (!jobs_[i].is_stream && result.files == 0 && differs) ++pair_.differing_files;
        if (results[i]->files > 0) {
          pair_.files += results[i]->files - (jobs_[i].is_stream ? 0 : 1);
          pair_.differing_files += results[i]->differing_files;
        }
        pair_.nested.push_back(std::move(results[i]));
      }
    }
  }

  void trouble(const Error& error) {
    std::vector<std::string> place = pair_.place;
    place.insert(place.end(), where_.members.begin(), where_.members.end());
    report_trouble(error, place);
  }

  void report_trouble(const Error& error, const std::vector<std::string>& place) {
    if (error.trouble == Trouble::io && !pair_.trouble) pair_.trouble = error;
    Location location{.members = place, .field = {}, .offset = {}};
    pair_.incomplete.push_back({location.print(), error.message});
  }

  Item base(FieldId l, FieldId r) {
    Item item;
    Difference& difference = item.difference;
    difference.left = side(l_, l, scopes_.back().left);
    difference.right = side(r_, r, scopes_.back().right);
    difference.kind = l_[l].kind == r_[r].kind ? l_[l].kind : Kind::opaque;
    difference.effect = std::max(effect_of(l_, l_[l]), effect_of(r_, r_[r]));
    difference.critical = l_[l].is(kCritical) || r_[r].is(kCritical);
    difference.in_range = l_[l].is(kInRange) && r_[r].is(kInRange);
    difference.weight = std::max<std::uint64_t>(1, std::max(l_[l].length, r_[r].length));
    item.where = where_;
    return item;
  }

  static Side side(const Tree& tree, FieldId field, FieldId member) {
    return {&tree, field, member, tree[field].begin, tree[field].length, tree.bytes(field)};
  }

  // Owners that nobody applies decide nothing, as long as they all follow one map (rules/ownership.cc).
  static Effect effect_of(const Tree& tree, const Field& field) {
    return tree.owners_free && is_owner(field.kind) ? Effect::inert : field.effect;
  }

  void enter(const Tree& tree, FieldId id) {
    trail_.push_back(where_.field.size());
    if (tree[id].kind == Kind::member && !is_stream_) {
      fields_.push_back(std::move(where_.field));
      where_.field.clear();
      where_.members.emplace_back(tree.key(id));
      trail_.back() = kMemberMark;
      return;
    }
    if (!where_.field.empty()) where_.field += '.';
    where_.field.append(tree.key(id).substr(0, kLongestKey));
  }

  void leave() {
    const std::size_t mark = trail_.back();
    trail_.pop_back();
    if (mark != kMemberMark) {
      where_.field.resize(mark);
      return;
    }
    where_.members.pop_back();
    where_.field = std::move(fields_.back());
    fields_.pop_back();
  }

  static constexpr std::size_t kMemberMark = SIZE_MAX;
  static constexpr std::size_t kLongestKey = 256;

  Pair& pair_;
  const bool is_stream_;  // the members of a compressed stream have no names of their own
  const Tree& l_;
  const Tree& r_;
  Budget& budget_;
  const std::function<void(std::string_view)>& progress_;
  std::unordered_map<FieldId, const Derivation*> left_derivations_, right_derivations_;
  std::vector<Scope> scopes_;
  Where where_;
  std::vector<std::size_t> trail_;
  std::vector<std::string> fields_;
  std::vector<Job> jobs_;
};

}  // namespace

std::unique_ptr<Pair> compare(const Opened& left, const Opened& right, std::vector<std::string> place,
                              Budget& budget, const std::function<void(std::string_view)>& progress) {
  auto pair = std::make_unique<Pair>();
  pair->left = &left;
  pair->right = &right;
  pair->place = std::move(place);
  Comparer(*pair, budget, progress).run();
  return pair;
}

}  // namespace unrepro
