#include "analyzer/artifact.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "formats/archive/directory.h"

namespace unrepro {
namespace {

// Files that a .changes or .dsc names stand beside it. Only plain names of regular files are opened.
Result<BlobRef> open_sibling(const std::filesystem::path& directory, std::string_view name) {
  const std::string file(name);
  if (file.empty() || file.find('/') != std::string::npos || file == "." || file == "..") {
    return fail(Trouble::io, "not a plain file name");
  }
  const int fd =
      ::open((directory / file).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return fail(Trouble::io, std::strerror(errno));
  struct stat status {};
  Result<BlobRef> blob = fail(Trouble::io, "not a regular file");
  if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
    blob = blob_from_fd(fd, static_cast<std::uint64_t>(status.st_size), file);
  }
  ::close(fd);
  return blob;
}

Result<std::unique_ptr<Opened>> decode(BlobRef blob, const Context& context, std::vector<std::string> place,
                                       const Opened* parent, Budget& budget, std::string_view codec = {}) {
  const Format& format = codec.empty() ? probe(blob->bytes(), context) : format_by_id(codec);
  auto tree = format.decode(std::move(blob), context, budget);
  if (!tree) return tl::unexpected<Error>(tree.error());
  return std::make_unique<Opened>(format, std::move(*tree), std::move(place), parent);
}

const Format& directory_format() {
  static const Format kDirectory = {
      .id = "directory", .spec = "POSIX.1-2017, XBD 3.129 and 4", .probe = nullptr};
  return kDirectory;
}

}  // namespace

Opened::Opened(const Format& format, Tree tree, std::vector<std::string> place, const Opened* parent)
    : format_(&format),
      tree_(std::move(tree)),
      place_(std::move(place)),
      parent_(parent),
      depth_(parent == nullptr ? 1 : parent->depth_ + 1) {}

Result<BlobRef> Opened::content(FieldId field) const {
  const Payload* payload = tree_.payload(field);
  if (payload == nullptr) return fail(Trouble::internal, "no payload");
  if (payload->child) return payload->child;
  if (!payload->opener) {
    const Field& node = tree_[field];
    return blob_slice(tree_.blob(), node.begin, node.length);
  }
  const std::lock_guard lock(mutex_);
  auto at = contents_.find(field);
  if (at == contents_.end()) at = contents_.emplace(field, payload->opener()).first;
  return at->second;
}

Result<std::unique_ptr<Opened>> Opened::decode_payload(FieldId field, std::vector<std::string> place,
                                                       Budget& budget) const {
  const Payload& payload = *tree_.payload(field);
  auto blob = content(field);
  if (!blob) return tl::unexpected<Error>(blob.error());
  if (!budget.allow_depth(depth_ + 1)) return fail(Trouble::budget, budget.exhausted());
  const Context context{.name = payload.name,
                        .role = payload.role,
                        .unpacked_by_root = payload.unpacked_by_root,
                        .sibling = {}};
  return decode(std::move(*blob), context, std::move(place), this, budget, payload.codec);
}

Result<const Opened*> Opened::open(FieldId field, std::vector<std::string> place, Budget& budget) const {
  Child* child = nullptr;
  {
    const std::lock_guard lock(mutex_);
    auto& slot = children_[field];
    if (!slot) slot = std::make_unique<Child>();
    child = slot.get();
  }
  std::call_once(child->once, [&] {
    child->opened = decode_payload(field, std::move(place), budget);
    child->ready = true;
  });
  if (!child->opened) return tl::unexpected<Error>(child->opened.error());
  return child->opened->get();
}

Result<Opened::Borrowed> Opened::borrow(FieldId field, std::vector<std::string> place, Budget& budget) const {
  const Child* child = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (const auto at = children_.find(field); at != children_.end()) child = at->second.get();
  }
  if (child != nullptr && child->ready && child->opened) return Borrowed{nullptr, child->opened->get()};
  auto own = decode_payload(field, std::move(place), budget);
  if (!own) return tl::unexpected<Error>(own.error());
  const Opened* opened = own->get();
  return Borrowed{std::move(*own), opened};
}

FieldId Opened::find_member(std::string_view key) const {
  std::call_once(members_once_, [&] {
    for (FieldId id = 0; id < tree_.size(); ++id) {
      if (tree_[id].kind == Kind::member) members_.emplace(tree_.key(id), id);
    }
  });
  const auto at = members_.find(key);
  return at == members_.end() ? kNoField : at->second;
}

