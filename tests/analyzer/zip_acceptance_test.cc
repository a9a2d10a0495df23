// What may be accepted in zip archives, and what must never be.

#include <gtest/gtest.h>
#include <lzma.h>

#include <algorithm>

#include "tests/support/analyze.h"
#include "tests/support/slow_build.h"
#include "tests/support/zip.h"

namespace unrepro {
namespace {

using testing::causes_of;
using testing::compare_bytes;
using testing::has_alert;
using testing::kZipTime;
using testing::zip;
using testing::zip_extra;
using testing::zip_owner;
using testing::zip_times;
using testing::zip_unicode_path;
using testing::ZipMember;

std::string long_text() {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += std::to_string(i * i) + (i % 7 == 0 ? "\n" : " ");
  return text;
}

std::vector<ZipMember> three_files() {
  return {{.name = "a.txt", .content = "alpha\n"},
          {.name = "b.txt", .content = long_text()},
          {.name = "c.txt", .content = "gamma\n", .level = 0}};
}

std::vector<ZipMember> jar_files() {
  return {{.name = "META-INF/", .content = "", .level = 0, .mode = 040755},
          {.name = "META-INF/MANIFEST.MF", .content = "Manifest-Version: 1.0\r\n\r\n"},
          {.name = "A.class", .content = "\xca\xfe\xba\xbe one"},
          {.name = "B.class", .content = "\xca\xfe\xba\xbe two"}};
}

void expect_equivalent(const Report& report, const std::vector<std::string>& causes) {
  EXPECT_EQ(report.verdict, Verdict::equivalent);
  EXPECT_EQ(causes_of(report), causes);
  EXPECT_EQ(report.accounting.unexplained_bytes, 0u);
  EXPECT_EQ(report.alerts, 0u);
  ASSERT_TRUE(report.left.normal_sha256 && report.right.normal_sha256);
  EXPECT_EQ(*report.left.normal_sha256, *report.right.normal_sha256);
}

// An alert of this cause whose place or note says the words.
void expect_alert(const Report& report, const std::string& cause, const std::string& words) {
  EXPECT_EQ(report.verdict, Verdict::divergent);
  const bool found = std::any_of(report.findings.begin(), report.findings.end(), [&](const Finding& finding) {
    return finding.severity == Severity::alert && finding.cause == cause &&
           (finding.location.find(words) != std::string::npos ||
            finding.note.find(words) != std::string::npos);
  });
  EXPECT_TRUE(found) << cause << ": " << words;
}

// The attack against the honest archive, and against itself with another inert time: the anomaly counts on
// whichever side it is.
void expect_attack(const std::vector<ZipMember>& attack, const std::string& cause, const std::string& words,
                   const testing::ZipOptions& options = {}) {
  expect_alert(compare_bytes(zip(three_files()), zip(attack, options), "x.zip"), cause, words);
  auto later = attack;
  later.back().modified += 1;
  expect_alert(compare_bytes(zip(attack, options), zip(later, options), "x.zip"), cause, words);
}

TEST(Zip, MemberTimes) {
  auto files = three_files();
  files[0].modified += 7;
  const Report report = compare_bytes(zip(three_files()), zip(files), "x.zip");
  expect_equivalent(report, {"file-mtime"});
  EXPECT_EQ(report.findings.front().location, "x.zip!a.txt#modified");
}

TEST(Zip, TimesInExtraFields) {
  auto left = three_files(), right = three_files();
  for (auto& file : left) file.local_extra = file.central_extra = zip_times(1'600'000'000);
  for (auto& file : right) {
    file.local_extra = file.central_extra = zip_times(1'600'003'601);
    file.modified += 5;
  }
  expect_equivalent(compare_bytes(zip(left), zip(right)), {"file-mtime"});
}

// One hour later in DOS time (5 bits of hours from bit 11).
constexpr std::uint32_t kHour = 1u << 11;

TEST(Zip, AnotherZone) {
  auto files = three_files();
  for (auto& file : files) file.modified += kHour;
  expect_equivalent(compare_bytes(zip(three_files()), zip(files)), {"timezone"});
}

TEST(Zip, AnotherZoneWithInstants) {
  auto left = three_files();
  for (auto& file : left) file.local_extra = file.central_extra = zip_times(1'600'000'000);
  auto right = left;
  for (auto& file : right) file.modified += 2 * kHour;
  expect_equivalent(compare_bytes(zip(left), zip(right)), {"timezone"});
  for (auto& file : right) file.local_extra = file.central_extra = zip_times(1'600'007'200);
  expect_equivalent(compare_bytes(zip(left), zip(right)), {"file-mtime"});
}

// An hour later, in a zone two hours further east.
TEST(Zip, AnotherZoneAndAnotherTime) {
  auto left = three_files();
  for (auto& file : left) file.local_extra = file.central_extra = zip_times(1'600'000'000);
  auto right = left;
  for (auto& file : right) {
    file.modified += 3 * kHour;
    file.local_extra = file.central_extra = zip_times(1'600'003'600);
  }
  expect_equivalent(compare_bytes(zip(left), zip(right)), {"file-mtime", "timezone"});
  right[1].modified += kHour;
  expect_equivalent(compare_bytes(zip(left), zip(right)), {"file-mtime"});
}

TEST(Zip, HowHardTheCompressorTried) {
  auto files = three_files();
  for (auto& file : files) file.flags = 2;
  expect_equivalent(compare_bytes(zip(three_files()), zip(files)), {"compressor-variation"});
}

// Readers that know less skip the member.
TEST(ZipAttack, VersionThatFewReadersKnow) {
  const std::string good = zip(three_files());
  std::string other = good;
  other[4] = 10;
  expect_equivalent(compare_bytes(good, other), {"serialiser-style"});
  other[4] = 42;
  const Report report = compare_bytes(good, other);
  EXPECT_EQ(report.verdict, Verdict::divergent);
  ASSERT_FALSE(report.findings.empty());
  EXPECT_NE(report.findings[0].location.find("a.txt#version_needed"), std::string::npos);
}

TEST(Zip, StoredOrDeflatedIsOneCause) {
  auto stored = three_files();
  for (ZipMember& member : stored) member.level = 0;
  expect_equivalent(compare_bytes(zip(stored), zip(three_files())), {"compressor-variation"});
}

TEST(Zip, OneMemberAnHourLaterIsNoZone) {
  auto files = three_files();
  files[1].modified += kHour;
  expect_equivalent(compare_bytes(zip(three_files()), zip(files)), {"file-mtime"});
}

TEST(Zip, AnImpossibleTimeIsNotAccepted) {
  auto files = three_files();
  files[0].modified = 0xffff'ffff;
  EXPECT_EQ(compare_bytes(zip(three_files()), zip(files)).verdict, Verdict::divergent);
}

TEST(Zip, MemberOrder) {
  auto files = three_files();
  std::reverse(files.begin(), files.end());
  expect_equivalent(compare_bytes(zip(three_files()), zip(files)), {"readdir-order"});
}

TEST(Zip, DirectoryInAnotherOrder) {
  expect_alert(compare_bytes(zip(three_files()), zip(three_files(), {.directory_order = {2, 1, 0}}), "x.zip"),
               "semantic-change", "directory_order");
}

TEST(Zip, CompressorLevels) {
  for (int level = 0; level <= 9; ++level) {
    auto files = three_files();
    files[1].level = level;
    if (level == 6) continue;
    const Report report = compare_bytes(zip(three_files()), zip(files));
    EXPECT_EQ(report.verdict, Verdict::equivalent) << level;
    EXPECT_EQ(report.left.normal_sha256, report.right.normal_sha256);
    const auto causes = causes_of(report);
    EXPECT_TRUE(std::find(causes.begin(), causes.end(), "compressor-variation") != causes.end() || level > 6);
  }
}

// Section 5.8: version and size of the properties, then what a .lzma file has but its size.
ZipMember lzma_member(const std::string& content, std::uint32_t preset) {
  lzma_options_lzma options;
  lzma_lzma_preset(&options, preset);
  lzma_stream stream = LZMA_STREAM_INIT;
  EXPECT_EQ(lzma_alone_encoder(&stream, &options), LZMA_OK);
  std::string out(content.size() + 1000, '\0');
  stream.next_in = reinterpret_cast<const std::uint8_t*>(content.data());
  stream.avail_in = content.size();
  stream.next_out = reinterpret_cast<std::uint8_t*>(out.data());
  stream.avail_out = out.size();
  EXPECT_EQ(lzma_code(&stream, LZMA_FINISH), LZMA_STREAM_END);
  out.resize(stream.total_out);
  lzma_end(&stream);
  return {.name = "b.txt",
          .content = content,
          .flags = 2,
          .raw = std::string("\x09\x04\x05\0", 4) + out.substr(0, 5) + out.substr(13),
          .method = 14};
}

TEST(Zip, Lzma) {
  const std::string left = zip({lzma_member(long_text(), 6)});
  expect_equivalent(compare_bytes(left, zip({{.name = "b.txt", .content = long_text()}})),
                    {"compressor-variation", "serialiser-style"});
  expect_equivalent(compare_bytes(left, zip({lzma_member(long_text(), 1)})), {"compressor-variation"});
  const Report report = compare_bytes(left, zip({lzma_member(long_text() + "!", 6)}));
  EXPECT_EQ(report.verdict, Verdict::divergent);
  for (const std::size_t at : {0, 2, 4, 5, 20}) {
    ZipMember damaged = lzma_member(long_text(), 6);
    damaged.raw[at] = static_cast<char>(damaged.raw[at] ^ 0x40);
    EXPECT_NE(compare_bytes(left, zip({damaged})).verdict, Verdict::identical) << at;
    EXPECT_TRUE(at == 0 || compare_bytes(left, zip({damaged})).verdict == Verdict::divergent) << at;
  }
  ZipMember behind = lzma_member(long_text(), 6);
  behind.behind_stream = "payload";
  EXPECT_EQ(compare_bytes(left, zip({behind})).divergence, Divergence::alert);
}

// A stream that no known encoder gives may hide anything in its blocks.
TEST(Zip, AnUnknownEncoderIsNotEquivalent) {
  auto left = three_files(), right = three_files();
  left[1].level = 9;
  // Stored blocks of 1000 bytes.
  const std::string& text = right[1].content;
  std::string stored;
  for (std::size_t at = 0; at < text.size(); at += 1000) {
    const std::string part = text.substr(at, 1000);
    const bool last = at + 1000 >= text.size();
    stored += static_cast<char>(last ? 1 : 0);
    for (const unsigned value : {static_cast<unsigned>(part.size()), ~static_cast<unsigned>(part.size())}) {
      stored += static_cast<char>(value & 0xff);
      stored += static_cast<char>(value >> 8 & 0xff);
    }
    stored += part;
  }
  right[1].raw = stored;
  const Report report = compare_bytes(zip(left), zip(right));
  EXPECT_EQ(report.verdict, Verdict::explained);
  EXPECT_TRUE(report.accounting.capacity.unbounded);
}

TEST(Zip, ContentThatDiffersIsNamed) {
  auto files = three_files();
  files[1].content += "more";
  const Report report = compare_bytes(zip(three_files()), zip(files), "x.zip");
  EXPECT_EQ(report.verdict, Verdict::divergent);
  EXPECT_NE(report.findings.front().location.find("x.zip!b.txt"), std::string::npos);
}

TEST(Zip, DescriptorInsteadOfValues) {
  auto files = three_files();
  files[1].descriptor = true;
  expect_equivalent(compare_bytes(zip(three_files()), zip(files)), {"compressor-variation"});
}

TEST(Zip, Umask) {
  auto files = three_files();
  for (auto& file : files) file.mode = 0100664;
  const Report report = compare_bytes(zip(three_files()), zip(files));
  EXPECT_EQ(report.verdict, Verdict::explained);
  EXPECT_EQ(causes_of(report), std::vector<std::string>{"umask-permissions"});
}

TEST(Zip, SpecialBits) {
  auto files = three_files();
  files[0].mode = 0104755;
  expect_alert(compare_bytes(zip(three_files()), zip(files), "x.zip"), "semantic-change", "x.zip!a.txt#mode");
}

TEST(Zip, SymbolicLink) {
  auto files = three_files();
  files[0].mode = 0120777;
  expect_alert(compare_bytes(zip(three_files()), zip(files), "x.zip"), "semantic-change", "x.zip!a.txt#type");
}

TEST(Zip, OwnersFollowOneMap) {
  auto left = three_files(), right = three_files();
  for (auto& file : left) file.local_extra = file.central_extra = zip_owner(1000, 1000);
  for (auto& file : right) file.local_extra = file.central_extra = zip_owner(1001, 1001);
  expect_equivalent(compare_bytes(zip(left), zip(right)), {"archive-ownership"});
  right[0].local_extra = right[0].central_extra = zip_owner(0, 0);
  EXPECT_EQ(compare_bytes(zip(left), zip(right)).verdict, Verdict::divergent);
}

TEST(Jar, Times) {
  auto files = jar_files();
  for (auto& file : files) file.modified += 3;
  expect_equivalent(compare_bytes(zip(jar_files()), zip(files), "x.jar"), {"file-mtime"});
}

TEST(Jar, ManifestLast) {
  auto files = jar_files();
  std::rotate(files.begin() + 1, files.begin() + 2, files.end());
  expect_alert(compare_bytes(zip(jar_files()), zip(files), "x.jar"), "semantic-change",
               "x.jar!META-INF/MANIFEST.MF#leads");
}

TEST(Jar, SignatureLast) {
  auto left = jar_files();
  left.insert(left.begin() + 2, {.name = "META-INF/KEY.SF", .content = "Signature-Version: 1.0\r\n\r\n"});
  auto right = left;
  std::rotate(right.begin() + 2, right.begin() + 3, right.end());
  expect_alert(compare_bytes(zip(left), zip(right), "x.jar"), "semantic-change", "KEY.SF#leads");
}

TEST(Jar, OtherMembersMayMove) {
  auto files = jar_files();
  std::swap(files[2], files[3]);
  expect_equivalent(compare_bytes(zip(jar_files()), zip(files), "x.jar"), {"readdir-order"});
}

// java.util.jar marks the member that comes first.
TEST(Jar, MarkerStaysInFront) {
  constexpr std::uint16_t kMarker = 0xcafe;
  const auto marked = [](std::vector<ZipMember> files, const std::string& data) {
    files.front().local_extra = files.front().central_extra = zip_extra(kMarker, data);
    return zip(files);
  };
  auto files = jar_files();
  files.erase(files.begin(), files.begin() + 2);
  auto moved = files;
  std::swap(moved[0], moved[1]);
  expect_equivalent(compare_bytes(marked(files, ""), marked(moved, ""), "x.jar"), {"readdir-order"});
  expect_equivalent(compare_bytes(marked(files, ""), zip(files), "x.jar"), {"serialiser-style"});
  EXPECT_EQ(compare_bytes(marked(files, ""), marked(files, "payload"), "x.jar").verdict, Verdict::divergent);
}

TEST(Epub, TypeComesFirstAndStored) {
  std::vector<ZipMember> book = {{.name = "mimetype", .content = "application/epub+zip", .level = 0},
                                 {.name = "content.opf", .content = "<package/>"}};
  auto moved = book, packed = book;
  std::swap(moved[0], moved[1]);
  packed[0].level = 6;
  expect_alert(compare_bytes(zip(book), zip(moved), "x.epub"), "semantic-change", "x.epub!mimetype#leads");
  expect_alert(compare_bytes(zip(book), zip(packed), "x.epub"), "semantic-change", "x.epub!mimetype#method");
}

TEST(ZipAttack, NamesDiffer) {
  auto files = three_files();
  files[0].local_name = "A.txt";
  expect_attack(files, "structural-anomaly", "differ in name");
}

TEST(ZipAttack, TimesDiffer) {
  auto files = three_files();
  files[0].local_modified = kZipTime + 1;
  expect_attack(files, "structural-anomaly", "differ in modified");
}

TEST(ZipAttack, Duplicate) {
  auto files = three_files();
  files.push_back({.name = "a.txt", .content = "other"});
  expect_attack(files, "structural-anomaly", "same path");
}

TEST(ZipAttack, Overlap) {
  auto files = three_files();
  files[1].offset = 0;
  files[1].name = "a.txt2";
  expect_attack(files, "structural-anomaly", "overlaps");
}

TEST(ZipAttack, Unlisted) {
  auto files = three_files();
  files.insert(files.begin() + 1, {.name = "hidden", .content = "evil", .listed = false});
  expect_attack(files, "structural-anomaly", "does not list");
}

TEST(ZipAttack, Gap) {
  auto files = three_files();
  files[1].before = "evil";
  expect_attack(files, "structural-anomaly", "nothing lists");
}

TEST(ZipAttack, Comment) {
  const Report report = compare_bytes(zip(three_files()), zip(three_files(), {.comment = "evil"}), "x.zip");
  EXPECT_EQ(report.verdict, Verdict::divergent);
  EXPECT_NE(report.findings.front().location.find("comment"), std::string::npos);
}

TEST(ZipAttack, MemberComment) {
  auto files = three_files();
  files[0].comment = "evil";
  EXPECT_EQ(compare_bytes(zip(three_files()), zip(files), "x.zip").verdict, Verdict::divergent);
}

TEST(ZipAttack, Trailing) {
  expect_attack(three_files(), "structural-anomaly", "follow the end record", {.trailing = "evil"});
}

TEST(ZipAttack, SecondEndRecord) {
  const std::string other = zip({{.name = "z", .content = "evil"}});
  expect_attack(three_files(), "structural-anomaly", "", {.comment = other});
  expect_attack(three_files(), "structural-anomaly", "another end record",
                {.comment = std::string("PK\x05\x06", 4) + std::string(30, '\xff')});
}

TEST(ZipAttack, Stub) {
  const Report report = compare_bytes(zip(three_files(), {.stub = "#!/bin/sh\nexit 0\n"}),
                                      zip(three_files(), {.stub = "#!/bin/sh\nexit 1\n"}), "x.zip");
  EXPECT_EQ(report.verdict, Verdict::divergent);
  EXPECT_NE(report.findings.front().location.find("stub"), std::string::npos);
}

TEST(ZipAttack, ExtraField) {
  auto left = three_files(), right = three_files();
  left[0].local_extra = zip_extra(0x1234, "good");
  right[0].local_extra = zip_extra(0x1234, "evil");
  for (const auto& from : {left, three_files()}) {
    const Report report = compare_bytes(zip(from), zip(right), "x.zip");
    EXPECT_EQ(report.verdict, Verdict::divergent);
    EXPECT_NE(report.findings.front().location.find("x.zip!a.txt#extra.0x1234"), std::string::npos);
  }
}

TEST(ZipAttack, TimeFieldThatHoldsMore) {
  auto files = three_files();
  files[0].local_extra = zip_extra(0x5455, std::string("\x01\0\0\0\x40 evil", 10));
  EXPECT_EQ(compare_bytes(zip(three_files()), zip(files), "x.zip").verdict, Verdict::divergent);
}

TEST(ZipAttack, UnicodePath) {
  auto files = three_files();
  files[0].local_extra = files[0].central_extra = zip_unicode_path("a.txt", "evil.txt");
  expect_attack(files, "structural-anomaly", "gives another text");
}

TEST(ZipAttack, WrongChecksum) {
  auto files = three_files();
  files[0].crc = 1;
  expect_attack(files, "integrity-mismatch", "x.zip!a.txt#crc32");
}

TEST(ZipAttack, DescriptorThatLies) {
  auto files = three_files();
  files[0].descriptor = true;
  files[0].descriptor_crc = 1;
  expect_attack(files, "integrity-mismatch", "data descriptor");
}

// The next member begins inside the descriptor.
TEST(ZipAttack, DescriptorAndMemberOverlap) {
  auto files = three_files();
  files[2].descriptor = true;
  files[2].level = 6;
  // Its CRC-32 is chosen to be the signature of a local header.
  files[2].crc = 0x04034b50;
  const auto inside = static_cast<std::uint32_t>(zip(files).rfind("PK\x07\x08") + 4);
  files.push_back({.name = "d", .offset = inside});
  expect_attack(files, "structural-anomaly", "");
}

TEST(ZipAttack, BytesBehindTheStream) {
  auto files = three_files();
  files[1].behind_stream = "evil";
  expect_attack(files, "structural-anomaly", "follow the end of the stream");
}

TEST(ZipAttack, OwnersDiffer) {
  auto files = three_files();
  files[0].local_extra = zip_owner(0, 0);
  files[0].central_extra = zip_owner(1000, 1000);
  expect_attack(files, "structural-anomaly", "the extra field unix");
}

TEST(ZipAttack, NameWithNul) {
  auto files = three_files();
  files[0].name = std::string("a.txt\0.png", 10);
  expect_attack(files, "structural-anomaly", "a NUL in the name");
}

TEST(ZipAttack, StoredContentOfUnknownLength) {
  auto files = three_files();
  files[2].descriptor = true;
  expect_attack(files, "structural-anomaly", "stored content whose length");
}

TEST(ZipAttack, OtherHost) {
  auto files = three_files();
  files[0].made_by = 20;
  expect_alert(compare_bytes(zip(three_files()), zip(files), "x.zip"), "semantic-change", "x.zip!a.txt#mode");
}

TEST(ZipAttack, Encrypted) {
  auto files = three_files();
  files[0].flags = 1;
  expect_attack(files, "structural-anomaly", "encrypted");
}

TEST(ZipAttack, EveryTruncationAndBitFlipHasAnAnswer) {
  const std::string good = zip({{.name = "a", .content = "alpha alpha alpha", .comment = "c"},
                                {.name = "b", .level = 0, .local_extra = zip_times(1'600'000'000)}});
  for (std::size_t length = 1; length < good.size(); length += test::kStride)
    EXPECT_EQ(compare_bytes(good, good.substr(0, length), "x.zip").verdict, Verdict::divergent) << length;
  for (std::size_t bit = 0; bit < good.size() * 8; bit += test::kStride) {
    std::string flipped = good;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << (bit % 8));
    EXPECT_NE(compare_bytes(good, flipped, "x.zip").verdict, Verdict::identical) << bit;
  }
}

// A document says of itself when it was written; its text and its macros do not get that effect.
TEST(ZipDocuments, MetadataAreContentOfDocumentsOnly) {
  const auto compare = [](const std::string& member, const std::string& type = "mimetype") {
    const auto document = [&](const std::string& date) {
      return zip({{.name = type, .content = "application/vnd.oasis.opendocument.text", .level = 0},
                  {.name = member, .content = "<x><dc:date>" + date + "</dc:date></x>\n"}});
    };
    Options options;
    options.reference_time = 1'800'000'000;
    return compare_bytes(document("2017-11-02T10:30:45"), document("2018-03-12T01:02:03"), "a.odt", options);
  };
  EXPECT_EQ(compare("meta.xml").verdict, Verdict::explained);
  EXPECT_EQ(causes_of(compare("meta.xml")), std::vector<std::string>{"build-timestamp"});
  EXPECT_EQ(compare("EPUB/content.opf").verdict, Verdict::explained);
  EXPECT_EQ(compare("Basic/Standard/Module1.xml").verdict, Verdict::divergent);
  EXPECT_EQ(compare("settings.xml").verdict, Verdict::divergent);
  EXPECT_EQ(compare("meta.xml", "another").verdict, Verdict::divergent);
}

}  // namespace
}  // namespace unrepro
