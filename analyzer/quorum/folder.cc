#include "analyzer/quorum/folder.h"

#include <algorithm>
#include <fstream>

#include "analyzer/evidence/attestation.h"
#include "analyzer/evidence/confirmation.h"
#include "analyzer/evidence/envelope.h"
#include "analyzer/evidence/json.h"
#include "analyzer/evidence/manifest.h"
#include "formats/digest.h"
#include "formats/value.h"

namespace unrepro::quorum {
namespace {

namespace fs = std::filesystem;
using evidence::Json;

constexpr std::uint64_t kLargestText = 16u << 20;
constexpr std::size_t kMostFiles = 10'000;  // and folders
constexpr std::uint64_t kLargestResult = 64ull << 30;
constexpr std::size_t kLongestName = 1024;

std::string safe(const fs::path& path) { return escape(as_bytes(path.native())); }

Digest sha256_of(Bytes bytes) { return to_hex(digest(Algo::sha256, bytes)); }

// A regular file that is no link, of at most that many bytes. Errors: unsupported (larger, something else, or
// nothing), io. As everything here that looks at files, also throws fs::filesystem_error.
Result<BlobRef> read_file(const fs::path& path, std::uint64_t most) {
  if (!fs::is_regular_file(fs::symlink_status(path)))
    return fail(Trouble::unsupported, safe(path.filename()) + " is no regular file");
  if (fs::file_size(path) > most) return fail(Trouble::unsupported, safe(path.filename()) + " is too large");
  return blob_from_file(path);
}

Result<std::string> read_text(const fs::path& path) {
  const auto blob = read_file(path, kLargestText);
  if (!blob) return tl::unexpected<Error>(blob.error());
  return std::string(as_text((*blob)->bytes()));
}

// Thrown for a value that is missing or of another type; caught where the file is read.
struct Wrong {
  std::string what;
};

// What the operating system refuses is nobody's defect: no result may be left out for it.
[[noreturn]] void refuse(const Error& error, const std::string& what = {}) {
  if (error.trouble == Trouble::io) throw error;
  throw Wrong{what + error.message};
}

std::string text_of(const Json& value, std::string_view name) {
  if (const std::string* text = value.as_string()) return *text;
  throw Wrong{std::string(name) + " is no string"};
}

std::string text_at(const Json& object, std::string_view name, std::string missing = {}) {
  const Json* value = object.find(name);
  return value == nullptr ? missing : text_of(*value, name);
}

std::int64_t number_at(const Json& object, std::string_view name, std::int64_t missing) {
  const Json* value = object.find(name);
  if (value == nullptr) return missing;
  if (const std::int64_t* number = value->as_integer()) return *number;
  throw Wrong{std::string(name) + " is no whole number"};
}

std::map<std::string, std::string> map_at(const Json& object, std::string_view name) {
  std::map<std::string, std::string> map;
  const Json* value = object.find(name);
  if (value == nullptr) return map;
  if (value->as_object() == nullptr) throw Wrong{std::string(name) + " is no object"};
  for (const auto& member : *value->as_object()) map[member.name] = text_of(member.value, name);
  return map;
}

const Json::Array& list_at(const Json& object, std::string_view name) {
  static const Json::Array kNone;
  const Json* value = object.find(name);
  if (value == nullptr) return kNone;
  if (value->as_array() == nullptr) throw Wrong{std::string(name) + " is no list"};
  return *value->as_array();
}

std::set<std::string> set_at(const Json& object, std::string_view name) {
  std::set<std::string> set;
  for (const Json& item : list_at(object, name)) set.insert(text_of(item, name));
  return set;
}

template <class Value>
Value named(const std::string& name, std::initializer_list<Value> values) {
  for (const Value value : values) {
    if (to_string(value) == name) return value;
  }
  throw Wrong{"'" + name + "' is not known"};
}

Role role_named(const std::string& name) {
  return named(name, {Role::seat, Role::audit, Role::arbiter, Role::rerun});
}

// What the ledger says of a result's folder.
struct Receipt {
  std::string seat;
  Role role = Role::seat;
  std::int64_t received = 0;
};

class FolderReader {
 public:
  FolderReader(const fs::path& path, const Policy& policy, bool unsigned_ok, std::int64_t now)
      : path_(path), policy_(policy), now_(now) {
    out_.kase.unsigned_ok = unsigned_ok;
    out_.kase.now = now;
  }

  Result<Folder> run() {
    try {
      return read();
    } catch (const fs::filesystem_error& error) {
      return fail(Trouble::io, safe(error.path1()) + ": " + error.code().message());
    } catch (Error& error) {
      return tl::unexpected<Error>(std::move(error));
    }
  }

