// Evidence and the log as a person uses them: sign, decide, verify, replay.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "analyzer/evidence/base64.h"
#include "analyzer/evidence/ed25519.h"
#include "formats/digest.h"

namespace unrepro {
namespace {

namespace fs = std::filesystem;

class QuorumEvidence : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "unrepro-evidence-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    std::string policy = "results = 2\nagree = 2\nrequire_trusted = 1\ntrusted = [\"debian\"]\n";
    for (const char* name : {"debian", "suse", "quorum", "zoo"}) {
      const std::string seed(32, name[0]);
      // PKCS #8 (RFC 8410, section 7): a fixed head before the seed.
      write(std::string(name) + ".pem",
            "-----BEGIN PRIVATE KEY-----\n" +
                evidence::encode_base64(*from_hex("302e020100300506032b657004220420") + seed) +
                "\n-----END PRIVATE KEY-----\n");
      const bool verifies = name[0] > 'd' && name[0] != 's';
      policy += (verifies ? "[[verifiers]]\nverifier = \"https://" + std::string(name) + ".example\""
                          : "[[keys]]\noperator = \"" + std::string(name) + "\"") +
                "\npublic = \"" + to_hex(evidence::SigningKey::from_seed(seed)->public_key()) + "\"\n";
      if (verifies) continue;
      fs::create_directories(folder_ / "results" / name / "artifacts");
      write("results/" + std::string(name) + "/build.json", "{\"operator\":\"" + std::string(name) + "\"}");
      hand_in(name, "left.deb");
    }
    write("policy.toml", policy);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
  }
  std::string read(const std::string& name) const {
    std::ifstream file(folder_ / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void hand_in(const std::string& who, const std::string& artifact) const {
    fs::copy_file(fs::path(UNREPRO_TESTDATA) / "data/demo" / artifact,
                  folder_ / "results" / who / "artifacts/frob.deb", fs::copy_options::overwrite_existing);
    EXPECT_EQ(run("sign results/" + who + " --key " + who + ".pem --job frob"), 0) << read("err");
  }
  // Exit status; output in `out` and `err`.
  int run(const std::string& arguments) const {
    const std::string command =
        "cd " + folder_.string() + " && " + as_ + UNREPRO_PROGRAM " quorum " + arguments + " >out 2>err";
    return WEXITSTATUS(std::system(command.c_str()));
  }

  fs::path folder_;
  std::string as_;  // what changes the user before the program starts
};

TEST_F(QuorumEvidence, FromManifestsToAReplay) {
  const std::string decide =
      "decide --policy policy.toml --results results --format json --log log --evidence evidence --key "
      "quorum.pem --verifier https://quorum.example --resource pkg:deb/frob";
  EXPECT_EQ(run("verify --policy policy.toml results/debian/manifest.json results/suse/manifest.json"), 0)
      << read("out");
  EXPECT_EQ(run(decide), 0) << read("err");
  const std::string first = read("out");
  EXPECT_EQ(run("verify --policy policy.toml evidence/vsa.json --artifact results/debian/artifacts/frob.deb"),
            0);
  EXPECT_NE(read("out").find("PASSED QUORUM_BITWISE_2_OPERATORS QUORUM_TRUSTED_1"), std::string::npos)
      << read("out");
  EXPECT_EQ(run("verify --policy policy.toml evidence/vsa.json --verifier https://other.example"), 1);
  EXPECT_EQ(run("verify --policy policy.toml evidence/vsa.json --artifact policy.toml"), 1);
  EXPECT_EQ(run("verify --policy policy.toml evidence/vsa.json --threshold 2"), 1);
  EXPECT_EQ(run("verify --policy policy.toml evidence/vsa.json --verifier https://quorum.example --resource "
                "pkg:deb/frob --level QUORUM_TRUSTED_1 --level QUORUM_BITWISE_2_OPERATORS"),
            0)
      << read("out");
  EXPECT_EQ(run("verify --policy policy.toml evidence/vsa.json --level QUORUM_BITWISE_3_OPERATORS"), 1);
  EXPECT_EQ(run("verify --policy policy.toml evidence/nothing.json"), 2);

  // Somebody differs: the summary goes, a comparison comes.
  hand_in("suse", "right.deb");
  EXPECT_EQ(run(decide), 1) << read("err");
  const std::string second = read("out");
  EXPECT_FALSE(fs::exists(folder_ / "evidence/vsa.json"));
  EXPECT_EQ(run("verify --policy policy.toml evidence/comparison-*.json --artifact "
                "results/suse/artifacts/frob.deb"),
            0);
  EXPECT_NE(read("out").find("comparison: explained; signed by https://quorum.example"), std::string::npos)
      << read("out");

  EXPECT_EQ(run("replay log --print"), 0) << read("err");
  EXPECT_EQ(read("out"), first + second);
  EXPECT_EQ(run("replay log"), 0);
  std::string head = read("log.head");
  head.pop_back();
  EXPECT_EQ(run("replay log --head '" + head + "'"), 0);
  std::string log = read("log");
  write("log", log.substr(0, log.rfind("decision ")));
  EXPECT_EQ(run("replay log"), 1);
  EXPECT_EQ(run(decide), 2);  // what cannot be recorded is not decided
  EXPECT_EQ(run("replay missing"), 2);
}

// What was signed stays evidence where it does not describe what is there; the summary that names it holds.
TEST_F(QuorumEvidence, ADamagedResultSpoilsNoSummary) {
  fs::copy(folder_ / "results/suse", folder_ / "results/damaged", fs::copy_options::recursive);
  write("results/damaged/build.json", "{\"operator\":\"suse\" }");
  ASSERT_EQ(
      run("decide --policy policy.toml --results results --evidence evidence --key quorum.pem --verifier "
          "https://quorum.example --resource pkg:deb/frob"),
      0)
      << read("err");
  EXPECT_EQ(run("verify --policy policy.toml evidence/vsa.json"), 0) << read("out");
}

// A summary is no word of an operator's, nor of another verifier's; and nothing else takes its place.
TEST_F(QuorumEvidence, OnlyItsVerifierSummarizes) {
  const std::string verify = "verify --policy policy.toml ";
  for (const char* key : {"debian", "suse", "zoo"}) {
    ASSERT_EQ(run(std::string("decide --policy policy.toml --results results --evidence evidence --key ") +
                  key + ".pem --verifier https://quorum.example --resource pkg:deb/frob"),
              0)
        << read("err");
    EXPECT_EQ(run(verify + "evidence/vsa.json"), 1) << key;
    EXPECT_NE(read("out").find("signed by 0 keys that the policy knows for verifier https://quorum.example"),
              std::string::npos)
        << read("out");
  }
  for (const char* demand :
       {"--verifier https://quorum.example", "--resource pkg:deb/frob", "--level QUORUM_TRUSTED_1"}) {
    EXPECT_EQ(run(verify + "results/debian/manifest.json " + demand), 1) << demand;
    EXPECT_NE(read("out").find("ask for a summary; this is a manifest"), std::string::npos) << read("out");
  }
  // The verifier's key hands in no results, and an operator's may not be the verifier's as well.
  EXPECT_EQ(run("sign results/suse --key quorum.pem --job frob"), 0);
  EXPECT_EQ(run(verify + "results/suse/manifest.json"), 1);
  const std::string policy = read("policy.toml");
  const std::string public_key = policy.substr(policy.find("public = "), 75);
  write("both.toml", policy + "[[verifiers]]\nverifier = \"https://d.example\"\n" + public_key + "\n");
  EXPECT_EQ(run("verify --policy both.toml results/debian/manifest.json"), 2);
}

// What the operating system refuses loses nobody's result: there is no decision then.
TEST_F(QuorumEvidence, WhatCannotBeReadEndsTheDecision) {
  const std::string decide = "decide --policy policy.toml --results results --format json";
  const fs::path artifact = folder_ / "results/suse/artifacts/frob.deb";
  fs::resize_file(artifact, 65ull << 30);  // sparse
  EXPECT_EQ(run(decide), 3);
  EXPECT_NE(read("out").find("frob.deb is too large"), std::string::npos) << read("out");
  fs::path deep = folder_ / "results/suse/artifacts";
  for (int i = 0; i < 9; ++i) deep /= std::string(120, 'd');
  fs::remove(artifact);
  fs::create_directories(deep);
  EXPECT_EQ(run(decide), 3);
  EXPECT_NE(read("out").find("name is longer than 1024 bytes"), std::string::npos) << read("out");
  fs::remove_all(folder_ / "results/suse/artifacts");
  fs::create_directory(folder_ / "results/suse/artifacts");
  hand_in("suse", "left.deb");
  if (geteuid() == 0) {  // whom no mode keeps out
    as_ = "setpriv --reuid=65534 --clear-groups ";
    fs::permissions(folder_, fs::perms(0755));
  }
  if (run(decide) != 0) GTEST_SKIP() << "no other user can run the program here";
  for (const char* each : {"results/suse/build.json", "results/suse/manifest.json", "results/suse/artifacts",
                           "results/suse/artifacts/frob.deb", "results/suse"}) {
    fs::permissions(folder_ / each, fs::perms::none);
    EXPECT_EQ(run(decide), 2) << each;
    fs::permissions(folder_ / each, fs::perms(0755));
  }
}

TEST_F(QuorumEvidence, LinksAmongResultsAreRefused) {
  const std::string decide = "decide --policy policy.toml --results results --format json";
  EXPECT_EQ(run(decide), 0) << read("err");
  fs::create_directory_symlink("suse", folder_ / "results/arch");
  EXPECT_EQ(run(decide), 2);
  EXPECT_NE(read("err").find("is a link"), std::string::npos) << read("err");
  fs::remove(folder_ / "results/arch");
  fs::create_symlink("nowhere", folder_ / "results/arch");
  EXPECT_EQ(run(decide), 2);
}

TEST_F(QuorumEvidence, PeopleConfirmWhatWasMeant) {
  const std::string digest(64, '1');
  const std::string alice = "[[people]]\nname = \"alice\"\npublic = \"" +
                            to_hex(evidence::SigningKey::from_seed(std::string(32, 's'))->public_key()) +
                            "\"\n";
  EXPECT_EQ(run("sign " + digest + " --confirm --job frob --key suse.pem --output word.json"), 0)
      << read("err");
  EXPECT_EQ(run("sign suse --confirm --job frob --key suse.pem"), 2);
  EXPECT_EQ(run("sign " + digest + " --confirm --key suse.pem"), 2);
  EXPECT_EQ(run("verify --policy policy.toml word.json"), 1);  // suse is an operator
  write("people.toml", "require_trusted = 0\n" + alice);
  EXPECT_EQ(run("verify --policy people.toml word.json"), 0) << read("out");
  EXPECT_NE(read("out").find("was meant; signed by alice"), std::string::npos) << read("out");
  write("late.toml", "require_trusted = 0\n" + alice + "valid_until = 2020-01-01T00:00:00Z\n");
  EXPECT_EQ(run("verify --policy late.toml word.json"), 1);
  write("both.toml", read("policy.toml") + alice);
  EXPECT_EQ(run("verify --policy both.toml word.json"), 2);  // a key has one owner
}

TEST_F(QuorumEvidence, ChangedFilesAreNoLongerSigned) {
  std::string manifest = read("results/suse/manifest.json");
  manifest.replace(manifest.find("eyJ"), 3, "eyK");
  write("results/suse/manifest.json", manifest);
  EXPECT_EQ(run("verify --policy policy.toml results/suse/manifest.json"), 1);
  EXPECT_EQ(run("verify --policy policy.toml policy.toml"), 1);
  write("empty.jsonl", "\n\n");
  EXPECT_EQ(run("verify --policy policy.toml empty.jsonl"), 1);
  EXPECT_EQ(run("sign results/suse --key policy.toml"), 2);
  EXPECT_EQ(run("sign results/none --key suse.pem"), 2);
}

TEST_F(QuorumEvidence, SimulatesAScenario) {
  write("scenario.toml", "runs = 3\nbuilds = 3\nshares = [0.2]\nstrategies = [\"always\"]\n[policies.p]\n");
  EXPECT_EQ(run("simulate scenario.toml --csv a.csv --json a.json --svg a.svg --log log --threads 1"), 0)
      << read("err");
  EXPECT_EQ(run("simulate scenario.toml --csv b.csv --threads 2"), 0) << read("err");
  EXPECT_EQ(read("a.csv"), read("b.csv"));
  EXPECT_TRUE(read("a.svg").starts_with("<svg")) << read("a.svg");
  EXPECT_NE(read("a.json").find("\"unrepro.simulation/1\""), std::string::npos);
  EXPECT_EQ(run("replay log"), 0) << read("err");
  EXPECT_EQ(run("simulate scenario.toml --seed 9 --csv -"), 0);
  EXPECT_TRUE(read("out").starts_with("policy,share,strategy"));
  EXPECT_EQ(run("simulate out"), 2);
}

}  // namespace
}  // namespace unrepro
