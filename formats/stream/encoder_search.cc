#include "formats/stream/encoder_search.h"

#include <algorithm>
#include <array>

namespace unrepro {
namespace {

// What fitted before. Small streams are made alike by several encoders, hence more than one.
class Recent {
 public:
  static Recent& of_thread() {
    thread_local Recent recent;
    return recent;
  }
  // 0 for the last one that fitted.
  std::size_t rank(const Candidate& candidate) const {
    const auto found = std::find_if(names_.begin(), names_.end(), [&](const std::string& name) {
      return std::any_of(candidate.variants.begin(), candidate.variants.end(),
                         [&](const Candidate::Variant& variant) { return variant.name == name; });
    });
    return static_cast<std::size_t>(found - names_.begin());
  }
  void put(const std::string& name) {
    const auto at = std::find(names_.begin(), names_.end(), name);
    std::rotate(names_.begin(), at == names_.end() ? at - 1 : at, at == names_.end() ? at : at + 1);
    names_.front() = name;
  }

 private:
  std::array<std::string, 4> names_;
};

}  // namespace

bool Follower::accept(Bytes emitted) {
  if (!same_) return false;
  if (emitted.size() > expected_.size() - matched_ ||
      !std::equal(emitted.begin(), emitted.end(),
                  expected_.begin() + static_cast<std::ptrdiff_t>(matched_))) {
    return same_ = false;
  }
  matched_ += emitted.size();
  return true;
}

PrefixMatch Follower::prefix_match() const {
  if (!same_) return PrefixMatch::refuted;
  return matched_ >= std::min<std::uint64_t>(kMatchedAtLeast, expected_.size()) ? PrefixMatch::same
                                                                                : PrefixMatch::silent;
}

std::optional<EncoderMatch> find_encoder(std::span<const Candidate> candidates, std::uint64_t plain_size,
                                         EncoderSearch search, Budget& budget) {
  const bool whole = search.full || plain_size <= kWholeAtMost;
  std::vector<const Candidate*> in_turn;
  for (const Candidate& candidate : candidates) in_turn.push_back(&candidate);
  if (search.any) {
    std::stable_sort(in_turn.begin(), in_turn.end(), [](const Candidate* a, const Candidate* b) {
      return Recent::of_thread().rank(*a) < Recent::of_thread().rank(*b);
    });
  }
  for (const Candidate* each : in_turn) {
    const Candidate& candidate = *each;
    if (!budget.allow_time()) return std::nullopt;
    if (!whole || plain_size >= kPrefixFrom) {
      const PrefixMatch match = candidate.prefix();
      if (match == PrefixMatch::refuted || (!whole && match == PrefixMatch::silent)) continue;
    }
    if (!whole) return EncoderMatch{candidate.variants.front().name, false};
    for (const Candidate::Variant& variant : candidate.variants) {
      if (!variant.whole()) continue;
      if (search.any) Recent::of_thread().put(variant.name);
      return EncoderMatch{variant.name, true};
    }
  }
  return std::nullopt;
}

FieldId descend(const Tree& tree, std::initializer_list<std::string_view> keys) {
  FieldId field = Tree::kRoot;
  for (const std::string_view key : keys) {
    if (field == kNoField) return kNoField;
    field = tree.child(field, key);
  }
  return field;
}

std::optional<LoneStream> lone_stream(const Tree& tree, std::string_view list) {
  if (tree.payloads.size() != 1 || tree.payloads.front().child == nullptr || !tree.anomalies.empty()) {
    return std::nullopt;
  }
  const FieldId record = descend(tree, {list, "1"});
  if (record == kNoField) return std::nullopt;
  return LoneStream{tree.payloads.front().child->bytes(), record};
}

}  // namespace unrepro
