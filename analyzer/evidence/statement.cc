#include "analyzer/evidence/statement.h"

#include <algorithm>

namespace unrepro::evidence {
namespace {

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// application/vnd.in-toto+json or application/vnd.in-toto.PREDICATE+json.
bool is_statement_payload(std::string_view type) {
  constexpr std::string_view head = "application/vnd.in-toto", tail = "+json";
  if (!type.starts_with(head) || !type.ends_with(tail) || type.size() < head.size() + tail.size())
    return false;
  const std::string_view middle = type.substr(head.size(), type.size() - head.size() - tail.size());
  return middle.empty() || (middle.front() == '.' && middle.size() > 1);
}

}  // namespace

std::string Resource::sha256() const {
  const auto at = digests.find("sha256");
  return at == digests.end() ? std::string() : at->second;
}

bool is_sha256(std::string_view digest) { return digest.size() == 64 && is_hex(digest); }

bool is_artifact_name(std::string_view name) {
  if (name.empty() || name.size() > 4096) return false;
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\') return false;
  }
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string_view part = name.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") return false;
    begin = end + 1;
  }
  return true;
}

Result<Resource> read_resource(const Json& json) {
  if (json.as_object() == nullptr) return fail(Trouble::unsupported, "resource that is no object");
  Resource resource{json.text("name"), json.text("uri"), {}};
  if (const Json* digests = json.find("digest")) {
    if (digests->as_object() == nullptr) return fail(Trouble::unsupported, "digest that is no object");
    for (const JsonMember& digest : *digests->as_object()) {
      const std::string* value = digest.value.as_string();
      if (value == nullptr || value->empty() || !is_hex(*value) ||
          (digest.name == "sha256" && !is_sha256(*value)))
        return fail(Trouble::unsupported, "malformed " + digest.name + " digest of " + resource.name);
      resource.digests[digest.name] = *value;
    }
  }
  return resource;
}

Json resource_json(const Resource& resource) {
  Json::Object members;
  if (!resource.name.empty()) members.push_back({"name", resource.name});
  if (!resource.uri.empty()) members.push_back({"uri", resource.uri});
  Json::Object digests;
  for (const auto& [algorithm, value] : resource.digests) digests.push_back({algorithm, value});
  if (!digests.empty()) members.push_back({"digest", Json::object(std::move(digests))});
  return Json::object(std::move(members));
}

Result<Statement> read_statement(const Verified& verified) {
  if (!is_statement_payload(verified.type()))
    return fail(Trouble::unsupported, "payload type " + verified.type() + " is no in-toto statement");
  Result<Json> root = parse_json(verified.bytes());
  if (!root) return tl::unexpected<Error>(root.error());
  if (root->text("_type") != kStatementType)
    return fail(Trouble::unsupported, "statement of type '" + root->text("_type") + "'");
  Statement statement;
  statement.predicate_type = root->text("predicateType");
  if (statement.predicate_type.empty())
    return fail(Trouble::unsupported, "statement without a predicate type");
  const Json* subjects = root->find("subject");
  if (subjects == nullptr || subjects->as_array() == nullptr || subjects->as_array()->empty())
    return fail(Trouble::unsupported, "statement without subjects");
  for (const Json& item : *subjects->as_array()) {
    Result<Resource> subject = read_resource(item);
    if (!subject) return tl::unexpected<Error>(subject.error());
    if (subject->sha256().empty())
      return fail(Trouble::unsupported, "subject without a SHA-256: " + subject->name);
    if (const Json* name = item.find("name");
        name != nullptr && (name->as_string() == nullptr || !is_artifact_name(*name->as_string())))
      return fail(Trouble::unsupported, "subject with an unusable name");
    statement.subjects.push_back(std::move(*subject));
  }
  const Json* predicate = root->find("predicate");
  if (predicate == nullptr || predicate->as_object() == nullptr)
    return fail(Trouble::unsupported, "statement without a predicate");
  statement.predicate = *predicate;
  statement.signers = verified.signers();
  return statement;
}

std::string write_statement(const std::vector<Resource>& subjects, std::string_view predicate_type,
                            Json predicate) {
  Json::Array list;
  for (const Resource& subject : subjects) list.push_back(resource_json(subject));
  return write_json(Json::object({{"_type", kStatementType},
                                  {"subject", std::move(list)},
                                  {"predicateType", predicate_type},
                                  {"predicate", std::move(predicate)}}));
}

}  // namespace unrepro::evidence
