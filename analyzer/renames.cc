#include "analyzer/renames.h"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_set>

#include "formats/derivation.h"
#include "formats/digest.h"
#include "rules/content/dependency.h"

namespace unrepro {
namespace {

using Indexes = std::vector<std::uint32_t>;

std::vector<std::optional<ContentId>> contents(const Opened& opened, const std::vector<FieldId>& ids,
                                               const Indexes& indexes) {
  std::vector<std::optional<ContentId>> found(ids.size());
  for (const std::uint32_t i : indexes) {
    for (const FieldId child : opened.tree().children(ids[i])) {
      const Payload* payload = opened.tree().payload(child);
      if (payload == nullptr || payload->opener) continue;
      const auto content = opened.content(child);
      if (!content || (*content)->size() == 0) continue;
      const ContentHash hash = content_hash((*content)->bytes());
      found[i] = {(*content)->size(), hash.low, hash.high};
    }
  }
  return found;
}

using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
using Named = std::tuple<std::string, std::uint64_t, std::uint32_t>;  // shape of the name, size, index

std::vector<Named> named_by_content(const Opened& opened, const std::vector<FieldId>& ids,
                                    const Indexes& indexes) {
  const Tree& tree = opened.tree();
  std::unordered_set<FieldId> derived;
  for (const Derivation& derivation : tree.derivations) {
    if (derivation.algo == Algo::build_id) derived.insert(derivation.field);
  }
  std::vector<Named> found;
  for (const std::uint32_t i : indexes) {
    if (derived.empty() || tree[ids[i]].kind != Kind::member) continue;
    for (const FieldId child : tree.children(ids[i])) {
      if (tree[child].kind != Kind::path || derived.count(child) == 0) continue;
      const std::string_view key = tree.key(ids[i]);
      const std::string folder(key.substr(0, key.rfind(".build-id/")));
      found.emplace_back(folder + std::to_string(build_id_of_path(key).size()), tree[ids[i]].length, i);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

// Relations to packages whose names have a version in them.
std::vector<Named> named_by_version(const Opened& opened, const std::vector<FieldId>& ids,
                                    const Indexes& indexes) {
  const Tree& tree = opened.tree();
  const auto is_relation = [&](FieldId id) {
    bool is = tree[id].kind == Kind::dependency;
    for (const FieldId child : tree.children(id)) is = is || tree[child].kind == Kind::dependency;
    return is;
  };
  std::vector<Named> found;
  for (const std::uint32_t i : indexes) {
    if (!is_relation(ids[i])) continue;
    std::string name = without_version(tree.key(ids[i]));
    if (name != tree.key(ids[i])) found.emplace_back(std::move(name), 0, i);
  }
  std::sort(found.begin(), found.end());
  return found;
}

// The k-th of a name on one side goes with the k-th on the other.
void pair_by_name(const std::vector<Named>& a, const std::vector<Named>& b, Pairing& pairing, Pairs& pairs) {
  std::unordered_set<std::uint32_t> taken_left, taken_right;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const int order = std::get<0>(a[i]).compare(std::get<0>(b[j]));
    if (order == 0) {
      pairs.emplace_back(std::get<2>(a[i]), std::get<2>(b[j]));
      taken_left.insert(pairs.back().first);
      taken_right.insert(pairs.back().second);
    }
    i += order <= 0 ? 1 : 0;
    j += order >= 0 ? 1 : 0;
  }
  std::erase_if(pairing.left_only, [&](std::uint32_t i) { return taken_left.count(i) != 0; });
  std::erase_if(pairing.right_only, [&](std::uint32_t j) { return taken_right.count(j) != 0; });
}

}  // namespace

Pairs pair_renamed(const Opened& left_side, const std::vector<FieldId>& left, const Opened& right_side,
                   const std::vector<FieldId>& right, Pairing& pairing) {
  if (pairing.left_only.empty() || pairing.right_only.empty()) return {};
  auto pairs = pair_by_content(pairing, contents(left_side, left, pairing.left_only),
                               contents(right_side, right, pairing.right_only));
  pair_by_name(named_by_content(left_side, left, pairing.left_only),
               named_by_content(right_side, right, pairing.right_only), pairing, pairs);
  pair_by_name(named_by_version(left_side, left, pairing.left_only),
               named_by_version(right_side, right, pairing.right_only), pairing, pairs);
  return pairs;
}

}  // namespace unrepro
