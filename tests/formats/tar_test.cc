#include "formats/archive/tar.h"

#include <gtest/gtest.h>

#include "formats/tree_builder.h"
#include "tests/formats/tar_builder.h"
#include "tests/support/slow_build.h"

namespace unrepro {
namespace {

using test::pax;
using test::pax_record;
using test::tar_end;
using test::TarEntry;
using namespace std::string_literals;

Tree decode(std::string bytes, const Context& context = {}) {
  Budget budget{Limits{.output_bytes = 1 << 20}};
  auto tree = kTar.decode(blob_from_string(std::move(bytes)), context, budget);
  EXPECT_TRUE(tree.has_value()) << tree.error().message;
  EXPECT_EQ(tree->check_tiling(), "");
  return std::move(*tree);
}

std::string fixture(const std::string& name) {
  const auto blob = blob_from_file(std::string(UNREPRO_TESTDATA) + "/data/tar/" + name);
  EXPECT_TRUE(blob.has_value()) << name;
  return std::string(as_text((*blob)->bytes()));
}

FieldId find(const Tree& tree, std::initializer_list<std::string_view> keys) {
  FieldId id = Tree::kRoot;
  for (const std::string_view key : keys) {
    if (id != kNoField) id = tree.child(id, key);
  }
  return id;
}

std::string value(const Tree& tree, std::initializer_list<std::string_view> keys) {
  const FieldId id = find(tree, keys);
  return id == kNoField ? "none" : std::string(tree.text(id));
}

std::string messages(const Tree& tree) {
  std::string text;
  for (const Anomaly& anomaly : tree.anomalies) text += anomaly.message + "\n";
  return text;
}

testing::AssertionResult has_anomaly(const Tree& tree, std::string_view part,
                                     AnomalyKind kind = AnomalyKind::structural) {
  for (const Anomaly& anomaly : tree.anomalies) {
    if (anomaly.kind == kind && anomaly.message.find(part) != std::string::npos)
      return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << "only: " << messages(tree);
}

// What a comparison sees of a tree: values that no other value states.
std::string visible(const Tree& tree) {
  std::string text;
  for (FieldId id = 0; id < tree.size(); ++id) {
    if (tree[id].inner() || tree[id].is(kCovered)) continue;
    if (tree[id].is(kDerived) && !tree[id].is(kAlias)) continue;
    text.append(tree.key(id)).append("=").append(tree.text(id)).append("\n");
  }
  return text;
}

constexpr std::string_view kFixtures[] = {
    "bsdtar-gnutar.tar",
    "bsdtar-pax.tar",
    "bsdtar-ustar.tar",
    "bsdtar-v7.tar",
    "gnutar-gnu.tar",
    "gnutar-oldgnu.tar",
    "gnutar-pax-sparse-0.0.tar",
    "gnutar-pax-sparse-0.1.tar",
    "gnutar-pax-sparse-1.0.tar",
    "gnutar-pax.tar",
    "gnutar-ustar.tar",
    "gnutar-v7.tar",
    "python-gnu.tar",
    "python-pax.tar",
    "python-ustar.tar",
};

class TarFixture : public testing::TestWithParam<std::string_view> {};

TEST_P(TarFixture, OrdinaryProgramsCauseNoAnomaly) {
  const Tree tree = decode(fixture(std::string(GetParam())));
  EXPECT_EQ(messages(tree), "");
  EXPECT_EQ(tree[Tree::kRoot].encoding, Encoding::list_set);
  EXPECT_GE(tree.payloads.size(), 1u);
}

TEST_P(TarFixture, EveryTruncationIsDecodedAndLeavesNoMemberUnnoticed) {
  const std::string whole = fixture(std::string(GetParam()));
  for (std::size_t size = 0; size < whole.size(); size += size % 512 < 4 || size % 512 > 500 ? 1 : 37) {
    const Tree tree = decode(whole.substr(0, size));
    if (size % 512 != 0 && whole.find_first_not_of('\0', size / 512 * 512) < size) {
      EXPECT_FALSE(tree.anomalies.empty()) << size;
    }
  }
}

// The central property: whatever bit is changed, and the checksum made right again, either some visible value
// differs or the archive is damaged. Otherwise bytes could hide behind values that claim to cover them.
TEST_P(TarFixture, NoBitOfAHeaderHidesBehindTheValuesThatCoverIt) {
  const std::string whole = fixture(std::string(GetParam()));
  const std::string expected = visible(decode(whole));
  for (std::size_t at = 0; at < whole.size(); at += test::kStride) {
    const std::size_t begin = at / 512 * 512;
    const bool header = whole.compare(begin + 257, 5, "ustar") == 0 || begin == 0;
    if (header ? at - begin >= 148 && at - begin < 156 : at % 7 != 0) continue;
    const int bit = (at + at / 512) % 2 == 0 ? 0 : 5;  // neighbouring headers get both
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
    if (header) changed.replace(begin, 512, TarEntry::with_checksum(changed.substr(begin, 512)));
    const Tree tree = decode(std::move(changed));
    ASSERT_TRUE(!tree.anomalies.empty() || visible(tree) != expected) << "offset " << at << " bit " << bit;
  }
}

INSTANTIATE_TEST_SUITE_P(RealPrograms, TarFixture, testing::ValuesIn(kFixtures), [](const auto& parameter) {
  std::string name(parameter.param);
  for (char& c : name) {
    if (c == '.' || c == '-') c = '_';
  }
  return name;
});

TEST(Tar, GnuArchiveStatesEffectiveValuesOnce) {
  const Tree tree = decode(fixture("gnutar-gnu.tar"));
  const std::string name = "in/d/" + std::string(119, '0') + "7";
  EXPECT_EQ(value(tree, {name, "path"}), name);
  EXPECT_EQ(value(tree, {name, "size"}), "5");
  EXPECT_EQ(value(tree, {name, "content"}), "long\n");
  EXPECT_EQ(value(tree, {"in/d/longlink", "link_target"}), std::string(119, '0') + "7");
  EXPECT_EQ(value(tree, {"in/d", "path"}), "in/d/");
  EXPECT_EQ(value(tree, {"in/d", "type"}), "directory");
  EXPECT_EQ(value(tree, {"in/d/file", "type"}), "file");
  EXPECT_EQ(value(tree, {"in/d/file", "mode"}), "0644");
  EXPECT_EQ(value(tree, {"in/d/file", "mtime"}), "1706702400");
  EXPECT_EQ(value(tree, {"in/d/file", "uid"}), "1000");
  EXPECT_EQ(value(tree, {"in/d/file", "gid"}), "100");
  EXPECT_EQ(value(tree, {"in/d/file", "user_name"}), "alice");
  EXPECT_EQ(value(tree, {"in/d/file", "group_name"}), "users");
  EXPECT_EQ(value(tree, {"in/d/file", "dialect"}), "gnu");
  EXPECT_EQ(value(tree, {"in/d/zlink", "type"}), "hardlink");
  EXPECT_EQ(value(tree, {"in/d/zlink", "link_target"}), "in/d/file");
  EXPECT_EQ(value(tree, {"in/null", "type"}), "char");
  EXPECT_EQ(value(tree, {"in/null", "device"}), "1,3");
  EXPECT_EQ(value(tree, {"in/sparse", "size"}), "40000");
  EXPECT_EQ(value(tree, {"in/sparse", "sparse_map"}), "16384+4096,40000+0");
  const Field& mtime = tree[find(tree, {"in/d/file", "mtime"})];
  EXPECT_EQ(mtime.kind, Kind::timestamp);
  EXPECT_EQ(mtime.effect, Effect::inert);
  EXPECT_TRUE(mtime.is(kInRange));
  EXPECT_TRUE(tree[find(tree, {"in/d/file", "header", "mtime"})].is(kCovered));
  EXPECT_TRUE(tree[find(tree, {"in/d/file", "header", "chksum"})].is(kDerived));
  EXPECT_TRUE(tree[find(tree, {"in/d/file", "mode"})].is(kCritical));
  EXPECT_FALSE(tree[find(tree, {"in/d/file", "uid"})].is(kCritical));
  EXPECT_TRUE(tree.owners_free);
}

TEST(Tar, PaxArchiveStatesFractionsProcessIdAndAttributes) {
  const Tree tree = decode(fixture("gnutar-pax.tar"));
  const std::string name = "in/d/" + std::string(119, '0') + "7";
  EXPECT_EQ(value(tree, {name, "path"}), name);
  EXPECT_EQ(value(tree, {name, "mtime"}), "1706702400.25");
  EXPECT_TRUE(tree[find(tree, {name, "mtime"})].is(kInRange));
  EXPECT_EQ(value(tree, {name, "pax", "pax_pid"}), "4711");
  EXPECT_EQ(tree[find(tree, {name, "pax", "pax_pid"})].kind, Kind::pid);
  EXPECT_TRUE(tree[find(tree, {name, "pax", "header", "name"})].is(kCovered));
  EXPECT_TRUE(tree[find(tree, {name, "pax", "records", "mtime"})].is(kCovered));
  EXPECT_EQ(value(tree, {name, "dialect"}), "pax");

  const Tree bsd = decode(fixture("bsdtar-pax.tar"));
  EXPECT_EQ(value(bsd, {"in/d/file", "xattr.user.k"}), "value");
  EXPECT_TRUE(bsd[find(bsd, {"in/d/file", "xattr.user.k"})].is(kCritical));
  EXPECT_EQ(bsd[find(bsd, {"in/d/file", "ctime"})].effect, Effect::inert);
  EXPECT_EQ(value(bsd, {"in/d/file", "dialect"}).substr(0, 16), "pax mode=%06o_0 ");
}

TEST(Tar, AllSparseFormatsGiveOneMapAndTheStoredContent) {
  const std::string expected = value(decode(fixture("gnutar-gnu.tar")), {"in/sparse", "content"});
  ASSERT_EQ(expected.size(), 4096u);
  for (const std::string name : {"gnutar-oldgnu.tar", "gnutar-pax-sparse-0.0.tar",
                                 "gnutar-pax-sparse-0.1.tar", "gnutar-pax-sparse-1.0.tar"}) {
    const Tree tree = decode(fixture(name));
    EXPECT_EQ(value(tree, {"in/sparse", "sparse_map"}), "16384+4096,40000+0") << name;
    EXPECT_EQ(value(tree, {"in/sparse", "size"}), "40000") << name;
    EXPECT_EQ(value(tree, {"in/sparse", "content"}), expected) << name;
  }
  const Tree tree = decode(fixture("gnutar-pax-sparse-1.0.tar"));
  EXPECT_EQ(tree[find(tree, {"in/sparse", "sparse_pid"})].kind, Kind::pid);
}

// One value, spelled by different programs.
TEST(Tar, SpellingsOfNumbersDifferInDialectOnly) {
  const Tree gnu = decode(TarEntry("a").str() + tar_end());
  const Tree bsd = decode(
      TarEntry("a").put(100, "000644 "s).put(108, "001750 "s).put(136, "14556434300 ").str() + tar_end());
  for (const std::string_view key : {"mode", "uid", "mtime", "size", "type"}) {
    EXPECT_EQ(value(gnu, {"a", key}), value(bsd, {"a", key})) << key;
  }
  EXPECT_EQ(value(gnu, {"a", "dialect"}), "ustar");
  EXPECT_EQ(value(bsd, {"a", "dialect"}), "ustar mode=%06o_0 uid=%06o_0 mtime=%011o_");
  EXPECT_EQ(messages(bsd), "");
}

TEST(Tar, V7DirectoryIsMarkedByItsSlash) {
  const Tree tree = decode(TarEntry("d/", '\0').v7().put(100, "0040755").str() + tar_end());
  EXPECT_EQ(value(tree, {"d", "type"}), "directory");
  EXPECT_EQ(value(tree, {"d", "mode"}), "0755");
  EXPECT_EQ(value(tree, {"d", "dialect"}), "v7 devmajor=empty devminor=empty mode+type typeflag=NUL");
  EXPECT_EQ(messages(tree), "");
  EXPECT_TRUE(has_anomaly(decode(TarEntry("d/", '0').str()), "whose name ends with a slash"));
}

TEST(Tar, Base256HoldsLargeOwnersAndIsRefusedWithoutNeed) {
  const Tree large = decode(TarEntry("a").gnu().put(108, "\x80\0\0\0\x7f\xff\xff\xff"s).str());
  EXPECT_EQ(value(large, {"a", "uid"}), "2147483647");
  EXPECT_EQ(messages(large), "");
  const Tree small = decode(TarEntry("a").gnu().put(108, "\x80\0\0\0\0\0\0\x01"s).str());
  EXPECT_TRUE(has_anomaly(small, "base 256 without need"));
}

TEST(Tar, EndIsDescribedNotJudged) {
  const std::string member = TarEntry("a").str();
  EXPECT_EQ(value(decode(member), {"end/"}), "none");
  EXPECT_EQ(value(decode(member + std::string(512, '\0')), {"end/"}), "1 blocks");
  EXPECT_EQ(value(decode(member + tar_end()), {"end/"}), "2 blocks");
  const Tree padded = decode(member + std::string(10240 - 512, '\0'));
  EXPECT_EQ(value(padded, {"end/"}), "padded to 10240");
  EXPECT_EQ(messages(padded), "");
  EXPECT_TRUE(padded[find(padded, {"end_blocks/"})].is(kCovered));
}

TEST(Tar, RootDecidesWhetherOwnersAreCritical) {
  const std::string bytes = TarEntry("./control").data("x").str() + tar_end();
  const Tree control = decode(bytes, {.role = "deb.control", .unpacked_by_root = true});
  for (const std::string_view key : {"uid", "gid", "user_name", "group_name"}) {
    EXPECT_TRUE(control[find(control, {"control", key})].is(kCritical)) << key;
  }
  EXPECT_FALSE(control.owners_free);
  ASSERT_EQ(control.payloads.size(), 1u);
  EXPECT_EQ(control.payloads[0].role, "deb.control");
  EXPECT_EQ(control.payloads[0].name, "control");
  EXPECT_FALSE(control.payloads[0].unpacked_by_root);
  EXPECT_EQ(decode(bytes, {.role = "deb.data", .unpacked_by_root = true}).payloads[0].role, "");
}

TEST(Tar, ProbeWantsAChecksumOrAMagic) {
  const auto bits = [](const std::string& bytes, std::string_view name = {}) {
    const Context context{.name = name};
    return kTar.probe({as_bytes(bytes), context});
  };
  EXPECT_GT(bits(TarEntry("a").str()), bits(TarEntry("a").v7().str()));
  EXPECT_GE(bits(TarEntry("a").v7().str()), 40u);
  EXPECT_EQ(bits(std::string(512, 'a')), 0u);
  EXPECT_EQ(bits(std::string(10240, '\0')), 0u);
  EXPECT_GT(bits(std::string(10240, '\0'), "empty.tar"), 0u);
  EXPECT_EQ(bits(std::string(600, '\0'), "empty.tar"), 0u);
  EXPECT_EQ(bits("short"), 0u);
  EXPECT_EQ(messages(decode(std::string(10240, '\0'))), "");
}

// Order of members: the conditions under which no program can tell.

Encoding order_of(const std::string& bytes) { return decode(bytes + tar_end())[Tree::kRoot].encoding; }

TEST(TarOrder, IndependentMembersAreASet) {
  EXPECT_EQ(order_of(TarEntry("d/", '5').str() + TarEntry("d/b").str() + TarEntry("d/a").str()),
            Encoding::list_set);
  EXPECT_EQ(order_of(TarEntry("d/b").str() + TarEntry("c/d/e").str()), Encoding::list_set);
  EXPECT_EQ(order_of(TarEntry("a").str() + TarEntry("z", '1').link("./a").str()), Encoding::list_set);
}

TEST(TarOrder, DecidesWhereMembersDependOnEachOther) {
  const auto significant = Encoding::list_significant;
  EXPECT_EQ(order_of(TarEntry("d/b").str() + TarEntry("d/", '5').str()), significant);
  EXPECT_EQ(order_of(TarEntry("z", '1').link("a").str() + TarEntry("a").str()), significant);
  EXPECT_EQ(order_of(TarEntry("z", '1').link("elsewhere").str()), significant);
  EXPECT_EQ(order_of(TarEntry("z", '1').link("z").str()), significant);
  EXPECT_EQ(order_of(TarEntry("d", '2').link("/etc").str() + TarEntry("d/passwd").str()), significant);
  EXPECT_EQ(order_of(TarEntry("d/passwd").str() + TarEntry("d", '2').link("/etc").str()), significant);
  EXPECT_EQ(order_of(TarEntry("a").str() + TarEntry("b/../c").str()), significant);
  EXPECT_EQ(order_of(TarEntry("pax_global_header", 'g').data(pax_record("comment", "x")).str() +
                     TarEntry("a").str()),
            significant);
}

// Traps: each was accepted by some comparer.

TEST(TarTraps, T22DuplicateNames) {
  for (const std::string_view again : {"a", "./a", "/a", ".//a", "b/../a"}) {
    const Tree tree = decode(TarEntry("a").data("1").str() + TarEntry(again).data("2").str() + tar_end());
    EXPECT_EQ(tree[Tree::kRoot].encoding, Encoding::list_significant);
    EXPECT_EQ(messages(tree).empty(), again == "b/../a") << again;
  }
}

TEST(TarTraps, T34PaxSizeAgainstHeaderSize) {
  const std::string hidden = TarEntry("smuggled").data("evil").str();
  const Tree tree =
      decode(pax(pax_record("size", std::to_string(hidden.size()))) + TarEntry("a").str() + hidden);
  EXPECT_TRUE(has_anomaly(tree, "the pax record 'size' says 1024, the field 0"));
  const Tree large = decode(pax(pax_record("size", "8589934592")) + TarEntry("a").str());
  EXPECT_FALSE(has_anomaly(large, "the pax record"));
  EXPECT_TRUE(has_anomaly(large, "says 8589934592 bytes, the archive has 0"));
}

TEST(TarTraps, T35DataAfterTheEnd) {
  const std::string member = TarEntry("a").str();
  const Tree bytes = decode(member + tar_end() + std::string(511, '\0') + "x");
  EXPECT_TRUE(has_anomaly(bytes, "bytes follow the end"));
  const Tree second = decode(member + tar_end() + TarEntry("b").str() + tar_end());
  EXPECT_TRUE(has_anomaly(second, "bytes follow the end of the archive at offset 1536"));
  const FieldId trailing = find(second, {"trailing/"});
  ASSERT_NE(trailing, kNoField);
  EXPECT_EQ(second[trailing].kind, Kind::trailing);
  EXPECT_TRUE(second[trailing].is(kCritical));
  // GNU tar stops at a lone zero block, others go on.
  EXPECT_TRUE(
      has_anomaly(decode(member + std::string(512, '\0') + TarEntry("b").str()), "bytes follow the end"));
  EXPECT_TRUE(has_anomaly(decode(member + std::string(512, 'x')), "no header can be read"));
}

TEST(TarTraps, T71TypeIsCriticalAndNeverTheSame) {
  const Tree file = decode(TarEntry("a").str());
  for (const char type : {'1', '2', '3', '4', '5', '6', '7', 'Z'}) {
    TarEntry entry("a", type);
    if (type == '1' || type == '2') entry.link("b");
    const Tree other = decode(entry.str());
    EXPECT_NE(value(file, {"a", "type"}), value(other, {"a", "type"})) << type;
    EXPECT_TRUE(other[find(other, {"a", "type"})].is(kCritical));
    EXPECT_EQ(other[find(other, {"a", "type"})].effect, Effect::behaviour);
  }
  EXPECT_EQ(value(decode(TarEntry("a", '\0').str()), {"a", "type"}), "file");
}

TEST(TarTraps, T72SparseMapPlacesDataElsewhere) {
  const auto sparse = [](std::string_view offset) {
    return pax(pax_record("GNU.sparse.size", "4096") + pax_record("GNU.sparse.name", "a") +
               pax_record("GNU.sparse.map", std::string(offset) + ",4")) +
           TarEntry("GNUSparseFile.7/a").data("evil").str() + tar_end();
  };
  const Tree one = decode(sparse("0"));
  const Tree other = decode(sparse("512"));
  EXPECT_EQ(messages(one), "");
  EXPECT_EQ(value(one, {"a", "content"}), value(other, {"a", "content"}));
  EXPECT_NE(value(one, {"a", "sparse_map"}), value(other, {"a", "sparse_map"}));
  EXPECT_EQ(other[find(other, {"a", "sparse_map"})].effect, Effect::behaviour);
  EXPECT_TRUE(has_anomaly(decode(sparse("4093")), "ends after the file's size 4096"));
  EXPECT_TRUE(has_anomaly(decode(sparse("8,2,0")), "overlap or are out of order"));
  EXPECT_TRUE(has_anomaly(decode(sparse("-1")), "malformed number"));
  EXPECT_TRUE(has_anomaly(decode(sparse("9223372036854775807")), "ends after the file's size"));
}

TEST(TarTraps, R6GnuMagicOverAFilledPrefix) {
  TarEntry entry("etc/cron.d/job");
  entry.put(345, "usr/share/doc/package/examples");
  const Tree ustar = decode(entry.str() + tar_end());
  EXPECT_EQ(messages(ustar), "");
  EXPECT_EQ(value(ustar, {"usr/share/doc/package/examples/etc/cron.d/job", "type"}), "file");
  const Tree gnu = decode(entry.put(257, "ustar  \0"s).str() + tar_end());
  EXPECT_TRUE(has_anomaly(gnu, "in place of the prefix"));
  const Tree v7 = decode(entry.put(257, std::string(8, '\0')).str() + tar_end());
  EXPECT_TRUE(has_anomaly(v7, "a header without magic has the fields of ustar"));
  const Tree odd = decode(entry.put(257, "ustar 00"s).str() + tar_end());
  EXPECT_TRUE(has_anomaly(odd, "unknown magic"));
}

TEST(TarTraps, SecondReadingsOfAPathAreAnomalies) {
  const auto with = [](std::string_view path, std::string_view name) {
    return decode(pax(pax_record("path", path)) + TarEntry(name).str() + tar_end());
  };
  EXPECT_TRUE(has_anomaly(with("etc/passwd", "doc/readme"), "the pax path and the name differ"));
  EXPECT_TRUE(has_anomaly(with("etc/passwd-", "etc/passwd"), "the pax path and the name differ"));
  EXPECT_TRUE(has_anomaly(with("a\0b"s, "a"), "holds a NUL"));
  EXPECT_TRUE(has_anomaly(with("", "a"), "is empty"));
  EXPECT_EQ(messages(with("h\xc3\xa9", "h?")), "");  // Python
  EXPECT_EQ(messages(with("h\xc3\xa9", "h")), "");   // Go
  const std::string full = std::string(90, 'a') + "/" + std::string(90, 'b');
  EXPECT_EQ(messages(with(full, full.substr(0, 100))), "");
  EXPECT_TRUE(has_anomaly(with(full, full.substr(0, 50)), "the pax path and the name differ"));
  const std::string longname = TarEntry("././@LongLink", 'L').gnu().data("etc/shadow\0"s).str();
  EXPECT_TRUE(
      has_anomaly(decode(longname + TarEntry("harmless").gnu().str()), "the long name and the name differ"));
}

struct Malformed {
  std::string_view what;
  std::string bytes;
};
void PrintTo(const Malformed& malformed, std::ostream* out) { *out << malformed.what; }

class TarMalformed : public testing::TestWithParam<Malformed> {};

TEST_P(TarMalformed, IsAnAnomaly) {
  EXPECT_TRUE(has_anomaly(decode(GetParam().bytes + tar_end()), GetParam().what));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, TarMalformed,
    testing::Values(
        Malformed{"bytes follow the end of name", TarEntry("a\0evil"s).str()},
        Malformed{"bytes follow the end of linkname", TarEntry("a", '2').link("b\0evil"s).str()},
        Malformed{"bytes follow the end of uname", TarEntry("a").put(272, "evil").str()},
        Malformed{"bytes follow the end of prefix", TarEntry("a").put(346, "evil").str()},
        Malformed{"bytes follow prefix", TarEntry("a").put(505, "evil").str()},
        Malformed{"no writer spells mode so", TarEntry("a").put(100, "644 evil").str()},
        Malformed{"no writer spells mtime so", TarEntry("a").put(136, "14556434300x").str()},
        Malformed{"padding is not zero at offset 514", TarEntry("a").size(2).raw_data("ab+").str()},
        Malformed{"says 1000000 bytes", TarEntry("a").size(1000000).str()},
        Malformed{"the size is negative", TarEntry("a").put(124, std::string(12, '\xff')).str()},
        Malformed{"a size of 5 for a member without data", TarEntry("a", '1').link("b").size(5).str()},
        Malformed{"a size of 5 for a member without data", TarEntry("a", '2').link("b").size(5).str()},
        Malformed{"a size of 5 for a member without data", TarEntry("a/", '5').size(5).str()},
        Malformed{"contradicts the typeflag", TarEntry("a").put(100, "0120644").str()},
        Malformed{"a pax keyword occurs twice",
                  pax(pax_record("mtime", "1") + pax_record("mtime", "2")) + TarEntry("a").str()},
        Malformed{"it does not end with a newline", pax("9 a=bcdef") + TarEntry("a").str()},
        Malformed{"it is longer than the header", pax("99 a=b\n") + TarEntry("a").str()},
        Malformed{"not a plain decimal number", pax("07 a=b\n") + TarEntry("a").str()},
        Malformed{"it has no keyword", pax("6 abc\n") + TarEntry("a").str()},
        Malformed{"is no plain number", pax(pax_record("uid", "+1")) + TarEntry("a").str()},
        Malformed{"the pax record 'uid' says 0, the field 1000",
                  pax(pax_record("uid", "0")) + TarEntry("a").str()},
        Malformed{"the pax record 'uname' and the field differ",
                  pax(pax_record("uname", "root")) + TarEntry("a").str()},
        Malformed{"the pax mtime and the field mtime differ",
                  pax(pax_record("mtime", "5")) + TarEntry("a").str()},
        Malformed{"a link target for a member that is no link",
                  pax(pax_record("linkpath", "/etc/shadow")) + TarEntry("a").str()},
        Malformed{
            "two values for one extended attribute",
            pax(pax_record("SCHILY.xattr.user.k", "one") + pax_record("LIBARCHIVE.xattr.user.k", "dHdv")) +
                TarEntry("a").str()},
        Malformed{"two auxiliary headers of one type",
                  pax(pax_record("comment", "1")) + pax(pax_record("comment", "2")) + TarEntry("a").str()},
        Malformed{"no member follows", pax(pax_record("path", "a"))},
        Malformed{
            "a global pax header redefines",
            TarEntry("pax_global_header", 'g').data(pax_record("path", "evil")).str() + TarEntry("a").str()},
        Malformed{"an owner number is negative",
                  TarEntry("a").gnu().put(108, std::string(8, '\xff')).str()}));

TEST(Tar, WrongChecksumIsAnIntegrityAnomalyAndDecodingGoesOn) {
  std::string bytes = TarEntry("a").data("x").str() + TarEntry("b").str() + tar_end();
  bytes[0] = 'c';
  const Tree tree = decode(bytes);
  EXPECT_TRUE(has_anomaly(tree, "the checksum of the header at offset 0", AnomalyKind::integrity));
  EXPECT_NE(find(tree, {"b"}), kNoField);
}

TEST(Tar, TimesOutsideTheSlotAreNotInRange) {
  const Tree before = decode(TarEntry("a").gnu().put(136, std::string(12, '\xff')).str());
  EXPECT_EQ(value(before, {"a", "mtime"}), "-1");
  EXPECT_FALSE(before[find(before, {"a", "mtime"})].is(kInRange));
}

TEST(Tar, HeaderOfAnUnknownNameIsShown) {
  const Tree tree = decode(pax(pax_record("comment", "x"), "evil/name") + TarEntry("a").str());
  const Field& name = tree[find(tree, {"a", "pax", "header", "name"})];
  EXPECT_FALSE(name.is(kCovered));
  EXPECT_FALSE(name.is(kInRange));
  EXPECT_EQ(name.effect, Effect::inert);
  EXPECT_EQ(value(decode(pax(pax_record("comment", "x"), "b/PaxHeaders.12/a") + TarEntry("a").str()),
                  {"a", "pax", "pax_pid"}),
            "none");
}

// Hostile sizes and counts: linear, and stopped by the budget.

TEST(TarHostile, MembersAndNodesAreCharged) {
  std::string bytes;
  for (int i = 0; i < 100; ++i) bytes += TarEntry("m" + std::to_string(i)).str();
  Budget members{Limits{.output_bytes = 1 << 20, .members = 50}};
  const auto tree = kTar.decode(blob_from_string(bytes), {}, members);
  ASSERT_FALSE(tree.has_value());
  EXPECT_EQ(tree.error().trouble, Trouble::budget);
  Budget nodes{Limits{.output_bytes = 1 << 20, .nodes = 1024}};
  EXPECT_FALSE(kTar.decode(blob_from_string(bytes), {}, nodes).has_value());
}

TEST(TarHostile, LongChainsAndDeepPathsTakeLinearTime) {
  std::string deep;
  for (int i = 0; i < 200000; ++i) deep += "a/";
  std::string records;
  for (int i = 0; i < 20000; ++i) records += pax_record("SCHILY.ino", "1");
  std::string bytes = pax(pax_record("path", deep) + records) + TarEntry("a").str();
  for (int i = 0; i < 20000; ++i) bytes += pax(pax_record("comment", "x"));
  bytes += pax(pax_record("path", deep + "b")) + TarEntry("a").str();
  decode(bytes);
}

TEST(TarHostile, SparseFileOfEightExbibytesHoldsWhatItStores) {
  const std::string bytes = pax(pax_record("GNU.sparse.size", "9223372036854775807") +
                                pax_record("GNU.sparse.map", "9223372036854775803,4")) +
                            TarEntry("a").data("data").str() + tar_end();
  const Tree tree = decode(bytes);
  EXPECT_EQ(messages(tree), "");
  EXPECT_EQ(value(tree, {"a", "content"}), "data");
}

}  // namespace
}  // namespace unrepro
