#include "formats/stream/gzip.h"

#include <libdeflate.h>
#include <zlib.h>

#include <random>

#include "formats/stream/deflate.h"
#include "formats/stream/stream.h"
#include "tests/formats/stream_testing.h"

namespace unrepro {
namespace {

TEST(Gzip, NamedMemberOfGnuGzip) {
  const Decoded gz(kGzip, stream_fixture("named.gz"));
  ASSERT_TRUE(gz.tree);
  EXPECT_EQ(outline(*gz.tree),
            " group 210\n"
            "  members group 210\n"
            "    1 member 210\n"
            "      id magic 2\n"
            "      cm dialect 1 in-range\n"
            "      flg flags 1 in-range\n"
            "      mtime timestamp 4 in-range\n"
            "      xfl dialect 1 in-range\n"
            "      os dialect 1 in-range\n"
            "      fname name 10\n"
            "      deflate stream 182\n"
            "      crc32 checksum 4 derived\n"
            "      isize size 4 derived\n");
  EXPECT_TRUE(gz.tree->anomalies.empty());
  EXPECT_EQ(gz.content(), fixture_content());
  EXPECT_EQ(gz.hex({"members", "1", "mtime"}), "4036ba65");  // 2024-01-31T12:00:00Z
  EXPECT_EQ(gz.hex({"members", "1", "xfl"}), "02");
}

TEST(Gzip, EveryOptionalField) {
  const Decoded gz(kGzip, stream_fixture("optional.gz"));
  ASSERT_TRUE(gz.tree);
  EXPECT_TRUE(gz.tree->anomalies.empty());
  EXPECT_EQ(gz.hex({"members", "1", "extra", "AB", "data"}), "78797a");
  EXPECT_EQ(gz.hex({"members", "1", "extra", "CD", "length"}), "0000");
  EXPECT_EQ(as_text(gz.tree->bytes(gz.field({"members", "1", "fcomment"}))),
            std::string_view("made by hand\0", 13));
  EXPECT_TRUE(gz.has({"members", "1", "fhcrc"}, kDerived));
  EXPECT_TRUE(gz.has({"members", "1", "xlen"}, kDerived));
  EXPECT_EQ(gz.content(), fixture_content());
}

TEST(Gzip, EffectsOfTheHeader) {
  const Decoded gz(kGzip, stream_fixture("optional.gz"));
  const auto effect = [&](std::string_view key) {
    return (*gz.tree)[gz.field({"members", "1", key})].effect;
  };
  EXPECT_EQ(effect("mtime"), Effect::inert);
  EXPECT_EQ(effect("fname"), Effect::behaviour);  // gunzip -N creates this file
  EXPECT_EQ(effect("fcomment"), Effect::content);
  EXPECT_FALSE(gz.has({"members", "1", "deflate"}, kInRange));
}

TEST(Gzip, WrongHeaderChecksumIsAnIntegrityAnomaly) {
  std::string bytes = stream_fixture("optional.gz");
  const std::size_t comment = bytes.find("made");
  bytes[comment] = 'f';
  const Decoded gz(kGzip, bytes);
  EXPECT_EQ(gz.anomalies(AnomalyKind::integrity), 1u);
  EXPECT_EQ(gz.anomalies(AnomalyKind::structural), 0u);
}

TEST(Gzip, WrongTrailerIsAnIntegrityAnomaly) {
  std::string bytes = stream_fixture("named.gz");
  bytes[bytes.size() - 8] ^= 1;
  EXPECT_EQ(Decoded(kGzip, bytes).anomalies(AnomalyKind::integrity), 1u);
  bytes[bytes.size() - 1] ^= 1;
  const Decoded both(kGzip, bytes);
  EXPECT_EQ(both.anomalies(AnomalyKind::integrity), 2u);
  EXPECT_EQ(both.content(), fixture_content());
}

TEST(Gzip, UnknownOsAndExtraFlagsAreNotInRange) {
  std::string bytes = stream_fixture("named.gz");
  bytes[8] = 3;
  bytes[9] = 14;
  const Decoded gz(kGzip, bytes);
  EXPECT_FALSE(gz.has({"members", "1", "xfl"}, kInRange));
  EXPECT_FALSE(gz.has({"members", "1", "os"}, kInRange));
  EXPECT_TRUE(gz.has({"members", "1", "mtime"}, kInRange));
}

TEST(Gzip, ReservedFlagIsStructural) {
  std::string bytes = stream_fixture("named.gz");
  bytes[3] = static_cast<char>(bytes[3] | 0x20);
  const Decoded gz(kGzip, bytes);
  EXPECT_EQ(gz.anomalies(AnomalyKind::structural), 1u);
  EXPECT_EQ(gz.content(), "(none)");
}

TEST(Gzip, ExtraFieldWithoutSubfieldsIsStructural) {
  std::string bytes = stream_fixture("optional.gz");
  bytes[14] = 100;  // length of the first subfield: beyond the extra field
  const Decoded gz(kGzip, bytes);
  EXPECT_GE(gz.anomalies(AnomalyKind::structural), 1u);
  EXPECT_TRUE(gz.has({"members", "1", "extra", "unparsed"}, kCritical));
  EXPECT_EQ(gz.content(), fixture_content());
}

TEST(Gzip, SeveralMembersAreStructuralAndJoined) {
  const std::string one = stream_fixture("named.gz");
  const Decoded gz(kGzip, one + one);
  ASSERT_TRUE(gz.tree);
  EXPECT_EQ(gz.anomalies(AnomalyKind::structural), 1u);
  EXPECT_EQ(gz.content(), fixture_content() + fixture_content());
  EXPECT_NE(gz.field({"members", "2", "deflate"}), kNoField);
}

TEST(Gzip, TrailingBytesAreStructural) {
  for (const std::string& tail : {std::string(1, '\0'), std::string(512, '\0'), std::string("evil")}) {
    const Decoded gz(kGzip, stream_fixture("named.gz") + tail);
    EXPECT_EQ(gz.anomalies(AnomalyKind::structural), 1u);
    EXPECT_EQ((*gz.tree)[gz.field({"trailing"})].length, tail.size());
    EXPECT_EQ(gz.content(), fixture_content());
  }
}

TEST(Gzip, BitsBehindTheEndOfTheStreamAreStructural) {
  // An empty fixed block: 3 header bits and 7 zero bits, so the upper 6 bits of the second byte are free.
  const std::string header("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
  const std::string trailer(8, '\0');
  EXPECT_TRUE(Decoded(kGzip, header + std::string("\x03\0", 2) + trailer).tree->anomalies.empty());
  for (int bit = 2; bit < 8; ++bit) {
    const std::string body{'\x03', static_cast<char>(1 << bit)};
    EXPECT_EQ(Decoded(kGzip, header + body + trailer).anomalies(AnomalyKind::structural), 1u) << bit;
  }
}

TEST(Gzip, AnyDamageIsNoticed) {
  expect_robust(kGzip, stream_fixture("named.gz"), fixture_content());
  expect_robust(kGzip, stream_fixture("optional.gz"), fixture_content());
}

TEST(Gzip, BombEndsInTheBudget) {
  std::string zeros(8u << 20, '\0');
  uLongf length = compressBound(zeros.size());
  std::string bytes(length + 18, '\0');
  z_stream z{};
  ASSERT_EQ(deflateInit2(&z, 9, Z_DEFLATED, MAX_WBITS + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
  z.next_in = reinterpret_cast<Bytef*>(zeros.data());
  z.avail_in = static_cast<uInt>(zeros.size());
  z.next_out = reinterpret_cast<Bytef*>(bytes.data());
  z.avail_out = static_cast<uInt>(bytes.size());
  ASSERT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  bytes.resize(z.total_out);
  deflateEnd(&z);
  const Decoded gz(kGzip, bytes, Limits{.output_bytes = 4u << 20});
  ASSERT_FALSE(gz.tree);
  EXPECT_EQ(gz.tree.error().trouble, Trouble::budget);
}

TEST(Gzip, ManyMembersEndInTheBudget) {
  const std::string empty("\x1f\x8b\x08\0\0\0\0\0\0\xff\x03\0\0\0\0\0\0\0\0\0", 20);
  std::string bytes;
  for (int i = 0; i < 2000; ++i) bytes += empty;
  const Decoded gz(kGzip, bytes, Limits{.output_bytes = 1, .members = 1000});
  ASSERT_FALSE(gz.tree);
  EXPECT_EQ(gz.tree.error().trouble, Trouble::budget);
}

TEST(Gzip, ContextIsPassedToTheContent) {
  const Context context{.name = "dir/control.tgz", .role = "deb.control", .unpacked_by_root = true};
  const Decoded gz(kGzip, stream_fixture("named.gz"), {.output_bytes = 1u << 20}, context);
  const Payload& payload = gz.tree->payloads.at(0);
  EXPECT_EQ(payload.name, "dir/control.tar");
  EXPECT_EQ(payload.role, "deb.control");
  EXPECT_TRUE(payload.unpacked_by_root);
  EXPECT_EQ((*gz.tree)[payload.field].kind, Kind::stream);
  EXPECT_EQ(decoded_name("a.tar.xz"), "a.tar");
  EXPECT_EQ(decoded_name("gz"), "gz");
}

// zlib decodes; libdeflate must see the same content and the same end, whatever the data.
TEST(Inflate, AgreesWithLibdeflate) {
  std::mt19937 random(1);
  libdeflate_decompressor* other = libdeflate_alloc_decompressor();
  for (int round = 0; round < 200; ++round) {
    std::string plain(random() % 70000, '\0');
    const std::uint64_t symbols = 1 + random() % 255;
    for (char& c : plain) c = static_cast<char>(random() % symbols);
    libdeflate_compressor* compressor = libdeflate_alloc_compressor(static_cast<int>(random() % 13));
    std::string bytes(libdeflate_deflate_compress_bound(compressor, plain.size()), '\0');
    bytes.resize(
        libdeflate_deflate_compress(compressor, plain.data(), plain.size(), bytes.data(), bytes.size()));
    libdeflate_free_compressor(compressor);
    bytes += "tail";
    if (round % 2 == 1) bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
    std::string theirs(1u << 20, '\0');
    std::size_t consumed = 0;
    std::size_t produced = 0;
    const bool valid =
        libdeflate_deflate_decompress_ex(other, bytes.data(), bytes.size(), theirs.data(), theirs.size(),
                                         &consumed, &produced) == LIBDEFLATE_SUCCESS;
    Budget budget{Limits{.output_bytes = 2u << 20}};
    BlobWriter out(budget);
    const auto inflation = inflate_raw(as_bytes(bytes), out);
    ASSERT_TRUE(inflation);
    const BlobRef ours = *out.finish();
    ASSERT_EQ(inflation->end.damage.empty(), valid) << round << " " << inflation->end.damage;
    if (!valid) continue;
    EXPECT_EQ(inflation->end.consumed, consumed);
    theirs.resize(produced);
    EXPECT_EQ(as_text(ours->bytes()), theirs);
  }
  libdeflate_free_decompressor(other);
}

}  // namespace
}  // namespace unrepro
