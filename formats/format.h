#pragma once
// What a decoder is, and the table of all of them.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "formats/field.h"

namespace unrepro {

// Evidence of a probe, in bits: a 4-byte magic is worth 32. Zero means "not mine".
using Bits = std::uint32_t;

// What the surroundings know about a blob. Views are valid during the call.
struct Context {
  std::string_view name = {};  // file name or member path, possibly empty
  std::string_view role = {};  // Payload::role
  bool unpacked_by_root = false;
  // Opens a file beside the artifact by plain file name (no '/'); empty when there is no such place. Only for
  // the outermost blob. The result is a regular file that is not a link. Errors: io.
  std::function<Result<BlobRef>(std::string_view)> sibling = {};
};

struct ProbeInput {
  Bytes bytes;  // the whole blob; a probe reads little of it
  const Context& context;
};

// Which tool and settings reproduce an encoded stream.
struct EncoderMatch {
  std::string name;       // "xz -6 (liblzma, one thread)"
  bool complete = false;  // the whole stream was reproduced bit for bit, not only a prefix
};

struct EncoderSearch {
  bool full = false;  // try everything, not a bounded prefix only
  // Of several encoders that make the same bytes any will do, so that the one which fitted last, on this
  // thread, is tried first.
  bool any = false;
};

struct Span {
  std::uint64_t begin = 0;  // offset in the leaf
  std::uint64_t length = 0;
};
enum class ViewKind : std::uint8_t { lines, tokens };

// Lazy partition of a leaf into smaller spans that tile it front to back.
class LeafView {
 public:
  virtual ~LeafView() = default;
  // False at the end; the span is then unchanged.
  virtual bool next(Span& span) = 0;
};

// One statement of a table whose meaning lies in what its entries refer to. The rows of a leaf say all it
// says, so that equal rows mean the same whatever the bytes, and equal bytes may stand for other rows.
struct Row {
  Span span;          // in the leaf; several rows may share it
  std::string key;    // what it is about (a symbol's name), not unique
  std::string value;  // what it says, every reference resolved
  Kind kind = Kind::reference;
  Effect effect = Effect::behaviour;
  bool critical = false;  // as kCritical
  bool places = false;    // whether places stand in the value as @"LABEL+0x1f" (formats/image.h)
};

// The rows of a leaf of Encoding::rows, in the order of the table.
class RowView {
 public:
  virtual ~RowView() = default;
  // False at the end; the row is then unchanged.
  virtual bool next(Row& row) = 0;
};

struct Format {
  std::string_view id;        // "tar"
  std::string_view spec;      // document and section the decoder follows
  std::uint32_t version = 1;  // of our decoder; raised when its trees change
  // Must not throw and must read a bounded prefix. Ties are broken by the order of the table.
  Bits (*probe)(const ProbeInput& input) noexcept = nullptr;
  // Errors: budget, io, internal. Damage in the input is no error but an Anomaly in the tree.
  Result<Tree> (*decode)(BlobRef blob, const Context& context, Budget& budget) = nullptr;
  // Null when leaves have no finer structure.
  std::unique_ptr<LeafView> (*view)(const Tree& tree, FieldId leaf, ViewKind kind) = nullptr;
  // What a consumer does with a part of a leaf, where that is less than what it does with the leaf: a
  // comment. Null when every part has the leaf's effect.
  Effect (*effect_at)(const Tree& tree, FieldId leaf, const Span& span) = nullptr;
  // For leaves of Encoding::rows; the tree must outlive the view. Null when no leaf of the format has rows.
  std::unique_ptr<RowView> (*rows)(const Tree& tree, FieldId leaf) = nullptr;
  // For stream formats: which encoder made the stream. Empty when no known encoder reproduces what was tried.
  std::optional<EncoderMatch> (*encoder)(const Tree& tree, EncoderSearch search, Budget& budget) = nullptr;
};

// All formats, in tie-breaking order; the last one is "opaque" and accepts everything.
std::span<const Format> formats();
const Format& format_by_id(std::string_view id);
// The format with most evidence for this blob.
const Format& probe(Bytes bytes, const Context& context);

}  // namespace unrepro
