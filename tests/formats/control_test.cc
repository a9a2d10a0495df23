#include "formats/debian/control.h"

#include "decode_util.h"
#include "formats/debian/control_members.h"
#include "formats/debian/deb822.h"
#include "formats/debian/md5sums.h"

namespace unrepro {
namespace {

using test::anomalies;
using test::child_keys;
using test::decode;
using test::find;
using test::has_anomaly;
using test::text_at;

const std::string kControlFile =
    "Package: tiny\n"
    "Source: tiny-src (1.0-2)\n"
    "Version: 1.0-2+b1\n"
    "Architecture: amd64\n"
    "Installed-Size: 12\n"
    "depends: libc6 (>= 2.14), a | b,c\n"
    "Build-Ids: 0123 4567\n"
    "X-unknown-field: yes\n"
    "Description: short\n"
    " long\n"
    " .\n"
    " more\n";

const Context kInControl{.name = "control", .role = "deb.control"};

TEST(Control, FieldsBecomeRecords) {
  const Tree tree = decode(kDebControl, kControlFile);
  EXPECT_EQ(anomalies(tree), "");
  const FieldId fields = find(tree, {"paragraph"});
  EXPECT_EQ(tree[fields].encoding, Encoding::list_set);
  EXPECT_EQ(
      child_keys(tree, fields),
      "Package,Source,Version,Architecture,Installed-Size,Depends,Build-Ids,X-Unknown-Field,Description");
  EXPECT_EQ(text_at(tree, {"paragraph", "Version", "value"}), "1.0-2+b1");
  EXPECT_EQ(tree[find(tree, {"paragraph", "Version", "value"})].kind, Kind::version);
  EXPECT_EQ(text_at(tree, {"paragraph", "Depends", "name"}), "depends");
  EXPECT_EQ(text_at(tree, {"paragraph", "Description", "value"}), "short\n long\n .\n more");
  EXPECT_EQ(tree[find(tree, {"paragraph", "Description", "value"})].effect, Effect::content);
  EXPECT_EQ(tree[find(tree, {"paragraph", "X-Unknown-Field", "value"})].effect, Effect::behaviour);
  const FieldId ids = find(tree, {"paragraph", "Build-Ids", "value"});
  EXPECT_EQ(child_keys(tree, ids), "word,separator,word");
  EXPECT_EQ(tree[tree.child(ids, "word")].kind, Kind::build_id);
}

TEST(Control, IdentityOfABinaryOnlyRebuild) {
  const Tree tree = decode(kDebControl, kControlFile);
  ASSERT_TRUE(tree.identity.has_value());
  EXPECT_EQ(tree.identity->package, "tiny");
  EXPECT_EQ(tree.identity->version, "1.0-2+b1");
  EXPECT_EQ(tree.identity->source, "tiny-src");
  EXPECT_EQ(tree.identity->source_version, "1.0-2");
  EXPECT_EQ(tree.identity->architecture, "amd64");
  const Tree plain = decode(kDebControl, "Package: p\nVersion: 2+b12\n");
  EXPECT_EQ(plain.identity->source, "p");
  EXPECT_EQ(plain.identity->source_version, "2");
}

TEST(Control, BinaryOnlySuffix) {
  EXPECT_EQ(without_binnmu("1.0-1+b3"), "1.0-1");
  EXPECT_EQ(without_binnmu("1.0-1+b"), "1.0-1+b");
  EXPECT_EQ(without_binnmu("1.0+beta"), "1.0+beta");
  EXPECT_EQ(without_binnmu("1.0+b1-1"), "1.0+b1-1");
  EXPECT_EQ(without_binnmu("1.0-1+deb12u1"), "1.0-1+deb12u1");
}

TEST(Control, InstalledSizeIsDerivedFromTheWholePackage) {
  const Tree tree = decode(kDebControl, kControlFile);
  ASSERT_EQ(tree.derivations.size(), 1u);
  const Derivation& derivation = tree.derivations[0];
  EXPECT_EQ(derivation.algo, Algo::installed_size);
  EXPECT_EQ(tree.text(derivation.field), "12");
  EXPECT_EQ(derivation.over.until_format, "deb");
  EXPECT_EQ(derivation.over.keys, std::vector<std::string>{"data.tar"});
  ASSERT_TRUE(derivation.beside.has_value());
  EXPECT_EQ(derivation.beside->keys, std::vector<std::string>{"control.tar"});
}

// R8: the first alternative is what gets installed.
TEST(Control, AlternativesKeepTheirOrder) {
  const Tree tree = decode(kDebControl, kControlFile);
  const FieldId list = find(tree, {"paragraph", "Depends", "value"});
  EXPECT_EQ(tree[list].encoding, Encoding::list_set);
  EXPECT_EQ(child_keys(tree, list), "libc6,a,c");
  EXPECT_EQ(text_at(tree, {"paragraph", "Depends", "value", "a", "relation"}), "a | b");
  const Field& relation = tree[find(tree, {"paragraph", "Depends", "value", "a", "relation"})];
  EXPECT_EQ(relation.kind, Kind::dependency);
  EXPECT_EQ(relation.effect, Effect::behaviour);
  EXPECT_TRUE(relation.is(kCritical));
  EXPECT_TRUE(tree[find(tree, {"paragraph", "Depends", "value", "libc6", "separator"})].is(kCovered));
  EXPECT_FALSE(tree[find(tree, {"paragraph", "Depends", "value", "a", "separator"})].is(kCovered));

  const Tree flipped = decode(kDebControl, "Package: p\nDepends: b | a\n");
  EXPECT_EQ(text_at(flipped, {"paragraph", "Depends", "value", "b", "relation"}), "b | a");
}

TEST(Control, SeveralRelationsToOnePackage) {
  const Tree tree = decode(kDebControl, "Package: p\nDepends: x (>= 1), x (<< 2), x:any\n");
  EXPECT_EQ(anomalies(tree), "");
  EXPECT_EQ(child_keys(tree, find(tree, {"paragraph", "Depends", "value"})), "x,x 2,x 3");
}

TEST(Control, AmbiguityIsAnAnomaly) {
  const auto expect = [](const std::string& text, std::string_view message) {
    const Tree tree = decode(kDebControl, text);
    EXPECT_TRUE(has_anomaly(tree, AnomalyKind::structural, message)) << message << "\n" << anomalies(tree);
  };
  expect("Package: p\nDepends: a\ndePends: b\n", "more than once");
  expect("Package: p\nnot a field\n", "neither a field");
  expect(" continuation\nPackage: p\n", "neither a field");
  expect("Package: p\n\nPackage: q\n", "2 paragraphs");
  expect("", "0 paragraphs");
  EXPECT_EQ(anomalies(decode(kDebControl, "Package: p\n\n")), "");
  EXPECT_EQ(anomalies(decode(kDebControl, "Package: p")), "");
}

TEST(Control, ProbesNeedTheRole) {
  EXPECT_EQ(probe(as_bytes(kControlFile), kInControl).id, "deb-control");
  EXPECT_EQ(probe(as_bytes(kControlFile), {.name = "./control", .role = "deb.control"}).id, "deb-control");
  EXPECT_NE(probe(as_bytes(kControlFile), {.name = "control"}).id, "deb-control");
  EXPECT_EQ(probe(as_bytes("#!/bin/sh\n"), {.name = "./postinst", .role = "deb.control"}).id, "deb-script");
  EXPECT_EQ(probe(as_bytes("/etc/x\n"), {.name = "conffiles", .role = "deb.control"}).id, "deb-conffiles");
  EXPECT_EQ(probe(as_bytes("libx 1 x\n"), {.name = "shlibs", .role = "deb.control"}).id, "deb-lines");
  EXPECT_EQ(probe(as_bytes("\n# c\nTemplate: a/b\n"), {.name = "templates", .role = "deb.control"}).id,
            "deb822");
  EXPECT_EQ(probe(as_bytes(""), {.name = "md5sums", .role = "deb.control"}).id, "md5sums");
}

TEST(Md5sums, LinesAreASetDerivedFromTheData) {
  const Tree tree = decode(kMd5sums,
                           "900150983cd24fb0d6963f7d28e17f72  usr/bin/x\n"
                           "d41d8cd98f00b204e9800998ecf8427e  ./usr/share/a b\n");
  EXPECT_EQ(anomalies(tree), "");
  EXPECT_EQ(tree[Tree::kRoot].encoding, Encoding::list_set);
  EXPECT_EQ(child_keys(tree, Tree::kRoot), "usr/bin/x,usr/share/a b");
  EXPECT_EQ(text_at(tree, {"usr/bin/x", "digest"}), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(text_at(tree, {"usr/share/a b", "path"}), "./usr/share/a b");
  ASSERT_EQ(tree.derivations.size(), 2u);
  EXPECT_EQ(tree.derivations[1].over.until_format, "deb");
  EXPECT_EQ(tree.derivations[1].over.keys, (std::vector<std::string>{"data.tar", "usr/share/a b"}));
}

TEST(Md5sums, MalformedAndRepeatedLines) {
  const std::string good = "900150983cd24fb0d6963f7d28e17f72  x\n";
  EXPECT_TRUE(has_anomaly(decode(kMd5sums, good + good), AnomalyKind::structural, "more than once"));
  EXPECT_TRUE(has_anomaly(decode(kMd5sums, good + "\n"), AnomalyKind::structural, "not an MD5"));
  EXPECT_TRUE(
      has_anomaly(decode(kMd5sums, "900150983CD24FB0D6963F7D28E17F72  x\n"), AnomalyKind::structural, "MD5"));
  EXPECT_TRUE(
      has_anomaly(decode(kMd5sums, "900150983cd24fb0d6963f7d28e17f72 *x\n"), AnomalyKind::structural, "MD5"));
  EXPECT_EQ(anomalies(decode(kMd5sums, good.substr(0, good.size() - 1))), "");
}

TEST(ControlMembers, ScriptsConffilesAndLines) {
  const Tree script = decode(kDebScript, "#!/bin/sh\nexit 0\n");
  const Field& text = script[find(script, {"script"})];
  EXPECT_EQ(text.kind, Kind::script);
  EXPECT_TRUE(text.is(kCritical));

  const Tree conffiles = decode(kDebConffiles, "/etc/a\nremove-on-upgrade /etc/b\n");
  EXPECT_EQ(child_keys(conffiles, Tree::kRoot), "/etc/a,/etc/b");
  EXPECT_EQ(text_at(conffiles, {"/etc/b", "path"}), "remove-on-upgrade /etc/b");
  EXPECT_TRUE(
      has_anomaly(decode(kDebConffiles, "/etc/a\n/etc/a\n"), AnomalyKind::structural, "more than once"));

  const Tree lines =
      decode(kDebLines, "libx 1 x (>= 1)\nliby 1 y", {.name = "shlibs", .role = "deb.control"});
  EXPECT_EQ(lines[Tree::kRoot].encoding, Encoding::list_significant);
  EXPECT_EQ(text_at(lines, {"libx 1", "line"}), "libx 1 x (>= 1)");

  const Tree symbols = decode(kDebLines, "libx.so.1 libx1 #MINVER#\n f@Base 1.0-1+b2\n",
                              {.name = "symbols", .role = "deb.control"});
  EXPECT_EQ(text_at(symbols, {" f@Base", "line"}), " f@Base 1.0-1+b2");
  const Tree triggers =
      decode(kDebLines, "# added by x\nactivate ldconfig\n", {.name = "triggers", .role = "deb.control"});
  EXPECT_EQ(triggers[find(triggers, {"# added", "line"})].effect, Effect::content);
  EXPECT_TRUE(triggers[find(triggers, {"activate ldconfig", "line"})].is(kCritical));
}

TEST(Deb822, ParagraphsAndComments) {
  const Tree tree = decode(kDeb822, "# about\nA: 1\n\nA: 2\n# inside\nB:\n x\n");
  EXPECT_EQ(anomalies(tree), "");
  EXPECT_EQ(child_keys(tree, Tree::kRoot), "paragraph,blank,paragraph");
  EXPECT_EQ(text_at(tree, {"paragraph", "A", "value"}), "1");
}

TEST(Control, DamageNeverBreaksTheTiling) {
  test::sweep(kDebControl, kControlFile, kInControl);
  test::sweep(kDeb822, "A: 1\n\nB: 2\n c\n# d\n");
  test::sweep(kMd5sums, "900150983cd24fb0d6963f7d28e17f72  usr/bin/x\nd41d8cd98f00b204e9800998ecf8427e  y\n");
  test::sweep(kDebConffiles, "/etc/a\nremove-on-upgrade /etc/b\n");
  test::sweep(kDebLines, "libx 1 x\n");
}

}  // namespace
}  // namespace unrepro
