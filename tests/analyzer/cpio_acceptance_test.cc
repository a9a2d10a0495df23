// What may be accepted in cpio archives, and what must never be: root unpacks them.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/analyze.h"
#include "tests/support/archives.h"

namespace unrepro {
namespace {

using testing::causes_of;
using testing::compare_bytes;
using testing::cpio;
using testing::CpioMember;
using testing::gzip;
using testing::has_alert;

std::vector<CpioMember> image() {
  return {{.name = "bin", .content = {}, .mode = 040755, .ino = 1, .nlink = 2},
          {.name = "bin/sh", .content = {}, .mode = 0100755, .ino = 2, .nlink = 2},
          {.name = "bin/bash", .content = "shell\n", .mode = 0100755, .ino = 2, .nlink = 2},
          {.name = "console", .content = {}, .mode = 020600, .ino = 3, .rdevmajor = 5, .rdevminor = 1},
          {.name = "init", .content = "bin/sh", .mode = 0120777, .ino = 4},
          {.name = "motd", .content = "hello\n", .ino = 5}};
}

// Without hard links, whose order counts.
std::vector<CpioMember> flat() {
  return {{.name = "a", .ino = 1}, {.name = "b", .ino = 2}, {.name = "c", .ino = 3}};
}

void expect_equivalent(const std::string& left, const std::string& right, const std::string& cause) {
  const Report report = compare_bytes(left, right);
  EXPECT_EQ(report.verdict, Verdict::equivalent);
  EXPECT_EQ(causes_of(report), std::vector<std::string>{cause});
  ASSERT_TRUE(report.left.normal_sha256 && report.right.normal_sha256);
  EXPECT_EQ(*report.left.normal_sha256, *report.right.normal_sha256);
}

void expect_alert(const std::string& right, const std::string& cause, const std::string& place) {
  const Report report = compare_bytes(cpio(image()), right);
  EXPECT_EQ(report.verdict, Verdict::divergent);
  EXPECT_TRUE(has_alert(report, cause, place)) << cause << " " << place;
}

std::string changed(std::size_t member, void (*change)(CpioMember&)) {
  auto members = image();
  change(members[member]);
  return cpio(members);
}

TEST(CpioAcceptance, OtherTimesAreEquivalent) {
  auto later = image();
  for (CpioMember& member : later) member.mtime += 86'400;
  expect_equivalent(cpio(image()), cpio(later), "file-mtime");
}

TEST(CpioAcceptance, RenumberedInodesAreEquivalent) {
  auto other = image();
  for (CpioMember& member : other) member.ino = 0xabc0 + member.ino * 7;
  expect_equivalent(cpio(image()), cpio(other), "filesystem-metadata");
}

TEST(CpioAcceptance, MemberOrderIsEquivalent) {
  auto other = flat();
  std::reverse(other.begin(), other.end());
  expect_equivalent(cpio(flat()), cpio(other), "readdir-order");
}

TEST(CpioAcceptance, InodesThatCountFollowTheOrder) {
  auto left = flat(), right = flat();
  std::reverse(right.begin(), right.end());
  for (auto* side : {&left, &right}) {
    std::uint32_t next = 0;
    for (CpioMember& member : *side) member.ino = next++;
  }
  expect_equivalent(cpio(left), cpio(right), "readdir-order");
}

TEST(CpioAcceptance, CrcOfTheSameMembersIsADialect) {
  expect_equivalent(cpio(image()), cpio(image(), true), "serialiser-style");
}

TEST(CpioAcceptance, OrderOfHardLinksCounts) {
  auto other = image();
  std::swap(other[1], other[2]);
  EXPECT_EQ(compare_bytes(cpio(image()), cpio(other)).verdict, Verdict::divergent);
}

TEST(CpioAcceptance, HardLinkThatIsSplitIsAnAlert) {
  expect_alert(changed(2, [](CpioMember& member) { member.ino = 9; }), "semantic-change", "bin/sh");
}

TEST(CpioAcceptance, FilesThatBecomeHardLinksAreAnAlert) {
  auto members = image();
  members[5].ino = 2;
  for (const std::size_t i : {1, 2, 5}) members[i].nlink = 3;
  expect_alert(cpio(members), "semantic-change", "motd");
}

TEST(CpioAcceptance, PrivilegesAreAlerts) {
  expect_alert(changed(2, [](CpioMember& member) { member.mode = 0104755; }), "semantic-change", "bin/bash");
  expect_alert(changed(5, [](CpioMember& member) { member.uid = 33; }), "semantic-change", "motd");
  expect_alert(changed(3, [](CpioMember& member) { member.rdevmajor = 1; }), "semantic-change", "console");
  expect_alert(changed(4, [](CpioMember& member) { member.content = "motd\0\0"; }), "semantic-change",
               "init");
}

TEST(CpioAcceptance, HiddenBytesAreAlerts) {
  expect_alert(cpio(image()) + std::string(4, '\0') + "evil", "structural-anomaly", "");
  std::string padding = cpio(image());
  padding[padding.find("hello\n") + 7] = '!';
  expect_alert(padding, "structural-anomaly", "motd");
}

TEST(CpioAcceptance, WrongChecksumIsAnAlert) {
  std::string lie = cpio(image(), true);
  lie[lie.find("hello")] = 'j';
  expect_alert(lie, "integrity-mismatch", "motd");
}

TEST(CpioAcceptance, SecondArchiveThatOverridesIsAnAlert) {
  expect_alert(cpio(image()) + cpio({{.name = "./motd", .content = "other\n"}}), "structural-anomaly",
               "motd");
}

TEST(CpioAcceptance, EarlyArchiveAndCompressedOne) {
  const auto initramfs = [](const std::string& microcode, const std::string& rest) {
    return cpio({{.name = "kernel.bin", .content = microcode}}) + std::string(16, '\0') + rest;
  };
  auto later = image();
  for (CpioMember& member : later) ++member.mtime;
  const std::string plain = initramfs("code", gzip(cpio(image())));
  expect_equivalent(plain, initramfs("code", gzip(cpio(later))), "file-mtime");
  expect_equivalent(plain, initramfs("code", gzip(cpio(image()), 1)), "compressor-variation");
  const Report other = compare_bytes(plain, initramfs("edoc", gzip(cpio(later))));
  EXPECT_EQ(other.verdict, Verdict::divergent);
  auto evil = image();
  evil[2].mode = 0104755;
  const Report inside = compare_bytes(plain, initramfs("code", gzip(cpio(evil))));
  EXPECT_TRUE(has_alert(inside, "semantic-change", "bin/bash"));
}

}  // namespace
}  // namespace unrepro
