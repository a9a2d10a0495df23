#include "formats/stream/encoder_search.h"

#include <algorithm>

namespace unrepro {

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
                                         bool full, Budget& budget) {
  const bool whole = full || plain_size <= kWholeAtMost;
  for (const Candidate& candidate : candidates) {
    if (!budget.allow_time()) return std::nullopt;
    if (!whole || plain_size >= kPrefixFrom) {
      const PrefixMatch match = candidate.prefix();
      if (match == PrefixMatch::refuted || (!whole && match == PrefixMatch::silent)) continue;
    }
    if (!whole) return EncoderMatch{candidate.variants.front().name, false};
    for (const Candidate::Variant& variant : candidate.variants) {
      if (variant.whole()) return EncoderMatch{variant.name, true};
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
