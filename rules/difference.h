#pragma once
// What the analyzer hands to rules: one pair of aligned fields that differ.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "formats/field.h"
#include "formats/format.h"
#include "formats/value.h"

namespace unrepro {

enum class Shape : std::uint8_t {
  changed,  // both sides have the field, values differ
  left_only,
  right_only,
  order,     // a list whose common items stand in another order
  encoding,  // equal payloads, different encoded bytes
  carrier,   // encoded bytes of payloads that differ themselves
  stale,     // equal bytes whose meaning differs
  spelling,  // equal values, different bytes that spell them
};

// One side of a difference. Null tree on the side that lacks the field.
struct Side {
  const Tree* tree = nullptr;
  FieldId field = kNoField;
  FieldId member = kNoField;               // nearest enclosing Kind::member, or the root
  std::uint64_t offset = 0;                // of the differing span in its blob
  std::uint64_t length = 0;                // may be a part of the field (one hunk of a text)
  Bytes bytes;                             // the span itself; of a row, what it says
  std::shared_ptr<const std::string> row;  // owns the bytes of a row; null for other fields
};

// The whole value of the field or row that a side lies in: `bytes` may be the part of it that differs.
std::string_view value_of(const Side& side);

struct Difference {
  Shape shape = Shape::changed;
  Side left, right;
  Kind kind = Kind::opaque;           // of either side; they agree unless the shape is one-sided
  Effect effect = Effect::behaviour;  // the worse of both sides
  bool critical = false;              // on either side
  bool in_range = false;              // on every side that has it
  Encoding list = Encoding::none;     // for order: the list's class, the stricter of both sides
  std::uint64_t items = 0;            // for order: how many items are common
  bool nested_order = false;          // for order: both orders visit one directory after the other
  std::optional<EncoderMatch> left_encoder, right_encoder;  // for encoding and carrier
  std::uint64_t weight = 0;                                 // bytes (design, section 2, Accounting)
  std::uint64_t count = 1;                                  // how many differences it stands for
  std::string_view
      path;  // name of the file the fields are in, as its container has it; valid while rules run
};

// Whether a kind names who owns a member.
bool is_owner(Kind kind);
// Whether an octal mode has the set-user-id, set-group-id or sticky bit, or cannot be read.
bool has_special_bits(Bytes mode);

// All value pairs of one kind over the paired members of a container, equal ones included.
class Relation {
 public:
  void add(std::string_view left, std::string_view right);
  // Every left value maps to one right value and the other way round.
  bool bijective() const { return functional_ && injective_; }
  // Every left value maps to one right value.
  bool functional() const { return functional_; }
  // No two left values map to one right value.
  bool injective() const { return injective_; }
  const std::map<std::pair<std::string, std::string>, std::uint64_t>& pairs() const { return pairs_; }

 private:
  std::map<std::pair<std::string, std::string>, std::uint64_t> pairs_;
  std::map<std::string, std::string> forward_, backward_;
  bool functional_ = true, injective_ = true;
};
using Relations = std::map<Kind, Relation>;

// How local times of a container moved from one side to the other: by another zone, if each is ahead of the
// instant that is stated beside it (or of its own time on the other side) by a number that differs alike
// everywhere.
class ZoneShift {
 public:
  // Two fields that hold the local time of one thing.
  void add(const Tree& left_tree, FieldId left, const Tree& right_tree, FieldId right);
  // Whether two zones are that far apart: whole quarters of an hour, 26 hours at most, not nothing.
  bool holds() const;

 private:
  std::optional<std::int64_t> shift_;  // seconds, right minus left
  bool possible_ = true;
};

class PatternSet;

// What somebody wrote down about a build: build_path, build_date, build_start, build_end, host, user,
// build_kernel_version, environment.NAME, installed_build_depends.PACKAGE. A trusted record was signed by
// somebody other than the builder, or issued with the job; any other only names parameters.
struct Record {
  std::map<std::string, std::string, std::less<>> values;
  bool trusted = false;
  // Empty when it is not recorded.
  std::string_view value(std::string_view name) const;
};

// What is known about the two builds.
struct Facts {
  std::optional<Identity> left, right;
  Record left_record, right_record;
  std::int64_t reference_time = 0;         // seconds since 1970
  const PatternSet* user_rules = nullptr;  // asked after the built-in ones; null when there are none
};

}  // namespace unrepro
