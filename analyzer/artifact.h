#pragma once
// One side of a comparison: the artifact and everything inside it that has been opened so far.

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "formats/format.h"

namespace unrepro {

// A decoded blob and its place in the artifact. Children are opened on demand, at most once, from any thread.
class Opened {
 public:
  Opened(const Format& format, Tree tree, std::vector<std::string> place, const Opened* parent);

  const Format& format() const { return *format_; }
  const Tree& tree() const { return tree_; }
  const Opened* parent() const { return parent_; }
  // Keys of the members from the artifact down to this blob.
  const std::vector<std::string>& place() const { return place_; }

  // The bytes of a payload field: decoded where the decoder did so, else the field itself. Errors: io.
  Result<BlobRef> content(FieldId payload) const;
  // The same, decoded; `place` is where the payload is. Errors: budget, io, unsupported, internal.
  Result<const Opened*> open(FieldId payload, std::vector<std::string> place, Budget& budget) const;
  // The same for a short look: kept no longer than the result, unless it is open already.
  struct Borrowed {
    std::unique_ptr<Opened> own;
    const Opened* opened = nullptr;
  };
  Result<Borrowed> borrow(FieldId payload, std::vector<std::string> place, Budget& budget) const;
  // The first member with this key; constant time.
  FieldId find_member(std::string_view key) const;
  // For a compressed stream: its payload, or kNoField.
  FieldId stream_payload() const;
  // Which encoder made the stream; remembered, unless any will do.
  std::optional<EncoderMatch> encoder(EncoderSearch search, Budget& budget) const;

 private:
  Result<std::unique_ptr<Opened>> decode_payload(FieldId payload, std::vector<std::string> place,
                                                 Budget& budget) const;

  struct Child {
    std::once_flag once;
    std::atomic<bool> ready = false;
    Result<std::unique_ptr<Opened>> opened = fail(Trouble::internal, "not opened");
  };
  const Format* format_;
  Tree tree_;
  std::vector<std::string> place_;
  const Opened* parent_;
  std::uint32_t depth_;
  mutable std::mutex mutex_;
  mutable std::map<FieldId, std::unique_ptr<Child>> children_;
  mutable std::map<FieldId, Result<BlobRef>> contents_;
  mutable std::unordered_map<std::string_view, FieldId> members_;
  mutable std::once_flag members_once_;
  mutable std::map<bool, std::optional<EncoderMatch>> encoders_;
};

// A place inside an artifact that a derivation refers to.
struct Target {
  BlobRef content;
  const Opened* container = nullptr;  // holds the payload field
  FieldId field = kNoField;
  std::vector<std::string> place;  // of the content
};

class Artifact {
 public:
  // Errors: io, budget, internal.
  static Result<Artifact> open_directory(const std::filesystem::path& path, Budget& budget);
  // `on_disk`: files beside `path` may be opened where the artifact lists them. Errors: budget, unsupported,
  // internal.
  static Result<Artifact> open_blob(BlobRef blob, const std::filesystem::path& path, bool on_disk,
                                    Budget& budget);

  const Opened& root() const { return *root_; }

 private:
  std::unique_ptr<Opened> root_;
};

// Resolves a reference seen from `from`. Empty when there is no such place. Errors: as Opened::open.
Result<std::optional<Target>> resolve(const Opened& from, const TargetRef& ref, Budget& budget);
// Opens what a target holds, through compressed streams. Errors: as Opened::open.
Result<const Opened*> open_target(const Target& target, Budget& budget);

}  // namespace unrepro
