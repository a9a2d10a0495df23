#pragma once
// Helpers of the decoder tests.

#include <gtest/gtest.h>

#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>

#include "formats/format.h"
#include "tests/support/slow_build.h"

namespace unrepro::test {

inline std::string read_data(const std::string& name) {
  std::ifstream in(std::string(UNREPRO_TESTDATA) + "/data/" + name, std::ios::binary);
  EXPECT_TRUE(in.is_open()) << name;
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline Result<Tree> try_decode(const Format& format, std::string bytes, const Context& context = {}) {
  Budget budget{Limits{.output_bytes = 64 << 20}};
  return format.decode(blob_from_string(std::move(bytes)), context, budget);
}

inline Tree decode(const Format& format, std::string bytes, const Context& context = {}) {
  auto tree = try_decode(format, std::move(bytes), context);
  if (!tree.has_value()) {
    ADD_FAILURE() << tree.error().message;
    return {};
  }
  EXPECT_EQ(tree->check_tiling(), "");
  return std::move(*tree);
}

// The node at a path of keys from the root, or kNoField.
inline FieldId find(const Tree& tree, std::initializer_list<std::string_view> keys) {
  FieldId id = Tree::kRoot;
  for (const std::string_view key : keys) {
    if (id != kNoField) id = tree.child(id, key);
  }
  return id;
}

inline std::string text_at(const Tree& tree, std::initializer_list<std::string_view> keys) {
  const FieldId id = find(tree, keys);
  return id == kNoField ? "(none)" : std::string(tree.text(id));
}

inline std::string child_keys(const Tree& tree, FieldId id) {
  std::string out;
  for (const FieldId child : tree.children(id)) out.append(out.empty() ? "" : ",").append(tree.key(child));
  return out;
}

inline std::string anomalies(const Tree& tree) {
  std::string out;
  for (const Anomaly& anomaly : tree.anomalies) {
    out.append(anomaly.kind == AnomalyKind::integrity ? "integrity: " : "structural: ");
    out.append(anomaly.message).append("\n");
  }
  return out;
}

inline bool has_anomaly(const Tree& tree, AnomalyKind kind, std::string_view part) {
  for (const Anomaly& anomaly : tree.anomalies) {
    if (anomaly.kind == kind && anomaly.message.find(part) != std::string::npos) return true;
  }
  return false;
}

// Every truncation, and a flip of each of two bits of every byte: decoding must succeed and tile.
inline void sweep(const Format& format, const std::string& bytes, const Context& context = {}) {
  for (std::size_t length = 0; length < bytes.size(); length += kStride) {
    const auto tree = try_decode(format, bytes.substr(0, length), context);
    ASSERT_TRUE(tree.has_value()) << "truncated to " << length << ": " << tree.error().message;
  }
  for (std::size_t at = 0; at < bytes.size(); at += kStride) {
    for (const int bit : {0, 6}) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
      const auto tree = try_decode(format, damaged, context);
      ASSERT_TRUE(tree.has_value()) << "bit " << bit << " of byte " << at << ": " << tree.error().message;
    }
  }
}

}  // namespace unrepro::test
