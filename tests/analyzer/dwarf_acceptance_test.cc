// Debug information of two builds: what may be accepted, and what must never be. The files are made from
// tests/data/dwarf/x.c by make.sh, in /b/x and in /build/a-much-longer/x.

#include <gtest/gtest.h>

#include "formats/elf/elf_file.h"
#include "tests/formats/decode_util.h"
#include "tests/support/analyze.h"
#include "tests/support/slow_build.h"

namespace unrepro {
namespace {

using testing::causes_of;
using testing::compare_bytes;
using Causes = std::vector<std::string>;

std::string file(const std::string& name) { return test::read_data("dwarf/" + name); }

std::uint64_t offset_of(const std::string& bytes, std::string_view section) {
  const elf::File parsed(as_bytes(bytes));
  for (const elf::Section& item : parsed.sections) {
    if (item.name == section) return item.offset;
  }
  ADD_FAILURE() << section;
  return 0;
}

void expect_divergent(const std::string& left, const std::string& right, std::string_view place) {
  const Report report = compare_bytes(left, right);
  EXPECT_EQ(report.verdict, Verdict::divergent) << place;
  bool named = false;
  for (const Finding& finding : report.findings) {
    named =
        named || (finding.verdict == Verdict::divergent && finding.location.find(place) != std::string::npos);
  }
  EXPECT_TRUE(named) << place;
}

const char* const kFiles[] = {"gcc-4.o",  "gcc-5.o",  "clang-4.o",  "clang-5.o",
                              "gcc-4.so", "gcc-5.so", "clang-5.so", "gcc-5.gz"};

TEST(DwarfAcceptance, OtherDirectoryIsTheBuildPath) {
  for (const std::string name : kFiles) {
    const Report report = compare_bytes(file("short-" + name), file("long-" + name));
    EXPECT_EQ(report.verdict, Verdict::explained) << name;
    EXPECT_EQ(causes_of(report), Causes{"build-path"}) << name;
    EXPECT_EQ(report.accounting.unexplained_bytes, 0u) << name;
    EXPECT_FALSE(report.accounting.capacity.unbounded) << name;
  }
}

TEST(DwarfAcceptance, DirectoriesOfOneLength) {
  const std::string left = file("short-gcc-5.so");
  std::string right = left;
  for (std::size_t at = right.find("/b/x"); at != right.npos; at = right.find("/b/x", at)) {
    right.replace(at, 4, "/b/y");
  }
  // The build-id is that of the left side: patching alone is no build.
  EXPECT_TRUE(testing::has_alert(compare_bytes(left, right), "integrity-mismatch", "build-id"));
  std::string object = file("short-gcc-5.o"), other = object;
  for (std::size_t at = other.find("/b/x"); at != other.npos; at = other.find("/b/x", at)) {
    other.replace(at, 4, "/b/y");
  }
  const Report report = compare_bytes(object, other);
  EXPECT_EQ(report.verdict, Verdict::explained);
  EXPECT_EQ(causes_of(report), Causes{"build-path"});
}

TEST(DwarfAcceptance, OtherOptionsTestify) {
  const std::string left = file("short-gcc-5.o");
  std::string right = left;
  const std::size_t at = right.find(" -g -O2");
  ASSERT_NE(at, right.npos);
  right[at + 6] = '1';
  const Report report = compare_bytes(left, right);
  EXPECT_EQ(report.verdict, Verdict::divergent);
  EXPECT_EQ(report.divergence, Divergence::known);
  EXPECT_EQ(causes_of(report), Causes{"recorded-build-flags"});
}

TEST(DwarfAcceptance, OtherCompilerVersion) {
  const std::string left = file("short-gcc-5.o");
  std::string right = left;
  right[right.find("GNU C17 12.2.0") + 13] = '1';
  const Report report = compare_bytes(left, right);
  EXPECT_EQ(report.verdict, Verdict::explained);
  EXPECT_EQ(causes_of(report), Causes{"toolchain-version"});
}

TEST(DwarfAttack, StringsSwappedUnderTheEntries) {
  for (const std::string name : kFiles) {
    if (name.ends_with(".gz")) continue;
    const std::string left = file("short-" + name);
    std::string right = left;
    const std::uint64_t strings = offset_of(left, ".debug_str");
    const std::size_t at = right.find("main", strings);
    ASSERT_NE(at, right.npos) << name;
    right.replace(at, 4, "niam");
    expect_divergent(left, right, ".debug_info.DW_TAG_subprogram");
  }
}

TEST(DwarfAttack, EveryByteOfATableIsAnswered) {
  for (const std::string name : {"gcc-5.o", "clang-5.o", "gcc-4.o"}) {
    const std::string left = file("short-" + name);
    const elf::File parsed(as_bytes(left));
    for (const elf::Section& section : parsed.sections) {
      if (!section.name.starts_with(".debug_") || !section.has_content()) continue;
      for (std::uint64_t at = section.offset; at < section.offset + section.size; at += 3 * test::kStride) {
        std::string right = left;
        right[at] = static_cast<char>(right[at] ^ (1 << (at % 7)));
        const Report report = compare_bytes(left, right);
        const bool path = section.name == ".debug_line_str" || section.name == ".debug_str";
        EXPECT_TRUE(report.verdict == Verdict::divergent || (path && report.verdict == Verdict::explained))
            << name << ' ' << section.name << '+' << at - section.offset;
      }
    }
  }
}

TEST(DwarfAttack, AddressInALinkedFile) {
  const std::string left = file("short-gcc-5.so");
  std::string right = left;
  right[offset_of(left, ".debug_aranges") + 16] ^= 4;
  expect_divergent(left, right, ".debug_aranges.range");
}

TEST(DwarfAttack, BytesNobodyRefersTo) {
  std::string left = file("short-gcc-5.o"), right = left;
  // A section of strings that is longer than its strings: the entry of "sum" takes another name.
  const std::uint64_t strings = offset_of(left, ".debug_str");
  const std::size_t end = left.find('\0', strings);
  right[end] = 'x';
  EXPECT_EQ(compare_bytes(left, right).verdict, Verdict::divergent);
}

}  // namespace
}  // namespace unrepro
