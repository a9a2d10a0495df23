#include "analyzer/leaf.h"

#include <algorithm>

#include "analyzer/align/bytes.h"
#include "analyzer/align/text.h"

namespace unrepro {
namespace {

constexpr std::size_t kSamples = 64;
constexpr std::uint64_t kShortField = 256;

void cut(Side& side, std::uint64_t begin, std::uint64_t length) {
  side.offset += begin;
  side.length = length;
  side.bytes = side.bytes.subspan(begin, length);
}

// Cuts both sides to what differs.
void trim(Difference& difference) {
  const Bytes left = difference.left.bytes, right = difference.right.bytes;
  const std::size_t prefix = common_prefix(left, right);
  const std::size_t suffix = common_suffix(left.subspan(prefix), right.subspan(prefix));
  cut(difference.left, prefix, left.size() - prefix - suffix);
  cut(difference.right, prefix, right.size() - prefix - suffix);
  difference.weight = std::max<std::uint64_t>(1, std::max(difference.left.length, difference.right.length));
}

void emit(const Item& whole, const RunList& list, std::vector<Item>& out) {
  std::uint64_t weight = 0;
  const std::size_t shown = std::min(list.runs.size(), kSamples);
  for (std::size_t i = 0; i < shown; ++i) {
    const Run& run = list.runs[i];
    Item item = whole;
    cut(item.difference.left, run.left.begin, run.left.length);
    cut(item.difference.right, run.right.begin, run.right.length);
    item.difference.weight = std::max(run.left.length, run.right.length);
    if (i + 1 == shown) {
      item.difference.count = list.total_runs - i;
      item.difference.weight = list.weight - weight;
    }
    weight += item.difference.weight;
    out.push_back(std::move(item));
  }
}

RunList split_text(const Opened& left, FieldId l, const Opened& right, FieldId r,
                   const Difference& difference) {
  const auto views = [](const Opened& opened, FieldId leaf) -> ViewSource {
    return [&opened, leaf](ViewKind kind) -> std::unique_ptr<LeafView> {
      if (opened.format().view == nullptr) return nullptr;
      return opened.format().view(opened.tree(), leaf, kind);
    };
  };
  return diff_text(difference.left.bytes, views(left, l), difference.right.bytes, views(right, r));
}

}  // namespace

void split_leaf(const Opened& left, FieldId l, const Opened& right, FieldId r, Item item,
                std::vector<Item>& out) {
  Difference& difference = item.difference;
  const std::uint64_t longer = std::max(difference.left.length, difference.right.length);
  const bool is_text = difference.kind == Kind::text || difference.kind == Kind::script;
  if (is_text || longer > kShortField) {
    const RunList list = is_text ? split_text(left, l, right, r, difference)
                                 : align_bytes(difference.left.bytes, difference.right.bytes);
    if (!list.runs.empty()) return emit(item, list, out);
  }
  if (difference.left.tree != nullptr && difference.right.tree != nullptr) trim(difference);
  out.push_back(std::move(item));
}

}  // namespace unrepro
