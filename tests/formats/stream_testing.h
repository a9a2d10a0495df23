#pragma once
// Helpers of the tests of stream formats.

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "formats/format.h"
#include "tests/support/slow_build.h"

namespace unrepro {

inline std::string stream_fixture(const std::string& name) {
  std::ifstream file(std::string(UNREPRO_TESTDATA) + "/data/streams/" + name, std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The content of the fixtures: the numbers from 1 to 120, one a line.
inline std::string fixture_content() {
  std::string text;
  for (int i = 1; i <= 120; ++i) text += std::to_string(i) + "\n";
  return text;
}

// A tree and the budget its content is charged to.
struct Decoded {
  explicit Decoded(const Format& format, std::string bytes, Limits limits = {.output_bytes = 64u << 20},
                   const Context& context = {})
      : budget(limits), tree(format.decode(blob_from_string(std::move(bytes)), context, budget)) {}

  // The content, or "(none)".
  std::string content() const {
    if (!tree || tree->payloads.empty()) return "(none)";
    return std::string(as_text(tree->payloads.front().child->bytes()));
  }
  std::size_t anomalies(AnomalyKind kind) const {
    std::size_t count = 0;
    for (const Anomaly& anomaly : tree->anomalies) count += anomaly.kind == kind ? 1 : 0;
    return count;
  }
  FieldId field(std::initializer_list<std::string_view> keys) const {
    FieldId id = Tree::kRoot;
    for (const std::string_view key : keys) {
      if (id == kNoField) return id;
      id = tree->child(id, key);
    }
    return id;
  }
  std::string hex(std::initializer_list<std::string_view> keys) const {
    const FieldId id = field(keys);
    if (id == kNoField) return "(missing)";
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : tree->bytes(id)) {
      text += kDigits[byte >> 4];
      text += kDigits[byte & 15];
    }
    return text;
  }
  bool has(std::initializer_list<std::string_view> keys, std::uint8_t flag) const {
    const FieldId id = field(keys);
    return id != kNoField && (*tree)[id].is(flag);
  }

  Budget budget;
  Result<Tree> tree;
};

// One line a node: key, kind, length and what the decoder found of it.
inline std::string outline(const Tree& tree, FieldId id = Tree::kRoot, int depth = 0) {
  const Field& field = tree[id];
  std::string text(static_cast<std::size_t>(depth) * 2, ' ');
  text += std::string(tree.key(id)) + " " + std::string(to_string(field.kind)) + " " +
          std::to_string(field.length);
  if (field.is(kDerived)) text += " derived";
  if (field.is(kInRange)) text += " in-range";
  if (field.is(kCritical)) text += " critical";
  text += "\n";
  for (const FieldId child : tree.children(id)) text += outline(tree, child, depth + 1);
  return text;
}

// Cuts the stream at every length and flips every bit: each decodes to a tree, and no damage to a checked
// stream yields other content without a word.
inline void expect_robust(const Format& format, const std::string& bytes, const std::string& content) {
  for (std::size_t length = 0; length < bytes.size(); length += test::kStride) {
    const Decoded cut(format, bytes.substr(0, length));
    ASSERT_TRUE(cut.tree) << length << ": " << cut.tree.error().message;
    EXPECT_EQ(cut.tree->check_tiling(), "") << length;
    EXPECT_TRUE(length == 0 || !cut.tree->anomalies.empty()) << length;
  }
  for (std::size_t bit = 0; bit < bytes.size() * 8; bit += test::kStride) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const Decoded changed(format, flipped);
    if (!changed.tree) {
      EXPECT_EQ(changed.tree.error().trouble, Trouble::unsupported)
          << bit << ": " << changed.tree.error().message;
      continue;
    }
    EXPECT_EQ(changed.tree->check_tiling(), "") << bit;
    EXPECT_TRUE(changed.content() == content || !changed.tree->anomalies.empty()) << bit;
  }
}

}  // namespace unrepro
