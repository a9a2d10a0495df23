#include "formats/stream/xz.h"

#include <lzma.h>

#include "tests/formats/stream_testing.h"

namespace unrepro {
namespace {

std::string encode(const std::string& plain, std::uint32_t preset) {
  std::string out(lzma_stream_buffer_bound(plain.size()), '\0');
  std::size_t length = 0;
  EXPECT_EQ(lzma_easy_buffer_encode(preset, LZMA_CHECK_CRC64, nullptr,
                                    reinterpret_cast<const std::uint8_t*>(plain.data()), plain.size(),
                                    reinterpret_cast<std::uint8_t*>(out.data()), &length, out.size()),
            LZMA_OK);
  out.resize(length);
  return out;
}

TEST(Xz, OneBlock) {
  const Decoded xz(kXz, stream_fixture("plain.xz"));
  ASSERT_TRUE(xz.tree);
  EXPECT_EQ(outline(*xz.tree),
            " group 232\n"
            "  streams group 232\n"
            "    1 member 232\n"
            "      header group 12\n"
            "        magic magic 6\n"
            "        reserved_flags reserved 1 in-range\n"
            "        check_type dialect 1 in-range\n"
            "        crc32 checksum 4 derived\n"
            "      blocks group 196\n"
            "        1 group 196\n"
            "          header group 12\n"
            "            header_size size 1 derived\n"
            "            flags flags 1 in-range\n"
            "            filters group 3\n"
            "              1 group 3\n"
            "                id dialect 1 in-range\n"
            "                properties_size size 1 derived\n"
            "                properties dialect 1 in-range\n"
            "            padding padding 3 in-range\n"
            "            crc32 checksum 4 derived\n"
            "          compressed_data stream 173\n"
            "          padding padding 3 in-range\n"
            "          check checksum 8 derived\n"
            "      index group 12\n"
            "        indicator magic 1 in-range\n"
            "        records_number count 1 derived\n"
            "        records group 4\n"
            "          1 group 4\n"
            "            unpadded_size size 2 derived\n"
            "            uncompressed_size size 2 derived\n"
            "        padding padding 2 in-range\n"
            "        crc32 checksum 4 derived\n"
            "      footer group 12\n"
            "        crc32 checksum 4 derived\n"
            "        backward_size size 4 derived\n"
            "        stream_flags flags 2 derived\n"
            "        magic magic 2\n");
  EXPECT_TRUE(xz.tree->anomalies.empty());
  EXPECT_EQ(xz.content(), fixture_content());
}

TEST(Xz, SeveralBlocksWithSizesAndSha256) {
  const Decoded xz(kXz, stream_fixture("blocks.xz"));
  ASSERT_TRUE(xz.tree);
  EXPECT_TRUE(xz.tree->anomalies.empty());
  EXPECT_EQ(xz.content(), fixture_content());
  EXPECT_TRUE(xz.has({"streams", "1", "blocks", "2", "header", "uncompressed_size"}, kDerived));
  EXPECT_EQ((*xz.tree)[xz.field({"streams", "1", "blocks", "2", "check"})].length, 32u);
  EXPECT_EQ(xz.hex({"streams", "1", "index", "records_number"}), "02");
  // The one payload hangs on the first block.
  ASSERT_EQ(xz.tree->payloads.size(), 1u);
  EXPECT_EQ(xz.tree->payloads[0].field, xz.field({"streams", "1", "blocks", "1", "compressed_data"}));
}

TEST(Xz, FilterChain) {
  const Decoded xz(kXz, stream_fixture("filters.xz"));
  ASSERT_TRUE(xz.tree);
  EXPECT_EQ(xz.hex({"streams", "1", "blocks", "1", "header", "filters", "1", "id"}), "04");
  EXPECT_EQ(xz.hex({"streams", "1", "blocks", "1", "header", "filters", "2", "id"}), "21");
  EXPECT_EQ(xz.content(), fixture_content());
}

TEST(Xz, EmptyStreamHasEmptyContent) {
  const Decoded xz(kXz, stream_fixture("empty.xz"));
  ASSERT_TRUE(xz.tree);
  EXPECT_TRUE(xz.tree->anomalies.empty());
  EXPECT_EQ(xz.content(), "");
}

TEST(Xz, SeveralStreamsAreStructural) {
  const std::string one = stream_fixture("plain.xz");
  const Decoded xz(kXz, one + one);
  ASSERT_TRUE(xz.tree);
  EXPECT_EQ(xz.anomalies(AnomalyKind::structural), 1u);
  EXPECT_EQ(xz.content(), fixture_content() + fixture_content());
}

TEST(Xz, PaddingAndTrailingBytesAreStructural) {
  for (const std::string& tail : {std::string(4, '\0'), std::string("evil"), std::string(1, '\0')}) {
    const Decoded xz(kXz, stream_fixture("plain.xz") + tail);
    EXPECT_EQ(xz.anomalies(AnomalyKind::structural), 1u);
    EXPECT_TRUE(xz.has({"trailing"}, kCritical));
    EXPECT_EQ(xz.content(), fixture_content());
  }
}

TEST(Xz, AnyDamageIsNoticed) {
  for (const char* name : {"plain.xz", "blocks.xz", "filters.xz"}) {
    expect_robust(kXz, stream_fixture(name), fixture_content());
  }
  expect_robust(kXz, stream_fixture("empty.xz"), "");
}

TEST(Xz, LargestPresetIsSupported) {
  const std::string plain = fixture_content();
  EXPECT_EQ(Decoded(kXz, encode(plain, 9)).content(), plain);
}

TEST(Xz, DictionaryBeyondTheLimitIsUnsupported) {
  std::string bytes = stream_fixture("plain.xz");
  bytes[12 + 4] = 35;  // dictionary of 768 MiB
  const std::uint32_t crc = lzma_crc32(reinterpret_cast<const std::uint8_t*>(bytes.data()) + 12, 8, 0);
  for (unsigned i = 0; i < 4; ++i) bytes[20 + i] = static_cast<char>(crc >> (8 * i));
  const Decoded xz(kXz, bytes);
  ASSERT_FALSE(xz.tree);
  EXPECT_EQ(xz.tree.error().trouble, Trouble::unsupported);
  EXPECT_NE(xz.tree.error().message.find("the limit is 96 MiB"), std::string::npos)
      << xz.tree.error().message;
}

TEST(Xz, BombEndsInTheBudget) {
  const Decoded xz(kXz, encode(std::string(16u << 20, '\0'), 0), Limits{.output_bytes = 3u << 20});
  ASSERT_FALSE(xz.tree);
  EXPECT_EQ(xz.tree.error().trouble, Trouble::budget);
}

}  // namespace
}  // namespace unrepro
