// Pictures as ImageMagick makes them (tests/data/png/make.sh), and what in them is no time.

#include "formats/graphics/png.h"

#include <libdeflate.h>

#include "tests/formats/decode_util.h"
#include "tests/support/analyze.h"

namespace unrepro {
namespace {

using test::anomalies;
using test::decode;
using test::find;
using test::text_at;
using testing::causes_of;

std::string left() { return test::read_data("png/left.png"); }

std::string big_endian(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}
std::string chunk(const std::string& type, const std::string& content) {
  const std::string whole = type + content;
  return big_endian(static_cast<std::uint32_t>(content.size())) + whole +
         big_endian(libdeflate_crc32(0, whole.data(), whole.size()));
}
// The picture with chunks before its end.
std::string with(const std::string& chunks) {
  std::string bytes = left();
  return bytes.insert(bytes.size() - 12, chunks);
}

Report compare(const std::string& a, const std::string& b) {
  Options options;
  options.reference_time = 1'800'000'000;
  return testing::compare_bytes(a, b, "frob.png", options);
}

TEST(Png, IsReadWhole) {
  const Tree tree = decode(kPng, left());
  EXPECT_EQ(anomalies(tree), "");
  EXPECT_EQ(test::child_keys(tree, find(tree, {"chunks"})),
            "IHDR,gAMA,cHRM,PLTE,bKGD,tIME,IDAT,tEXt comment,tEXt date:create,tEXt date:modify,IEND");
  EXPECT_EQ(text_at(tree, {"chunks", "tIME", "modified"}), "2024-02-01T00:00:00Z");
  EXPECT_EQ(text_at(tree, {"chunks", "tEXt comment", "text"}), "frob");
  EXPECT_TRUE(tree[find(tree, {"chunks", "IDAT", "crc"})].is(kDerived));
}

TEST(Png, TextsOfAllKinds) {
  const std::string nul(1, '\0');
  const Tree tree =
      decode(kPng, with(chunk("iTXt", "Title" + nul + nul + nul + "en" + nul + "Titel" + nul + "Frob") +
                        chunk("iTXt", "Title" + nul + "\1" + nul + nul + nul + "packed") +
                        chunk("tEXt", "no keyword")));
  EXPECT_EQ(anomalies(tree), "");
  EXPECT_EQ(text_at(tree, {"chunks", "iTXt Title", "text"}), "Frob");
  EXPECT_EQ(find(tree, {"chunks", "iTXt Title#2", "text"}), kNoField);
  EXPECT_EQ(text_at(tree, {"chunks", "tEXt", "content"}), "no keyword");
}

TEST(Png, DamageIsSeen) {
  const std::string bytes = left();
  test::sweep(kPng, bytes);
  for (std::size_t size = 8; size < bytes.size(); size += 5)
    EXPECT_NE(anomalies(decode(kPng, bytes.substr(0, size))), "") << size;
  std::string damaged = bytes;
  damaged[damaged.find("frob")] = 'F';
  EXPECT_TRUE(test::has_anomaly(decode(kPng, damaged), AnomalyKind::integrity, "CRC"));
  EXPECT_TRUE(decode(kPng, bytes + "x")[find(decode(kPng, bytes + "x"), {"trailing"})].is(kCritical));
}

TEST(Png, ItsTimesAreTheBuilds) {
  const Report report = compare(left(), test::read_data("png/right.png"));
  EXPECT_EQ(report.verdict, Verdict::explained);
  EXPECT_EQ(causes_of(report), std::vector<std::string>{"build-timestamp"});
}

TEST(Png, NothingElseIsATime) {
  const auto differ = [](const std::string& type, const std::string& a, const std::string& b) {
    return compare(with(chunk(type, a)), with(chunk(type, b))).verdict;
  };
  EXPECT_EQ(differ("tIME", {7, '\xe8', 13, 1, 0, 0, 0}, {7, '\xe8', 14, 1, 0, 0, 0}),
            Verdict::divergent);  // no month
  EXPECT_EQ(differ("frOb", "2024-02-01T00:00:00Z", "2024-03-07T11:12:13Z"), Verdict::divergent);
  EXPECT_EQ(differ("tEXt", std::string("2024-02-01\0x", 12), std::string("2024-03-07\0x", 12)),
            Verdict::divergent);
  EXPECT_EQ(differ("tEXt", std::string("Script\0rm a", 11), std::string("Script\0rm b", 11)),
            Verdict::divergent);
  EXPECT_EQ(compare(left(), with(chunk("tEXt", std::string("Title\0x", 7)))).verdict, Verdict::divergent);
}

}  // namespace
}  // namespace unrepro
