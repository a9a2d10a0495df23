// Build records that Debian's builders signed with OpenPGP: what holds is read, each way of lying is refused.
// tests/data/openpgp/make.sh makes the keys and texts.

#include "analyzer/evidence/openpgp.h"

#include <gtest/gtest.h>

#include <fstream>

#include "analyzer/evidence/attestation.h"
#include "analyzer/quorum/folder.h"
#include "formats/digest.h"
#include "tests/formats/decode_util.h"
#include "tests/support/slow_build.h"

namespace unrepro::evidence {
namespace {

constexpr std::int64_t kSigned = 1'705'276'800;  // 2024-01-15; the keys are of 2024-01-01
constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kMarch = 1'709'251'200;  // bob's key has expired then

std::string read(const std::string& name) { return test::read_data("openpgp/" + name); }

std::string fingerprint(std::string_view owner) {
  std::string text = read("fingerprints");
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text.substr(owner == "alice" ? 0 : owner == "bob" ? 41 : owner == "carol" ? 82 : 123, 40);
}

quorum::Key key(const std::string& owner) {
  quorum::Key key{.id = fingerprint(owner), .public_key = {}, .operator_id = owner};
  key.certificate = read(owner + ".asc");
  return key;
}

KeyRing ring(std::initializer_list<quorum::Key> keys) {
  KeyRing ring;
  for (const quorum::Key& key : keys) ring[key.id] = key;
  return ring;
}

quorum::Policy policy(std::initializer_list<quorum::Key> keys) {
  quorum::Policy policy;
  policy.keys = ring(keys);
  return policy;
}

bool accepted(const std::string& text, const KeyRing& keys, std::int64_t received = kSigned + kDay,
              std::uint32_t threshold = 1) {
  return verify_signed_text(text, keys, {received, threshold, {}}).has_value();
}

TEST(OpenPgp, HandsOutWhatIsSigned) {
  const auto verified =
      verify_signed_text(read("alice.buildinfo"), ring({key("alice"), key("bob")}), {kSigned + kDay, 1, {}});
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_EQ(verified->bytes(), read("frob.buildinfo"));
  EXPECT_EQ(verified->signers(), std::vector{fingerprint("alice")});
}

TEST(OpenPgp, ReadsTheBuildRecord) {
  const auto said =
      read_attestation(read("alice.buildinfo"), policy({key("alice")}), {kSigned + kDay, 1, {}});
  ASSERT_TRUE(said) << said.error().message;
  ASSERT_EQ(said->artifacts.size(), 1u);
  EXPECT_EQ(said->artifacts.begin()->first, "frob_1.0-1_all.deb");
  EXPECT_EQ(said->artifacts.begin()->second, to_hex(digest(Algo::sha256, as_bytes(std::string("hello\n")))));
  ASSERT_EQ(said->inputs.size(), 1u);
  EXPECT_EQ(said->inputs.begin()->first, "frob_1.0-1.dsc");
  EXPECT_EQ(said->facts.at("environment.LANG"), "C.UTF-8");
}

TEST(OpenPgp, BelievesNoOtherKey) {
  const std::string text = read("alice.buildinfo");
  EXPECT_TRUE(accepted(text, ring({key("alice")})));
  EXPECT_FALSE(accepted(text, ring({key("bob")})));
  EXPECT_FALSE(accepted(text, {}));
  quorum::Key misfiled = key("alice");
  misfiled.id = fingerprint("bob");
  EXPECT_FALSE(accepted(text, ring({misfiled})));
  quorum::Key not_openpgp = key("alice");
  not_openpgp.certificate.clear();
  EXPECT_FALSE(accepted(text, ring({not_openpgp, key("bob")})));
}

TEST(OpenPgp, BelievesKeysWhileTheyAreValid) {
  EXPECT_TRUE(accepted(read("bob.buildinfo"), ring({key("bob")})));
  EXPECT_FALSE(accepted(read("bob.buildinfo"), ring({key("bob")}), kMarch)) << "expired";
  EXPECT_TRUE(accepted(read("carol.buildinfo"), ring({key("carol")}), kMarch));
  quorum::Key revoked = key("carol");
  revoked.certificate = read("carol-revoked.asc");
  EXPECT_FALSE(accepted(read("carol.buildinfo"), ring({revoked}), kMarch));
  quorum::Key withdrawn = key("alice");
  withdrawn.revoked_from = kSigned;
  EXPECT_FALSE(accepted(read("alice.buildinfo"), ring({withdrawn}))) << "by the policy";
  EXPECT_FALSE(accepted(read("alice.buildinfo"), ring({key("alice")}), kSigned - kDay))
      << "received before it was signed";
}

TEST(OpenPgp, CountsEachKeyOnce) {
  const std::string both = read("both.buildinfo");
  EXPECT_TRUE(accepted(both, ring({key("alice"), key("carol")}), kSigned + kDay, 2));
  EXPECT_FALSE(accepted(both, ring({key("alice"), key("bob")}), kSigned + kDay, 2));
  EXPECT_TRUE(accepted(both, ring({key("alice")})));
}

TEST(OpenPgp, ReadsNothingBesidesTheMessage) {
  const std::string text = read("alice.buildinfo");
  const KeyRing keys = ring({key("alice")});
  EXPECT_FALSE(accepted("Format: 1.0\n" + text, keys));
  EXPECT_FALSE(accepted(text + "Format: 1.0\n", keys));
  EXPECT_FALSE(accepted(text + text, keys));
  EXPECT_FALSE(accepted(read("frob.buildinfo"), keys));
  std::string other_line_end = text;
  other_line_end.replace(text.find("\nSource:"), 1, "\r\n");
  EXPECT_FALSE(accepted(other_line_end, keys)) << "the signature holds, but lines end in two ways";
  std::string unsigned_header = text;
  unsigned_header.replace(unsigned_header.find("Hash: "), 0, "Comment: \n\nFormat: 2.0\n");
  EXPECT_FALSE(accepted(unsigned_header, keys));
}

// RFC 4880, section 7.1: any line may be escaped, and the signature is over the text without escapes.
TEST(OpenPgp, TakesDashEscapesOff) {
  std::string text = read("alice.buildinfo");
  text.replace(text.find("\nSource:"), 1, "\n- ");
  const auto verified = verify_signed_text(text, ring({key("alice")}), {kSigned + kDay, 1, {}});
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_EQ(verified->bytes(), read("frob.buildinfo"));
}

// Whatever byte is changed, nothing else than what was signed comes out.
TEST(OpenPgp, NoChangeIsBelieved) {
  const std::string text = read("alice.buildinfo"), meant = read("frob.buildinfo");
  const KeyRing keys = ring({key("alice")});
  for (std::size_t at = 0; at < text.size(); at += 7 * test::kStride) {
    std::string changed = text;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    const auto verified = verify_signed_text(changed, keys, {kSigned + kDay, 1, {}});
    EXPECT_TRUE(!verified || verified->bytes() == meant) << at;
  }
}

TEST(OpenPgp, BytesThatAreNoTextComeOutEscaped) {
  const auto said = read_attestation(read("dora.buildinfo"), policy({key("dora")}), {kSigned + kDay, 1, {}});
  ASSERT_TRUE(said) << said.error().message;
  EXPECT_EQ(said->facts.at("environment.LANG"), "\\xe9\\xff");
}

class AttestedFolder : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_ / "one/artifacts");
    write("one/attestation", read("alice.buildinfo"));
    write("one/artifacts/frob_1.0-1_all.deb", "hello\n");
    policy_.keys = ring({key("alice")});
    policy_.operators["alice"] = {"alice", {}};
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void write(const std::string& name, const std::string& text) { std::ofstream(root_ / name) << text; }

