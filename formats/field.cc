#include "formats/field.h"

#include <algorithm>
#include <array>

namespace unrepro {

Bytes Tree::bytes(FieldId id) const {
  const Field& field = fields_[id];
  if (field.is(kAlias)) return as_bytes(std::string_view(pool_).substr(field.begin, field.length));
  return blob_->bytes().subspan(field.begin, field.length);
}

std::string_view Tree::name(NameId id) const {
  const std::uint64_t begin = id == 0 ? 0 : name_ends_[id - 1];
  return std::string_view(names_).substr(begin, name_ends_[id] - begin);
}

FieldId Tree::child(FieldId parent, std::string_view key) const {
  for (const FieldId id : children(parent)) {
    if (this->key(id) == key) return id;
  }
  return kNoField;
}

const Payload* Tree::payload(FieldId id) const {
  const auto at =
      std::lower_bound(payloads.begin(), payloads.end(), id,
                       [](const Payload& payload, FieldId wanted) { return payload.field < wanted; });
  return at != payloads.end() && at->field == id ? &*at : nullptr;
}

// Children follow their parent in the array and are linked in order, so one walk in array order sees every
// leaf front to back.
std::string Tree::check_tiling() const {
  if (fields_.empty()) return "no root";
  std::uint64_t position = 0;
  for (FieldId id = 0; id < fields_.size(); ++id) {
    const Field& field = fields_[id];
    if (field.is(kAlias)) {
      if (field.begin > pool_.size() || field.length > pool_.size() - field.begin)
        return "alias outside the pool";
      continue;
    }
    if (field.begin != position) {
      return "field '" + std::string(key(id)) + "' begins at " + std::to_string(field.begin) + ", expected " +
             std::to_string(position);
    }
    if (field.inner()) {
      std::uint64_t inside = field.begin;
      for (const FieldId child : children(id)) {
        if (!fields_[child].is(kAlias)) inside += fields_[child].length;
      }
      if (inside != field.begin + field.length) {
        return "children of '" + std::string(key(id)) + "' end at " + std::to_string(inside) + ", expected " +
               std::to_string(field.begin + field.length);
      }
    } else {
      position += field.length;
    }
  }
  if (position != blob_->size()) {
    return "leaves end at " + std::to_string(position) + ", blob at " + std::to_string(blob_->size());
  }
  return {};
}

std::string_view to_string(Kind kind) {
  static constexpr std::array<std::string_view, 50> kNames = {
      "group",       "magic",       "version",    "size",    "offset",    "count",      "flags",
      "timestamp",   "mode",        "uid",        "gid",     "user_name", "group_name", "path",
      "name",        "link_target", "file_type",  "device",  "inode",     "xattr",      "checksum",
      "digest",      "build_id",    "identifier", "seed",    "signature", "key",        "padding",
      "reserved",    "gap",         "trailing",   "comment", "text",      "script",     "dependency",
      "search_path", "interpreter", "host",       "pid",     "address",   "reference",  "code",
      "data",        "payload",     "order",      "opaque",  "member",    "stream",     "dialect",
      "debug"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view to_string(Effect effect) {
  static constexpr std::array<std::string_view, 3> kNames = {"inert", "content", "behaviour"};
  return kNames[static_cast<std::size_t>(effect)];
}

std::string_view to_string(Algo algo) {
  static constexpr std::array<std::string_view, 9> kNames = {
      "md5", "sha1", "sha256", "sha512", "byte_count", "installed_size", "CRC-32", "CRC-32", "build-id"};
  return kNames[static_cast<std::size_t>(algo)];
}

}  // namespace unrepro