FieldId Opened::stream_payload() const {
  if (tree_.payloads.size() != 1) return kNoField;
  const FieldId field = tree_.payloads.front().field;
  return tree_[field].kind == Kind::stream ? field : kNoField;
}

std::optional<EncoderMatch> Opened::encoder(EncoderSearch search, Budget& budget) const {
  if (format_->encoder == nullptr) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (const auto at = encoders_.find(search.full); at != encoders_.end()) return at->second;
  auto match = format_->encoder(tree_, search, budget);
  if (!search.any) encoders_.emplace(search.full, match);
  return match;
}

Result<Artifact> Artifact::open_directory(const std::filesystem::path& path, Budget& budget) {
  auto tree = read_directory(path, budget);
  if (!tree) return tl::unexpected<Error>(tree.error());
  Artifact artifact;
  artifact.root_ =
      std::make_unique<Opened>(directory_format(), std::move(*tree), std::vector<std::string>{}, nullptr);
  return artifact;
}

Result<Artifact> Artifact::open_blob(BlobRef blob, const std::filesystem::path& path, bool on_disk,
                                     Budget& budget) {
  const std::string name = path.filename().string();
  Context context{.name = name, .role = {}, .unpacked_by_root = false, .sibling = {}};
  if (on_disk) {
    const std::filesystem::path directory = path.parent_path().empty() ? "." : path.parent_path();
    context.sibling = [directory](std::string_view file) { return open_sibling(directory, file); };
  }
  auto root = decode(std::move(blob), context, {}, nullptr, budget);
  if (!root) return tl::unexpected<Error>(root.error());
  Artifact artifact;
  artifact.root_ = std::move(*root);
  return artifact;
}

namespace {

// The payload field of a member record, or of the node itself.
FieldId payload_below(const Tree& tree, FieldId node) {
  if (tree.payload(node) != nullptr) return node;
  for (const FieldId child : tree.children(node)) {
    if (tree.payload(child) != nullptr) return child;
  }
  return kNoField;
}

// A hard link has the content of the member that it names.
FieldId follow_hard_link(const Opened& opened, FieldId member) {
  const Tree& tree = opened.tree();
  bool hard_link = false;
  std::string_view target;
  for (const FieldId child : tree.children(member)) {
    if (tree[child].kind == Kind::file_type) hard_link = tree.text(child) == "hardlink";
    if (tree[child].kind == Kind::link_target && tree[child].is(kAlias)) target = tree.text(child);
  }
  if (!hard_link) return member;
  if (target.starts_with("./")) target.remove_prefix(2);
  const FieldId linked = opened.find_member(target);
  return linked == kNoField ? member : linked;
}

}  // namespace

Result<const Opened*> open_target(const Target& target, Budget& budget) {
  auto opened = target.container->open(target.field, target.place, budget);
  while (opened && (*opened)->stream_payload() != kNoField) {
    opened = (*opened)->open((*opened)->stream_payload(), target.place, budget);
  }
  return opened;
}

Result<std::optional<Target>> resolve(const Opened& from, const TargetRef& ref, Budget& budget) {
  Target target{.content = nullptr, .container = &from, .field = ref.payload_field, .place = from.place()};
  if (ref.payload_field == kNoField) {
    const Opened* at = &from;
    if (!ref.until_format.empty()) {
      while (at != nullptr && at->format().id != ref.until_format) at = at->parent();
    } else {
      for (std::uint32_t level = 0; at != nullptr && level < ref.up; ++level) at = at->parent();
    }
    if (at == nullptr) return std::nullopt;
    target.place = at->place();
    for (std::size_t i = 0; i < ref.keys.size(); ++i) {
      if (i > 0) {
        const auto inner = open_target(target, budget);
        if (!inner) return tl::unexpected<Error>(inner.error());
        at = *inner;
      }
      const std::string* key = &ref.keys[i];
      FieldId member = at->find_member(*key);
      for (std::size_t j = 0; i + 1 == ref.keys.size() && member == kNoField && j < ref.alternatives.size();
           ++j) {
        key = &ref.alternatives[j];
        member = at->find_member(*key);
      }
      if (member != kNoField) member = follow_hard_link(*at, member);
      target.field = member == kNoField ? kNoField : payload_below(at->tree(), member);
      if (target.field == kNoField) return std::nullopt;
      target.container = at;
      target.place.push_back(*key);
    }
    if (target.field == kNoField) return std::nullopt;
  }
  auto content = target.container->content(target.field);
  if (!content) return tl::unexpected<Error>(content.error());
  target.content = std::move(*content);
  return target;
}

}  // namespace unrepro
