#include "formats/digest.h"

#include <gtest/gtest.h>

namespace unrepro {
namespace {

TEST(Digest, KnownAnswers) {  // RFC 1321 A.5, FIPS 180-4 examples
  EXPECT_EQ(to_hex(digest(Algo::md5, as_bytes("abc"))), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(to_hex(digest(Algo::sha1, as_bytes("abc"))), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(to_hex(digest(Algo::sha256, as_bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(digest(Algo::sha512, as_bytes(""))).substr(0, 32), "cf83e1357eefb8bdf1542850d66d8007");
}

TEST(Digest, PiecesGiveTheDigestOfTheWhole) {
  Hasher hasher(Algo::sha256);
  hasher.update(as_bytes("a"));
  hasher.update(as_bytes(""));
  hasher.update(as_bytes("bc"));
  EXPECT_EQ(hasher.finish(), digest(Algo::sha256, as_bytes("abc")));
}

TEST(Digest, AlgorithmsThatAreNoDigestGiveNothing) {
  EXPECT_FALSE(is_digest(Algo::byte_count));
  EXPECT_EQ(digest(Algo::installed_size, as_bytes("abc")), "");
}

TEST(Hex, RoundTripAndRejects) {
  EXPECT_EQ(from_hex("00fFa5"), std::string("\x00\xff\xa5", 3));
  EXPECT_EQ(to_hex(std::string_view("\x00\xff\xa5", 3)), "00ffa5");
  EXPECT_EQ(from_hex("abc"), std::nullopt);
  EXPECT_EQ(from_hex("0g"), std::nullopt);
  EXPECT_EQ(from_hex(""), "");
}

TEST(ContentHash, DiffersByContentOnly) {
  EXPECT_EQ(content_hash(as_bytes("abc")), content_hash(as_bytes("abc")));
  EXPECT_NE(content_hash(as_bytes("abc")), content_hash(as_bytes("abd")));
}

}  // namespace
}  // namespace unrepro
