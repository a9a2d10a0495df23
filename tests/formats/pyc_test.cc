#include "formats/python/pyc.h"

#include "tests/formats/decode_util.h"

namespace unrepro {
namespace {

using test::anomalies;
using test::decode;
using test::find;
using test::text_at;

// tests/fuzz/seeds/pyc is made by py_compile of CPython 3.11 from /tmp/pp/m.py.
std::string module(const std::string& name) { return test::read_data("../fuzz/seeds/pyc/" + name); }

TEST(Pyc, HeaderAndObjects) {
  const Tree tree = decode(kPyc, module("m.pyc"));
  EXPECT_EQ(anomalies(tree), "");
  const FieldId mtime = find(tree, {"source_mtime"});
  ASSERT_NE(mtime, kNoField);
  EXPECT_EQ(tree[mtime].effect, Effect::inert);
  // The first code object read, of the class, spells the name out; all others refer to it.
  std::vector<FieldId> names;
  for (FieldId id = 0; id < tree.size(); ++id) {
    if (tree[id].kind == Kind::text) names.push_back(id);
  }
  ASSERT_EQ(names.size(), 1u);
  EXPECT_EQ(tree.text(names[0]), "/tmp/pp/m.py");
  EXPECT_EQ(tree[names[0]].effect, Effect::content);
  EXPECT_EQ(tree[find(tree, {"module", "filename", "value"})].kind, Kind::reference);
  EXPECT_EQ(tree[find(tree, {"module", "code", "value"})].kind, Kind::code);
}

TEST(Pyc, HashBasedHeaderHasADigest) {
  const Tree tree = decode(kPyc, module("hash.pyc"));
  EXPECT_EQ(tree[find(tree, {"source_hash"})].kind, Kind::digest);
  EXPECT_EQ(tree[find(tree, {"source_hash"})].effect, Effect::behaviour);
  EXPECT_EQ(find(tree, {"source_mtime"}), kNoField);
}

TEST(Pyc, ImpossibleTimeIsNoTime) {
  std::string bytes = module("m.pyc");
  bytes[8] = bytes[9] = bytes[10] = bytes[11] = 0;
  EXPECT_EQ(decode(kPyc, bytes)[find(decode(kPyc, bytes), {"source_mtime"})].effect, Effect::behaviour);
}

TEST(Pyc, TrailingBytesAndTruncationAreSeen) {
  const std::string bytes = module("m.pyc");
  EXPECT_NE(find(decode(kPyc, bytes + "x"), {"trailing"}), kNoField);
  for (std::size_t size = 17; size < bytes.size(); size += 7) {
    EXPECT_NE(anomalies(decode(kPyc, bytes.substr(0, size))), "") << size;
  }
}

}  // namespace
}  // namespace unrepro
