#include "formats/stream/bzip2.h"

#include <bzlib.h>

#include "tests/formats/stream_testing.h"

namespace unrepro {
namespace {

// `bzip2 -9` of `size` zeros.
std::string zeros_as_bzip2(std::uint64_t size) {
  bz_stream z{};
  EXPECT_EQ(BZ2_bzCompressInit(&z, 9, 0, 0), BZ_OK);
  std::string step(1u << 20, '\0');
  std::string out(1u << 16, '\0');
  z.next_out = out.data();
  z.avail_out = static_cast<unsigned>(out.size());
  for (std::uint64_t done = 0; done < size; done += step.size()) {
    z.next_in = step.data();
    z.avail_in = static_cast<unsigned>(step.size());
    EXPECT_EQ(BZ2_bzCompress(&z, BZ_RUN), BZ_RUN_OK);
  }
  EXPECT_EQ(BZ2_bzCompress(&z, BZ_FINISH), BZ_STREAM_END);
  out.resize(out.size() - z.avail_out);
  BZ2_bzCompressEnd(&z);
  return out;
}

TEST(Bzip2, StreamOfTheProgram) {
  const Decoded bz(kBzip2, stream_fixture("plain.bz2"));
  ASSERT_TRUE(bz.tree);
  EXPECT_EQ(outline(*bz.tree),
            " group 141\n"
            "  streams group 141\n"
            "    1 member 141\n"
            "      magic magic 3\n"
            "      level dialect 1 in-range\n"
            "      blocks stream 137\n");
  EXPECT_TRUE(bz.tree->anomalies.empty());
  EXPECT_EQ(bz.content(), fixture_content());
}

TEST(Bzip2, EmptyStreamHasEmptyContent) {
  const Decoded bz(kBzip2, stream_fixture("empty.bz2"));
  ASSERT_TRUE(bz.tree);
  EXPECT_TRUE(bz.tree->anomalies.empty());
  EXPECT_EQ(bz.content(), "");
}

TEST(Bzip2, SeveralStreamsAreStructural) {
  const std::string one = stream_fixture("plain.bz2");
  const Decoded bz(kBzip2, one + one);
  EXPECT_EQ(bz.anomalies(AnomalyKind::structural), 1u);
  EXPECT_EQ(bz.content(), fixture_content() + fixture_content());
}

TEST(Bzip2, TrailingBytesAreStructural) {
  const Decoded bz(kBzip2, stream_fixture("plain.bz2") + "BZ");
  EXPECT_EQ(bz.anomalies(AnomalyKind::structural), 1u);
  EXPECT_TRUE(bz.has({"trailing"}, kCritical));
}

// Contents of 1 to 64 bytes end at every bit position; any bit libbz2 ignores must be reported.
TEST(Bzip2, BitsBehindTheEndOfTheStreamAreStructural) {
  int found = 0;
  for (unsigned size = 1; size <= 64; ++size) {
    std::string plain(size, 'a');
    for (unsigned i = 0; i < size; ++i) plain[i] = static_cast<char>('a' + i * 7 % 26);
    std::string bytes(1024, '\0');
    unsigned length = 1024;
    ASSERT_EQ(BZ2_bzBuffToBuffCompress(bytes.data(), &length, plain.data(), size, 1, 0, 0), BZ_OK);
    bytes.resize(length);
    EXPECT_TRUE(Decoded(kBzip2, bytes).tree->anomalies.empty()) << size;
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = bytes;
      flipped.back() = static_cast<char>(flipped.back() ^ (1 << bit));
      const Decoded bz(kBzip2, flipped);
      EXPECT_EQ(bz.anomalies(AnomalyKind::structural), 1u) << size << " " << bit;
      if (bz.content() == plain) ++found;
    }
  }
  EXPECT_GT(found, 64);  // on average 3.5 of 8 bits are free
}

TEST(Bzip2, AnyDamageIsNoticed) {
  expect_robust(kBzip2, stream_fixture("plain.bz2"), fixture_content());
  expect_robust(kBzip2, stream_fixture("empty.bz2"), "");
}

// A gigabyte in 785 bytes.
TEST(Bzip2, BombEndsInTheBudget) {
  const std::string bomb = zeros_as_bzip2(std::uint64_t{256} << 20);
  ASSERT_LT(bomb.size(), 800u);
  const Decoded bz(kBzip2, bomb, Limits{.output_bytes = 2u << 20});
  ASSERT_FALSE(bz.tree);
  EXPECT_EQ(bz.tree.error().trouble, Trouble::budget);
}

}  // namespace
}  // namespace unrepro
