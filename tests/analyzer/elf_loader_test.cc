// What the loader and the unwinder see of an ELF file has to be what its sections show.

#include <gtest/gtest.h>

#include "formats/elf/dynamic.h"
#include "formats/elf/elf.h"
#include "formats/elf/frame_header.h"
#include "tests/formats/decode_util.h"
#include "tests/support/analyze.h"
#include "tests/support/archives.h"

namespace unrepro {
namespace {

using testing::compare_bytes;
using testing::has_alert;

std::string library() { return test::read_data("elf/libsmall.so"); }

std::uint32_t section(const elf::File& file, std::string_view name) {
  for (std::uint32_t i = 0; i < file.sections.size(); ++i) {
    if (file.sections[i].name == name) return i;
  }
  ADD_FAILURE() << "no section " << name;
  return 0;
}

// Adds to the value of a dynamic tag.
std::string with_tag(std::string bytes, std::uint64_t tag, std::uint64_t more, std::uint64_t new_tag = 0) {
  const elf::File file(as_bytes(bytes));
  const elf::Section& table = file.sections[section(file, ".dynamic")];
  for (std::uint64_t at = table.offset; at < table.offset + table.size; at += 16) {
    if (file.read(file.bytes(), at, 8) != tag) continue;
    const std::uint64_t value = file.read(file.bytes(), at + 8, 8) + more;
    for (unsigned i = 0; i < 8; ++i) {
      bytes[at + 8 + i] = static_cast<char>(value >> 8 * i);
      if (new_tag != 0) bytes[at + i] = static_cast<char>(new_tag >> 8 * i);
    }
    return bytes;
  }
  ADD_FAILURE() << "no tag " << tag;
  return bytes;
}

TEST(ElfLoader, TablesAreWhereTheSectionsShowThem) {
  struct Lie {
    std::uint64_t tag, more, new_tag;
  };
  // RELA, RELASZ, JMPREL, PLTRELSZ, INIT_ARRAY, INIT_ARRAYSZ, HASH, GNU_HASH, STRTAB, STRSZ, SYMTAB, VERSYM,
  // VERNEED, VERNEEDNUM; then VERSYM, INIT_ARRAY and GNU_HASH under a tag that no loader knows.
  for (const Lie lie : {Lie{7, 24, 0},
                        {8, 24, 0},
                        {23, 24, 0},
                        {2, 24, 0},
                        {25, 8, 0},
                        {27, 8, 0},
                        {4, 8, 0},
                        {0x6ffffef5, 8, 0},
                        {5, 1, 0},
                        {10, 1, 0},
                        {6, 24, 0},
                        {0x6ffffff0, 2, 0},
                        {0x6ffffffe, 16, 0},
                        {0x6fffffff, 1, 0},
                        {0x6ffffff0, 0, 0x60000099},
                        {25, 0, 0x60000099},
                        {0x6ffffef5, 0, 0x60000099}}) {
    const std::string other = with_tag(library(), lie.tag, lie.more, lie.new_tag);
    EXPECT_TRUE(has_alert(compare_bytes(library(), other), "structural-anomaly", ".dynamic")) << lie.tag;
    EXPECT_TRUE(has_alert(compare_bytes(other, library()), "structural-anomaly", ".dynamic")) << lie.tag;
  }
}

TEST(ElfLoader, ATagThatStandsThereTwice) {
  // DT_INIT_ARRAYSZ becomes a second DT_SONAME.
  EXPECT_TRUE(
      has_alert(compare_bytes(library(), with_tag(library(), 27, 0, 14)), "structural-anomaly", ".dynamic"));
}

std::string frames() { return test::read_data("dwarf/short-gcc-5.so"); }

TEST(ElfFrames, SearchTableFollowsFromTheFrames) {
  for (const char* name : {"short-gcc-5.so", "short-gcc-4.so", "short-clang-5.so", "long-clang-4.so"}) {
    const Tree tree = test::decode(kElf, test::read_data("dwarf/" + std::string(name)));
    EXPECT_TRUE(tree[test::find(tree, {".eh_frame_hdr"})].is(kDerived)) << name;
  }
}

TEST(ElfFrames, ASearchTableThatLiesIsAnAlert) {
  const std::string bytes = frames();
  const elf::File parsed{as_bytes(bytes)};
  const elf::Section& header = parsed.sections[section(parsed, ".eh_frame_hdr")];
  for (std::uint64_t at = 4; at < header.size; at += 4) {
    std::string other = bytes;
    other[header.offset + at] = static_cast<char>(other[header.offset + at] ^ 1);
    EXPECT_TRUE(has_alert(compare_bytes(bytes, other), "integrity-mismatch", ".eh_frame_hdr")) << at;
  }
  // Another form is not accepted either.
  std::string other = bytes;
  other[header.offset + 3] = 0x1b;
  EXPECT_EQ(compare_bytes(bytes, other).verdict, Verdict::divergent);
}

TEST(ElfWithoutSections, NotesAndDynamicSectionAreRead) {
  std::string bytes = test::read_data("elf/program");
  for (const std::size_t at : {0x28, 0x3c, 0x3e}) {
    const std::size_t width = at == 0x28 ? 8 : 2;
    bytes.replace(at, width, width, '\0');
  }
  const Tree tree = test::decode(kElf, bytes);
  EXPECT_EQ(tree[test::find(tree, {".interp"})].kind, Kind::interpreter);
  const auto rows = kElf.rows(tree, test::find(tree, {"PT_DYNAMIC"}));
  ASSERT_NE(rows, nullptr);
  Row first;
  ASSERT_TRUE(rows->next(first));
  EXPECT_EQ(first.value, "DT_NEEDED libsmall.so.1");
  std::string other = bytes;
  other[other.find("libsmall.so.1")] = 'L';
  EXPECT_EQ(compare_bytes(bytes, other).divergence, Divergence::alert);
}

// Two members of one name: a linker takes the first that defines a symbol, `ar x` leaves the last.
TEST(StaticLibrary, ShadowedMember) {
  const std::string object = test::read_data("elf/small.o");
  std::string twin = object;
  twin[twin.find("a message of")] = 'A';
  const std::string left = testing::ar({{"small.o/", object}, {"small.o/", twin}});
  const std::string right = testing::ar({{"small.o/", twin}, {"small.o/", object}});
  const Report report = compare_bytes(left, right, "libsmall.a");
  EXPECT_EQ(report.verdict, Verdict::divergent);
  const std::string alone = testing::ar({{"small.o/", object}});
  EXPECT_EQ(compare_bytes(alone, left, "libsmall.a").verdict, Verdict::divergent);
}

}  // namespace
}  // namespace unrepro
