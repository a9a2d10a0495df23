#include "formats/stream/zstd.h"

#include <zstd.h>

#include "tests/formats/stream_testing.h"
#include "tests/support/slow_build.h"

namespace unrepro {
namespace {

std::string encode(const std::string& plain, int level) {
  std::string out(ZSTD_compressBound(plain.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), level));
  return out;
}

TEST(Zstd, FrameOfTheProgram) {
  const Decoded zst(kZstd, stream_fixture("plain.zst"));
  ASSERT_TRUE(zst.tree);
  EXPECT_EQ(outline(*zst.tree),
            " group 191\n"
            "  frames group 191\n"
            "    1 member 191\n"
            "      magic magic 4\n"
            "      frame_header_descriptor flags 1 in-range\n"
            "      frame_content_size size 2 derived\n"
            "      blocks stream 180\n"
            "      content_checksum checksum 4 derived\n");
  EXPECT_TRUE(zst.tree->anomalies.empty());
  EXPECT_EQ(zst.content(), fixture_content());
}

TEST(Zstd, FrameOfAPipe) {
  const Decoded zst(kZstd, stream_fixture("stdin.zst"));
  ASSERT_TRUE(zst.tree);
  EXPECT_TRUE(zst.has({"frames", "1", "window_descriptor"}, kInRange));
  EXPECT_EQ(zst.field({"frames", "1", "frame_content_size"}), kNoField);
  EXPECT_EQ(zst.field({"frames", "1", "content_checksum"}), kNoField);
  EXPECT_EQ(zst.content(), fixture_content());
}

TEST(Zstd, SeveralFramesAreStructural) {
  const std::string one = stream_fixture("plain.zst");
  const Decoded zst(kZstd, one + one);
  EXPECT_EQ(zst.anomalies(AnomalyKind::structural), 1u);
  EXPECT_EQ(zst.content(), fixture_content() + fixture_content());
}

TEST(Zstd, SkippableFrameIsStructural) {
  const std::string skippable("\x5a\x2a\x4d\x18\x03\0\0\0abc", 11);
  const Decoded zst(kZstd, skippable + stream_fixture("plain.zst"));
  EXPECT_EQ(zst.anomalies(AnomalyKind::structural), 2u);
  EXPECT_TRUE(zst.has({"frames", "1", "user_data"}, kCritical));
  EXPECT_EQ(zst.content(), fixture_content());
  const Decoded alone(kZstd, skippable);
  ASSERT_TRUE(alone.tree);
  EXPECT_EQ(alone.content(), "(none)");
}

TEST(Zstd, TrailingBytesAreStructural) {
  const Decoded zst(kZstd, stream_fixture("plain.zst") + std::string("\0\0", 2));
  EXPECT_EQ(zst.anomalies(AnomalyKind::structural), 1u);
  EXPECT_TRUE(zst.has({"trailing"}, kCritical));
}

TEST(Zstd, UnusedBitIsStructural) {
  std::string bytes = stream_fixture("plain.zst");
  bytes[4] = static_cast<char>(bytes[4] | 0x10);
  const Decoded zst(kZstd, bytes);
  EXPECT_EQ(zst.anomalies(AnomalyKind::structural), 1u);
  EXPECT_EQ(zst.content(), fixture_content());  // readers ignore it
}

TEST(Zstd, WindowBeyondTheLimitIsUnsupported) {
  std::string bytes = stream_fixture("stdin.zst");
  bytes[5] = static_cast<char>(17 << 3);  // 2^27
  const Decoded zst(kZstd, bytes);
  ASSERT_FALSE(zst.tree);
  EXPECT_EQ(zst.tree.error().trouble, Trouble::unsupported);
  bytes[5] = static_cast<char>(16 << 3);  // 2^26
  EXPECT_EQ(Decoded(kZstd, bytes).content(), fixture_content());
}

TEST(Zstd, AnyDamageIsNoticed) { expect_robust(kZstd, stream_fixture("plain.zst"), fixture_content()); }

TEST(Zstd, DamageWithoutChecksumIsTiled) {
  const std::string bytes = stream_fixture("stdin.zst");
  for (std::size_t i = 0; i < bytes.size() * 8; i += test::kStride) {
    std::string flipped = bytes;
    flipped[i / 8] = static_cast<char>(flipped[i / 8] ^ (1 << (i % 8)));
    const Decoded zst(kZstd, flipped);
    if (!zst.tree) continue;
    EXPECT_EQ(zst.tree->check_tiling(), "");
  }
}

TEST(Zstd, BombEndsInTheBudget) {
  const Decoded zst(kZstd, encode(std::string(16u << 20, '\0'), 1), Limits{.output_bytes = 3u << 20});
  ASSERT_FALSE(zst.tree);
  EXPECT_EQ(zst.tree.error().trouble, Trouble::budget);
}

}  // namespace
}  // namespace unrepro