 private:
  Result<Folder> read() {
    if (auto read = read_job(); !read) return tl::unexpected<Error>(read.error());
    std::vector<fs::path> folders;
    for (const auto& entry : fs::directory_iterator(path_)) {
      // Whoever collects the results decides what stands here; one that was left out would be a lost dissent.
      if (entry.is_symlink())
        return fail(Trouble::unsupported, safe(entry.path()) + " is a link, where results are folders");
      if (entry.is_directory()) folders.push_back(entry.path());
    }
    std::sort(folders.begin(), folders.end());
    for (const fs::path& folder : folders) read_result(folder);
    if (jobs_.size() > 1)
      return fail(Trouble::unsupported, "these are results for several jobs: " + *jobs_.begin() + ", " +
                                            *jobs_.rbegin() + "; name one in job.json");
    if (out_.kase.job.id.empty() && !jobs_.empty()) out_.kase.job.id = *jobs_.begin();
    return std::move(out_);
  }

  Result<void> read_job() {
    const fs::path file = path_ / "job.json";
    if (!fs::exists(fs::symlink_status(file))) return {};
    const auto text = read_text(file);
    if (!text) return tl::unexpected<Error>(text.error());
    const auto json = evidence::parse_json(*text);
    if (!json) return fail(Trouble::unsupported, "job.json: " + json.error().message);
    try {
      if (text_at(*json, "schema") != "unrepro.job/1") throw Wrong{"schema is not unrepro.job/1"};
      fill_job(*json);
    } catch (const Wrong& wrong) {
      return fail(Trouble::unsupported, "job.json: " + wrong.what);
    }
    return {};
  }

  void fill_job(const Json& json) {
    Case& kase = out_.kase;
    kase.job.id = text_at(json, "id");
    if (kase.job.id.empty()) throw Wrong{"id is missing"};
    kase.job.inputs = map_at(json, "inputs");
    kase.job.artifacts = set_at(json, "artifacts");
    kase.job.reference = set_at(json, "reference");
    for (const Json& item : list_at(json, "seats")) {
      Seat seat{.id = text_at(item, "id"),
                .operator_id = text_at(item, "operator"),
                .role = role_named(text_at(item, "role", "seat")),
                .state = named(text_at(item, "state", "submitted"), {SeatState::open, SeatState::submitted,
                                                                     SeatState::failed, SeatState::expired}),
                .fresh = item.find("fresh") != nullptr && *item.find("fresh") == Json(true),
                .replaces = text_at(item, "replaces"),
                .manifest = text_at(item, "manifest")};
      if (seat.id.empty() || seat.operator_id.empty()) throw Wrong{"a seat needs id and operator"};
      const std::string result = text_at(item, "result");
      if (!result.empty() &&
          !receipts_.emplace(result, Receipt{seat.id, seat.role, number_at(item, "received", now_)}).second)
        throw Wrong{"two seats name the result " + result};
      kase.seats.push_back(std::move(seat));
    }
    if (const Json* audit = json.find("audit")) {
      kase.audit = AuditDraw{text_at(*audit, "commitment"), text_at(*audit, "seed"), text_at(*audit, "root"),
                             static_cast<Ppb>(std::max<std::int64_t>(0, number_at(*audit, "rate", 0)))};
    }
    for (const Json& item : list_at(json, "confirmations")) read_confirmation(item);
    for (const Json& item : list_at(json, "events")) {
      kase.events.push_back(
          {text_at(item, "operator"),
           named(text_at(item, "kind"), {EventKind::audit_passed, EventKind::flake, EventKind::ringer_failed,
                                         EventKind::arbitration_lost, EventKind::convicted}),
           number_at(item, "at", now_), text_at(item, "evidence")});
    }
  }

  // One that is for another job, or not signed by a person whom the policy names, counts for nothing.
  void read_confirmation(const Json& item) {
    const auto envelope = evidence::Envelope::parse(evidence::write_json(item));
    if (!envelope) return;
    const auto verified =
        evidence::verify(*envelope, policy_.people, {now_, 1, std::string(evidence::kConfirmationPayload)});
    if (!verified) return;
    const auto said = evidence::read_confirmation(*verified);
    if (!said || said->job != out_.kase.job.id) return;
    for (const std::string& id : said->signers)
      out_.kase.confirmations[said->manifest].insert(policy_.people.at(id).operator_id);
  }

  void read_result(const fs::path& folder) {
    BuildResult result;
    result.id = safe(folder.filename());
    result.received = now_;
    const auto receipt = receipts_.find(result.id);
    if (receipt != receipts_.end()) {
      result.seat = receipt->second.seat;
      result.received = receipt->second.received;
    }
    evidence::Manifest made;  // what is there, to be compared with what was signed
    try {
      const bool attested = fs::exists(fs::symlink_status(folder / "attestation"));
      if (!attested) read_build(folder, result, made);
      if (receipt != receipts_.end()) result.role = receipt->second.role;
      read_artifacts(folder / "artifacts", result, made);
      attested ? check_attestation(folder / "attestation", result)
               : check_manifest(folder / "manifest.json", result, made);
    } catch (const Wrong& wrong) {
      result.defect = wrong.what;
    }
    out_.kase.results.push_back(std::move(result));
  }

