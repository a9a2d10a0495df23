#include "formats/stream/lz4.h"

#include "tests/formats/stream_testing.h"
#include "tests/support/slow_build.h"

namespace unrepro {
namespace {

TEST(Lz4, FrameOfTheProgram) {
  const Decoded lz4(kLz4, stream_fixture("plain.lz4"));
  ASSERT_TRUE(lz4.tree);
  EXPECT_EQ(outline(*lz4.tree),
            " group 386\n"
            "  frames group 386\n"
            "    1 member 386\n"
            "      magic magic 4\n"
            "      frame_descriptor group 3\n"
            "        flg dialect 1 in-range\n"
            "        bd dialect 1 in-range\n"
            "        header_checksum checksum 1 derived\n"
            "      blocks stream 375\n"
            "      content_checksum checksum 4 derived\n");
  EXPECT_TRUE(lz4.tree->anomalies.empty());
  EXPECT_EQ(lz4.content(), fixture_content());
}

TEST(Lz4, FrameWithOptions) {
  const Decoded lz4(kLz4, stream_fixture("options.lz4"));
  ASSERT_TRUE(lz4.tree);
  EXPECT_TRUE(lz4.has({"frames", "1", "frame_descriptor", "content_size"}, kDerived));
  EXPECT_EQ(lz4.content(), fixture_content());
}

TEST(Lz4, LegacyFrame) {
  const Decoded lz4(kLz4, stream_fixture("legacy.lz4"));
  ASSERT_TRUE(lz4.tree);
  EXPECT_TRUE(lz4.tree->anomalies.empty());
  EXPECT_EQ(lz4.content(), fixture_content());
}

TEST(Lz4, SeveralFramesAreStructural) {
  for (const char* name : {"plain.lz4", "legacy.lz4"}) {
    const std::string one = stream_fixture(name);
    const Decoded lz4(kLz4, one + one);
    EXPECT_EQ(lz4.anomalies(AnomalyKind::structural), 1u);
    EXPECT_EQ(lz4.content(), fixture_content() + fixture_content());
  }
}

TEST(Lz4, SkippableFrameIsStructural) {
  const std::string skippable("\x5a\x2a\x4d\x18\x03\0\0\0abc", 11);
  const Decoded lz4(kLz4, stream_fixture("plain.lz4") + skippable);
  EXPECT_EQ(lz4.anomalies(AnomalyKind::structural), 2u);
  EXPECT_TRUE(lz4.has({"frames", "2", "user_data"}, kCritical));
}

TEST(Lz4, TrailingBytesAreStructural) {
  const Decoded lz4(kLz4, stream_fixture("plain.lz4") + std::string("\0\0", 2));
  EXPECT_EQ(lz4.anomalies(AnomalyKind::structural), 1u);
  EXPECT_TRUE(lz4.has({"trailing"}, kCritical));
}

TEST(Lz4, AnyDamageIsNoticed) {
  expect_robust(kLz4, stream_fixture("plain.lz4"), fixture_content());
  expect_robust(kLz4, stream_fixture("options.lz4"), fixture_content());
}

// Legacy frames have neither checksum nor end: only that a tree comes of it can be asked.
TEST(Lz4, DamagedLegacyFrameIsTiled) {
  const std::string bytes = stream_fixture("legacy.lz4");
  for (std::size_t at = 0; at < bytes.size(); at += test::kStride) {
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    const Decoded lz4(kLz4, flipped);
    ASSERT_TRUE(lz4.tree);
    EXPECT_EQ(lz4.tree->check_tiling(), "");
    const Decoded cut(kLz4, bytes.substr(0, at));
    ASSERT_TRUE(cut.tree);
  }
}

}  // namespace
}  // namespace unrepro
