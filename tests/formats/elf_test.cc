#include "formats/elf/elf.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "formats/elf/contents.h"
#include "formats/elf/elf_file.h"
#include "tests/formats/decode_util.h"
#include "tests/formats/elf_oracle.h"

namespace unrepro {
namespace {

using test::anomalies;
using test::child_keys;
using test::decode;
using test::find;
using test::read_data;

std::vector<Row> rows_at(const Tree& tree, std::string_view key) {
  std::vector<Row> found;
  const auto view = kElf.rows(tree, find(tree, {key}));
  for (Row row; view != nullptr && view->next(row);) found.push_back(row);
  return found;
}

TEST(Elf, SharedLibrary) {
  const Tree tree = decode(kElf, read_data("elf/libsmall.so"));
  EXPECT_EQ(anomalies(tree), "");
  EXPECT_EQ(
      child_keys(tree, Tree::kRoot),
      "header,program_headers,.note.gnu.build-id,padding before .hash,.hash,padding before .gnu.hash,"
      ".gnu.hash,.dynsym,.dynstr,padding before .gnu.version,.gnu.version,padding before .gnu.version_r,"
      ".gnu.version_r,.rela.dyn,.rela.plt,.plt,.text,.rodata,padding before .init_array,.init_array,"
      ".dynamic,.got,.data,.comment,padding before .symtab,.symtab,.strtab,.shstrtab,"
      "padding before section_headers,section_headers");
  EXPECT_TRUE(tree[find(tree, {".hash"})].is(kDerived));
  EXPECT_TRUE(tree[find(tree, {".gnu.hash"})].is(kDerived));
  EXPECT_TRUE(tree[find(tree, {".note.gnu.build-id", "build_id", "value"})].is(kDerived));
  EXPECT_EQ(tree[find(tree, {".comment"})].effect, Effect::inert);
}

TEST(Elf, RowsResolveReferences) {
  const Tree tree = decode(kElf, read_data("elf/libsmall.so"));
  std::string needed, calls;
  for (const Row& row : rows_at(tree, ".dynamic")) {
    if (row.key == "DT_NEEDED" || row.key == "DT_RUNPATH" || row.key == "DT_SYMTAB")
      needed += row.value + ";";
  }
  EXPECT_EQ(needed,
            "DT_NEEDED libc.so.6;DT_NEEDED libm.so.6;DT_RUNPATH /usr/lib/small;DT_SYMTAB .dynsym+0x0;");
  for (const Row& row : rows_at(tree, ".rela.plt")) calls += row.value + ";";
  EXPECT_EQ(calls,
            ".got+0x18 type 7 getuid@@GLIBC_2.2.5 of libc.so.6 + 0x0;"
            ".got+0x20 type 7 setuid@@GLIBC_2.2.5 of libc.so.6 + 0x0;");
}

TEST(Elf, VersionsInEitherOrder) {
  const Tree tree = decode(kElf, read_data("elf/lld-needs.so"));
  std::string needs, symbols;
  for (const Row& row : rows_at(tree, ".gnu.version_r")) needs += row.value + ";";
  for (const Row& row : rows_at(tree, ".dynsym")) symbols += row.value.substr(0, row.value.find(' ')) + ";";
  EXPECT_EQ(needs,
            "needs libc.so.6;needs libm.so.6;GLIBC_2.2.5 of libc.so.6 flags 0x0;GLIBC_2.29 of libm.so.6 "
            "flags 0x0;");
  EXPECT_EQ(symbols, "version;puts@@GLIBC_2.2.5;pow@@GLIBC_2.29;f@@;");
  const Tree shared = decode(kElf, read_data("elf/libsymver.so"));
  std::string defines;
  for (const Row& row : rows_at(shared, ".gnu.version_d")) defines += row.value + ";";
  EXPECT_EQ(defines,
            "defines libsymver.so.1 flags 0x1;defines libsymver.so.1 flags 0x0;named libsymver.so.1;");
  test::sweep(kElf, read_data("elf/lld-needs.so"));
}

TEST(Elf, BuildIdsOfOtherLinkers) {
  for (const char* name : {"lld-sha1.so", "lld-md5.so", "lld-fast.so", "gold-sha1.so"}) {
    const std::string bytes = read_data("elf/" + std::string(name));
    const Tree tree = decode(kElf, bytes);
    EXPECT_TRUE(tree[find(tree, {".note.gnu.build-id", "build_id", "value"})].is(kDerived)) << name;
    std::string other = bytes;
    other[other.find("a message of")] = 'A';
    const Tree changed = decode(kElf, other);
    EXPECT_FALSE(changed[find(changed, {".note.gnu.build-id", "build_id", "value"})].is(kDerived)) << name;
  }
}

TEST(Elf, UnknownBuildIdIsASlot) {
  const Tree tree = decode(kElf, read_data("elf/libuuid.so"));
  const Field& field = tree[find(tree, {".note.gnu.build-id", "build_id", "value"})];
  EXPECT_FALSE(field.is(kDerived));
  EXPECT_TRUE(field.is(kInRange));
}

TEST(Elf, AgreesWithLibelf) {
  std::uint64_t symbols = 0;
  for (const char* name :
       {"libsmall.so", "libuuid.so", "program", "small.o", "small-i386.o", "small-powerpc64.o",
        "small-s390x.o", "small-aarch64.o", "lld-needs.so", "libsymver.so", "groups.o"}) {
    const test::OracleCounts counts = test::check_with_libelf(read_data("elf/" + std::string(name)));
    EXPECT_EQ(counts.mismatch, "") << name;
    EXPECT_GT(counts.sections, 5u) << name;
    symbols += counts.symbols;
    EXPECT_EQ(anomalies(decode(kElf, read_data("elf/" + std::string(name)))), "") << name;
  }
  EXPECT_GT(symbols, 50u);
}

// What the compiler of the machine brings along; unrepro_machine takes everything.
TEST(Elf, AgreesWithLibelfOnInstalledFiles) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (auto at = std::filesystem::recursive_directory_iterator("/usr/lib/gcc", error);
       at != std::filesystem::recursive_directory_iterator(); at.increment(error)) {
    if (at->is_regular_file(error) && !at->is_symlink(error) && at->file_size(error) < 1'000'000)
      files.push_back(at->path());
  }
  std::sort(files.begin(), files.end());
  if (files.size() > 100) files.resize(100);
  for (const auto& path : files) {
    std::ifstream in(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    if (!bytes.starts_with("\177ELF") || bytes.size() < 64) continue;
    EXPECT_EQ(test::check_with_libelf(bytes).mismatch, "") << path;
  }
}

TEST(Elf, SectionOfHeaders) {
  std::string bytes = read_data("elf/libsmall.so");
  const elf::File file(as_bytes(bytes));
  const auto comment = std::find_if(file.sections.begin(), file.sections.end(),
                                    [](const elf::Section& section) { return section.name == ".comment"; });
  const std::uint64_t header = file.shoff + static_cast<std::uint64_t>(comment - file.sections.begin()) * 64;
  const auto say = [&](std::uint64_t length) {
    for (unsigned i = 0; i < 8; ++i) bytes[header + 24 + i] = 0;
    for (unsigned i = 0; i < 8; ++i) bytes[header + 32 + i] = static_cast<char>(length >> 8 * i);
    return decode(kElf, bytes);
  };
  const Tree whole = say(64 + 56 * file.segments.size());
  EXPECT_EQ(anomalies(whole), "");
  EXPECT_EQ(rows_at(whole, "program_headers").size(), 2 * file.segments.size());
  EXPECT_TRUE(test::has_anomaly(say(64), AnomalyKind::structural, "overlaps"));
}

// Two groups are one when they are about one symbol, wherever they stand.
TEST(Elf, GroupsAreKnownByTheirSymbols) {
  std::string object = read_data("elf/groups.o");
  const auto labels = [&] {
    const elf::File file(as_bytes(object));
    return std::vector<std::string>{file.label(1), file.label(2), file.label(3)};
  };
  EXPECT_EQ(labels(), (std::vector<std::string>{".group:_Z1av", ".group:_Z1bv", ".group:_Z1cv"}));
  object.replace(object.find("_Z1bv"), 5, "_Z1av");
  EXPECT_EQ(labels(), (std::vector<std::string>{".group:_Z1av", ".group:_Z1av#2", ".group:_Z1cv"}));
}

TEST(Elf, WithoutSectionHeaders) {
  std::string bytes = read_data("elf/libsmall.so");
  for (const std::size_t at : {0x28, 0x3c, 0x3e})
    bytes.replace(at, at == 0x28 ? 8 : 2, at == 0x28 ? 8 : 2, '\0');
  const Tree tree = decode(kElf, bytes);
  EXPECT_NE(find(tree, {"segment 0"}), kNoField) << child_keys(tree, Tree::kRoot);
}

TEST(Elf, Sweep) {
  test::sweep(kElf, read_data("elf/small-powerpc64.o"));
  test::sweep(kElf, read_data("elf/small-i386.o"));
}

TEST(Elf, ProducerComments) {
  const auto producer = [](std::string_view text) {
    return elf::is_producer_comment(std::string(text) + '\0');
  };
  EXPECT_TRUE(producer("GCC: (Debian 12.2.0-14) 12.2.0"));
  EXPECT_TRUE(producer("GCC: (GNU) 13.1.1 20230614"));
  EXPECT_TRUE(producer("Debian clang version 14.0.6"));
  EXPECT_TRUE(producer("Linker: LLD 14.0.6"));
  EXPECT_TRUE(producer("rustc version 1.63.0 (4b91a6ea7 2022-08-08)"));
  EXPECT_FALSE(producer("GCC: ($(id)) 12.2.0"));
  EXPECT_FALSE(producer("GCC: (Debian 12.2.0-14) rm -rf"));
  EXPECT_FALSE(producer("hello"));
  EXPECT_FALSE(elf::is_producer_comment("GCC: (GNU) 13.1.1"));
}

}  // namespace
}  // namespace unrepro
