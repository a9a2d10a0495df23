#include "formats/debian/md5sums.h"

#include <algorithm>

#include "formats/ascii.h"
#include "formats/debian/deb822.h"
#include "formats/tree_builder.h"

namespace unrepro {
namespace {

constexpr std::size_t kDigestLength = 32;
constexpr std::string_view kSeparator = "  ";

bool well_formed(std::string_view line) {
  return line.size() > kDigestLength + kSeparator.size() &&
         std::all_of(line.begin(), line.begin() + kDigestLength, ascii::is_lower_hex) &&
         line.substr(kDigestLength, kSeparator.size()) == kSeparator;
}

// The path as members of data.tar are keyed.
std::string_view member_key(std::string_view path) {
  if (path.starts_with("./")) path.remove_prefix(2);
  if (path.starts_with("/")) path.remove_prefix(1);
  return path;
}

Result<Tree> decode(BlobRef blob, const Context&, Budget& budget) {
  TreeBuilder tree(std::move(blob), kMd5sums.id, budget);
  KeyedItems items;
  tree.open("", Kind::group, Encoding::list_set);
  while (tree.remaining() > 0 && tree.ok()) {
    const std::string_view rest = as_text(tree.peek(tree.remaining()));
    const std::size_t length = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, length);
    if (!well_formed(line)) {
      tree.take("malformed", Kind::gap, Encoding::bytes, Effect::behaviour, std::min(length + 1, rest.size()),
                kCritical);
      tree.anomaly(tree.last(), AnomalyKind::structural, "line is not an MD5 digest, two spaces and a path");
      continue;
    }
    const std::string_view key = member_key(line.substr(kDigestLength + kSeparator.size()));
    items.emplace_back(key, tree.open(key, Kind::group, Encoding::record));
    tree.take("digest", Kind::digest, Encoding::bytes, Effect::behaviour, kDigestLength);
    tree.derivation(tree.last(), Algo::md5, {.keys = {"data.tar", std::string(key)}, .until_format = "deb"});
    tree.take("separator", Kind::padding, Encoding::bytes, Effect::behaviour, kSeparator.size());
    tree.take("path", Kind::path, Encoding::bytes, Effect::behaviour,
              length - kDigestLength - kSeparator.size());
    if (length < rest.size()) tree.take("end", Kind::padding, Encoding::bytes, Effect::behaviour, 1);
    tree.close();
  }
  report_duplicates(tree, std::move(items), "path");
  return tree.finish();
}

}  // namespace

const Format kMd5sums = {
    .id = "md5sums",
    .spec = "deb-md5sums(5)",
    .probe = [](const ProbeInput& input) noexcept -> Bits {
      const std::string_view name = input.context.name;
      return input.context.role == "deb.control" && (name == "md5sums" || name == "./md5sums") ? 64 : 0;
    },
    .decode = decode,
};

}  // namespace unrepro
