// What a quorum reads. The first byte chooses the reader: of policies, scenarios, recorded cases, replay
// logs, job.json beside a result, or texts signed with OpenPGP, before which the certificate stands, up to a
// NUL.

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "analyzer/evidence/openpgp.h"
#include "analyzer/quorum/case_json.h"
#include "analyzer/quorum/decision_json.h"
#include "analyzer/quorum/decision_text.h"
#include "analyzer/quorum/folder.h"
#include "analyzer/quorum/replay_log.h"
#include "analyzer/simulation/scenario.h"
#include "tests/fuzz/require.h"

namespace unrepro::quorum {
namespace {

namespace fs = std::filesystem;

const fs::path& folder() {
  static const struct Folder {
    fs::path path;
    Folder() {
      std::string pattern = fs::temp_directory_path() / "unrepro-fuzz-XXXXXX";
      path = ::mkdtemp(pattern.data());
      fs::create_directories(path / "results/r/artifacts");
      std::ofstream(path / "results/r/build.json") << R"({"operator":"x"})";
      std::ofstream(path / "results/r/artifacts/a") << "bits";
    }
    ~Folder() { fs::remove_all(path); }
  } kFolder;
  return kFolder.path;
}

const Policy& policy() {
  static const Policy kPolicy =
      *parse_policy("trusted = ['t']\naudit_rate = 0.5\naccept = 'explained'\ntheta = 0.5\n");
  return kPolicy;
}

// Whoever releases, releases bits that somebody holds whose result counts.
void decide_on(const Policy& by, const Case& kase) {
  const Decision decision = decide(by, kase);
  FUZZ_REQUIRE(decision_json(decide(by, kase)) == decision_json(decision));
  FUZZ_REQUIRE(!decision_text(decision, {80, false}).empty());
  for (const ArtifactDecision& artifact : decision.artifacts) {
    FUZZ_REQUIRE(passes(artifact.state) != artifact.released.empty());
    bool held = artifact.released.empty();
    for (const Stance& stance : artifact.stances) held = held || stance.sha256 == artifact.released;
    FUZZ_REQUIRE(held);
  }
}

void read_case(const std::string& text) {
  auto kase = parse_case(text);
  if (!kase) return;
  const std::string once = case_json(*kase);
  const auto again = parse_case(once);
  FUZZ_REQUIRE(again.has_value() && case_json(*again) == once);
  decide_on(policy(), *kase);
  kase->unsigned_ok = true;
  decide_on(policy(), *kase);
}

void read_log(const std::string& text) {
  const fs::path log = folder() / "log";
  std::ofstream(log, std::ios::binary) << text;
  const LogHead head{1, std::string(64, '0')};
  FUZZ_REQUIRE(!replay(log, &head).has_value());
}

void read_job(const std::string& text) {
  std::ofstream(folder() / "results/job.json", std::ios::binary) << text;
  const auto read = read_folder(folder() / "results", policy(), true, 1'700'000'000);
  if (!read) return;
  FUZZ_REQUIRE(read->kase.results.size() == 1 && read->kase.confirmations.empty());
  decide_on(policy(), read->kase);
}

void read_signed(const std::string& text) {
  const std::size_t end = text.find('\0');
  if (end == text.npos) return;
  Key key;
  key.id = std::string(40, '0');  // of no certificate
  key.certificate = text.substr(0, end);
  FUZZ_REQUIRE(!evidence::verify_signed_text(std::string_view(text).substr(end + 1), {{key.id, key}},
                                             {1'705'276'800, 1, {}}));
}

}  // namespace
}  // namespace unrepro::quorum

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace unrepro::quorum;
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 6) {
    case 0:
      if (const auto read = parse_policy(text))
        FUZZ_REQUIRE(read->agree >= 2 && read->results >= read->agree);
      break;
    case 1:
      (void)unrepro::simulation::parse_scenario(text);
      break;
    case 2:
      read_case(text);
      break;
    case 3:
      read_log(text);
      break;
    case 4:
      read_job(text);
      break;
    default:
      read_signed(text);
  }
  return 0;
}
