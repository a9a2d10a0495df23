#include "formats/debian/listed_files.h"

#include <algorithm>
#include <array>
#include <optional>

#include "formats/ascii.h"
#include "formats/digest.h"

namespace unrepro {
namespace {

struct Column {
  std::string_view key;
  Kind kind;
  Effect effect = Effect::behaviour;
};
constexpr std::array<Column, 5> kFullColumns = {{{"digest", Kind::digest},
                                                 {"size", Kind::size},
                                                 {"section", Kind::text, Effect::content},
                                                 {"priority", Kind::text, Effect::content},
                                                 {"name", Kind::path}}};
constexpr std::array<Column, 3> kShortColumns = {
    {{"digest", Kind::digest}, {"size", Kind::size}, {"name", Kind::path}}};

Algo list_algo(std::string_view field) {
  if (field.ends_with("Sha1")) return Algo::sha1;
  if (field.ends_with("Sha256")) return Algo::sha256;
  if (field.ends_with("Sha512")) return Algo::sha512;
  return Algo::md5;
}

bool is_plain_file_name(std::string_view name) {
  if (name.empty() || name == "." || name == "..") return false;
  return name.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

// "hello" + "_2.10-3" + "_amd64.deb": the name with the version between its first underscore and the next
// underscore or dot replaced. Empty when it does not have this version.
std::string replace_version(std::string_view name, std::string_view version, std::string_view replacement) {
  const std::size_t underscore = name.find('_');
  if (version.empty() || underscore == std::string_view::npos) return {};
  const std::string_view rest = name.substr(underscore + 1);
  if (!rest.starts_with(version) || rest.size() == version.size()) return {};
  const char after = rest[version.size()];
  if (after != '_' && after != '.') return {};
  std::string out(name.substr(0, underscore + 1));
  out.append(replacement).append(rest.substr(version.size()));
  return out;
}

// The parts of a line between single blanks; at most `most`, the last one with all that is left.
std::vector<std::string_view> split(std::string_view line, std::size_t most) {
  std::vector<std::string_view> parts;
  while (parts.size() + 1 < most) {
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos) break;
    parts.push_back(line.substr(0, blank));
    line.remove_prefix(blank + 1);
  }
  parts.push_back(line);
  return parts;
}

bool well_formed(const std::vector<std::string_view>& parts, Algo algo) {
  if (parts.size() != kShortColumns.size() && parts.size() != kFullColumns.size()) return false;
  const std::string_view hex = parts[0];
  if (hex.size() != digest_size(algo) * 2 || !std::all_of(hex.begin(), hex.end(), ascii::is_lower_hex))
    return false;
  const std::string_view size = parts[1];
  if (!ascii::parse_number(size) || (size.size() > 1 && size.front() == '0')) return false;
  return std::none_of(parts.begin(), parts.end(), [](std::string_view part) {
    return part.empty() || part.find_first_of(" \t") != std::string_view::npos;
  });
}

}  // namespace

ListedFiles::ListedFiles(std::string_view version, const Context& context, Budget& budget)
    : context_(context), budget_(budget) {
  const std::size_t colon = version.find(':');
  version_ = colon == std::string_view::npos ? version : version.substr(colon + 1);
  upstream_ = version_.substr(0, version_.rfind('-'));
}

std::size_t ListedFiles::file_index(std::string_view name) {
  const auto [at, added] = by_name_.try_emplace(std::string(name), files_.size());
  if (!added) return at->second;
  std::string key = replace_version(name, version_, "VERSION");
  if (key.empty()) key = replace_version(name, upstream_, "UPSTREAM");
  if (key.empty()) key = name;
  if (!by_key_.try_emplace(key, files_.size()).second) key = name;
  files_.push_back({std::string(name), std::move(key)});
  return at->second;
}

void ListedFiles::take_line(TreeBuilder& tree, const Deb822Rule& rule, Algo algo, std::string_view line,
                            KeyedItems& items) {
  constexpr std::string_view kIndent = "\n ";
  const bool indented = line.starts_with(kIndent);
  const auto parts = split(line.substr(indented ? kIndent.size() : 0), kFullColumns.size());
  if (!indented || !well_formed(parts, algo)) {
    tree.take("malformed", Kind::gap, Encoding::bytes, Effect::behaviour, line.size(), kCritical);
    tree.anomaly(tree.last(), AnomalyKind::structural, "line is not a digest, a size and a file name");
    return;
  }
  const bool full = parts.size() == kFullColumns.size();
  const std::string_view name = parts.back();
  const std::size_t file = file_index(name);
  const FieldId item = tree.open(files_[file].key, Kind::group, Encoding::record, rule.effect);
  items.emplace_back(name, item);
  tree.take("indent", Kind::padding, Encoding::bytes, Effect::behaviour, kIndent.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Column& column = full ? kFullColumns[i] : kShortColumns[i];
    if (i > 0) tree.take("separator", Kind::padding, Encoding::bytes, Effect::behaviour, 1);
    const Encoding encoding = column.kind == Kind::size ? Encoding::decimal : Encoding::bytes;
    tree.take(column.key, column.kind, encoding, column.effect, parts[i].size());
    if (column.kind == Kind::digest) claims_.push_back({file, tree.last(), algo});
    if (column.kind == Kind::size) claims_.push_back({file, tree.last(), Algo::byte_count});
  }
  tree.close();
  if (algo == Algo::sha256) sha256_.emplace_back(name, parts[0]);
}

void ListedFiles::take_list(TreeBuilder& tree, const Deb822Rule& rule, std::string_view value) {
  const Algo algo = list_algo(rule.name);
  KeyedItems items;
  tree.open("value", Kind::group, Encoding::list_set, rule.effect);
  std::size_t at = 0;
  while (at < value.size() && tree.ok()) {
    const std::size_t end = std::min(value.find('\n', at + 1), value.size());
    take_line(tree, rule, algo, value.substr(at, end - at), items);
    at = end;
  }
  tree.close();
  report_duplicates(tree, std::move(items), "file name");
}

void ListedFiles::state_members(TreeBuilder& tree) {
  std::vector<FieldId> payloads(files_.size(), kNoField);
  tree.open("files", Kind::group, Encoding::list_set);
  for (std::size_t i = 0; i < files_.size() && tree.ok() && budget_.charge_members(1); ++i) {
    const File& file = files_[i];
    const FieldId member = tree.open(file.key, Kind::member, Encoding::record);
    tree.alias("path", Kind::path, Effect::behaviour, file.name);
    if (!is_plain_file_name(file.name)) {
      tree.anomaly(member, AnomalyKind::structural, "listed name is not a plain file name; it is not opened");
    } else if (context_.sibling && context_.sibling(file.name).has_value()) {
      payloads[i] = tree.alias("content", Kind::payload, Effect::behaviour, "");
      tree.payload({.field = payloads[i],
                    .opener = [open = context_.sibling, name = file.name] { return open(name); },
                    .name = file.name});
    } else {
      tree.alias("missing", Kind::flags, Effect::behaviour, "not beside this document");
    }
    tree.close();
  }
  tree.close();
  for (const Claim& claim : claims_) {
    if (payloads[claim.file] != kNoField) {
      tree.derivation(claim.field, claim.algo, {.payload_field = payloads[claim.file]});
    } else {
      // This document may itself be listed by a .changes, beside the same files.
      tree.derivation(claim.field, claim.algo, {.keys = {files_[claim.file].key}, .until_format = "changes"});
    }
  }
}

}  // namespace unrepro