  static void read_build(const fs::path& folder, BuildResult& result, evidence::Manifest& made) {
    const auto text = read_text(folder / "build.json");
    if (!text) refuse(text.error());
    made.build = {sha256_of(as_bytes(*text)), text->size()};
    const auto json = evidence::parse_json(*text);
    if (!json) throw Wrong{"build.json: " + json.error().message};
    result.claimed_operator = text_at(*json, "operator");
    result.builder = text_at(*json, "builder");
    result.inputs = map_at(*json, "inputs");
    result.facts = map_at(*json, "facts");
    result.isolation = text_at(*json, "isolation");
    result.role = role_named(text_at(*json, "role", "seat"));
  }

  void read_artifacts(const fs::path& root, BuildResult& result, evidence::Manifest& made) {
    if (!fs::is_directory(fs::symlink_status(root))) return;  // nothing was built
    std::size_t files = 0;
    std::uint64_t room = kLargestResult;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      if (++files > kMostFiles) throw Wrong{"more than 10000 artifacts"};
      const std::string name = safe(entry.path().lexically_relative(root));
      if (name.size() > kLongestName) throw Wrong{"an artifact's name is longer than 1024 bytes"};
      if (fs::is_directory(entry.symlink_status())) continue;
      auto blob = read_file(entry.path(), room);
      if (!blob) refuse(blob.error(), "artifacts: ");
      room -= std::min(room, (*blob)->size());
      const Digest sha256 = sha256_of((*blob)->bytes());
      made.artifacts[name] = {sha256, (*blob)->size()};
      result.artifacts[name] = sha256;
      out_.artifacts.emplace(sha256, std::move(*blob));
      out_.names.emplace(sha256, result.id + "/" + name);
    }
  }

  // Sets signer and manifest. Without an envelope the result stands unsigned, as what it is.
  void check_manifest(const fs::path& file, BuildResult& result, const evidence::Manifest& made) {
    if (!fs::exists(fs::symlink_status(file))) {
      result.manifest = sha256_of(as_bytes(evidence::write_manifest(made)));
      return;
    }
    const auto text = read_text(file);
    if (!text) refuse(text.error());
    const auto envelope = evidence::Envelope::parse(*text);
    if (!envelope) throw Wrong{"manifest.json: " + envelope.error().message};
    const auto verified = evidence::verify(*envelope, policy_.keys,
                                           {result.received, 1, std::string(evidence::kManifestPayload)});
    if (!verified) throw Wrong{"manifest.json: " + verified.error().message};
    const auto manifest = evidence::read_manifest(*verified);
    if (!manifest) throw Wrong{"manifest.json: " + manifest.error().message};
    result.signer = one_operator(manifest->signers, "manifest.json");
    result.manifest = manifest->digest;
    if (!(manifest->build == made.build)) throw Wrong{"build.json is not what was signed"};
    if (manifest->artifacts != made.artifacts) throw Wrong{"the artifacts are not those that were signed"};
    if (!out_.kase.job.id.empty() && manifest->job != out_.kase.job.id)
      throw Wrong{"it was signed for another job: " + manifest->job};
    jobs_.insert(manifest->job);
  }

  // Sets all that a builder says of itself.
  void check_attestation(const fs::path& file, BuildResult& result) {
    const auto text = read_text(file);
    if (!text) refuse(text.error());
    auto said = evidence::read_attestation(*text, policy_, {result.received, 1, {}});
    if (!said) refuse(said.error(), "attestation: ");
    result.signer = one_operator(said->signers, "attestation");
    result.manifest = said->digest;
    result.attested = true;
    if (said->artifacts != result.artifacts) throw Wrong{"the artifacts are not those of the attestation"};
    result.claimed_operator = policy_.keys.at(result.signer).operator_id;
    result.builder = said->builder;
    result.inputs = std::move(said->inputs);
    result.facts = std::move(said->facts);
  }

  // The first of the keys that signed, which must be of one operator.
  const std::string& one_operator(const std::vector<std::string>& signers, const std::string& what) const {
    for (const std::string& each : signers) {
      if (policy_.keys.at(each).operator_id != policy_.keys.at(signers.front()).operator_id)
        throw Wrong{what + " is signed by several operators"};
    }
    return signers.front();
  }

  const fs::path& path_;
  const Policy& policy_;
  std::int64_t now_;
  Folder out_;
  std::map<std::string, Receipt> receipts_;  // by the name of the folder
  std::set<std::string> jobs_;               // that manifests name
};

}  // namespace

Result<Folder> read_folder(const std::filesystem::path& path, const Policy& policy, bool unsigned_ok,
                           std::int64_t now) {
  return FolderReader(path, policy, unsigned_ok, now).run();
}

}  // namespace unrepro::quorum
