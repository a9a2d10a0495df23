#include "analyzer/quorum/policy.h"

#include <toml++/toml.h>

#include <array>
#include <chrono>
#include <cmath>
#include <initializer_list>
#include <stdexcept>

#include "formats/digest.h"

namespace unrepro::quorum {
namespace {

constexpr std::array<std::string_view, 3> kAccept = {"identical", "equivalent", "explained"};

// A policy that cannot be obeyed; caught by parse_policy().
struct Wrong : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A table whose keys are read one by one, so that what nobody asked for can be named.
class Reader {
 public:
  Reader(const toml::table& table, std::string where) : table_(table), where_(std::move(where)) {}

  void count(std::string_view key, std::uint32_t& value) {
    if (const toml::node* node = find(key))
      value = static_cast<std::uint32_t>(whole(key, *node, 0, 1'000'000));
  }

  void share(std::string_view key, Ppb& value) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const auto number = node->value<double>();
    if (!number || !(*number >= 0) || !(*number <= 1)) throw wrong(key, "must be a number from 0 to 1");
    value = static_cast<Ppb>(std::llround(*number * static_cast<double>(kCertain)));
  }

  void tenths(std::string_view key, std::uint64_t& value) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const auto number = node->value<double>();
    if (!number || !(*number >= 0) || !(*number <= 1e12)) throw wrong(key, "must be a number of bits");
    value = static_cast<std::uint64_t>(std::floor(*number * 10));
  }

  std::optional<std::string> text(std::string_view key) {
    const toml::node* node = find(key);
    if (node == nullptr) return std::nullopt;
    const toml::value<std::string>* text = node->as_string();
    if (text == nullptr || text->get().empty()) throw wrong(key, "must be a string");
    return text->get();
  }

  std::vector<std::string> texts(std::string_view key) {
    std::vector<std::string> list;
    const toml::node* node = find(key);
    if (node == nullptr) return list;
    if (!node->is_array()) throw wrong(key, "must be a list of strings");
    for (const toml::node& item : *node->as_array()) {
      const toml::value<std::string>* text = item.as_string();
      if (text == nullptr || text->get().empty()) throw wrong(key, "must be a list of strings");
      list.push_back(text->get());
    }
    return list;
  }

  // Seconds since 1970, or a date and time with its offset.
  void instant(std::string_view key, std::int64_t& value) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const toml::value<toml::date_time>* stamp = node->as_date_time();
    if (stamp == nullptr) {
      value = whole(key, *node, 0, 1'000'000'000'000);
      return;
    }
    const toml::date_time& at = stamp->get();
    if (!at.offset) throw wrong(key, "must say its offset from UTC");
    const std::chrono::sys_days day =
        std::chrono::year(at.date.year) / std::chrono::month(at.date.month) / std::chrono::day(at.date.day);
    value = std::chrono::seconds(day.time_since_epoch()).count() + at.time.hour * 3600 + at.time.minute * 60 +
            at.time.second - at.offset->minutes * 60;
  }

  const toml::node* find(std::string_view key) {
    asked_.insert(std::string(key));
    return table_.get(key);
  }

  void nothing_else() const {
    for (const auto& [key, node] : table_) {
      if (!asked_.contains(std::string(key.str()))) throw wrong(key.str(), "is no key of a policy");
    }
  }

  Wrong wrong(std::string_view key, const std::string& what) const {
    return Wrong(where_ + std::string(key) + " " + what);
  }

 private:
  std::int64_t whole(std::string_view key, const toml::node& node, std::int64_t low,
                     std::int64_t high) const {
    const toml::value<std::int64_t>* number = node.as_integer();
    if (number == nullptr || number->get() < low || number->get() > high)
      throw wrong(key, "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    return number->get();
  }

  const toml::table& table_;
  std::string where_;
  std::set<std::string> asked_;
};

Key read_key(const toml::table& table, std::string_view owned_by, const std::string& where) {
  Reader reader(table, where);
  Key key;
  const auto owner = reader.text(owned_by);
  if (!owner) throw reader.wrong(owned_by, "is missing");
  key.operator_id = *owner;
  if (const auto certificate = reader.text("certificate")) {
    const auto fingerprint = reader.text("fingerprint");
    const auto raw = fingerprint ? from_hex(*fingerprint) : std::nullopt;
    if (!raw || (raw->size() != 20 && raw->size() != 32))
      throw reader.wrong("fingerprint", "must be 40 or 64 hexadecimal digits (OpenPGP)");
    key.certificate = *certificate;
    key.id = to_hex(as_bytes(*raw));
  } else {
    const auto hex = reader.text("public");
    const auto raw = hex ? from_hex(*hex) : std::nullopt;
    if (!raw || raw->size() != 32) throw reader.wrong("public", "must be 64 hexadecimal digits (ed25519)");
    key.public_key = *raw;
    key.id = key_id(*raw);
  }
  reader.instant("valid_from", key.valid_from);
  reader.instant("valid_until", key.valid_until);
  reader.instant("revoked_from", key.revoked_from);
  for (std::string& each : reader.texts("builders")) key.builders.insert(std::move(each));
  reader.nothing_else();
  return key;
}

