#include "analyzer/quorum/replay_log.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "analyzer/quorum/decision_json.h"
#include "analyzer/simulation/simulate.h"
#include "formats/digest.h"

namespace unrepro::quorum {
namespace {

namespace fs = std::filesystem;

class ReplayLogTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "unrepro-log-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    log_ = folder_ / "log";
  }
  void TearDown() override { fs::remove_all(folder_); }

  // Records what a simulation decides; returns the decisions' bytes.
  std::vector<std::string> record(unsigned runs, unsigned builds = 5) {
    const auto scenario = simulation::parse_scenario(
        "runs = " + std::to_string(runs) + "\nbuilds = " + std::to_string(builds) +
        "\nshares = [0.3]\nstrategies = [\"always\"]\nbenign_mismatch = 0.2\n"
        "[policies.a]\naudit_rate = 0.2\n[policies.b]\naccept = \"explained\"\nrequire_trusted = 0\n");
    auto log = ReplayLog::open(log_);
    EXPECT_TRUE(log) << (log ? "" : log.error().message);
    std::vector<std::string> bytes;
    simulation::simulate(*scenario, [&](const auto& policy, const Case& kase, const Decision& decision) {
      EXPECT_TRUE(log->append(policy.text, kase, decision));
      bytes.push_back(decision_json(decision));
    });
    EXPECT_TRUE(log->commit());
    return bytes;
  }
  std::vector<std::string> lines() const {
    std::ifstream file(log_);
    std::vector<std::string> all;
    for (std::string line; std::getline(file, line);) all.push_back(line);
    return all;
  }
  void write(const std::vector<std::string>& all) const {
    std::ofstream file(log_, std::ios::trunc);
    for (const std::string& line : all) file << line << '\n';
  }
  std::string outcome(const LogHead* head = nullptr) const {
    const auto read = replay(log_, head);
    if (!read) return read.error().message;
    return read->different == 0 ? "same" : read->first_different;
  }

  fs::path folder_, log_;
};

TEST_F(ReplayLogTest, GivesTheSameBytes) {
  const auto recorded = record(6);
  std::vector<std::string> replayed;
  const auto read = replay(log_, nullptr, [&](std::string_view bytes) { replayed.emplace_back(bytes); });
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(replayed, recorded);
  EXPECT_EQ(read->decisions, 60u);
  EXPECT_EQ(read->head.lines, 62u);  // two policies
  EXPECT_EQ(outcome(), "same");
}

TEST_F(ReplayLogTest, GoesOnWhereItEnded) {
  record(1);
  record(1);
  EXPECT_EQ(lines().size(), 22u);
  EXPECT_EQ(outcome(), "same");
  std::ofstream(log_, std::ios::app) << "decision 00";  // a crash in the middle of a line
  EXPECT_EQ(outcome(), "the last line is incomplete");
  record(1);
  EXPECT_EQ(outcome(), "same");
  const auto held = ReplayLog::open(log_);
  ASSERT_TRUE(held);
  EXPECT_FALSE(ReplayLog::open(log_));
}

TEST_F(ReplayLogTest, NoticesEveryManipulation) {
  record(2);
  const std::vector<std::string> good = lines();
  const auto head = parse_log_head([&] {
    std::ifstream file(log_.string() + ".head");
    return std::string{std::istreambuf_iterator<char>(file), {}};
  }());
  ASSERT_TRUE(head);
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto bad = good;
    bad.erase(bad.begin() + static_cast<std::ptrdiff_t>(i));
    write(bad);
    EXPECT_NE(outcome(), "same") << "removed " << i;
    EXPECT_FALSE(ReplayLog::open(log_));
    bad = good;
    bad[i].back() = bad[i].back() == '}' ? ']' : 'A';
    write(bad);
    EXPECT_NE(outcome(), "same") << "edited " << i;
    bad = good;
    bad.insert(bad.begin() + static_cast<std::ptrdiff_t>(i), good[i]);
    write(bad);
    EXPECT_NE(outcome(), "same") << "repeated " << i;
    if (i == 0) continue;
    bad = good;
    std::swap(bad[i], bad[i - 1]);
    write(bad);
    EXPECT_NE(outcome(), "same") << "swapped " << i;
  }
  // Who can write both files cuts the log and its head; a head kept elsewhere tells.
  fs::remove(log_.string() + ".head");
  fs::remove(log_);
  record(1);
  EXPECT_EQ(outcome(), "same");
  EXPECT_NE(outcome(&*head), "same");
  fs::remove(log_.string() + ".head");
  EXPECT_NE(outcome(), "same");
  EXPECT_FALSE(ReplayLog::open(log_));
}

TEST_F(ReplayLogTest, NoticesAnotherDecision) {
  record(1);
  // A forged digest of a decision, with the chain and the head made to fit.
  std::vector<std::string> all = lines();
  std::istringstream fields(all.back());
  std::string kind, previous, policy, digest;
  fields >> kind >> previous >> policy >> digest;
  all.back().replace(all.back().find(digest), 64, std::string(64, '0'));
  write(all);
  const LogHead head{all.size(), to_hex(unrepro::digest(Algo::sha256, as_bytes(all.back())))};
  const auto read = replay(log_, &head);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->different, 1u);
  EXPECT_EQ(read->first_different, "line 12: the decision came out otherwise");
}

TEST(LogHead, IsReadStrictly) {
  EXPECT_TRUE(parse_log_head("3 " + std::string(64, 'a') + "\n"));
  for (const std::string& text :
       {std::string(), std::string("3"), "3  " + std::string(64, 'a'), "-3 " + std::string(64, 'a'),
        "3 " + std::string(64, 'x'), "3 " + std::string(65, 'a')}) {
    EXPECT_FALSE(parse_log_head(text)) << text;
  }
}

// Recorded decisions replay at this rate at least: 10^5 in a minute. (tools/unrepro quorum replay on a log of
// 10^5 is what the README quotes.)
TEST_F(ReplayLogTest, IsFast) {
  record(50, 10);
  const auto begin = std::chrono::steady_clock::now();
  const auto read = replay(log_, nullptr);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  ASSERT_TRUE(read);
  EXPECT_EQ(read->decisions, 1'000u);
  EXPECT_LT(took.count() / 1'000 * 100'000, 60.0 * 8);  // slack for busy machines
}

}  // namespace
}  // namespace unrepro::quorum
