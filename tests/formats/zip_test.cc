#include "formats/archive/zip.h"

#include <gtest/gtest.h>

#include "formats/value.h"
#include "tests/formats/decode_util.h"
#include "tests/support/zip.h"

namespace unrepro {
namespace {

using test::anomalies;
using test::child_keys;
using test::decode;
using test::find;
using test::text_at;
using testing::zip;
using testing::zip_owner;
using testing::zip_times;

std::string two_members() {
  const std::string extra = zip_times(1'600'000'000) + zip_owner(1000, 100);
  return zip({{.name = "dir/", .content = "", .level = 0, .mode = 040755},
              {.name = "dir/a", .content = "alpha", .local_extra = extra, .central_extra = extra}});
}

TEST(ZipTree, Shape) {
  const Tree tree = decode(kZip, two_members());
  EXPECT_EQ(anomalies(tree), "");
  EXPECT_EQ(child_keys(tree, Tree::kRoot), "dir,dir/a,directory/,end/");
  EXPECT_EQ(child_keys(tree, find(tree, {"dir/a"})),
            "signature,version_needed,flags,framing,options,method,modified,crc32,compressed_size,size,name_"
            "length,extra_length,"
            "name,extra,content,made_by,mode,type,dos_attributes,internal_attributes,uid,gid");
  EXPECT_EQ(text_at(tree, {"dir/a", "mode"}), "0644");
  EXPECT_EQ(text_at(tree, {"dir/a", "uid"}), "1000");
  EXPECT_EQ(text_at(tree, {"dir/a", "gid"}), "100");
  EXPECT_EQ(text_at(tree, {"dir", "type"}), "directory");
  const Field& entry = tree[find(tree, {"directory/", "dir/a"})];
  EXPECT_TRUE(entry.is(kDerived));
}

TEST(ZipTree, LinksLocalTimeToItsInstant) {
  const Tree tree = decode(kZip, two_members());
  ASSERT_EQ(tree.same_instant.size(), 1u);
  EXPECT_EQ(tree.same_instant[0].first, find(tree, {"dir/a", "modified"}));
  EXPECT_EQ(tree.same_instant[0].second, find(tree, {"dir/a", "extra", "times", "modified"}));
  EXPECT_EQ(describe(tree, tree.same_instant[0].first), "2020-09-13T12:26:40");
  EXPECT_EQ(describe(tree, tree.same_instant[0].second), "2020-09-13T12:26:40Z");
}

TEST(ZipTree, EmptyArchive) {
  const Tree tree = decode(kZip, zip({}));
  EXPECT_EQ(anomalies(tree), "");
  EXPECT_EQ(child_keys(tree, Tree::kRoot), "directory/,end/");
}

TEST(ZipTree, WithoutAnEndRecordAllIsGap) {
  const std::string archive = two_members();
  const Tree tree = decode(kZip, archive.substr(0, archive.size() - 10));
  EXPECT_TRUE(test::has_anomaly(tree, AnomalyKind::structural, "no end record"));
}

TEST(ZipTree, SomethingBeforeAFinishedArchive) {
  const Tree tree = decode(kZip, "#!/bin/sh\n" + two_members());
  EXPECT_EQ(anomalies(tree), "");
  EXPECT_EQ(text_at(tree, {"offset_base/"}), "10");
  EXPECT_EQ(text_at(tree, {"stub/"}), "#!/bin/sh\n");
}

TEST(ZipProbe, FindsArchivesBehindStubs) {
  const auto format = [](const std::string& bytes) { return probe(as_bytes(bytes), {}).id; };
  EXPECT_EQ(format(two_members()), "zip");
  EXPECT_EQ(format(zip({})), "zip");
  EXPECT_EQ(format("#!/bin/sh\n" + two_members()), "zip");
  EXPECT_EQ(format(two_members() + "tail"), "zip");
}

TEST(ZipTree, Sweep) { test::sweep(kZip, two_members()); }

}  // namespace
}  // namespace unrepro
