#include "analyzer/quorum/case_json.h"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>

#include "formats/digest.h"

namespace unrepro::quorum {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 4> kRoles = {"seat", "audit", "arbiter", "rerun"};
constexpr std::array<std::string_view, 4> kSeatStates = {"open", "submitted", "failed", "expired"};
constexpr std::array<std::string_view, 5> kEvents = {"audit-passed", "flake", "ringer-failed",
                                                     "arbitration-lost", "convicted"};
constexpr std::array<std::string_view, 5> kVerdicts = {"identical", "equivalent", "explained", "incomplete",
                                                       "divergent"};
constexpr std::array<std::string_view, 3> kDivergences = {"known", "unknown", "alert"};

template <class Value, std::size_t N>
Value named(const json& name, const std::array<std::string_view, N>& names) {
  const auto at = std::find(names.begin(), names.end(), name.get<std::string>());
  if (at == names.end()) throw json::other_error::create(501, "unknown name", &name);
  return static_cast<Value>(at - names.begin());
}

json write(const Seat& seat);
json write(const BuildResult& result);
json write(const Relation& relation);
json write(const Event& event);
void read(const json& from, Seat& seat);
void read(const json& from, BuildResult& result);
void read(const json& from, CauseNote& cause);
void read(const json& from, Relation& relation);
void read(const json& from, Event& event);

template <class Item>
json sorted_list(const std::vector<Item>& items) {
  std::multimap<std::string, json> by_text;
  for (const Item& item : items) {
    json value = write(item);
    std::string text = value.dump();
    by_text.emplace(std::move(text), std::move(value));
  }
  json list = json::array();
  for (auto& [text, value] : by_text) list.push_back(std::move(value));
  return list;
}

template <class Item>
std::vector<Item> read_list(const json& list) {
  std::vector<Item> items;
  for (const json& item : list) {
    Item value;
    read(item, value);
    items.push_back(std::move(value));
  }
  return items;
}

json write(const Job& job) {
  return {{"id", job.id}, {"inputs", job.inputs}, {"artifacts", job.artifacts}, {"reference", job.reference}};
}
void read(const json& from, Job& job) {
  from.at("id").get_to(job.id);
  from.at("inputs").get_to(job.inputs);
  from.at("artifacts").get_to(job.artifacts);
  from.at("reference").get_to(job.reference);
}

json write(const Seat& seat) {
  return {{"id", seat.id},
          {"operator", seat.operator_id},
          {"role", to_string(seat.role)},
          {"fresh", seat.fresh},
          {"state", to_string(seat.state)},
          {"replaces", seat.replaces},
          {"manifest", seat.manifest}};
}
void read(const json& from, Seat& seat) {
  from.at("id").get_to(seat.id);
  from.at("operator").get_to(seat.operator_id);
  seat.role = named<Role>(from.at("role"), kRoles);
  from.at("fresh").get_to(seat.fresh);
  seat.state = named<SeatState>(from.at("state"), kSeatStates);
  from.at("replaces").get_to(seat.replaces);
  from.at("manifest").get_to(seat.manifest);
}

json write(const BuildResult& result) {
  return {{"id", result.id},
          {"seat", result.seat},
          {"role", to_string(result.role)},
          {"operator", result.claimed_operator},
          {"builder", result.builder},
          {"signer", result.signer},
          {"attested", result.attested},
          {"manifest", result.manifest},
          {"received", result.received},
          {"artifacts", result.artifacts},
          {"inputs", result.inputs},
          {"facts", result.facts},
          {"isolation", result.isolation},
          {"defect", result.defect}};
}
void read(const json& from, BuildResult& result) {
  from.at("id").get_to(result.id);
  from.at("seat").get_to(result.seat);
  result.role = named<Role>(from.at("role"), kRoles);
  from.at("operator").get_to(result.claimed_operator);
  from.at("builder").get_to(result.builder);
  from.at("signer").get_to(result.signer);
  from.at("attested").get_to(result.attested);
  from.at("manifest").get_to(result.manifest);
  from.at("received").get_to(result.received);
  from.at("artifacts").get_to(result.artifacts);
  from.at("inputs").get_to(result.inputs);
  from.at("facts").get_to(result.facts);
  from.at("isolation").get_to(result.isolation);
  from.at("defect").get_to(result.defect);
}

json write(const CauseNote& cause) {
  return {{"id", cause.id},
          {"verdict", unrepro::to_string(cause.verdict)},
          {"blocking", cause.blocking},
          {"location", cause.location},
          {"left", cause.left},
          {"right", cause.right},
          {"remedy", cause.remedy}};
}
void read(const json& from, CauseNote& cause) {
  from.at("id").get_to(cause.id);
  cause.verdict = named<Verdict>(from.at("verdict"), kVerdicts);
  from.at("blocking").get_to(cause.blocking);
  from.at("location").get_to(cause.location);
  from.at("left").get_to(cause.left);
  from.at("right").get_to(cause.right);
  from.at("remedy").get_to(cause.remedy);
}

json write(const Relation& relation) {
  json causes = json::array();  // their order says which comes first
  for (const CauseNote& cause : relation.causes) causes.push_back(write(cause));
  return {{"left", relation.left},
          {"right", relation.right},
          {"verdict", unrepro::to_string(relation.verdict)},
          {"divergence", relation.divergence ? json(unrepro::to_string(*relation.divergence)) : json()},
          {"capacity_decibits", relation.capacity.decibits},
          {"unbounded", relation.capacity.unbounded},
          {"causes", std::move(causes)},
          {"incomplete", relation.incomplete}};
}
void read(const json& from, Relation& relation) {
  from.at("left").get_to(relation.left);
  from.at("right").get_to(relation.right);
  relation.verdict = named<Verdict>(from.at("verdict"), kVerdicts);
  if (!from.at("divergence").is_null())
    relation.divergence = named<Divergence>(from.at("divergence"), kDivergences);
  from.at("capacity_decibits").get_to(relation.capacity.decibits);
  from.at("unbounded").get_to(relation.capacity.unbounded);
  relation.causes = read_list<CauseNote>(from.at("causes"));
  from.at("incomplete").get_to(relation.incomplete);
}

json write(const Event& event) {
  return {{"operator", event.operator_id},
          {"kind", to_string(event.kind)},
          {"at", event.at},
          {"evidence", event.evidence}};
}
void read(const json& from, Event& event) {
  from.at("operator").get_to(event.operator_id);
  event.kind = named<EventKind>(from.at("kind"), kEvents);
  from.at("at").get_to(event.at);
  from.at("evidence").get_to(event.evidence);
}

}  // namespace

