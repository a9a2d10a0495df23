#include "analyzer/record_file.h"

#include <openssl/evp.h>
#include <toml++/toml.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "formats/format.h"

namespace unrepro {
namespace {

constexpr std::uint64_t kLargest = 16 << 20;

void flatten(const toml::table& table, const std::string& prefix, Record& record) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    if (const toml::table* inner = node.as_table()) {
      flatten(*inner, name + ".", record);
    } else if (const auto text = node.value<std::string>()) {
      record.values[name] = *text;
    } else {
      std::ostringstream printed;  // dates and numbers as TOML spells them
      node.visit([&](const auto& value) { printed << value; });
      record.values[name] = printed.str();
    }
  }
}

std::optional<std::string> decode_base64(const std::string& text) {
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  const int length =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (length < 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  bytes.resize(static_cast<std::size_t>(length) - padding);
  return bytes;
}

std::string text_at(const nlohmann::json& json, const char* pointer) {
  const nlohmann::json::json_pointer at(pointer);
  return json.contains(at) && json.at(at).is_string() ? json.at(at).get<std::string>() : std::string();
}

Result<Record> from_provenance(const std::string& text) {
  nlohmann::json statement = nlohmann::json::parse(text, nullptr, false);
  if (statement.is_object() && statement.contains("payload")) {
    const auto payload = decode_base64(text_at(statement, "/payload"));
    statement = nlohmann::json::parse(payload.value_or(""), nullptr, false);
  }
  if (!statement.is_object() || text_at(statement, "/predicateType") != "https://slsa.dev/provenance/v1") {
    return fail(Trouble::unsupported, "no SLSA provenance v1");
  }
  Record record;
  const auto keep = [&](const char* name, const char* pointer) {
    if (std::string value = text_at(statement, pointer); !value.empty())
      record.values[name] = std::move(value);
  };
  keep("build_start", "/predicate/runDetails/metadata/startedOn");
  keep("build_end", "/predicate/runDetails/metadata/finishedOn");
  keep("builder", "/predicate/runDetails/builder/id");
  keep("build_type", "/predicate/buildDefinition/buildType");
  const nlohmann::json::json_pointer inputs("/predicate/buildDefinition/resolvedDependencies");
  if (statement.contains(inputs) && statement.at(inputs).is_array()) {
    for (const nlohmann::json& input : statement.at(inputs)) {
      const std::string name =
          text_at(input, "/uri").empty() ? text_at(input, "/name") : text_at(input, "/uri");
      if (!name.empty()) record.values["installed_build_depends." + name] = text_at(input, "/digest/sha256");
    }
  }
  return record;
}

Result<Record> from_buildinfo(BlobRef blob) {
  Budget budget(Limits{});
  const auto tree = format_by_id("buildinfo").decode(std::move(blob), Context{}, budget);
  if (!tree) return tl::unexpected<Error>(tree.error());
  return Record{{tree->facts.begin(), tree->facts.end()}, false};
}

}  // namespace

Result<Record> read_record(const std::filesystem::path& path) {
  auto blob = blob_from_file(path);
  if (!blob) return tl::unexpected<Error>(blob.error());
  if ((*blob)->size() > kLargest)
    return fail(Trouble::unsupported, path.string() + ": too large for a build record");
  const std::string text(as_text((*blob)->bytes()));
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  Result<Record> record = fail(Trouble::unsupported, "empty");
  if (first != text.npos && text[first] == '{') {
    record = from_provenance(text);
  } else if (text.find("\nBuild-Date:") != text.npos || text.starts_with("Format:") ||
             text.starts_with("-----BEGIN PGP")) {
    record = from_buildinfo(*blob);
  } else if (first != text.npos) {
    try {
      Record issued{{}, true};
      flatten(toml::parse(text), "", issued);
      record = std::move(issued);
    } catch (const toml::parse_error& error) {
      record = fail(Trouble::unsupported, std::string(error.description()));
    }
  }
  if (!record)
    return fail(record.error().trouble, path.string() + ": no build record: " + record.error().message);
  return record;
}

}  // namespace unrepro
