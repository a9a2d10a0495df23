// What may be accepted of two ELF files, and what must never be (design 1.3): each attack is made by patching
// a small library that GNU ld linked, with its build-id where an attacker would leave it.

#include <gtest/gtest.h>

#include "formats/elf/build_id.h"
#include "formats/elf/constants.h"
#include "formats/elf/elf_file.h"
#include "tests/formats/decode_util.h"
#include "tests/support/analyze.h"
#include "tests/support/archives.h"

namespace unrepro {
namespace {

using elf::File;
using testing::causes_of;
using testing::compare_bytes;
using testing::has_alert;

std::string library() { return test::read_data("elf/libsmall.so"); }

File parse(const std::string& bytes) { return File(as_bytes(bytes)); }

std::uint32_t section(const File& file, std::string_view name) {
  for (std::uint32_t i = 0; i < file.sections.size(); ++i) {
    if (file.sections[i].name == name) return i;
  }
  ADD_FAILURE() << "no section " << name;
  return 0;
}

std::uint64_t offset_of(const std::string& bytes, std::string_view name) {
  const File file = parse(bytes);
  return file.sections[section(file, name)].offset;
}

// Offset of an attribute of a section header of a 64-bit file.
std::uint64_t header_of(const std::string& bytes, std::string_view name, std::uint64_t attribute) {
  const File file = parse(bytes);
  return file.shoff + section(file, name) * 64 + attribute;
}

void put(std::string& bytes, std::uint64_t at, std::string_view text) {
  bytes.replace(at, text.size(), text);
}

void put64(std::string& bytes, std::uint64_t at, std::uint64_t value) {
  for (unsigned i = 0; i < 8; ++i) bytes[at + i] = static_cast<char>(value >> (8 * i));
}

// True when a finding that blocks names the place.
bool blocks_at(const Report& report, const std::string& place) {
  for (const Finding& finding : report.findings) {
    if (finding.verdict == Verdict::divergent && finding.location.find(place) != std::string::npos)
      return true;
  }
  return false;
}

void expect_divergent(const std::string& right, const std::string& place,
                      const std::string& left = library()) {
  for (const bool swapped : {false, true}) {
    const Report report = swapped ? compare_bytes(right, left) : compare_bytes(left, right);
    EXPECT_EQ(report.verdict, Verdict::divergent) << place;
    std::string locations;
    for (const Finding& finding : report.findings) locations += finding.location + "\n";
    EXPECT_TRUE(blocks_at(report, place)) << place << " not in\n" << locations;
  }
}

TEST(ElfAttack, NamesSwappedInTheStringTable) {
  std::string other = library();
  const std::size_t setuid = other.find("setuid"), getuid = other.find("getuid");
  ASSERT_LT(std::max(setuid, getuid), offset_of(other, ".gnu.version"));
  put(other, setuid, "getuid");
  put(other, getuid, "setuid");
  expect_divergent(other, ".dynsym.setuid");
  EXPECT_TRUE(has_alert(compare_bytes(library(), other), "stale-reference", ".dynsym"));
  EXPECT_TRUE(has_alert(compare_bytes(library(), other), "stale-reference", ".rela.plt"));
}

TEST(ElfAttack, RelocationOfAnotherSymbol) {
  std::string other = library();
  const std::uint64_t table = offset_of(other, ".rela.plt");
  for (unsigned i = 0; i < 8; ++i) std::swap(other[table + 8 + i], other[table + 24 + 8 + i]);
  expect_divergent(other, ".rela.plt");
}

TEST(ElfAttack, NeededLibrariesPermuted) {
  std::string other = library();
  const std::uint64_t table = offset_of(other, ".dynamic");
  for (unsigned i = 0; i < 16; ++i) std::swap(other[table + i], other[table + 16 + i]);
  expect_divergent(other, ".dynamic.DT_NEEDED");
  EXPECT_TRUE(has_alert(compare_bytes(library(), other), "semantic-change", "DT_NEEDED"));
}

TEST(ElfAttack, NeededLibraryAdded) {
  std::string other = library();
  const File file = parse(other);
  const elf::Section& table = file.sections[section(file, ".dynamic")];
  // The first spare entry becomes a second name of the library itself.
  for (std::uint64_t at = table.offset; at < table.offset + table.size; at += 16) {
    if (file.read(file.bytes(), at, 8) != 0) continue;
    put64(other, at, 1);
    put64(other, at + 8, file.read(file.bytes(), table.offset + 8, 8));
    break;
  }
  expect_divergent(other, ".dynamic.DT_NEEDED");
}

TEST(ElfAttack, SearchPathIntoAWritableDirectory) {
  std::string other = library();
  put(other, other.find("/usr/lib/small"), "/tmp/lib/small");
  expect_divergent(other, ".dynamic.DT_R");
  const Report report = compare_bytes(library(), other);
  EXPECT_EQ(report.divergence, Divergence::alert);
}

TEST(ElfAttack, OtherInterpreter) {
  const std::string program = test::read_data("elf/program");
  std::string other = program;
  put(other, other.find("/lib64/"), "/tmp64/");
  expect_divergent(other, ".interp", program);
  EXPECT_TRUE(has_alert(compare_bytes(program, other), "semantic-change", ".interp"));
}

TEST(ElfAttack, SectionFlags) {
  std::string other = library();
  other[header_of(other, ".text", 8)] |= 1;
  expect_divergent(other, "section_headers..text.flags");
}

TEST(ElfAttack, ExecutableStack) {
  std::string other = library();
  const File file = parse(other);
  for (std::size_t i = 0; i < file.segments.size(); ++i) {
    if (file.segments[i].type == 0x6474e551) other[file.phoff + i * 56 + 4] |= 1;
  }
  expect_divergent(other, "program_headers.PT_GNU_STACK.flags");
  EXPECT_TRUE(has_alert(compare_bytes(library(), other), "semantic-change", "PT_GNU_STACK"));
}

TEST(ElfAttack, InitArrayEntry) {
  std::string other = library();
  other[offset_of(other, ".init_array")] += 4;
  expect_divergent(other, ".init_array");
}

TEST(ElfAttack, BytesAfterTheEnd) {
  expect_divergent(library() + "PK\3\4 payload", "trailing");
  EXPECT_TRUE(has_alert(compare_bytes(library(), library() + "x"), "structural-anomaly", "trailing"));
}

TEST(ElfAttack, PayloadBetweenSections) {
  std::string other = library();
  const File file = parse(other);
  put(other, file.sections[section(file, ".init_array")].offset - 40, "a payload in padding");
  expect_divergent(other, "gap before .init_array");
}

TEST(ElfAttack, PayloadInTheComment) {
  std::string other = library();
  put(other, other.find("GCC: (") + 6, "$(rm -rf ");
  expect_divergent(other, ".comment");
}

TEST(ElfAttack, PayloadInAHoleOfAStringTable) {
  std::string left = library(), right = library();
  // No symbol has this name any more: its entry takes the name of another one.
  const File file = parse(left);
  const std::uint32_t table = section(file, ".symtab");
  const std::uint64_t entries = file.sections[table].offset;
  std::uint64_t victim = 0;
  for (std::uint64_t i = 1; i < file.symbol_count(table); ++i) {
    if (file.string(file.sections[table].link, file.symbol(table, i).name).value_or("") == "message")
      victim = i;
  }
  ASSERT_NE(victim, 0u);
  const std::uint64_t name =
      file.sections[file.sections[table].link].offset + file.symbol(table, victim).name;
  for (std::string* side : {&left, &right}) put(*side, entries + victim * 24, std::string(4, '\0'));
  put(right, name, "PAYLOAD");
  expect_divergent(right, ".strtab.unreferenced", left);
}

TEST(ElfAttack, NobitsOverLoadedBytes) {
  std::string other = library();
  other[header_of(other, ".data", 4)] = 8;
  expect_divergent(other, ".data");
  EXPECT_TRUE(has_alert(compare_bytes(library(), other), "structural-anomaly", ""));
}

TEST(ElfAttack, SectionHeaderThatLiesAboutItsOffset) {
  std::string other = library();
  put64(other, header_of(other, ".got", 24), offset_of(other, ".got") + 8);
  EXPECT_EQ(compare_bytes(library(), other).divergence, Divergence::alert);
  other = library();
  put64(other, header_of(other, ".dynstr", 24), offset_of(other, ".dynstr") - 8);
  EXPECT_EQ(compare_bytes(library(), other).divergence, Divergence::alert);
}

TEST(ElfAttack, BuildIdKeptThoughCodeChanged) {
  std::string other = library();
  other[offset_of(other, ".text") + 20] ^= 1;
  expect_divergent(other, ".text");
  EXPECT_TRUE(has_alert(compare_bytes(library(), other), "integrity-mismatch", ".note.gnu.build-id"));
}

TEST(ElfAttack, SymbolThatMovedUnderEqualBytes) {
  // The name stays, the version table gives the symbol to another library's version.
  std::string other = library();
  const std::uint64_t table = offset_of(other, ".gnu.version");
  other[table + 2] = static_cast<char>(other[table + 2] == 1 ? 2 : 1);
  expect_divergent(other, ".dynsym");
}

// Linkers give an undefined symbol without a version 0 (local) or 1 (global): no loader asks for one then.
TEST(ElfAttack, NoVersionInTwoSpellings) {
  const auto with = [](std::size_t symbol, char version) {
    std::string bytes = library();
    bytes[offset_of(bytes, ".gnu.version") + 2 * symbol] = version;
    return bytes;
  };
  constexpr std::size_t kUndefined = 1, kDefined = 3;
  const Report report = compare_bytes(with(kUndefined, 1), with(kUndefined, 0));
  EXPECT_EQ(report.verdict, Verdict::equivalent);
  EXPECT_EQ(causes_of(report), std::vector<std::string>{"serialiser-style"});
  expect_divergent(with(kUndefined, 0), ".dynsym");  // it had a version
  expect_divergent(with(kDefined, 0), ".dynsym");
}

TEST(ElfAttack, HashTableThatHidesASymbol) {
  std::string other = library();
  other[offset_of(other, ".gnu.hash") + 28] ^= 2;
  EXPECT_TRUE(has_alert(compare_bytes(library(), other), "integrity-mismatch", ".gnu.hash"));
}

TEST(ElfAttack, ArchiveSymbolTableThatLies) {
  const std::string object = test::read_data("elf/small.o");
  const auto archive = [&](const std::string& symbols, unsigned count) {
    std::string table(4 + 4 * count, '\0');
    table[3] = static_cast<char>(count);
    table += symbols;
    if (table.size() % 2 != 0) table += '\0';
    for (unsigned i = 0; i < count; ++i) table[4 + 4 * i + 3] = static_cast<char>(8 + 60 + table.size());
    return testing::ar({{"/", table}, {"small.o/", object}});
  };
  const std::string honest = archive(std::string("message\0drop\0other\0", 19), 3);
  const std::string missing = archive(std::string("message\0drop\0", 13), 2);
  const std::string lying = archive(std::string("message\0drop\0OTHER\0", 19), 3);
  EXPECT_EQ(compare_bytes(honest, honest).verdict, Verdict::identical);
  EXPECT_FALSE(has_alert(compare_bytes(honest, honest + "\n"), "integrity-mismatch", ""));
  EXPECT_TRUE(has_alert(compare_bytes(honest, missing), "integrity-mismatch", ""));
  EXPECT_TRUE(has_alert(compare_bytes(honest, lying), "integrity-mismatch", ""));
}

TEST(ElfAttack, AByteOfDataIsOneByte) {
  std::string other = library();
  other[offset_of(other, ".data")] ^= 1;
  expect_divergent(other, ".data");
  constexpr std::uint64_t kBuildId = 20;
  EXPECT_EQ(compare_bytes(library(), other).accounting.unexplained_bytes, 1 + kBuildId);
}

TEST(ElfAttack, StringsAreText) {
  std::string other = library();
  put(other, other.find("a message of"), "a massage of");
  const Report report = compare_bytes(library(), other);
  EXPECT_EQ(report.verdict, Verdict::divergent);
  const auto text = std::find_if(report.findings.begin(), report.findings.end(),
                                 [](const Finding& finding) { return finding.kind == Kind::text; });
  ASSERT_NE(text, report.findings.end());
  ASSERT_TRUE(text->right);
  EXPECT_EQ(text->right->value, "massage");
}

TEST(ElfAttack, WordsOfAStringInAnotherOrder) {
  const std::string left = test::read_data("elf/libuuid.so");
  std::string right = left;
  put(right, right.find("a message of the program"), "the program of a message");
  const Report report = compare_bytes(left, right);
  EXPECT_EQ(report.verdict, Verdict::divergent);
  EXPECT_EQ(causes_of(report), std::vector<std::string>{"hash-order"});
}

TEST(ElfBenign, RandomBuildId) {
  const std::string left = test::read_data("elf/libuuid.so");
  std::string right = left;
  const std::uint64_t id = offset_of(right, ".note.gnu.build-id") + 16;
  for (unsigned i = 0; i < 16; ++i) {
    if (i != 6 && i != 8)
      right[id + i] = static_cast<char>(right[id + i] ^ 0x5a);  // but for version and variant
  }
  const Report report = compare_bytes(left, right);
  EXPECT_EQ(report.verdict, Verdict::explained);
  EXPECT_EQ(causes_of(report), std::vector<std::string>{"random-id"});
}

// After strip nothing tells a random id from a hash but the marks of a UUID.
TEST(ElfBenign, RandomBuildIdAfterStrip) {
  const auto stripped = [](const std::string& id) {
    std::string bytes = test::read_data("elf/libuuid.so");
    put(bytes, bytes.find(elf::find_build_id(as_bytes(bytes))), id);
    bytes[header_of(bytes, ".symtab", 4)] = 1;  // SHT_PROGBITS
    return bytes;
  };
  const auto cause = [&](const std::string& left, const std::string& right) {
    return causes_of(compare_bytes(stripped(left), stripped(right)));
  };
  const std::string uuid = "sixsix\x44x\x88seventy", other = "tentwo\x4fx\xbfseventy",
                    hash = "notuid\x34x\x88seventy";
  EXPECT_EQ(cause(uuid, other), std::vector<std::string>{"random-id"});
  EXPECT_EQ(cause(uuid, hash), std::vector<std::string>{"derived-build-id"});
}

TEST(ElfBenign, CommentOfAnotherCompiler) {
  std::string left = test::read_data("elf/libuuid.so");
  std::string right = left;
  put(right, right.find("12.2.0-14"), "12.2.0-13");
  const Report report = compare_bytes(left, right);
  EXPECT_EQ(report.verdict, Verdict::equivalent);
  EXPECT_EQ(causes_of(report), std::vector<std::string>{"toolchain-version"});
  ASSERT_TRUE(report.left.normal_sha256 && report.right.normal_sha256);
  EXPECT_EQ(*report.left.normal_sha256, *report.right.normal_sha256);
}

TEST(ElfBenign, TemporaryObjectName) {
  const std::string left = test::read_data("elf/temporary.o");
  std::string right = left;
  put(right, right.find("ccAbCdEf.o"), "ccZyXw12.o");
  const Report report = compare_bytes(left, right);
  EXPECT_EQ(report.verdict, Verdict::explained);
  EXPECT_EQ(causes_of(report), std::vector<std::string>{"temp-path"});
  put(right, right.find("ccZyXw12.o"), "cc/yXw12.o");
  EXPECT_EQ(compare_bytes(left, right).verdict, Verdict::divergent);
}

TEST(ElfAttack, EveryBitFlipIsAnswered) {
  const std::string small = test::read_data("elf/small.o");
  for (std::size_t at = 0; at < small.size(); at += 7) {
    std::string other = small;
    other[at] = static_cast<char>(other[at] ^ (1 << (at % 8)));
    const Report report = compare_bytes(small, other);
    EXPECT_NE(report.verdict, Verdict::identical);

    // What tools say of themselves is inert as long as it reads like that.
    const std::uint64_t comment = small.find("GCC: (");
    const bool inert = at >= comment && at < comment + 32;
    EXPECT_TRUE(inert || report.verdict == Verdict::divergent) << at;
  }
  for (std::size_t length = 0; length < small.size(); length += 41) {
    EXPECT_EQ(compare_bytes(small, small.substr(0, length)).verdict, Verdict::divergent);
  }
}

}  // namespace
}  // namespace unrepro
