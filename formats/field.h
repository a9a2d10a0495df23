#pragma once
// The field tree: what every decoder produces. Its leaves tile the blob exactly.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/blob.h"
#include "formats/kind.h"

namespace unrepro {

// Flags of a field, or-ed.
enum : std::uint8_t {
  kAlias = 1,     // zero-length second view: the value lives in the tree's pool, not in the blob
  kCovered = 2,   // these bytes spell (part of) what a sibling alias states; alone they mean nothing
  kDerived = 4,   // recomputed by the decoder from other bytes of this blob, and it holds
  kCritical = 8,  // listed in design 1.3: a change without proof is an alert
  kInRange = 16,  // an inert slot whose value the decoder found typed, in range and with nothing beside it
};

using NameId = std::uint32_t;
using FieldId = std::uint32_t;
inline constexpr FieldId kNoField = 0xffffffff;

struct Field {
  NameId key = 0;
  Kind kind = Kind::group;
  Encoding encoding = Encoding::none;
  Effect effect = Effect::behaviour;
  std::uint8_t flags = 0;
  FieldId first_child = kNoField;
  FieldId next = kNoField;
  std::uint64_t begin = 0;  // offset in the blob; for an alias, in the tree's pool
  std::uint64_t length = 0;
  bool is(std::uint8_t flag) const { return (flags & flag) != 0; }
  bool inner() const { return encoding >= Encoding::record; }
};
static_assert(sizeof(Field) == 32);

// The decoded form of a leaf: a member's content, a decompressed stream.
struct Payload {
  FieldId field = kNoField;
  BlobRef child = nullptr;                       // null: see opener; neither: the bytes of the field itself
  std::function<Result<BlobRef>()> opener = {};  // for content outside the blob (a file of a directory)
  std::string_view role =
      {};                 // static text: what the container knows about the child ("deb.control"), or empty
  std::string name = {};  // file name of the content as far as it is known, for probing; may be a path
  // Static text: id of the stream format that the container says its bytes are in, or empty when they speak
  // for themselves.
  std::string_view codec = {};
  bool unpacked_by_root = false;  // owners inside the child take effect on the consumer's system
};

// A one-sided check that needs bytes outside this blob, or costs more than reading them: the analyzer runs it
// when the field or its source differs. Cheap ones are run by the decoder itself (kDerived, or an Anomaly).
enum class Algo : std::uint8_t {
  md5,
  sha1,
  sha256,
  sha512,
  byte_count,
  installed_size,
  crc32_le,
  crc32_be,
  build_id
};
// From this blob, climb, then descend. Where each starts: with `payload_field`, at that payload of this tree;
// with `until_format`, at the nearest enclosing blob decoded as that format (a stream may or may not lie
// between, so that levels cannot be counted); else `up` levels above this blob.
struct TargetRef {
  std::uint32_t up = 0;                // blob levels to climb from this blob's own
  std::vector<std::string> keys = {};  // then member keys to descend by, through streams
  std::string_view until_format = {};  // static text: id of a format, or empty; if set, `up` is ignored
  FieldId payload_field = kNoField;  // a field of this tree that has a Payload; if set, the above are ignored
  // Further last keys, tried in order when the last of `keys` is not there.
  std::vector<std::string> alternatives = {};
  bool may_lack = false;  // what refers to nothing cannot be run, but is not wrong
};
struct Derivation {
  FieldId field = kNoField;
  Algo algo = Algo::md5;
  TargetRef over;
  std::optional<TargetRef> beside = {};  // installed_size: the control.tar to count along with data.tar
};

// Damage or ambiguity found on one side (design 1.3); always an alert.
enum class AnomalyKind : std::uint8_t { structural, integrity };
struct Anomaly {
  FieldId field = kNoField;
  AnomalyKind kind = AnomalyKind::structural;
  std::string message;  // carries the offset and the numbers compared, in English, without artifact bytes
};

// What the artifact says it is. Filled by decoders of package metadata.
struct Identity {
  std::string package, version, source, source_version, architecture;
};

// A decoded blob. Immutable once built; cheap to move.
class Tree {
 public:
  static constexpr FieldId kRoot = 0;

  const Field& operator[](FieldId id) const { return fields_[id]; }
  std::size_t size() const { return fields_.size(); }
  const BlobRef& blob() const { return blob_; }

  // The leaf's bytes (of the blob, or of the pool for an alias); of an inner node, all bytes it spans.
  Bytes bytes(FieldId id) const;
  std::string_view text(FieldId id) const { return as_text(bytes(id)); }
  std::string_view key(FieldId id) const { return name(fields_[id].key); }
  std::string_view name(NameId id) const;
  // First child with this key, or kNoField.
  FieldId child(FieldId parent, std::string_view key) const;

  class Children;
  Children children(FieldId id) const;

  // The payload of a field, or null. Payloads are sorted by field.
  const Payload* payload(FieldId id) const;

  std::string_view format;  // id of the format that decoded it
  std::vector<Payload> payloads;
  std::vector<Derivation> derivations;
  std::vector<Anomaly> anomalies;
  // Times without a zone and the field that states the same instant with one; sorted by the first.
  std::vector<std::pair<FieldId, FieldId>> same_instant;
  std::optional<Identity> identity;
  // What build metadata records about the build, as name and value ("build_path", "environment.LANG" …), in
  // the order of the document. The names are given by the decoder that fills it.
  std::vector<std::pair<std::string, std::string>> facts;
  // What the decoder keeps for Format::rows. May refer to the blob.
  std::shared_ptr<const void> index;
  // True when the artifact is a set of members whose owners may be renamed together (design 1.3: "one
  // injective map at most elsewhere"), false where root unpacks them.
  bool owners_free = false;

  // Empty when the leaves tile the blob exactly and every node lies inside its parent; else what is wrong.
  std::string check_tiling() const;

 private:
  friend class TreeBuilder;
  BlobRef blob_;
  std::vector<Field> fields_;
  std::string pool_;                      // alias values
  std::string names_;                     // interned keys, concatenated
  std::vector<std::uint64_t> name_ends_;  // end of each key in names_
};

class Tree::Children {
 public:
  class iterator {
   public:
    iterator(const Tree* tree, FieldId id) : tree_(tree), id_(id) {}
    FieldId operator*() const { return id_; }
    iterator& operator++() {
      id_ = (*tree_)[id_].next;
      return *this;
    }
    bool operator!=(const iterator& other) const { return id_ != other.id_; }

   private:
    const Tree* tree_;
    FieldId id_;
  };
  Children(const Tree* tree, FieldId first) : tree_(tree), first_(first) {}
  iterator begin() const { return {tree_, first_}; }
  iterator end() const { return {tree_, kNoField}; }
  bool empty() const { return first_ == kNoField; }

 private:
  const Tree* tree_;
  FieldId first_;
};

inline Tree::Children Tree::children(FieldId id) const { return {this, fields_[id].first_child}; }

std::string_view to_string(Algo algo);

}  // namespace unrepro
