#include "analyzer/evidence/json.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>

namespace unrepro::evidence {
namespace {

bool by_name(const JsonMember& a, const JsonMember& b) { return a.name < b.name; }

// Builds the value; stops at the first thing that is refused.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Builder(const JsonLimits& limits) : limits_(limits) {}

  bool null() override { return add(Json()); }
  bool boolean(bool value) override { return add(Json(value)); }
  bool number_integer(number_integer_t value) override { return add(Json(std::int64_t{value})); }
  bool number_unsigned(number_unsigned_t value) override { return add(Json(std::uint64_t{value})); }
  bool number_float(number_float_t value, const string_t& text) override {
    if (text.find_first_of(".eE") == text.npos) return refuse("number out of range: " + text);
    return add(Json(value));
  }
  bool string(string_t& value) override { return add(Json(std::move(value))); }
  bool binary(binary_t&) override { return refuse("binary value"); }
  bool start_object(std::size_t) override { return open(true); }
  bool start_array(std::size_t) override { return open(false); }
  bool end_array() override {
    Level level = std::move(levels_.back());
    levels_.pop_back();
    return add(Json(std::move(level.items)));
  }
  bool key(string_t& name) override {
    levels_.back().name = std::move(name);
    return true;
  }
  bool end_object() override {
    Level level = std::move(levels_.back());
    levels_.pop_back();
    std::sort(level.members.begin(), level.members.end(), by_name);
    const auto twice =
        std::adjacent_find(level.members.begin(), level.members.end(),
                           [](const JsonMember& a, const JsonMember& b) { return a.name == b.name; });
    if (twice != level.members.end()) return refuse("name given twice: " + twice->name);
    return add(Json::object(std::move(level.members)));
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    return refuse("no valid JSON at byte " + std::to_string(position) + ": " + error.what());
  }

  Json take() { return std::move(result_); }
  const std::string& refusal() const { return refusal_; }

 private:
  struct Level {
    bool object = false;
    std::string name;
    Json::Array items;
    Json::Object members;
  };

  bool refuse(std::string why) {
    if (refusal_.empty()) refusal_ = std::move(why);
    return false;
  }
  bool open(bool object) {
    if (levels_.size() >= limits_.depth) return refuse("nested deeper than " + std::to_string(limits_.depth));
    levels_.push_back({object, {}, {}, {}});
    return true;
  }
  bool add(Json value) {
    if (++values_ > limits_.values) return refuse("more than " + std::to_string(limits_.values) + " values");
    if (levels_.empty()) {
      result_ = std::move(value);
    } else if (Level& level = levels_.back(); level.object) {
      level.members.push_back({std::move(level.name), std::move(value)});
    } else {
      level.items.push_back(std::move(value));
    }
    return true;
  }

  const JsonLimits& limits_;
  std::vector<Level> levels_;
  std::uint32_t values_ = 0;
  Json result_;
  std::string refusal_;
};

void write_string(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          char escape[8];
          std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
          out += escape;
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void write(const Json& json, std::string& out);

struct Writer {
  std::string& out;

  void operator()(std::nullptr_t) const { out += "null"; }
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(std::int64_t value) const { out += std::to_string(value); }
  void operator()(std::uint64_t value) const { out += std::to_string(value); }
  void operator()(double value) const {
    char text[32];
    std::snprintf(text, sizeof text, "%.17g", value);
    out += text;
  }
  void operator()(const std::string& value) const { write_string(value, out); }
  void operator()(const Json::Array& items) const {
    char before = '[';
    for (const Json& item : items) {
      out += before;
      write(item, out);
      before = ',';
    }
    out += items.empty() ? "[]" : "]";
  }
  void operator()(const Json::Object& members) const {
    char before = '{';
    for (const JsonMember& member : members) {
      out += before;
      write_string(member.name, out);
      out += ':';
      write(member.value, out);
      before = ',';
    }
    out += members.empty() ? "{}" : "}";
  }
};

void write(const Json& json, std::string& out) { std::visit(Writer{out}, json.value()); }

}  // namespace

Json::Json(std::uint64_t value) : value_(value) {
  if (value <= std::uint64_t{std::numeric_limits<std::int64_t>::max()})
    value_ = static_cast<std::int64_t>(value);
}

Json Json::object(Object members) {
  std::stable_sort(members.begin(), members.end(), by_name);
  members.erase(std::unique(members.begin(), members.end(),
                            [](const JsonMember& a, const JsonMember& b) { return a.name == b.name; }),
                members.end());
  Json json;
  json.value_ = std::move(members);
  return json;
}

Json Json::object(std::initializer_list<std::pair<std::string, Json>> members) {
  Object list;
  for (const auto& [name, value] : members) list.push_back({name, value});
  return object(std::move(list));
}

const Json* Json::find(std::string_view name) const {
  const Object* members = as_object();
  if (members == nullptr) return nullptr;
  const auto at =
      std::lower_bound(members->begin(), members->end(), name,
                       [](const JsonMember& member, std::string_view key) { return member.name < key; });
  return at != members->end() && at->name == name ? &at->value : nullptr;
}

std::string Json::text(std::string_view name) const {
  const Json* member = find(name);
  const std::string* string = member == nullptr ? nullptr : member->as_string();
  return string == nullptr ? std::string() : *string;
}

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes)
    return fail(Trouble::unsupported, "larger than " + std::to_string(limits.bytes) + " bytes");
  if (text.starts_with("\xef\xbb\xbf")) return fail(Trouble::unsupported, "starts with a byte order mark");
  if (text.find('\0') != text.npos)  // which the parser would take for the end
    return fail(Trouble::unsupported, "holds a NUL");
  Builder builder(limits);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder))
    return fail(Trouble::unsupported, builder.refusal());
  return builder.take();
}

std::string write_json(const Json& value) {
  std::string out;
  write(value, out);
  return out;
}

}  // namespace unrepro::evidence