std::string case_json(const Case& kase) {
  json audit;
  if (kase.audit) {
    audit = {{"commitment", kase.audit->commitment},
             {"seed", kase.audit->seed},
             {"root", kase.audit->root},
             {"rate", kase.audit->rate}};
  }
  const json document = {{"job", write(kase.job)},
                         {"tool", {{"version", kase.tool.version}, {"rules_sha256", kase.tool.rules_sha256}}},
                         {"now", kase.now},
                         {"unsigned", kase.unsigned_ok},
                         {"seats", sorted_list(kase.seats)},
                         {"results", sorted_list(kase.results)},
                         {"normal", kase.normal},
                         {"relations", sorted_list(kase.relations)},
                         {"audit", std::move(audit)},
                         {"confirmations", kase.confirmations},
                         {"events", sorted_list(kase.events)}};
  return document.dump();
}

Result<Case> parse_case(std::string_view text) {
  try {
    const json from = json::parse(text);
    Case kase;
    read(from.at("job"), kase.job);
    from.at("tool").at("version").get_to(kase.tool.version);
    from.at("tool").at("rules_sha256").get_to(kase.tool.rules_sha256);
    from.at("now").get_to(kase.now);
    from.at("unsigned").get_to(kase.unsigned_ok);
    kase.seats = read_list<Seat>(from.at("seats"));
    kase.results = read_list<BuildResult>(from.at("results"));
    from.at("normal").get_to(kase.normal);
    kase.relations = read_list<Relation>(from.at("relations"));
    if (const json& audit = from.at("audit"); !audit.is_null()) {
      kase.audit.emplace();
      audit.at("commitment").get_to(kase.audit->commitment);
      audit.at("seed").get_to(kase.audit->seed);
      audit.at("root").get_to(kase.audit->root);
      audit.at("rate").get_to(kase.audit->rate);
    }
    from.at("confirmations").get_to(kase.confirmations);
    kase.events = read_list<Event>(from.at("events"));
    return kase;
  } catch (const json::exception& error) {
    return fail(Trouble::unsupported, "case: " + std::string(error.what()));
  }
}

Digest case_digest(const Case& kase) { return to_hex(digest(Algo::sha256, as_bytes(case_json(kase)))); }

std::string_view to_string(SeatState state) { return kSeatStates[static_cast<std::size_t>(state)]; }
std::string_view to_string(Role role) { return kRoles[static_cast<std::size_t>(role)]; }
std::string_view to_string(EventKind kind) { return kEvents[static_cast<std::size_t>(kind)]; }

}  // namespace unrepro::quorum
