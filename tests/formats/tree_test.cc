#include <gtest/gtest.h>

#include "formats/tree_builder.h"

namespace unrepro {
namespace {

TEST(TreeBuilder, UnclaimedBytesBecomeAGapNamedByItsNeighbour) {
  Budget budget{Limits{.output_bytes = 1 << 20}};
  TreeBuilder builder(blob_from_string("abcdef"), "toy", budget);
  builder.open("", Kind::group, Encoding::record);
  builder.take("magic", Kind::magic, Encoding::bytes, Effect::behaviour, 2);
  const auto tree = builder.finish();
  ASSERT_TRUE(tree.has_value());
  const FieldId gap = tree->child(Tree::kRoot, "gap after magic");
  ASSERT_NE(gap, kNoField);
  EXPECT_EQ(tree->text(gap), "cdef");
  EXPECT_EQ((*tree)[gap].kind, Kind::gap);
}

TEST(TreeBuilder, FailedReadIsStickyAndKeepsTheTiling) {
  Budget budget{Limits{.output_bytes = 1 << 20}};
  TreeBuilder builder(blob_from_string("abcd"), "toy", budget);
  builder.open("", Kind::group, Encoding::record);
  EXPECT_TRUE(builder.take("long", Kind::data, Encoding::bytes, Effect::behaviour, 5).empty());
  EXPECT_TRUE(builder.take("short", Kind::data, Encoding::bytes, Effect::behaviour, 1).empty());
  EXPECT_FALSE(builder.ok());
  const auto tree = builder.finish();
  ASSERT_TRUE(tree.has_value());
  EXPECT_EQ(tree->check_tiling(), "");
  EXPECT_EQ(tree->child(Tree::kRoot, "short"), kNoField);
}

TEST(TreeBuilder, AliasesCostNoBytes) {
  Budget budget{Limits{.output_bytes = 1 << 20}};
  TreeBuilder builder(blob_from_string("x"), "toy", budget);
  builder.open("", Kind::group, Encoding::record);
  builder.take("raw", Kind::name, Encoding::bytes, Effect::behaviour, 1, kCovered);
  builder.alias("path", Kind::path, Effect::behaviour, "some/longer/path");
  const auto tree = builder.finish();
  ASSERT_TRUE(tree.has_value());
  EXPECT_EQ(tree->text(tree->child(Tree::kRoot, "path")), "some/longer/path");
}

}  // namespace
}  // namespace unrepro
