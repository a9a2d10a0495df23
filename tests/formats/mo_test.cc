#include "formats/text/mo.h"

#include "tests/formats/decode_util.h"

namespace unrepro {
namespace {

using test::anomalies;
using test::decode;
using test::find;
using test::text_at;

// tests/fuzz/seeds/mo is made by msgfmt of two messages: one in its own context and with plural forms.
std::string catalogue(const std::string& name) { return test::read_data("../fuzz/seeds/mo/" + name); }

TEST(Mo, MessagesAndHeader) {
  for (const char* name : {"frob.mo", "big.mo"}) {
    const Tree tree = decode(kMo, catalogue(name));
    EXPECT_EQ(anomalies(tree), "");
    EXPECT_EQ(text_at(tree, {"messages", "Hello", "translation"}), "Hallo");
    EXPECT_EQ(text_at(tree, {"messages", "(header)", "Project-Id-Version"}), " frob");
    EXPECT_EQ(tree[find(tree, {"messages", "(header)", "Project-Id-Version"})].effect, Effect::content);
    EXPECT_EQ(tree[find(tree, {"messages", "(header)", "Plural-Forms"})].effect, Effect::behaviour);
  }
}

TEST(Mo, HashTableIsRecomputed) {
  std::string bytes = catalogue("frob.mo");
  const Tree tree = decode(kMo, bytes);
  const FieldId hash = find(tree, {"layout", "hash_table"});
  ASSERT_NE(hash, kNoField);
  EXPECT_TRUE(tree[hash].is(kDerived));
  bytes[tree[hash].begin] ^= 1;
  EXPECT_NE(anomalies(decode(kMo, bytes)), "");
}

TEST(Mo, StringsOutsideOverlapsAndGapsAreStructural) {
  const std::string good = catalogue("frob.mo");
  for (const std::size_t at : {32u, 36u, 40u, 44u}) {
    std::string bytes = good;
    bytes[at] = static_cast<char>(bytes[at] + 3);
    EXPECT_NE(anomalies(decode(kMo, bytes)), "") << at;
  }
  const Tree tree = decode(kMo, good + "x");
  EXPECT_NE(find(tree, {"gap"}), tree.child(Tree::kRoot, "layout"));
}

}  // namespace
}  // namespace unrepro
