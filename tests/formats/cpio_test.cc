#include "formats/archive/cpio.h"

#include "tests/formats/decode_util.h"
#include "tests/support/archives.h"

namespace unrepro {
namespace {

using test::anomalies;
using test::child_keys;
using test::decode;
using test::find;
using test::has_anomaly;
using test::read_data;
using test::text_at;
using testing::cpio;

constexpr auto kStructural = AnomalyKind::structural;

class CpioDialects : public ::testing::TestWithParam<const char*> {};

TEST_P(CpioDialects, ValuesAreStated) {
  const Tree tree = decode(kCpio, read_data(std::string("cpio/") + GetParam()));
  EXPECT_EQ(anomalies(tree), "");
  EXPECT_EQ(child_keys(tree, Tree::kRoot), "d,d/x,a,b,l,trailer 1/,end 1/,end_blocks 1/");
  EXPECT_EQ(text_at(tree, {"d", "type"}), "directory");
  EXPECT_EQ(text_at(tree, {"d", "mode"}), "0755");
  EXPECT_EQ(text_at(tree, {"d/x", "content"}), "x");
  EXPECT_EQ(text_at(tree, {"b", "content"}), "hello\n");
  EXPECT_EQ(text_at(tree, {"a", "mtime"}), "1706702400");
  EXPECT_EQ(text_at(tree, {"a", "link_group"}), "a");
  EXPECT_EQ(text_at(tree, {"b", "link_group"}), "a");
  EXPECT_EQ(text_at(tree, {"d", "link_group"}), "(none)");
  EXPECT_EQ(text_at(tree, {"l", "link_target"}), "a");
  EXPECT_FALSE(tree.owners_free);
}
INSTANTIATE_TEST_SUITE_P(Cpio, CpioDialects,
                         ::testing::Values("gnu.newc", "gnu.crc", "gnu.odc", "gnu.bin", "bsd.newc"),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           name[3] = '_';
                           return name;
                         });

TEST(Cpio, BinaryOfTheOtherByteOrder) {
  std::string bytes = read_data("cpio/gnu.bin");
  // Words of headers are swapped, names and data are not.
  for (std::size_t at = 0; at + 26 <= bytes.size() && bytes[at] == '\xc7';) {
    const auto word = [&](std::size_t i) {
      return static_cast<unsigned char>(bytes[at + i]) | static_cast<unsigned char>(bytes[at + i + 1]) << 8;
    };
    const auto length = static_cast<std::size_t>(26 + (word(20) + 1) / 2 * 2 + (word(24) + 1) / 2 * 2);
    for (std::size_t i = 0; i < 26; i += 2) std::swap(bytes[at + i], bytes[at + i + 1]);
    at += length;
  }
  const Tree tree = decode(kCpio, bytes);
  EXPECT_EQ(anomalies(tree), "");
  EXPECT_EQ(text_at(tree, {"b", "dialect"}), "binary, big-endian");
  EXPECT_EQ(text_at(tree, {"b", "content"}), "hello\n");
  EXPECT_EQ(text_at(tree, {"b", "mtime"}), "1706702400");
}

TEST(Cpio, CompressedArchiveAfterThePlainOne) {
  const Tree tree = decode(kCpio, read_data("cpio/initramfs"));
  EXPECT_EQ(anomalies(tree), "");
  const FieldId content = find(tree, {"compressed/", "content"});
  ASSERT_NE(content, kNoField);
  ASSERT_NE(tree.payload(content), nullptr);
  EXPECT_TRUE(tree.payload(content)->unpacked_by_root);
}

TEST(Cpio, LaterArchiveThatOverridesIsStructural) {
  const Tree tree = decode(kCpio, cpio({{.name = "a"}}) + cpio({{.name = "./a", .content = "other"}}));
  EXPECT_TRUE(has_anomaly(tree, kStructural, "an earlier member has the same path"));
  EXPECT_EQ(tree[Tree::kRoot].encoding, Encoding::list_significant);
}

TEST(Cpio, ChecksumIsVerified) {
  std::string bytes = read_data("cpio/gnu.crc");
  bytes[bytes.find("hello")] = 'j';
  EXPECT_TRUE(has_anomaly(decode(kCpio, bytes), AnomalyKind::integrity, "checksum"));
}

TEST(Cpio, HiddenBytesAreStructural) {
  std::string padded = cpio({{.name = "f", .content = "x"}});
  padded[padded.find("x\0\0\0", 0, 4) + 2] = 'y';
  EXPECT_TRUE(has_anomaly(decode(kCpio, padded), kStructural, "padding is not zero"));
  const std::string plain = cpio({{}});
  EXPECT_TRUE(has_anomaly(decode(kCpio, plain + std::string(8, '\0') + "evil"), kStructural, "bytes follow"));
  std::string name = plain;
  name[110 + 2] = '\0';
  EXPECT_TRUE(has_anomaly(decode(kCpio, name), kStructural, "the name"));
  std::string trailer = plain;
  trailer[trailer.size() - 124 + 13] = '1';
  EXPECT_TRUE(has_anomaly(decode(kCpio, trailer), kStructural, "the trailer's header"));
  std::string spelling = cpio({{.ino = 0xabcdef}});
  spelling[8] = 'a';
  EXPECT_TRUE(has_anomaly(decode(kCpio, spelling), kStructural, "upper and lower"));
}

TEST(Cpio, LinkCountsThatReadersTreatDifferentlyAreStructural) {
  const Tree tree = decode(kCpio, cpio({{.name = "a", .ino = 7, .nlink = 2},
                                        {.name = "b", .ino = 7, .nlink = 2},
                                        {.name = "c", .ino = 7, .nlink = 2}}));
  EXPECT_TRUE(has_anomaly(tree, kStructural, "hard links"));
}

TEST(Cpio, DamageIsTiled) {
  for (const char* name :
       {"cpio/gnu.newc", "cpio/gnu.crc", "cpio/gnu.odc", "cpio/gnu.bin", "cpio/initramfs"}) {
    test::sweep(kCpio, read_data(name));
  }
}

}  // namespace
}  // namespace unrepro
