#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "formats/field.h"

namespace unrepro {

// Builds a Tree front to back. Reading and claiming a byte are one call. Sticky: after a read past the end
// (or past the current limit) every further take() returns an empty view and adds nothing, so a decoder
// checks ok() once per group; finish() turns whatever is unclaimed into gaps.
class TreeBuilder {
 public:
  // `format` is static text. The budget is charged for every node and must outlive the builder.
  TreeBuilder(BlobRef blob, std::string_view format, Budget& budget);

  std::uint64_t position() const { return position_; }
  std::uint64_t size() const { return blob_size_; }
  std::uint64_t remaining() const { return blob_size_ - position_; }
  // False after a failed read or an exhausted budget.
  bool ok() const { return ok_; }
  // Looks ahead without claiming: up to `length` bytes, fewer at the end.
  Bytes peek(std::uint64_t length, std::uint64_t ahead = 0) const;

  // Opens an inner node at the current position; close() ends it there. Keys of list children are record keys
  // (member path …); keys of record children are the specification's field names.
  FieldId open(std::string_view key, Kind kind, Encoding layout, Effect effect = Effect::behaviour);
  void close();

  // Claims `length` bytes as a leaf. A zero-length leaf is allowed and kept.
  Bytes take(std::string_view key, Kind kind, Encoding encoding, Effect effect, std::uint64_t length,
             std::uint8_t flags = 0);
  // States a value that one or several (kCovered) leaves spell; costs no bytes.
  FieldId alias(std::string_view key, Kind kind, Effect effect, std::string_view value,
                std::uint8_t flags = 0);

  // The node made last by open(), take() or alias().
  FieldId last() const { return last_; }
  // Changes what is known about a node made earlier.
  void set_flags(FieldId id, std::uint8_t flags) { tree_.fields_[id].flags |= flags; }
  void set_effect(FieldId id, Effect effect) { tree_.fields_[id].effect = effect; }
  void set_kind(FieldId id, Kind kind) { tree_.fields_[id].kind = kind; }
  void set_layout(FieldId id, Encoding layout) { tree_.fields_[id].encoding = layout; }
  const Field& field(FieldId id) const { return tree_.fields_[id]; }
  Bytes bytes(FieldId id) const { return tree_.bytes(id); }

  void payload(Payload payload) { tree_.payloads.push_back(std::move(payload)); }
  void derivation(FieldId field, Algo algo, TargetRef over, std::optional<TargetRef> beside = {});
  // Marks a field as recomputed from this blob (holds) or reports integrity: `message` says what was
  // expected.
  void derived(FieldId field, bool holds, std::string_view message);
  void anomaly(FieldId field, AnomalyKind kind, std::string message);
  Tree& tree() { return tree_; }  // identity, facts, owners_free

  // Claims the rest as a gap, closes every open node and checks the tiling. Errors: budget, internal.
  Result<Tree> finish();

 private:
  FieldId add(std::string_view key, Kind kind, Encoding encoding, Effect effect, std::uint8_t flags);
  NameId intern(std::string_view key);

  struct Open {
    FieldId id;
    FieldId last_child;
  };
  Tree tree_;
  Budget& budget_;
  std::uint64_t position_ = 0;
  std::uint64_t blob_size_;
  bool ok_ = true;
  FieldId last_ = kNoField;
  std::vector<Open> open_;
  // Keyed by hash; collisions are resolved by comparing with the interned text.
  std::unordered_multimap<std::size_t, NameId> names_;
  std::uint32_t uncharged_ = 0;
};

}  // namespace unrepro
