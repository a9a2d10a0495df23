#include "formats/debian/changes.h"

#include <algorithm>
#include <map>

#include "decode_util.h"
#include "formats/derivation.h"

namespace unrepro {
namespace {

using test::anomalies;
using test::child_keys;
using test::decode;
using test::find;
using test::has_anomaly;
using test::text_at;

const std::string kChangesFile =
    "Format: 1.8\n"
    "Date: Tue, 14 Nov 2023 22:13:20 +0000\n"
    "Source: tiny\n"
    "Binary: tiny\n"
    "Architecture: source all\n"
    "Version: 1:1.0-2\n"
    "Changes:\n"
    " tiny (1:1.0-2) unstable; urgency=low\n"
    " .\n"
    "   * Fix.\n"
    "Checksums-Sha256:\n"
    " ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad 3 tiny_1.0-2_all.deb\n"
    " e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0 tiny_1.0.orig.tar.gz\n"
    "Files:\n"
    " 900150983cd24fb0d6963f7d28e17f72 3 misc optional tiny_1.0-2_all.deb\n"
    " d41d8cd98f00b204e9800998ecf8427e 0 misc optional tiny_1.0.orig.tar.gz\n";

const std::string kBuildinfoFile =
    "Format: 1.0\n"
    "Source: tiny (1.0-2)\n"
    "Version: 1.0-2+b1\n"
    "Checksums-Sha256:\n"
    " ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad 3 tiny_1.0-2+b1_all.deb\n"
    "Build-Date: Tue, 14 Nov 2023 22:13:20 +0000\n"
    "Build-Path: /build/tiny-1.0\n"
    "Installed-Build-Depends:\n"
    " base-files (= 12.4),\n"
    " bash (= 5.2.15-2+b2)\n"
    "Environment:\n"
    " LANG=\"C.UTF-8\"\n"
    " DEB_X=\"a \\\"b\\\" c\"\n";

Context beside(const std::map<std::string, std::string>& files) {
  return {.name = "tiny.changes", .sibling = [files](std::string_view name) -> Result<BlobRef> {
            const auto at = files.find(std::string(name));
            if (at == files.end()) return fail(Trouble::io, "no such file");
            return blob_from_string(at->second);
          }};
}

TEST(Changes, ListedFilesAreMembers) {
  const Context context = beside({{"tiny_1.0-2_all.deb", "abc"}});
  const Tree tree = decode(kChanges, kChangesFile, context);
  EXPECT_EQ(anomalies(tree), "");
  EXPECT_EQ(child_keys(tree, find(tree, {"files"})), "tiny_VERSION_all.deb,tiny_UPSTREAM.orig.tar.gz");
  EXPECT_EQ(text_at(tree, {"files", "tiny_VERSION_all.deb", "path"}), "tiny_1.0-2_all.deb");
  EXPECT_NE(find(tree, {"files", "tiny_UPSTREAM.orig.tar.gz", "missing"}), kNoField);

  ASSERT_EQ(tree.payloads.size(), 1u);
  const auto content = tree.payloads[0].opener();
  ASSERT_TRUE(content.has_value());
  EXPECT_EQ(as_text((*content)->bytes()), "abc");
  EXPECT_EQ(tree.payloads[0].name, "tiny_1.0-2_all.deb");

  EXPECT_EQ(child_keys(tree, find(tree, {"paragraph", "Files", "value", "tiny_VERSION_all.deb"})),
            "indent,digest,separator,size,separator,section,separator,priority,separator,name");
  EXPECT_EQ(text_at(tree, {"paragraph", "Files", "value", "tiny_VERSION_all.deb", "section"}), "misc");
  EXPECT_EQ(tree[find(tree, {"paragraph", "Date", "value"})].kind, Kind::text);
  EXPECT_EQ(tree[find(tree, {"paragraph", "Changes", "value"})].effect, Effect::content);
  EXPECT_EQ(tree.identity->source, "tiny");
  EXPECT_EQ(tree.identity->source_version, "1:1.0-2");
}

TEST(Changes, DigestsAndSizesAreDerivedFromTheFiles) {
  const Tree tree = decode(kChanges, kChangesFile, beside({{"tiny_1.0-2_all.deb", "abc"}}));
  int resolved = 0;
  for (const Derivation& derivation : tree.derivations) {
    if (derivation.over.payload_field == kNoField) {
      EXPECT_EQ(derivation.over.until_format, "changes");
      EXPECT_EQ(derivation.over.keys, std::vector<std::string>{"tiny_UPSTREAM.orig.tar.gz"});
      continue;
    }
    ++resolved;
    const Payload* payload = tree.payload(derivation.over.payload_field);
    ASSERT_NE(payload, nullptr);
    const BlobRef content = *payload->opener();
    EXPECT_EQ(check_derivation(derivation.algo, tree.text(derivation.field), {.content = content->bytes()}),
              Holds::yes);
  }
  EXPECT_EQ(resolved, 4);
  EXPECT_EQ(tree.derivations.size(), 8u);
}

TEST(Changes, NamesThatAreNotPlainAreNeverOpened) {
  for (const std::string name : {"../secret", "/etc/passwd", "a/b", "..", "."}) {
    bool opened = false;
    const Context context{.sibling = [&opened](std::string_view) -> Result<BlobRef> {
      opened = true;
      return blob_from_string("");
    }};
    const Tree tree = decode(
        kDsc, "Format: 3.0\nVersion: 1\nFiles:\n d41d8cd98f00b204e9800998ecf8427e 0 " + name + "\n", context);
    EXPECT_TRUE(has_anomaly(tree, AnomalyKind::structural, "not a plain file name")) << name;
    EXPECT_FALSE(opened) << name;
    EXPECT_TRUE(tree.payloads.empty()) << name;
  }
}

TEST(Changes, MalformedAndRepeatedEntries) {
  const std::string head = "Format: 1.0\nVersion: 1\nFiles:\n";
  const std::string line = " d41d8cd98f00b204e9800998ecf8427e 0 x\n";
  EXPECT_TRUE(has_anomaly(decode(kDsc, head + line + line), AnomalyKind::structural, "more than once"));
  for (const std::string bad :
       {" d41d8cd98f00b204e9800998ecf8427e  0 x\n", " d41d8cd98f00b204e9800998ecf8427 0 x\n",
        " d41d8cd98f00b204e9800998ecf8427e 00 x\n", " d41d8cd98f00b204e9800998ecf8427e 0 x \n",
        "  d41d8cd98f00b204e9800998ecf8427e 0 x\n", " D41D8CD98F00B204E9800998ECF8427E 0 x\n"}) {
    EXPECT_TRUE(has_anomaly(decode(kDsc, head + bad), AnomalyKind::structural, "not a digest")) << bad;
  }
}

TEST(Changes, NamesThatWouldShareAKeyKeepTheirOwn) {
  const Tree tree = decode(kDsc,
                           "Format: 1.0\nVersion: 1-1\nFiles:\n"
                           " d41d8cd98f00b204e9800998ecf8427e 0 a_VERSION.dsc\n"
                           " d41d8cd98f00b204e9800998ecf8427e 0 a_1-1.dsc\n");
  EXPECT_EQ(anomalies(tree), "");
  EXPECT_EQ(child_keys(tree, find(tree, {"files"})), "a_VERSION.dsc,a_1-1.dsc");
}

TEST(Buildinfo, FactsOfTheBuild) {
  const Tree tree = decode(kBuildinfo, kBuildinfoFile);
  EXPECT_EQ(anomalies(tree), "");
  const auto fact = [&tree](std::string_view name) {
    for (const auto& [key, value] : tree.facts) {
      if (key == name) return value;
    }
    return std::string("(none)");
  };
  EXPECT_EQ(fact("build_date"), "Tue, 14 Nov 2023 22:13:20 +0000");
  EXPECT_EQ(fact("build_path"), "/build/tiny-1.0");
  EXPECT_EQ(fact("environment.LANG"), "C.UTF-8");
  EXPECT_EQ(fact("environment.DEB_X"), "a \"b\" c");
  EXPECT_EQ(fact("installed_build_depends.bash"), "5.2.15-2+b2");
  EXPECT_EQ(fact("sha256.tiny_1.0-2+b1_all.deb"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(tree.identity->source_version, "1.0-2");
  EXPECT_EQ(child_keys(tree, find(tree, {"files"})), "tiny_VERSION_all.deb");
  const FieldId depends = find(tree, {"paragraph", "Installed-Build-Depends", "value"});
  EXPECT_EQ(child_keys(tree, depends), "indent,base-files,bash");
  EXPECT_TRUE(tree[tree.child(depends, "indent")].is(kCovered));
}

TEST(Signed, ArmorSurroundsTheParagraph) {
  const std::string armored = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n" + kBuildinfoFile +
                              "\n-----BEGIN PGP SIGNATURE-----\n\niQ==\n=AAAA\n-----END PGP SIGNATURE-----\n";
  const Tree tree = decode(kBuildinfo, armored);
  EXPECT_EQ(anomalies(tree), "");
  EXPECT_EQ(child_keys(tree, Tree::kRoot), "armor_header,paragraph,blank,signature,files");
  EXPECT_EQ(tree[find(tree, {"signature"})].kind, Kind::signature);
  EXPECT_EQ(text_at(tree, {"paragraph", "Build-Path", "value"}), "/build/tiny-1.0");
  EXPECT_EQ(tree.identity->source, "tiny");

  const auto expect = [](const std::string& text) {
    return has_anomaly(decode(kBuildinfo, text), AnomalyKind::structural, "outside the signed text");
  };
  EXPECT_TRUE(expect("Source: other\n\n" + armored));
  EXPECT_TRUE(expect(armored + "Source: other\n"));
  const std::string cut = armored.substr(0, armored.find("-----BEGIN PGP SIGNATURE"));
  EXPECT_TRUE(has_anomaly(decode(kBuildinfo, cut), AnomalyKind::structural, "without a signature"));
}

TEST(Changes, ProbeNeedsNameAndContent) {
  EXPECT_EQ(probe(as_bytes(kChangesFile), {.name = "x_1_amd64.changes"}).id, "changes");
  EXPECT_EQ(probe(as_bytes(kChangesFile), {.name = "x.dsc"}).id, "dsc");
  EXPECT_EQ(probe(as_bytes(kBuildinfoFile), {.name = "x.buildinfo"}).id, "buildinfo");
  EXPECT_NE(probe(as_bytes("hello"), {.name = "x.changes"}).id, "changes");
  EXPECT_NE(probe(as_bytes(kChangesFile), {.name = "x.txt"}).id, "changes");
}

TEST(Changes, DamageNeverBreaksTheTiling) {
  const Context context = beside({{"tiny_1.0-2_all.deb", "abc"}});
  test::sweep(kChanges, kChangesFile, context);
  test::sweep(kBuildinfo, "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n" + kBuildinfoFile +
                              "-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n");
}

}  // namespace
}  // namespace unrepro
