#include "tools/unrepro/report_reader.h"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>

#include "analyzer/printable.h"
#include "analyzer/report_json.h"

namespace unrepro::tool {
namespace {

using Json = nlohmann::json;

// Takes members of one JSON object; keeps the first complaint.
class Reader {
 public:
  Reader(const Json& object, std::string where, std::string& complaint)
      : object_(object), where_(std::move(where)), complaint_(complaint) {
    if (!object_.is_object()) complain("", "an object");
  }

  std::string text(const char* key) {
    const Json* value = member(key);
    if (value == nullptr || !value->is_string()) return complain(key, "a string"), std::string();
    return value->get<std::string>();
  }
  std::uint64_t count(const char* key) {
    const Json* value = member(key);
    if (value == nullptr || !value->is_number_unsigned()) return complain(key, "a whole number"), 0;
    return value->get<std::uint64_t>();
  }
  bool flag(const char* key, bool otherwise) {
    const Json* value = member(key);
    if (value == nullptr) return otherwise;
    if (!value->is_boolean()) return complain(key, "true or false"), otherwise;
    return value->get<bool>();
  }
  Capacity capacity(const char* key) {
    const Json* value = member(key);
    if (value == nullptr || !(value->is_null() || value->is_number()))
      return complain(key, "a number or null"), Capacity();
    if (value->is_null()) return Capacity::unlimited();
    const double bits = value->get<double>();
    if (!(bits >= 0 && bits < 1e18)) return complain(key, "a number from 0 to 1e18"), Capacity();
    return {static_cast<std::uint64_t>(bits * 10 + 0.5), false};
  }
  template <class Enum>
  Enum choice(const char* key, Enum last) {
    const std::string name = text(key);
    for (unsigned i = 0; i <= static_cast<unsigned>(last); ++i) {
      if (to_string(static_cast<Enum>(i)) == name) return static_cast<Enum>(i);
    }
    complain(key, "one of the names that the schema lists");
    return last;
  }
  const Json* list(const char* key) {
    const Json* value = member(key);
    if (value == nullptr || !value->is_array()) return complain(key, "a list"), nullptr;
    return value;
  }
  const Json* member(const char* key) const {
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(key);
    return found != object_.end() ? &*found : nullptr;
  }

 private:
  void complain(const char* key, const char* expected) {
    if (complaint_.empty()) complaint_ = where_ + key + " should be " + expected;
  }

  const Json& object_;
  std::string where_;
  std::string& complaint_;
};

std::optional<Evidence> read_evidence(const Json* value, const std::string& where, std::string& complaint) {
  if (value == nullptr || value->is_null()) return std::nullopt;
  Reader reader(*value, where, complaint);
  return Evidence{reader.count("offset"), reader.count("length"), reader.text("value")};
}

Finding read_finding(const Json& value, const std::string& where, std::string& complaint) {
  Reader reader(value, where, complaint);
  Finding finding;
  finding.id = static_cast<std::uint32_t>(reader.count("id"));
  finding.cause = reader.text("cause");
  finding.proof = reader.choice("proof", Proof::none);
  finding.effect = reader.choice("effect", Effect::behaviour);
  finding.verdict = reader.choice("verdict", Verdict::divergent);
  finding.severity = reader.choice("severity", Severity::alert);
  finding.location = reader.text("location");
  finding.format = reader.text("format");
  finding.field = reader.text("field");
  finding.kind = reader.choice("kind", Kind::dialect);
  finding.differences = reader.count("differences");
  finding.bytes = reader.count("bytes");
  finding.capacity = reader.capacity("capacity_bits");
  finding.touches_code = reader.flag("touches_code", false);
  finding.derived = reader.flag("derived", false);
  if (reader.member("note") != nullptr) finding.note = reader.text("note");
  if (reader.member("remedy") != nullptr) finding.remedy = reader.text("remedy");
  finding.left = read_evidence(reader.member("left"), where + "left.", complaint);
  finding.right = read_evidence(reader.member("right"), where + "right.", complaint);
  if (const Json* sources = reader.list("derived_from")) {
    for (const Json& id : *sources) {
      if (id.is_number_unsigned()) finding.derived_from.push_back(id.get<std::uint32_t>());
    }
  }
  for (const auto& [key, lines] : {std::pair("observed", &finding.observed), {"listing", &finding.listing}}) {
    const Json* const list = reader.member(key);
    if (list == nullptr || !list->is_array()) continue;
    for (const Json& line : *list) {
      if (line.is_string()) lines->push_back(line.get<std::string>());
    }
  }
  return finding;
}

}  // namespace

Result<Report> read_report(const std::string& path) {
  const std::string name = printable(path);
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file.good() && !file.eof()) {
    const std::string why = errno != 0 ? std::generic_category().message(errno) : "reading failed";
    return fail(Trouble::io, "cannot read " + name + ": " + why);
  }
  const Json json = Json::parse(bytes, nullptr, false);
  const auto malformed = [&](const std::string& what) {
    return fail(Trouble::unsupported, name + ": " + what);
  };
  if (json.is_discarded()) return malformed("not a JSON document");
  std::string complaint;
  Reader top(json, "", complaint);
  const std::string schema = top.text("schema");
  if (schema != kReportSchema) {
    return malformed("not a report of schema " + std::string(kReportSchema) +
                     (schema.empty() ? "" : " but of " + printable(schema)));
  }
  Report report;
  if (const Json* findings = top.list("findings")) {
    for (std::size_t i = 0; i < findings->size() && complaint.empty(); ++i) {
      report.findings.push_back(
          read_finding((*findings)[i], "findings[" + std::to_string(i) + "].", complaint));
    }
  }
  if (const Json* omitted = top.member("omitted")) {
    report.omitted_findings = Reader(*omitted, "omitted.", complaint).count("findings");
  }
  if (!complaint.empty()) return malformed(complaint);
  return report;
}

}  // namespace unrepro::tool