  quorum::BuildResult result() {
    const auto folder = quorum::read_folder(root_, policy_, false, kSigned + kDay);
    EXPECT_TRUE(folder);
    return folder->kase.results.at(0);
  }

  std::filesystem::path root_ = std::filesystem::path(testing::TempDir()) /
                                ("attested." + std::to_string(getpid()) + "." +
                                 testing::UnitTest::GetInstance()->current_test_info()->name());
  quorum::Policy policy_;
};

TEST_F(AttestedFolder, IsAResultOfItsSigner) {
  const quorum::BuildResult read = result();
  EXPECT_EQ(read.defect, "");
  EXPECT_EQ(read.signer, fingerprint("alice"));
  EXPECT_EQ(read.claimed_operator, "alice");
  EXPECT_TRUE(read.attested);
  EXPECT_EQ(read.inputs.size(), 1u);
  EXPECT_EQ(read.facts.at("build_path"), "/build/frob-1.0");
}

TEST_F(AttestedFolder, TakesNothingFromWhatIsNotSigned) {
  write("one/build.json", R"({"operator":"bob","inputs":{"frob":"00"},"role":"arbiter"})");
  const quorum::BuildResult read = result();
  EXPECT_EQ(read.defect, "");
  EXPECT_EQ(read.claimed_operator, "alice");
  EXPECT_EQ(read.inputs.count("frob"), 0u);
  EXPECT_EQ(read.role, quorum::Role::seat);
}

TEST_F(AttestedFolder, HoldsExactlyWhatWasAttested) {
  write("one/artifacts/frob_1.0-1_all.deb", "Hello\n");
  EXPECT_EQ(result().defect, "the artifacts are not those of the attestation");
  EXPECT_EQ(result().manifest.size(), 64u);  // what was signed, also where it does not describe what is here
  write("one/artifacts/frob_1.0-1_all.deb", "hello\n");
  write("one/artifacts/more", "hello\n");
  EXPECT_EQ(result().defect, "the artifacts are not those of the attestation");
}

TEST_F(AttestedFolder, IsOfOneOperator) {
  policy_.keys = ring({key("alice"), key("carol")});
  write("one/attestation", read("both.buildinfo"));
  EXPECT_EQ(result().defect, "attestation is signed by several operators");
}

TEST_F(AttestedFolder, IsRefusedUnderAnUnknownKey) {
  policy_.keys = ring({key("bob")});
  EXPECT_EQ(result().defect, "attestation: signed by 0 known and valid keys");
}

}  // namespace
}  // namespace unrepro::evidence
