#include "formats/derivation.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "formats/ascii.h"
#include "formats/digest.h"
#include "formats/elf/build_id.h"

namespace unrepro {
namespace {

constexpr std::uint64_t kMaxSize = std::numeric_limits<std::uint64_t>::max() / 4;

// A decimal number without leading zeros.
std::optional<std::uint64_t> canonical_decimal(std::string_view text) {
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  return ascii::parse_number(text);
}

// What a tar member record says, as far as dpkg-gencontrol's rule needs it.
struct Entry {
  std::string_view type;
  std::uint64_t link_length = 0;
  std::optional<std::uint64_t> size;
};

Entry read_entry(const Tree& tree, FieldId member) {
  Entry entry;
  for (const FieldId id : tree.children(member)) {
    const Field& field = tree[id];
    if (field.is(kCovered)) continue;
    if (field.kind == Kind::file_type) entry.type = tree.text(id);
    if (field.kind == Kind::link_target) entry.link_length = field.length;
    if (field.kind == Kind::size && tree.key(id) == "size") entry.size = ascii::parse_number(tree.text(id));
  }
  return entry;
}

std::uint64_t kibibytes(std::uint64_t bytes) { return bytes / 1024 + (bytes % 1024 != 0 ? 1 : 0); }

// KiB that the members of a decoded tar occupy: files and symbolic links by content, further names of one
// file nothing, everything else 1. Members whose path is listed in `except` are left out. Empty when the tree
// does not tell, or the sum is out of range.
std::optional<std::uint64_t> occupied(const Tree& tree, std::initializer_list<std::string_view> except) {
  std::uint64_t sum = 0;
  for (FieldId id = 0; id < tree.size(); ++id) {
    if (tree[id].kind != Kind::member || tree[id].encoding != Encoding::record) continue;
    const Entry entry = read_entry(tree, id);
    bool skipped = false;
    for (const std::string_view name : except) skipped = skipped || tree.key(id) == name;
    if (skipped || entry.type == "hardlink") continue;
    if (entry.type.empty()) return std::nullopt;
    if (entry.type == "file") {
      if (!entry.size || *entry.size > kMaxSize) return std::nullopt;
      sum += kibibytes(*entry.size);
    } else {
      sum += entry.type == "symlink" ? kibibytes(entry.link_length) : 1;
    }
    if (sum > kMaxSize) return std::nullopt;
  }
  return sum;
}

Holds check_installed_size(std::string_view stored, const DerivationTarget& target) {
  const std::optional<std::uint64_t> value = canonical_decimal(stored);
  if (!value || target.tree == nullptr || target.beside == nullptr) return Holds::unverified;
  const std::optional<std::uint64_t> data = occupied(*target.tree, {});
  const std::optional<std::uint64_t> control = occupied(*target.beside, {"control", "md5sums"});
  return data && control && *value == *data + *control ? Holds::yes : Holds::unverified;
}

Holds check_crc32(std::string_view stored, bool big_endian, Bytes content) {
  const auto crc = static_cast<std::uint32_t>(crc32_z(0, content.data(), content.size()));
  std::string expected;
  for (unsigned i = 0; i < 4; ++i) expected += static_cast<char>(crc >> 8 * (big_endian ? 3 - i : i));
  return stored == expected ? Holds::yes : Holds::no;
}

Holds check_build_id(std::string_view stored, Bytes content) {
  const std::string id = elf::find_build_id(content);
  if (id.empty()) return Holds::unverified;
  const std::string named = build_id_of_path(stored), expected = to_hex(id);
  if (named.size() == 2) return expected.starts_with(named) ? Holds::yes : Holds::no;
  return (named.empty() ? stored : named) == expected ? Holds::yes : Holds::no;
}

}  // namespace

std::string build_id_of_path(std::string_view path) {
  constexpr std::string_view kFolder = ".build-id/", kSuffix = ".debug";
  const std::size_t folder = path.rfind(kFolder);
  if (folder == std::string_view::npos || (folder > 0 && path[folder - 1] != '/')) return {};
  std::string_view name = path.substr(folder + kFolder.size());
  if (name.ends_with('/')) name.remove_suffix(1);
  if (name.ends_with(kSuffix)) name.remove_suffix(kSuffix.size());
  std::string id(name.substr(0, 2));
  if (name.size() > 3 && name[2] == '/') {
    id += name.substr(3);
  } else if (name.size() != 2) {
    return {};
  }
  return std::all_of(id.begin(), id.end(), ascii::is_lower_hex) ? id : std::string();
}

Holds check_derivation(Algo algo, std::string_view stored, const DerivationTarget& target) {
  switch (algo) {
    case Algo::md5:
    case Algo::sha1:
    case Algo::sha256:
    case Algo::sha512: {
      const std::string actual = digest(algo, target.content);
      if (actual.empty()) return Holds::unverified;
      return from_hex(stored) == actual ? Holds::yes : Holds::no;
    }
    case Algo::byte_count:
      return canonical_decimal(stored) == target.content.size() ? Holds::yes : Holds::no;
    case Algo::installed_size:
      return check_installed_size(stored, target);
    case Algo::crc32_le:
    case Algo::crc32_be:
      return check_crc32(stored, algo == Algo::crc32_be, target.content);
    case Algo::build_id:
      return check_build_id(stored, target.content);
  }
  return Holds::unverified;
}

}  // namespace unrepro
