#include "formats/opaque.h"

#include "tests/formats/decode_util.h"
#include "tests/support/analyze.h"

namespace unrepro {
namespace {

using test::decode;
using test::find;
using testing::causes_of;
using testing::compare_bytes;

using namespace std::string_view_literals;

// Zeros with pieces at their offsets.
std::string image(std::size_t size, std::initializer_list<std::pair<std::size_t, std::string_view>> pieces) {
  std::string bytes(size, '\0');
  for (const auto& [at, piece] : pieces) bytes.replace(at, piece.size(), piece);
  return bytes;
}

std::string program(std::string_view stamp, std::string_view checksum) {
  return image(0x200, {{0, "MZ"}, {0x3c, "\x80"}, {0x80, "PE\0\0"sv}, {0x88, stamp}, {0xd8, checksum}});
}

// An empty signature header; a header of two entries (tags 1006 and 1007) and 20 bytes of data.
std::string package(std::string_view time, std::string_view host) {
  return image(0x120, {{0, "\xed\xab\xee\xdb"},
                       {96, "\x8e\xad\xe8\x01"},
                       {112, "\x8e\xad\xe8\x01\0\0\0\0\0\0\0\x02\0\0\0\x14"sv},
                       {128, "\0\0\x03\xee\0\0\0\x04\0\0\0\0\0\0\0\x01"sv},
                       {144, "\0\0\x03\xef\0\0\0\x06\0\0\0\x04\0\0\0\x01"sv},
                       {160, time},
                       {164, host}});
}

struct Example {
  std::string left, right;
  std::string cause;
};

TEST(Opaque, SlotsOfOtherFormatsGiveALeadAndAreNeverAccepted) {
  const std::string id(16, 'a'), other(16, 'b');
  const std::string font = image(0x80, {{0, "\0\1\0\0\0\1"sv}, {12, "head"}, {23, "\x20"}});
  const Example examples[] = {
      {image(96, {{0, "hsqs"}, {8, "\x01\x02\x03\x60"}}), image(96, {{0, "hsqs"}, {8, "\x05\x02\x03\x60"}}),
       "build-timestamp"},
      {image(0x800, {{0x438, "\x53\xef"}, {0x468, id}}), image(0x800, {{0x438, "\x53\xef"}, {0x468, other}}),
       "random-id"},
      {image(512, {{0x36, "FAT16   "}, {0x27, "abcd"}}), image(512, {{0x36, "FAT16   "}, {0x27, "efgh"}}),
       "build-timestamp"},
      {image(0x9000, {{0x8000, "\1CD001"}, {0x8000 + 813, "2017110210304500"}}),
       image(0x9000, {{0x8000, "\1CD001"}, {0x8000 + 813, "2018031201020300"}}), "build-timestamp"},
      {program("\x01\x02\x03\x60", ""), program("\x05\x02\x03\x60", ""), "build-timestamp"},
      {package("\x60\x03\x02\x01", "build1"), package("\x60\x03\x02\x05", "build1"), "build-timestamp"},
      {package("\x60\x03\x02\x01", "build1"), package("\x60\x03\x02\x01", "worker"), "host-user-identity"},
      {font, font.substr(0, 0x38) + "\x01" + font.substr(0x39), "build-timestamp"},
  };
  for (const Example& example : examples) {
    const Report report = compare_bytes(example.left, example.right, "frob.img");
    EXPECT_EQ(causes_of(report), std::vector<std::string>{example.cause});
    EXPECT_EQ(report.verdict, Verdict::divergent);
  }
}

TEST(Opaque, BytesBesideASlotHaveNoCause) {
  const std::string left = image(96, {{0, "hsqs"}}), right = image(96, {{0, "hsqs"}, {12, "x"}});
  EXPECT_EQ(causes_of(compare_bytes(left, right, "frob.img")), std::vector<std::string>{"unexplained"});
}

TEST(Opaque, ChecksumOfAProgramIsDerivedWhereItHolds) {
  // Words: "MZ", 0x0080, "PE" and their positions do not matter; the length is added.
  const std::uint32_t sum = 0x5a4d + 0x0080 + 0x4550 + 0x0200;
  const std::string right = {static_cast<char>(sum & 0xff), static_cast<char>(sum >> 8 & 0xff)};
  const Tree tree = decode(kOpaque, program("", right));
  const FieldId checksum = find(tree, {"CheckSum"});
  ASSERT_NE(checksum, kNoField);
  EXPECT_TRUE(tree[checksum].is(kDerived));
  EXPECT_EQ(find(decode(kOpaque, program("", "x")), {"CheckSum"}), kNoField);
}

TEST(Opaque, CutAnywhere) {
  for (const std::string& whole :
       {package("\x60\x03\x02\x01", "build1"), program("\x01\x02\x03\x60", ""),
        image(0x510, {{0x438, "\x53\xef"}}), image(0x9000, {{0x8000, "\1CD001"}})}) {
    for (std::size_t size = 0; size<whole.size(); size += whole.size()> 0x1000 ? 97 : 1) {
      decode(kOpaque, whole.substr(0, size));
    }
  }
}

}  // namespace
}  // namespace unrepro
