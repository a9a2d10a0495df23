#include "analyzer/wording.h"

#include "analyzer/location.h"
#include "analyzer/printable.h"
#include "formats/digest.h"
#include "rules/cause.h"

namespace unrepro {

std::string counted(std::uint64_t count, std::string_view noun) {
  return std::to_string(count) + ' ' + std::string(noun) + (count == 1 ? "" : "s");
}

std::string bits(const Capacity& capacity) {
  if (capacity.unbounded) return "unbounded";
  return std::to_string(capacity.decibits / 10) + '.' + std::to_string(capacity.decibits % 10);
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

std::string headline(const Report& report) {
  std::string out = upper(to_string(report.verdict));
  if (report.divergence) out += " (" + std::string(to_string(*report.divergence)) + ')';
  return out;
}

std::string place(const std::string& location) {
  auto parsed = Location::parse(location);
  if (!parsed) return printable(location);
  if (parsed->members.size() > 1) {
    parsed->members.erase(parsed->members.begin());
  } else if (!parsed->field.empty() || !parsed->offset.empty()) {
    parsed->members.front().clear();
  }
  return parsed->print();
}

std::string member_place(const std::string& location) {
  auto parsed = Location::parse(location);
  if (!parsed || parsed->members.size() < 2) return {};
  parsed->members.erase(parsed->members.begin());
  return Location{parsed->members, {}, {}}.print();
}

std::string values_line(const Finding& finding) {
  if (!finding.left && !finding.right) return {};
  const auto side = [](const std::optional<Evidence>& evidence) {
    return evidence ? printable(evidence->value) : std::string("(absent)");
  };
  return side(finding.left) + " → " + side(finding.right);
}

std::string finding_message(const Finding& finding) {
  const CauseInfo* info = find_cause(finding.cause);
  std::string out = cause_title(finding.cause) + " at " + place(finding.location);
  if (const std::string values = values_line(finding); !values.empty()) out += ": " + values;
  if (!finding.note.empty()) out += "; " + printable(finding.note);
  const std::string remedy = !finding.remedy.empty() ? printable(finding.remedy)
                             : info != nullptr       ? std::string(info->remedy)
                                                     : std::string();
  if (!remedy.empty()) out += ". Fix: " + remedy;
  return out;
}

std::string cause_title(const std::string& cause) {
  const CauseInfo* info = find_cause(cause);
  return info != nullptr ? std::string(info->title) : printable(cause);
}

std::string Fingerprints::next(const Finding& finding) {
  const std::string key = finding.cause + '\0' + place(finding.location);
  const std::uint64_t count = seen_[key]++;
  return to_hex(digest(Algo::sha256, as_bytes(key + '\0' + std::to_string(count))));
}

}  // namespace unrepro
