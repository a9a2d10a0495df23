#include "formats/derivation.h"

#include <gtest/gtest.h>

#include "formats/tree_builder.h"

namespace unrepro {
namespace {

struct Entry {
  std::string_view path, type, size = "0", target = {};
};

// A tree shaped like a decoded tar.
Tree tar_of(std::initializer_list<Entry> entries) {
  static Budget budget{Limits{.output_bytes = 1 << 20}};
  TreeBuilder builder(blob_from_string(""), "tar", budget);
  builder.open("", Kind::group, Encoding::record);
  builder.open("members", Kind::group, Encoding::list_set);
  for (const Entry& entry : entries) {
    builder.open(entry.path, Kind::member, Encoding::record);
    builder.alias("path", Kind::path, Effect::behaviour, entry.path);
    builder.alias("type", Kind::file_type, Effect::behaviour, entry.type);
    builder.alias("size", Kind::size, Effect::behaviour, entry.size);
    if (!entry.target.empty())
      builder.alias("link_target", Kind::link_target, Effect::behaviour, entry.target);
    builder.close();
  }
  builder.close();
  return *builder.finish();
}

TEST(Derivation, DigestsAndCounts) {
  const DerivationTarget abc{.content = as_bytes("abc")};
  EXPECT_EQ(check_derivation(Algo::md5, "900150983cd24fb0d6963f7d28e17f72", abc), Holds::yes);
  EXPECT_EQ(check_derivation(Algo::md5, "900150983CD24FB0D6963F7D28E17F72", abc), Holds::yes);
  EXPECT_EQ(check_derivation(Algo::md5, "900150983cd24fb0d6963f7d28e17f73", abc), Holds::no);
  EXPECT_EQ(check_derivation(Algo::md5, "900150983cd24fb0d6963f7d28e17f7", abc), Holds::no);
  EXPECT_EQ(check_derivation(Algo::sha256, "900150983cd24fb0d6963f7d28e17f72", abc), Holds::no);
  EXPECT_EQ(check_derivation(Algo::byte_count, "3", abc), Holds::yes);
  EXPECT_EQ(check_derivation(Algo::byte_count, "03", abc), Holds::no);
  EXPECT_EQ(check_derivation(Algo::byte_count, "18446744073709551619", abc), Holds::no);
  EXPECT_EQ(check_derivation(Algo::byte_count, "", abc), Holds::no);
}

TEST(Derivation, InstalledSizeFollowsDpkgGencontrol) {
  const Tree data = tar_of({{".", "directory"},
                            {"empty", "file", "0"},
                            {"one", "file", "1024"},
                            {"two", "file", "1025"},
                            {"again", "hardlink", "1025", "two"},
                            {"link", "symlink", "0", "two"},
                            {"fifo", "fifo"}});
  const Tree control = tar_of({{".", "directory"},
                               {"control", "file", "9999"},
                               {"md5sums", "file", "9999"},
                               {"postinst", "file", "1"}});
  const DerivationTarget both{.content = {}, .tree = &data, .beside = &control};
  // data: 1 + 0 + 1 + 2 + 0 + 1 + 1; control: 1 + 1
  EXPECT_EQ(check_derivation(Algo::installed_size, "8", both), Holds::yes);
  EXPECT_EQ(check_derivation(Algo::installed_size, "9", both), Holds::unverified);
  EXPECT_EQ(check_derivation(Algo::installed_size, "08", both), Holds::unverified);
  EXPECT_EQ(check_derivation(Algo::installed_size, "8", {.content = {}, .tree = &data}), Holds::unverified);
}

TEST(Derivation, InstalledSizeOfHostileSizesDoesNotWrap) {
  const Tree control = tar_of({{".", "directory"}});
  const Tree huge = tar_of({{"a", "file", "18446744073709551615"}, {"b", "file", "1024"}});
  EXPECT_EQ(check_derivation(Algo::installed_size, "2", {.content = {}, .tree = &huge, .beside = &control}),
            Holds::unverified);
  const Tree no_type = tar_of({{"a", ""}});
  EXPECT_EQ(
      check_derivation(Algo::installed_size, "2", {.content = {}, .tree = &no_type, .beside = &control}),
      Holds::unverified);
}

}  // namespace
}  // namespace unrepro
