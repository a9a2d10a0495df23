#include "formats/stream/lzma.h"

#include "tests/formats/stream_testing.h"
#include "tests/support/slow_build.h"

namespace unrepro {
namespace {

TEST(Lzma, StreamOfXz) {
  const Decoded lzma(kLzma, stream_fixture("plain.lzma"));
  ASSERT_TRUE(lzma.tree);
  EXPECT_EQ(outline(*lzma.tree),
            " group 185\n"
            "  streams group 185\n"
            "    1 member 185\n"
            "      properties dialect 1 in-range\n"
            "      dictionary_size dialect 4 in-range\n"
            "      uncompressed_size dialect 8 in-range\n"
            "      lzma_stream stream 172\n");
  EXPECT_EQ(lzma.content(), fixture_content());
}

TEST(Lzma, KnownSizeIsDerived) {
  const Decoded lzma(kLzma, stream_fixture("sized.lzma"));
  ASSERT_TRUE(lzma.tree);
  EXPECT_TRUE(lzma.has({"streams", "1", "uncompressed_size"}, kDerived));
  EXPECT_EQ(lzma.content(), fixture_content());
}

TEST(Lzma, IsProbed) {
  for (const char* name : {"plain.lzma", "sized.lzma"}) {
    const std::string bytes = stream_fixture(name);
    EXPECT_EQ(probe(as_bytes(bytes), {}).id, "lzma");
  }
}

TEST(Lzma, TrailingBytesAreStructural) {
  const Decoded lzma(kLzma, stream_fixture("plain.lzma") + "x");
  EXPECT_EQ(lzma.anomalies(AnomalyKind::structural), 1u);
  EXPECT_TRUE(lzma.has({"trailing"}, kCritical));
}

// The format has no checksum: a flipped bit may yield other content, but always a tree.
TEST(Lzma, DamageIsTiled) {
  const std::string bytes = stream_fixture("plain.lzma");
  for (std::size_t bit = 0; bit < bytes.size() * 8; bit += test::kStride) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const Decoded lzma(kLzma, flipped);
    if (!lzma.tree) continue;
    EXPECT_EQ(lzma.tree->check_tiling(), "");
  }
  for (std::size_t length = 0; length < bytes.size(); length += test::kStride) {
    const Decoded cut(kLzma, bytes.substr(0, length));
    ASSERT_TRUE(cut.tree);
    EXPECT_FALSE(cut.tree->anomalies.empty()) << length;
  }
}

TEST(Lzip, MemberOfTheProgram) {
  const Decoded lzip(kLzip, stream_fixture("plain.lz"));
  ASSERT_TRUE(lzip.tree);
  EXPECT_EQ(outline(*lzip.tree),
            " group 198\n"
            "  streams group 198\n"
            "    1 member 198\n"
            "      magic magic 4\n"
            "      version version 1\n"
            "      dictionary_size dialect 1 in-range\n"
            "      lzma_stream stream 172\n"
            "      crc32 checksum 4 derived\n"
            "      data_size size 8 derived\n"
            "      member_size size 8 derived\n");
  EXPECT_EQ(lzip.content(), fixture_content());
  EXPECT_TRUE(lzip.tree->anomalies.empty());
}

TEST(Lzip, SeveralMembersAreStructural) {
  const std::string one = stream_fixture("plain.lz");
  const Decoded lzip(kLzip, one + one);
  EXPECT_EQ(lzip.anomalies(AnomalyKind::structural), 1u);
  EXPECT_EQ(lzip.content(), fixture_content() + fixture_content());
}

TEST(Lzip, AnyDamageIsNoticed) { expect_robust(kLzip, stream_fixture("plain.lz"), fixture_content()); }

}  // namespace
}  // namespace unrepro