// Of [[keys]] tables, or of another name.
std::vector<Key> read_keys(Reader& reader, const std::string& name, std::string_view owned_by,
                           std::set<std::string>& known) {
  std::vector<Key> keys;
  const toml::node* node = reader.find(name);
  if (node == nullptr) return keys;
  if (!node->is_array()) throw reader.wrong(name, "must be [[" + name + "]] tables");
  for (const toml::node& item : *node->as_array()) {
    const std::string where = name + ' ' + std::to_string(keys.size() + 1) + ": ";
    if (!item.is_table()) throw Wrong(where + "must be a table");
    keys.push_back(read_key(*item.as_table(), owned_by, where));
    if (!known.insert(keys.back().id).second) throw Wrong(where + "this key was given before");
  }
  return keys;
}

void read_all_keys(Reader& reader, Policy& policy) {
  std::set<std::string> known;
  for (Key& key : read_keys(reader, "keys", "operator", known)) {
    policy.operators.try_emplace(key.operator_id, Operator{key.operator_id, {}});
    policy.keys.emplace(key.id, std::move(key));
  }
  for (Key& key : read_keys(reader, "people", "name", known)) policy.people.emplace(key.id, std::move(key));
  for (Key& key : read_keys(reader, "verifiers", "verifier", known))
    policy.verifiers.emplace(key.id, std::move(key));
}

void read_operators(Reader& reader, Policy& policy) {
  const toml::node* node = reader.find("operators");
  if (node == nullptr) return;
  if (!node->is_table()) throw reader.wrong("operators", "must be [operators.NAME] tables");
  for (const auto& [name, item] : *node->as_table()) {
    const std::string id(name.str());
    if (!item.is_table()) throw reader.wrong("operators." + id, "must be a table of traits");
    Operator& owner = policy.operators[id];
    owner.id = id;
    Reader traits(*item.as_table(), "operators." + id + ".");
    for (const auto& [trait, value] : *item.as_table())
      owner.traits[std::string(trait.str())] = *traits.text(trait.str());
  }
}

void check(const Policy& policy) {
  if (policy.agree < 2) throw Wrong("agree must be at least 2: one operator alone is never believed");
  if (policy.results < policy.agree) throw Wrong("results must be at least agree");
  if (policy.trusted.size() < policy.require_trusted)
    throw Wrong("require_trusted is more than the operators in trusted; name some, or set it to 0");
  if (policy.audit_floor > policy.audit_rate) throw Wrong("audit_floor must be at most audit_rate");
}

Policy read(std::string_view text) {
  const toml::table document = toml::parse(text);
  Reader reader(document, "");
  Policy policy;
  reader.count("results", policy.results);
  reader.count("agree", policy.agree);
  reader.count("require_trusted", policy.require_trusted);
  for (std::string& each : reader.texts("trusted")) policy.trusted.insert(std::move(each));
  if (const auto accept = reader.text("accept")) {
    const auto at = std::find(kAccept.begin(), kAccept.end(), *accept);
    if (at == kAccept.end()) throw reader.wrong("accept", "must be identical, equivalent or explained");
    policy.accept = static_cast<Accept>(at - kAccept.begin());
  }
  reader.count("max_explained", policy.max_explained);
  reader.tenths("max_capacity_bits", policy.max_capacity_decibits);
  reader.share("audit_rate", policy.audit_rate);
  reader.share("audit_floor", policy.audit_floor);
  reader.share("theta", policy.theta);
  reader.share("assumed_malicious", policy.assumed_malicious);
  reader.count("withdraw_after", policy.withdraw_after);
  policy.independence = reader.texts("independence");
  policy.build_type = reader.text("build_type").value_or("");
  for (std::string& each : reader.texts("external_parameters"))
    policy.external_parameters.insert(std::move(each));
  read_operators(reader, policy);
  read_all_keys(reader, policy);
  reader.nothing_else();
  check(policy);
  policy.digest = to_hex(digest(Algo::sha256, as_bytes(text)));
  return policy;
}

}  // namespace

Result<Policy> parse_policy(std::string_view text) {
  try {
    return read(text);
  } catch (const toml::parse_error& error) {
    return fail(Trouble::unsupported, "policy, line " + std::to_string(error.source().begin.line) + ": " +
                                          std::string(error.description()));
  } catch (const Wrong& error) {
    return fail(Trouble::unsupported, "policy: " + std::string(error.what()));
  }
}

std::string key_id(std::string_view public_key) {
  constexpr std::string_view kPrefix("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", 12);  // RFC 8410
  return to_hex(digest(Algo::sha256, as_bytes(std::string(kPrefix).append(public_key))));
}

std::string_view to_string(Accept accept) { return kAccept[static_cast<std::size_t>(accept)]; }

}  // namespace unrepro::quorum
