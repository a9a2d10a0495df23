// What may be accepted, and what must never be: the contract of design 1.1 and 1.3 on small archives.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>

#include "tests/support/analyze.h"
#include "tests/support/archives.h"

namespace unrepro {
namespace {

using testing::causes_of;
using testing::compare_bytes;
using testing::deb;
using testing::DebOptions;
using testing::gzip;
using testing::has_alert;
using testing::root_directory;
using testing::root_file;
using testing::tar;
using testing::TarMember;
using testing::xz;

std::vector<TarMember> three_files() {
  return {{.name = "a.txt", .content = "alpha\n"},
          {.name = "b.txt", .content = "beta\n", .mtime = 1'600'000'100},
          {.name = "c.txt", .content = "gamma\n", .mtime = 1'600'000'200}};
}

void expect_equivalent(const Report& report, const std::vector<std::string>& causes) {
  EXPECT_EQ(report.verdict, Verdict::equivalent);
  EXPECT_EQ(causes_of(report), causes);
  EXPECT_EQ(report.accounting.unexplained_bytes, 0u);
  EXPECT_EQ(report.alerts, 0u);
  ASSERT_TRUE(report.left.normal_sha256 && report.right.normal_sha256);
  EXPECT_EQ(*report.left.normal_sha256, *report.right.normal_sha256);
}

TEST(PlainTar, IdenticalBytes) {
  const std::string archive = tar(three_files());
  EXPECT_EQ(compare_bytes(archive, archive).verdict, Verdict::identical);
}

TEST(PlainTar, OtherTimesAreEquivalent) {
  auto later = three_files();
  for (TarMember& member : later) member.mtime += 86'400;
  expect_equivalent(compare_bytes(tar(three_files()), tar(later)), {"file-mtime"});
}

TEST(PlainTar, OwnersUnderOneMapAreEquivalent) {
  auto other = three_files();
  for (TarMember& member : other) {
    member.uid = 2000;
    member.gid = 2001;
    member.user = "somebody";
    member.group = "else";
  }
  expect_equivalent(compare_bytes(tar(three_files()), tar(other)), {"archive-ownership"});
}

TEST(PlainTar, OneFileThatChangesHandsIsNotAMap) {
  auto other = three_files();
  other[1].uid = 2000;
  const Report report = compare_bytes(tar(three_files()), tar(other));
  EXPECT_EQ(report.verdict, Verdict::divergent);
}

TEST(PlainTar, TwoOwnersThatBecomeOneAreNotAMap) {
  auto left = three_files();
  left[1].uid = 1001;
  auto right = three_files();
  for (TarMember& member : right) member.uid = 5;
  EXPECT_EQ(compare_bytes(tar(left), tar(right)).verdict, Verdict::divergent);
}

TEST(PlainTar, MemberOrderIsEquivalent) {
  auto other = three_files();
  std::reverse(other.begin(), other.end());
  expect_equivalent(compare_bytes(tar(three_files()), tar(other)), {"readdir-order"});
}

TEST(PlainTar, OrderWithDuplicatesIsAnAlert) {
  auto left = three_files();
  left.push_back({.name = "a.txt", .content = "other\n"});
  auto right = left;
  std::swap(right[0], right[3]);
  const Report report = compare_bytes(tar(left), tar(right));
  EXPECT_EQ(report.divergence, Divergence::alert);
  EXPECT_TRUE(has_alert(report, "structural-anomaly", "a.txt"));
}

// Modes of `left` and `right`, of three members.
Report compare_modes(const std::array<unsigned, 3>& left, const std::array<unsigned, 3>& right) {
  auto files = three_files(), others = three_files();
  for (std::size_t i = 0; i < 3; ++i) files[i].mode = left[i], others[i].mode = right[i];
  return compare_bytes(tar(files), tar(others));
}

TEST(PlainTar, OneUmaskForAllMembersIsARecord) {
  for (const auto& [left, right] :
       {std::pair(std::array{0644u, 0644u, 0755u}, std::array{0664u, 0664u, 0775u}),
        std::pair(std::array{0644u, 0664u, 0644u}, std::array{0664u, 0664u, 0664u})}) {
    for (const Report& report : {compare_modes(left, right), compare_modes(right, left)}) {
      EXPECT_EQ(report.verdict, Verdict::explained);
      EXPECT_EQ(causes_of(report), std::vector<std::string>{"umask-permissions"});
    }
  }
}

TEST(PlainTar, ModeThatWasChosenIsNoUmask) {
  constexpr std::array kHonest = {0644u, 0644u, 0755u};
  constexpr std::array<std::array<unsigned, 3>, 5> kAttacks = {
      {{0644, 0664, 0755},    // one of several (T68)
       {0666, 0666, 0777},    // for everybody
       {0664, 0660, 0775},    // two masks
       {0664, 0664, 02775},   // a special bit besides
       {0755, 0664, 0775}}};  // a program out of a text
  for (const auto& attack : kAttacks) {
    EXPECT_EQ(compare_modes(kHonest, attack).verdict, Verdict::divergent) << attack[0] << " " << attack[1];
    EXPECT_EQ(compare_modes(attack, kHonest).verdict, Verdict::divergent) << attack[0] << " " << attack[1];
  }
}

TEST(PlainTar, SetuidBitIsAnAlert) {
  auto other = three_files();
  other[1].mode = 04755;
  EXPECT_TRUE(has_alert(compare_bytes(tar(three_files()), tar(other)), "semantic-change", "b.txt"));
}

TEST(PlainTar, ChangedContentIsResidue) {
  auto other = three_files();
  other[2].content = "Gamma\n";
  const Report report = compare_bytes(tar(three_files()), tar(other));
  EXPECT_EQ(report.verdict, Verdict::divergent);
  EXPECT_EQ(report.divergence, Divergence::unknown);
  EXPECT_EQ(report.accounting.unexplained_bytes, 1u);  // the capital
}

TEST(PlainTar, BytesAfterTheEndAreAnAlert) {
  std::string other = tar(three_files());
  other += std::string(511, '\0') + "x";
  EXPECT_EQ(compare_bytes(tar(three_files()), other).divergence, Divergence::alert);
}

TEST(PlainTar, PaxSizeUnlikeTheHeaderIsAnAlert) {
  const TarMember member{.name = "file", .content = std::string(512, 'x')};
  const std::string left =
      testing::pax_header({{"size", "512"}}) + testing::tar_member(member) + testing::tar_end();
  const std::string right =
      testing::pax_header({{"size", "0"}}) + testing::tar_member(member) + testing::tar_end();
  EXPECT_EQ(compare_bytes(left, right).divergence, Divergence::alert);
}

TEST(PlainTar, MagicThatMovesAPrefixIsAnAlert) {
  TarMember member{.name = "etc/cron.d/job", .prefix = "usr/share/doc"};
  const std::string left = tar({member});
  member.magic = std::string("ustar  \0", 8);
  EXPECT_EQ(compare_bytes(left, tar({member})).divergence, Divergence::alert);
}

TEST(Streams, ReproducedEncodingsAreEquivalent) {
  const std::string plain = tar(three_files());
  expect_equivalent(compare_bytes(gzip(plain, 1), gzip(plain, 9)), {"compressor-variation"});
  expect_equivalent(compare_bytes(xz(plain, 1), xz(plain, 6)), {"compressor-variation"});
}

TEST(Streams, TimesInsideAReproducedStreamAreEquivalent) {
  auto later = three_files();
  for (TarMember& member : later) member.mtime += 5;
  expect_equivalent(compare_bytes(xz(tar(three_files())), xz(tar(later))), {"file-mtime"});
}

TEST(Streams, OtherCompressorsThatAreReproducedAreEquivalent) {
  const std::string plain = tar(three_files());
  expect_equivalent(compare_bytes(gzip(plain), xz(plain)), {"compressor-variation"});
}

// gunzip -N writes the name that a gzip header states (RFC 1952, 2.3, FNAME).
TEST(Streams, NameInTheHeaderIsNotErasedByAnotherCompressor) {
  std::string named = gzip("text\n");
  named[3] = 8;
  named.insert(10, std::string("evil\0", 5));
  EXPECT_EQ(compare_bytes(named, xz("text\n")).verdict, Verdict::divergent);
  EXPECT_EQ(compare_bytes(named, gzip("text\n")).verdict, Verdict::divergent);
}

TEST(Streams, GzipTimeIsEquivalent) {
  expect_equivalent(compare_bytes(gzip("text\n", 9, 1'600'000'000), gzip("text\n", 9, 1'600'000'001)),
                    {"file-mtime"});
}

TEST(Streams, SecondStreamIsAnAlert) {
  const std::string left = xz("first second"), right = xz("first ") + xz("second");
  EXPECT_EQ(compare_bytes(left, right).divergence, Divergence::alert);
}

// Equivalence is transitive and decided by one digest per side: all pairs out of a family of variants.
TEST(Equivalence, IsTransitiveAcrossVariants) {
  std::vector<std::string> variants;
  for (int variant = 0; variant < 16; ++variant) {
    auto members = three_files();
    members.push_back({.name = "d.txt", .content = "delta\n", .uid = 1001, .user = "second"});
    for (TarMember& member : members) {
      if ((variant & 1) != 0) member.mtime += 777;
      if ((variant & 2) != 0) {
        member.uid = member.uid == 1000 ? 7 : 9;
        member.user = member.user == "builder" ? "x" : "y";
      }
    }
    if ((variant & 8) != 0) members[0].content += "!";
    if ((variant & 4) != 0) std::rotate(members.begin(), members.begin() + 1, members.end());
    variants.push_back(tar(members));
  }
  std::vector<std::vector<bool>> equivalent(16, std::vector<bool>(16));
  for (std::size_t i = 0; i < 16; ++i) {
    for (std::size_t j = 0; j < 16; ++j) {
      const Report report = compare_bytes(variants[i], variants[j]);
      equivalent[i][j] = report.verdict <= Verdict::equivalent;
    }
  }
  for (std::size_t i = 0; i < 16; ++i) {
    for (std::size_t j = 0; j < 16; ++j) {
      EXPECT_EQ(equivalent[i][j], (i & 8) == (j & 8)) << i << " " << j;
      for (std::size_t k = 0; k < 16; ++k) {
        if (equivalent[i][j] && equivalent[j][k]) {
          EXPECT_TRUE(equivalent[i][k]) << i << " " << j << " " << k;
        }
      }
    }
  }
}

DebOptions package() {
  DebOptions options;
  options.files = {root_directory("./"), root_directory("./usr"), root_directory("./usr/bin"),
                   root_file("./usr/bin/demo", "#!/bin/sh\necho demo\n"), root_file("./usr/data", "data\n")};
  options.files[3].mode = 0755;
  options.postinst = "#!/bin/sh\nset -e\n";
  return options;
}

TEST(Deb, OtherTimesAreEquivalent) {
  DebOptions later = package();
  later.mtime += 100;
  for (TarMember& file : later.files) file.mtime += 100;
  expect_equivalent(compare_bytes(deb(package()), deb(later), "demo.deb"), {"file-mtime"});
}

struct Attack {
  const char* name;
  const char* place;  // part of the location that the alert must name
  std::function<void(DebOptions&)> change;
};

class DebAttack : public ::testing::TestWithParam<Attack> {};

TEST_P(DebAttack, IsAnAlertAtItsPlace) {
  DebOptions changed = package();
  GetParam().change(changed);
  const Report report = compare_bytes(deb(package()), deb(changed), "demo.deb");
  EXPECT_EQ(report.verdict, Verdict::divergent);
  EXPECT_EQ(report.divergence, Divergence::alert);
  const bool named = std::any_of(report.findings.begin(), report.findings.end(), [&](const Finding& finding) {
    return finding.severity == Severity::alert &&
           finding.location.find(GetParam().place) != std::string::npos;
  });
  EXPECT_TRUE(named);
}

constexpr const char* kBinary = "data.tar!usr/bin/demo";

INSTANTIATE_TEST_SUITE_P(
    Design13, DebAttack,
    ::testing::Values(
        Attack{"OwnerNumber", kBinary, [](DebOptions& o) { o.files[3].uid = 1000; }},
        Attack{"OwnerName", kBinary, [](DebOptions& o) { o.files[3].user = "games"; }},
        Attack{"GroupName", kBinary, [](DebOptions& o) { o.files[3].group = "games"; }},
        Attack{"OwnerOfEverything", kBinary,
               [](DebOptions& o) {
                 for (TarMember& file : o.files) file.uid = 1000;
               }},
        Attack{"WriteBit", kBinary, [](DebOptions& o) { o.files[3].mode = 0757; }},
        Attack{"WriteBitEverywhere", kBinary,
               [](DebOptions& o) {
                 for (TarMember& file : o.files) file.mode |= 022;
               }},
        Attack{"SetuidBit", kBinary, [](DebOptions& o) { o.files[3].mode = 04755; }},
        Attack{"ExecuteBit", "data.tar!usr/data", [](DebOptions& o) { o.files[4].mode = 0755; }},
        Attack{"FileToSymlink", "data.tar!usr/data",
               [](DebOptions& o) {
                 o.files[4].type = '2';
                 o.files[4].link = "/etc/passwd";
                 o.files[4].content = "";
               }},
        Attack{"DuplicateMember", kBinary, [](DebOptions& o) { o.files.push_back(o.files[3]); }},
        Attack{"LyingDigest", "control.tar!md5sums",
               [](DebOptions& o) { o.md5sums = "00000000000000000000000000000000  usr/bin/demo\n"; }},
        Attack{"MaintainerScript", "control.tar!postinst", [](DebOptions& o) { o.postinst += "id\n"; }},
        Attack{"Dependency", "control.tar!control",
               [](DebOptions& o) { o.control_extra = "Depends: evil\n"; }},
        Attack{"PaxPrefix", kBinary,
               [](DebOptions& o) {
                 o.files[3].prefix = "x";
                 o.files[3].magic = std::string("ustar  \0", 8);
               }}),
    [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(Deb, LibraryOfAnotherVersionIsNamedAndAnAlert) {
  DebOptions left = package(), right = package();
  left.control_extra = "Depends: libfrob1.83 (>= 1.83), libc6\n";
  right.control_extra = "Depends: libfrob1.92 (>= 1.92), libc6\n";
  const Report report = compare_bytes(deb(left), deb(right), "demo.deb");
  EXPECT_TRUE(has_alert(report, "dependency-version", "libfrob1.83"));
  right.control_extra = "Depends: libfrog1.92 (>= 1.92), libc6\n";
  EXPECT_TRUE(has_alert(compare_bytes(deb(left), deb(right), "demo.deb"), "semantic-change", "libfrog1.92"));
}

TEST(Deb, SymlinkTargetIsAnAlert) {
  DebOptions left = package(), right = package();
  for (DebOptions* options : {&left, &right}) {
    TarMember link = root_file("./usr/link", "");
    link.type = '2';
    link.link = options == &left ? "bin/demo" : "bin/other";
    options->files.push_back(link);
  }
  EXPECT_TRUE(has_alert(compare_bytes(deb(left), deb(right), "demo.deb"), "semantic-change", "usr/link"));
}

TEST(Deb, UnchangedDigestBesideAChangedFileIsAMismatch) {
  DebOptions left = package(), right = package();
  left.md5sums = right.md5sums = "6137cde4893c59f76f005a8123d8e8e6  usr/data\n";  // of "data\n"
  right.files[4].content = "evil\n";
  const Report report = compare_bytes(deb(left), deb(right), "demo.deb");
  EXPECT_TRUE(has_alert(report, "integrity-mismatch", "control.tar!md5sums"));
}

TEST(Deb, DigestOfAHardLinkIsThatOfItsTarget) {
  DebOptions left = package(), right = package();
  for (DebOptions* options : {&left, &right}) {
    options->files[4].content = options == &left ? "one\n" : "two\n";
    TarMember link = root_file("./usr/link", "");
    link.type = '1';
    link.link = "./usr/data";
    options->files.push_back(link);
  }
  left.md5sums = "5bbf5a52328e7439ae6e719dfe712200  usr/link\n";   // of "one\n"
  right.md5sums = "c193497a1a06b2c72230e6146ff47080  usr/link\n";  // of "two\n"
  EXPECT_FALSE(has_alert(compare_bytes(deb(left), deb(right), "demo.deb"), "integrity-mismatch", "md5sums"));
}

TEST(Deb, TrailingBytesAreAnAlert) {
  EXPECT_EQ(compare_bytes(deb(package()), deb(package()) + "x", "demo.deb").divergence, Divergence::alert);
}

TEST(Deb, DataInTwoStreamsIsAnAlert) {
  const DebOptions options = package();
  const std::string plain = tar(options.files),
                    control = xz(tar({root_file("./control", "Package: demo\n")}));
  const std::string one = xz(plain), two = xz(plain.substr(0, 1024)) + xz(plain.substr(1024));
  const auto wrap = [&](const std::string& data) {
    return testing::ar({{"debian-binary", "2.0\n"}, {"control.tar.xz", control}, {"data.tar.xz", data}});
  };
  const Report report = compare_bytes(wrap(one), wrap(two), "demo.deb");
  EXPECT_TRUE(has_alert(report, "structural-anomaly", "data.tar"));
}

TEST(Deb, RebuildNumberIsKnownAndNamed) {
  DebOptions left = package(), right = package();
  left.control_extra = "Source: demo (1.0-1)\n";
  right.control_extra = left.control_extra;
  left.version = "1.0-1+b1";
  right.version = "1.0-1+b2";
  const Report report = compare_bytes(deb(left), deb(right), "demo.deb");
  EXPECT_EQ(report.divergence, Divergence::known);
  EXPECT_EQ(causes_of(report), std::vector<std::string>{"build-counter"});
  EXPECT_EQ(report.subject, "same source 1.0-1, rebuilt: 1.0-1+b1 → 1.0-1+b2");
}

TEST(Deb, OtherSourceVersionIsSaid) {
  DebOptions right = package();
  right.version = "1.1-1";
  const Report report = compare_bytes(deb(package()), deb(right), "demo.deb");
  EXPECT_EQ(report.subject, "other source version: 1.0-1 → 1.1-1");
}

}  // namespace
}  // namespace unrepro
