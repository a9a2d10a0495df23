#include "formats/archive/directory.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <fstream>

namespace unrepro {
namespace {

namespace fs = std::filesystem;

class ReadDirectory : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "unrepro-directory-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    top_ = name;
  }
  void TearDown() override { fs::remove_all(top_); }

  void write(const std::string& path, std::string_view content) { std::ofstream(top_ / path) << content; }
  Result<Tree> read() { return read_directory(top_, budget_); }
  static std::string value(const Tree& tree, std::string_view member, std::string_view key) {
    const FieldId id = tree.child(Tree::kRoot, member);
    if (id == kNoField) return "no member";
    const FieldId field = tree.child(id, key);
    return field == kNoField ? "none" : std::string(tree.text(field));
  }
  static Result<BlobRef> open(const Tree& tree, std::string_view member) {
    return tree.payload(tree.child(tree.child(Tree::kRoot, member), "content"))->opener();
  }

  fs::path top_;
  Budget budget_{Limits{.output_bytes = 1 << 20}};
};

TEST_F(ReadDirectory, ListsMembersInByteOrderWithWhatMakesThemIdentical) {
  fs::create_directory(top_ / "b");
  write("b/file", "content");
  write("a", "");
  fs::create_symlink("b/file", top_ / "link");
  fs::permissions(top_ / "b/file", fs::perms{04711});
  ASSERT_EQ(mkfifo((top_ / "b.fifo").c_str(), 0600), 0);
  const auto tree = read();
  ASSERT_TRUE(tree.has_value()) << tree.error().message;
  std::vector<std::string_view> keys;
  for (const FieldId id : tree->children(Tree::kRoot)) keys.push_back(tree->key(id));
  EXPECT_EQ(keys, (std::vector<std::string_view>{".", "a", "b", "b.fifo", "b/file", "link"}));
  EXPECT_EQ((*tree)[Tree::kRoot].encoding, Encoding::list_set);
  EXPECT_EQ(value(*tree, ".", "type"), "directory");
  EXPECT_EQ(value(*tree, "b", "type"), "directory");
  EXPECT_EQ(value(*tree, "b", "size"), "none");
  EXPECT_EQ(value(*tree, "b.fifo", "type"), "fifo");
  EXPECT_EQ(value(*tree, "b/file", "type"), "file");
  EXPECT_EQ(value(*tree, "b/file", "mode"), "4711");
  EXPECT_EQ(value(*tree, "b/file", "size"), "7");
  EXPECT_EQ(value(*tree, "b/file", "mtime"), "none");
  EXPECT_EQ(value(*tree, "b/file", "uid"), "none");
  EXPECT_EQ(value(*tree, "link", "type"), "symlink");
  EXPECT_EQ(value(*tree, "link", "link_target"), "b/file");
  EXPECT_EQ(value(*tree, "link", "mode"), "none");
  EXPECT_EQ(value(*tree, "link", "content"), "none");
  EXPECT_EQ(tree->format, "directory");
  EXPECT_EQ(tree->check_tiling(), "");
}

TEST_F(ReadDirectory, OpensContentOnDemandEvenAfterARename) {
  fs::create_directories(top_ / "in/side");
  write("in/side/file", "content");
  const auto tree = read_directory(top_ / "in", budget_);
  ASSERT_TRUE(tree.has_value());
  fs::rename(top_ / "in", top_ / "moved");
  const auto blob = open(*tree, "side/file");
  ASSERT_TRUE(blob.has_value()) << blob.error().message;
  EXPECT_EQ(as_text((*blob)->bytes()), "content");
}

TEST_F(ReadDirectory, NeverFollowsWhatReplacedAFileOrItsDirectory) {
  fs::create_directory(top_ / "d");
  write("d/file", "content");
  write("file", "content");
  write("secret", "secret");
  const auto tree = read();
  ASSERT_TRUE(tree.has_value());
  fs::remove(top_ / "file");
  fs::create_symlink("secret", top_ / "file");
  EXPECT_EQ(open(*tree, "file").error().trouble, Trouble::io);
  fs::rename(top_ / "d", top_ / "e");
  fs::create_symlink("e", top_ / "d");
  EXPECT_EQ(open(*tree, "d/file").error().trouble, Trouble::io);
  fs::remove(top_ / "d");
  fs::create_directory(top_ / "d");
  write("d/file", "other");
  EXPECT_EQ(open(*tree, "d/file").error().trouble, Trouble::io);
}

TEST_F(ReadDirectory, HardLinksNameTheirFirstPath) {
  write("m", "content");
  fs::create_hard_link(top_ / "m", top_ / "a");
  fs::create_hard_link(top_ / "m", top_ / "z");
  write("other", "content");
  const auto tree = read();
  ASSERT_TRUE(tree.has_value());
  EXPECT_EQ(value(*tree, "a", "hard_link_of"), "none");
  EXPECT_EQ(value(*tree, "m", "hard_link_of"), "a");
  EXPECT_EQ(value(*tree, "z", "hard_link_of"), "a");
  EXPECT_EQ(value(*tree, "other", "hard_link_of"), "none");
}

TEST_F(ReadDirectory, ExtendedAttributesAreCritical) {
  write("file", "");
  if (setxattr((top_ / "file").c_str(), "user.note", "value", 5, 0) != 0) GTEST_SKIP() << "no xattrs here";
  const auto tree = read();
  ASSERT_TRUE(tree.has_value());
  EXPECT_EQ(value(*tree, "file", "xattr.user.note"), "value");
  const FieldId id = tree->child(tree->child(Tree::kRoot, "file"), "xattr.user.note");
  EXPECT_TRUE((*tree)[id].is(kCritical));
  EXPECT_EQ((*tree)[id].kind, Kind::xattr);
}

TEST_F(ReadDirectory, MembersAreCharged) {
  for (int i = 0; i < 10; ++i) write("f" + std::to_string(i), "");
  Budget small{Limits{.output_bytes = 1 << 20, .members = 5}};
  const auto tree = read_directory(top_, small);
  ASSERT_FALSE(tree.has_value());
  EXPECT_EQ(tree.error().trouble, Trouble::budget);
}

TEST_F(ReadDirectory, DeepDirectoriesStopAtTheLimit) {
  fs::path path = top_;
  const fs::path before = fs::current_path();
  fs::current_path(top_);
  for (int i = 0; i < 300; ++i) {
    ASSERT_EQ(mkdir("d", 0700), 0);
    ASSERT_EQ(chdir("d"), 0);
  }
  fs::current_path(before);
  const auto tree = read();
  ASSERT_FALSE(tree.has_value());
  EXPECT_EQ(tree.error().trouble, Trouble::budget);
}

TEST_F(ReadDirectory, MissingDirectoryIsAnIoErrorWithItsPath) {
  const auto tree = read_directory(top_ / "missing", budget_);
  ASSERT_FALSE(tree.has_value());
  EXPECT_EQ(tree.error().trouble, Trouble::io);
  EXPECT_NE(tree.error().message.find("missing"), std::string::npos);
}

}  // namespace
}  // namespace unrepro
