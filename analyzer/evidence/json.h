#pragma once
// JSON as evidence is written in (RFC 8259), read strictly: what two readers could take for different things
// is refused. nlohmann/json stays behind this header.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "formats/base.h"

namespace unrepro::evidence {

class Json;

// A member of an object. A template so that Json, which holds members, is complete when it is instantiated.
template <class Value>
struct NamedValue {
  std::string name;
  Value value;
  bool operator==(const NamedValue&) const = default;
};
using JsonMember = NamedValue<Json>;

// A value. Objects are sorted by name (byte order), and names are unique.
class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::vector<JsonMember>;
  using Value =
      std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string, Array, Object>;

  Json() : value_(nullptr) {}
  Json(bool value) : value_(value) {}
  Json(std::int64_t value) : value_(value) {}
  Json(std::uint64_t value);  // held as int64 where it fits, so that equal numbers are equal values
  Json(double value) : value_(value) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(Array value) : value_(std::move(value)) {}
  // Sorts; of equal names the first stays.
  static Json object(Object members);
  static Json object(std::initializer_list<std::pair<std::string, Json>> members);

  const Value& value() const { return value_; }
  // Null unless the value is of that type.
  const std::string* as_string() const { return std::get_if<std::string>(&value_); }
  const Array* as_array() const { return std::get_if<Array>(&value_); }
  const Object* as_object() const { return std::get_if<Object>(&value_); }
  const std::int64_t* as_integer() const { return std::get_if<std::int64_t>(&value_); }
  // The member of that name; null when there is none or the value is no object.
  const Json* find(std::string_view name) const;
  // find(), as a string; empty when it is none.
  std::string text(std::string_view name) const;

  bool operator==(const Json&) const = default;

 private:
  Value value_;
};

struct JsonLimits {
  std::uint64_t bytes = 16u << 20;
  std::uint32_t depth = 64;
  std::uint32_t values = 1'000'000;
};

// Refuses, besides what RFC 8259 forbids: repeated names, numbers out of range, invalid UTF-8, a byte order
// mark, anything after the value, and what exceeds the limits. Errors: unsupported, with the byte offset
// where one is known.
Result<Json> parse_json(std::string_view text, const JsonLimits& limits = {});

// One spelling for each value: no white space, names in byte order, the short escapes and \u00xx for control
// characters only. For strings without control characters this is the canonical JSON that in-toto signs (OLPC
// form). Fractions are written in 17 digits and are no part of that form.
std::string write_json(const Json& value);

}  // namespace unrepro::evidence
