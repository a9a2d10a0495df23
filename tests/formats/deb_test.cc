#include "formats/debian/deb.h"

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

std::string member(std::string name, std::string_view content) {
  std::string out(60, ' ');
  const auto put = [&out](std::size_t at, std::string_view text) { out.replace(at, text.size(), text); };
  put(0, name);
  put(16, "1700000000");
  put(28, "0");
  put(34, "0");
  put(40, "100644");
  put(48, std::to_string(content.size()));
  put(58, "`\n");
  out.append(content);
  if (content.size() % 2 != 0) out.push_back('\n');
  return out;
}

const std::string kMagic = "!<arch>\n";
const std::string kVersion = member("debian-binary", "2.0\n");
const std::string kControl = member("control.tar.xz", "control");
const std::string kData = member("data.tar.zst", "data");

TEST(Deb, RealPackages) {
  struct Case {
    std::string file;
    std::string_view compression, control_name;
  };
  for (const Case& c :
       {Case{"tiny_xz.deb", "xz", "control.tar.xz"}, Case{"tiny_gz.deb", "gz", "control.tar.gz"},
        Case{"tiny_none.deb", "none", "control.tar"}}) {
    const Tree tree = decode(kDeb, read_data("deb/" + c.file));
    EXPECT_EQ(anomalies(tree), "") << c.file;
    EXPECT_EQ(child_keys(tree, find(tree, {"members"})), "debian-binary,control.tar,data.tar");
    EXPECT_EQ(text_at(tree, {"members", "control.tar", "compression"}), c.compression);
    ASSERT_EQ(tree.payloads.size(), 2u);
    EXPECT_EQ(tree.payloads[0].role, "deb.control");
    EXPECT_EQ(tree.payloads[0].name, c.control_name);
    EXPECT_EQ(tree.payloads[1].role, "deb.data");
    EXPECT_TRUE(tree.payloads[0].unpacked_by_root && tree.payloads[1].unpacked_by_root);
    for (const std::string_view key : {"mtime", "uid", "gid", "mode"}) {
      const Field& field = tree[find(tree, {"members", "data.tar", key})];
      EXPECT_EQ(field.effect, Effect::inert) << key;
      EXPECT_TRUE(field.is(kInRange)) << key;
    }
  }
}

TEST(Deb, ProbeBeatsAr) {
  const std::string bytes = read_data("deb/tiny_xz.deb");
  EXPECT_EQ(probe(as_bytes(bytes), {}).id, "deb");
  EXPECT_EQ(probe(as_bytes(read_data("ar/gnu.a")), {}).id, "ar");
  EXPECT_EQ(probe(as_bytes(read_data("ar/thin.a")), {}).id, "ar");
}

TEST(Deb, MembersThatDpkgPassesOver) {
  const Tree tree = decode(
      kDeb, kMagic + kVersion + member("_extra", "x") + kControl + kData + member("_gpgorigin", "signature"));
  EXPECT_EQ(anomalies(tree), "");
  EXPECT_EQ(tree[find(tree, {"members", "_gpgorigin", "content"})].kind, Kind::signature);
  EXPECT_EQ(text_at(tree, {"members", "_extra", "content"}), "x");
}

TEST(Deb, SlashAfterTheName) {
  const Tree tree = decode(kDeb, kMagic + member("debian-binary/", "2.0\n") + kControl + kData);
  EXPECT_EQ(anomalies(tree), "");
  EXPECT_EQ(text_at(tree, {"members", "debian-binary", "name_style"}), "slash");
}

// Each of these is read differently by dpkg, apt and other tools.
TEST(Deb, StrictMembersAndOrder) {
  const auto expect = [](const std::string& rest, std::string_view message) {
    const Tree tree = decode(kDeb, kMagic + rest);
    EXPECT_TRUE(has_anomaly(tree, AnomalyKind::structural, message)) << message << "\n" << anomalies(tree);
  };
  expect(kVersion + kControl + kData + kData, "unexpected member where deb(5) has nothing more");
  expect(kVersion + kControl + kControl + kData, "unexpected member where deb(5) has data.tar");
  expect(kVersion + kData + kControl, "unexpected member where deb(5) has control.tar");
  expect(kVersion + kControl + member("data.tar.lz4", "x"), "unexpected member where deb(5) has data.tar");
  expect(kVersion + member("control.tar.bz2", "x") + kData, "unexpected member where deb(5) has control.tar");
  expect(kVersion + kControl + member("extra", "x") + kData, "unexpected member where deb(5) has data.tar");
  expect(kVersion + kControl + kData + member("extra", "x"),
         "unexpected member where deb(5) has nothing more");
  expect(member("_early", "x") + kVersion + kControl + kData,
         "unexpected member where deb(5) has debian-binary");
  expect(kVersion + kVersion + kControl + kData, "unexpected member where deb(5) has control.tar");
  expect(kVersion + kControl, "no data.tar where deb(5) has it");
  expect(kVersion + kControl + kData + "\n", "not a member");
  expect(member("debian-binary", "2.0") + kControl + kData, "format version");
  expect(member("debian-binary", "2.0\nx\n") + kControl + kData, "format version");
  expect(kVersion + member("/", std::string(4, '\0')) + kControl + kData, "unexpected member");
  expect(kVersion + member(" control.tar.xz", "x") + kData, "unexpected member");
  expect(kVersion + member("#1/14", "control.tar.xzx") + kData, "not read");
  std::string nul = member("control.tar", "odd");
  nul.back() = '\0';
  expect(kVersion + nul + kData, "padding is not a line feed");
  std::string number = kData;
  number[16] = '0';
  expect(kVersion + kControl + number, "mtime is not a canonical number");
  std::string blank = kData;
  blank.replace(28, 6, "      ");
  expect(kVersion + kControl + blank, "uid is not a canonical number");
  expect(kVersion + kControl + member("data.tar", "odd").substr(0, 63), "padding byte at the end is missing");
}

TEST(Deb, SecondDataMemberIsNotTheData) {
  const Tree tree = decode(kDeb, kMagic + kVersion + kControl + kData + member("data.tar.xz", "other"));
  ASSERT_EQ(tree.payloads.size(), 3u);
  EXPECT_EQ(tree.payloads[1].role, "deb.data");
  EXPECT_EQ(tree.payloads[2].role, "");
}

TEST(Deb, DamageNeverBreaksTheTiling) { test::sweep(kDeb, read_data("deb/tiny_xz.deb")); }

}  // namespace
}  // namespace unrepro
