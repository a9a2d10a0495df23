#include "formats/tree_builder.h"

#include <algorithm>
#include <functional>

namespace unrepro {
namespace {
constexpr std::uint32_t kChargeEvery = 1024;
}

TreeBuilder::TreeBuilder(BlobRef blob, std::string_view format, Budget& budget)
    : budget_(budget), blob_size_(blob->size()) {
  tree_.blob_ = std::move(blob);
  tree_.format = format;
}

Bytes TreeBuilder::peek(std::uint64_t length, std::uint64_t ahead) const {
  if (ahead >= remaining()) return {};
  return tree_.blob_->bytes().subspan(position_ + ahead, std::min(length, remaining() - ahead));
}

NameId TreeBuilder::intern(std::string_view key) {
  const std::size_t hash = std::hash<std::string_view>{}(key);
  for (auto [at, end] = names_.equal_range(hash); at != end; ++at) {
    if (tree_.name(at->second) == key) return at->second;
  }
  const auto id = static_cast<NameId>(tree_.name_ends_.size());
  tree_.names_.append(key);
  tree_.name_ends_.push_back(tree_.names_.size());
  names_.emplace(hash, id);
  return id;
}

FieldId TreeBuilder::add(std::string_view key, Kind kind, Encoding encoding, Effect effect,
                         std::uint8_t flags) {
  if (++uncharged_ == kChargeEvery) {
    uncharged_ = 0;
    if (!budget_.charge_nodes(kChargeEvery) || !budget_.allow_time()) ok_ = false;
  }
  const auto id = static_cast<FieldId>(tree_.fields_.size());
  tree_.fields_.push_back({.key = intern(key),
                           .kind = kind,
                           .encoding = encoding,
                           .effect = effect,
                           .flags = flags,
                           .begin = position_});
  if (!open_.empty()) {
    Open& parent = open_.back();
    if (parent.last_child == kNoField) {
      tree_.fields_[parent.id].first_child = id;
    } else {
      tree_.fields_[parent.last_child].next = id;
    }
    parent.last_child = id;
  }
  return last_ = id;
}

FieldId TreeBuilder::open(std::string_view key, Kind kind, Encoding layout, Effect effect) {
  const FieldId id = add(key, kind, layout, effect, 0);
  open_.push_back({id, kNoField});
  return id;
}

void TreeBuilder::close() {
  Field& field = tree_.fields_[open_.back().id];
  field.length = position_ - field.begin;
  open_.pop_back();
}

Bytes TreeBuilder::take(std::string_view key, Kind kind, Encoding encoding, Effect effect,
                        std::uint64_t length, std::uint8_t flags) {
  if (!ok_ || length > remaining()) {
    ok_ = false;
    return {};
  }
  const FieldId id = add(key, kind, encoding, effect, flags);
  tree_.fields_[id].length = length;
  position_ += length;
  return tree_.bytes(id);
}

FieldId TreeBuilder::alias(std::string_view key, Kind kind, Effect effect, std::string_view value,
                           std::uint8_t flags) {
  const FieldId id = add(key, kind, Encoding::bytes, effect, static_cast<std::uint8_t>(flags | kAlias));
  tree_.fields_[id].begin = tree_.pool_.size();
  tree_.fields_[id].length = value.size();
  tree_.pool_.append(value);
  return id;
}

void TreeBuilder::derivation(FieldId field, Algo algo, TargetRef over, std::optional<TargetRef> beside) {
  tree_.derivations.push_back({field, algo, std::move(over), std::move(beside)});
}

void TreeBuilder::derived(FieldId field, bool holds, std::string_view message) {
  if (holds) {
    set_flags(field, kDerived);
  } else {
    anomaly(field, AnomalyKind::integrity, std::string(message));
  }
}

void TreeBuilder::anomaly(FieldId field, AnomalyKind kind, std::string message) {
  tree_.anomalies.push_back({field, kind, std::move(message)});
}

Result<Tree> TreeBuilder::finish() {
  if (!budget_.charge_nodes(uncharged_)) return fail(Trouble::budget, budget_.exhausted());
  if (remaining() > 0) {
    ok_ = true;
    std::string after = "gap";
    if (last_ != kNoField) after.append(" after ").append(tree_.key(last_));
    take(after, Kind::gap, Encoding::bytes, Effect::behaviour, remaining(), kCritical);
  }
  while (!open_.empty()) close();
  if (!budget_.ok()) return fail(Trouble::budget, budget_.exhausted());
  std::stable_sort(tree_.payloads.begin(), tree_.payloads.end(),
                   [](const Payload& a, const Payload& b) { return a.field < b.field; });
  if (std::string wrong = tree_.check_tiling(); !wrong.empty()) {
    return fail(Trouble::internal, std::string(tree_.format) + ": " + wrong);
  }
  return std::move(tree_);
}

}  // namespace unrepro
