#include "formats/archive/ar.h"

#include "decode_util.h"

namespace unrepro {
namespace {

using test::anomalies;
using test::child_keys;
using test::decode;
using test::find;
using test::has_anomaly;
using test::read_data;
using test::text_at;

constexpr std::string_view kLong = "a_name_longer_than_sixteen_bytes.o";

std::string header(std::string_view name, std::string_view size, std::string_view mtime = "0") {
  std::string out(60, ' ');
  const auto put = [&out](std::size_t at, std::string_view text) { out.replace(at, text.size(), text); };
  put(0, name);
  put(16, mtime);
  put(28, "0");
  put(34, "0");
  put(40, "100644");
  put(48, size);
  put(58, "`\n");
  return out;
}

TEST(Ar, GnuLibrary) {
  const Tree tree = decode(kAr, read_data("ar/gnu.a"));
  EXPECT_EQ(anomalies(tree), "");
  EXPECT_TRUE(tree.owners_free);
  const FieldId members = find(tree, {"members"});
  EXPECT_EQ(child_keys(tree, members), "/,//,one.o," + std::string(kLong) + ",note.txt");
  EXPECT_EQ(tree[members].encoding, Encoding::list_significant);

  EXPECT_EQ(text_at(tree, {"members", kLong, "name"}), "/0              ");
  EXPECT_TRUE(tree[find(tree, {"members", kLong, "name"})].is(kCovered));
  EXPECT_TRUE(tree[find(tree, {"members", "//", "names", "name"})].is(kCovered));
  EXPECT_EQ(text_at(tree, {"members", kLong, "path"}), kLong);
  EXPECT_EQ(text_at(tree, {"members", kLong, "name_style"}), "table");
  EXPECT_EQ(text_at(tree, {"members", "one.o", "name_style"}), "slash");
  EXPECT_EQ(text_at(tree, {"members", "note.txt", "content"}), "odd");
  EXPECT_TRUE(tree[find(tree, {"members", "note.txt", "padding"})].is(kDerived));

  const Field& mtime = tree[find(tree, {"members", "one.o", "mtime"})];
  EXPECT_EQ(mtime.effect, Effect::inert);
  EXPECT_TRUE(mtime.is(kInRange));
  EXPECT_EQ(tree[find(tree, {"members", "one.o", "mode"})].effect, Effect::behaviour);
  EXPECT_TRUE(tree[find(tree, {"members", "one.o", "size"})].is(kDerived));

  EXPECT_EQ(child_keys(tree, find(tree, {"members", "/", "symbol_table", "symbols"})), "one,two,deux");
  EXPECT_EQ(text_at(tree, {"members", "/", "symbol_table", "symbols", "one"}), "one.o");
  EXPECT_EQ(text_at(tree, {"members", "/", "symbol_table", "symbols", "deux"}), kLong);
  EXPECT_TRUE(tree[find(tree, {"members", "/", "symbol_table", "offsets"})].is(kCovered));
  EXPECT_EQ(tree.payloads.size(), 3u);
  EXPECT_EQ(tree.payloads[1].name, kLong);
}

TEST(Ar, SymbolTablesOfAllDialectsSayTheSame) {
  for (const std::string name : {"gnu.a", "sym64.a", "thin.a", "bsd.a"}) {
    const Tree tree = decode(kAr, read_data("ar/" + name));
    EXPECT_EQ(anomalies(tree), "") << name;
    const FieldId first = *tree.children(find(tree, {"members"})).begin();
    const FieldId table = tree.child(first, "symbol_table");
    ASSERT_NE(table, kNoField) << name;
    const FieldId symbols = tree.child(table, "symbols");
    EXPECT_EQ(child_keys(tree, symbols), "one,two,deux") << name;
    EXPECT_EQ(tree.text(tree.child(symbols, "one")), "one.o") << name;
    EXPECT_EQ(tree.text(tree.child(symbols, "two")), kLong) << name;
    EXPECT_TRUE(tree[tree.child(table, "names")].is(kCovered)) << name;
  }
}

TEST(Ar, BsdNamesLeadTheContent) {
  const Tree tree = decode(kAr, read_data("ar/bsd.a"));
  EXPECT_EQ(text_at(tree, {"members", kLong, "name_style"}), "leading");
  EXPECT_TRUE(tree[find(tree, {"members", kLong, "leading_name"})].is(kCovered));
  EXPECT_EQ(text_at(tree, {"members", "note.txt", "content"}).substr(0, 3), "odd");
  EXPECT_EQ(text_at(tree, {"members", "one.o", "content"}).substr(0, 4),
            "\x7f"
            "ELF");
}

TEST(Ar, ThinArchivesHaveNoContent) {
  const Tree tree = decode(kAr, read_data("ar/thin.a"));
  EXPECT_EQ(child_keys(tree, find(tree, {"members"})), "/,//,one.o," + std::string(kLong));
  EXPECT_EQ(find(tree, {"members", "one.o", "content"}), kNoField);
  EXPECT_FALSE(tree[find(tree, {"members", "one.o", "size"})].is(kDerived));
  EXPECT_TRUE(tree.payloads.empty());
}

TEST(Ar, DuplicateNamesAreLegal) {
  const Tree tree = decode(kAr, read_data("ar/duplicate.a"));
  EXPECT_EQ(anomalies(tree), "");
  EXPECT_EQ(child_keys(tree, find(tree, {"members"})), "note.txt,note.txt");
}

// Both offsets are those of members, so only the resolved targets tell.
TEST(Ar, SwappedSymbolOffsetsChangeTheAliases) {
  std::string bytes = read_data("ar/gnu.a");
  const std::string one = bytes.substr(0x48, 4), two = bytes.substr(0x4c, 4);
  bytes.replace(0x48, 4, two);
  bytes.replace(0x4c, 4, one);
  const Tree tree = decode(kAr, bytes);
  EXPECT_EQ(text_at(tree, {"members", "/", "symbol_table", "symbols", "one"}), kLong);
  EXPECT_EQ(text_at(tree, {"members", "/", "symbol_table", "symbols", "two"}), "one.o");
}

TEST(Ar, SymbolOffsetOutsideAnyMemberIsAnIntegrityAnomaly) {
  std::string bytes = read_data("ar/gnu.a");
  bytes[0x4b] = static_cast<char>(bytes[0x4b] + 2);
  const Tree tree = decode(kAr, bytes);
  EXPECT_TRUE(has_anomaly(tree, AnomalyKind::integrity, "where no member begins"));
  EXPECT_FALSE(tree[find(tree, {"members", "/", "symbol_table", "offsets"})].is(kCovered));
}

TEST(Ar, SymbolOfADuplicateNamesWhichOne) {
  const std::string table(
      "\0\0\0\2"
      "\0\0\0\xba"
      "\0\0\0\x7c"
      "a\0b\0",
      16);
  const std::string bytes = "!<arch>\n" + header("/", "16") + table + "        " + header("x/", "2") + "XX" +
                            header("x/", "2") + "XX";
  std::string shifted = bytes;
  shifted.erase(8 + 60 + 16, 8);  // no filler: members at 84 and 146
  shifted[8 + 60 + 7] = static_cast<char>(146);
  shifted[8 + 60 + 11] = 84;
  const Tree tree = decode(kAr, shifted);
  EXPECT_EQ(anomalies(tree), "");
  EXPECT_EQ(text_at(tree, {"members", "/", "symbol_table", "symbols", "a"}), "x\n2");
  EXPECT_EQ(text_at(tree, {"members", "/", "symbol_table", "symbols", "b"}), "x");
}

TEST(Ar, HiddenBytesAreAnomalies) {
  const std::string magic = "!<arch>\n";
  const auto expect = [&](const std::string& rest, std::string_view message) {
    const Tree tree = decode(kAr, magic + rest);
    EXPECT_TRUE(has_anomaly(tree, AnomalyKind::structural, message)) << message << "\n" << anomalies(tree);
  };
  expect(header("a/hidden", "0"), "bytes follow the slash");
  expect(header("a b", "0"), "readers disagree");
  expect(header("#1/8", "8") + std::string("a\0hidden", 8), "hidden behind the NUL");
  expect(header("/5", "0"), "long name table");
  expect(header("//", "4") + "a/\n\n" + header("/1", "0"), "beginning of an entry");
  expect(header("a/", "9") + "short", "exceeds");
  expect(header("a/", "1") + "x!", "padding");
  expect(header("a/", "0", "0 1"), "mtime");
  expect(header("a/", "0", "01"), "mtime");
  expect(header("a/", "00"), "size");
  expect(header("a/", "0") + "tail", "not a member");
  expect(header(std::string("a\0b", 3), "0"), "NUL");
  EXPECT_EQ(anomalies(decode(kAr, magic)), "");
}

TEST(Ar, GoPadsWithNul) {
  const Tree tree = decode(kAr, "!<arch>\n" + header("a", "1") + std::string("x\0", 2));
  EXPECT_EQ(anomalies(tree), "");
  EXPECT_FALSE(tree[find(tree, {"members", "a", "padding"})].is(kDerived));
}

TEST(Ar, TimeOutOfRangeIsNotInert) {
  const Tree tree = decode(kAr, "!<arch>\n" + header("a/", "0", "999999999999"));
  const Field& mtime = tree[find(tree, {"members", "a", "mtime"})];
  EXPECT_FALSE(mtime.is(kInRange));
}

TEST(Ar, LongNamesInAnotherOrderAreNotCovered) {
  const Tree tree =
      decode(kAr, "!<arch>\n" + header("//", "6") + "a/\nb/\n" + header("/3", "0") + header("/0", "0"));
  EXPECT_FALSE(tree[find(tree, {"members", "//", "names", "name"})].is(kCovered));
}

// Each of many headers repeats one long name: neither time nor memory may be their product.
TEST(Ar, OverlongNamesAreNotRepeated) {
  std::string bytes = "!<arch>\n" + header("//", "100000") + std::string(99998, 'n') + "/\n";
  for (int i = 0; i < 1000; ++i) bytes += header("/0", "0");
  const Tree tree = decode(kAr, bytes);
  EXPECT_TRUE(has_anomaly(tree, AnomalyKind::structural, "long name table"));
  EXPECT_EQ(text_at(tree, {"members", "/0", "path"}), "/0");
}

TEST(Ar, DamageNeverBreaksTheTiling) {
  for (const std::string name : {"gnu.a", "sym64.a", "thin.a", "bsd.a", "duplicate.a"}) {
    test::sweep(kAr, read_data("ar/" + name));
  }
}

TEST(Ar, MembersAreCharged) {
  std::string bytes = "!<arch>\n";
  for (int i = 0; i < 100; ++i) bytes += header("a/", "0");
  Budget budget{Limits{.output_bytes = 1 << 20, .members = 10}};
  EXPECT_FALSE(kAr.decode(blob_from_string(bytes), {}, budget).has_value());
}

}  // namespace
}  // namespace unrepro
