#pragma once

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "formats/base.h"
#include "formats/budget.h"
#include "formats/large_memory.h"

namespace unrepro {

// An immutable run of bytes in its own address space: an input file, a member of an archive, a decompressed
// stream. Large ones are mapped (input files, unlinked temporary files), so they are not anonymous memory.
class Blob {
 public:
  virtual ~Blob() = default;
  Blob(const Blob&) = delete;
  Blob& operator=(const Blob&) = delete;

  Bytes bytes() const { return view_; }
  std::uint64_t size() const { return view_.size(); }

 protected:
  Blob() = default;
  Bytes view_;
};

using BlobRef = std::shared_ptr<const Blob>;

// Opens a regular file. Small files are copied, so that a concurrent change cannot tear the view; large ones
// are mapped privately. Errors: io.
Result<BlobRef> blob_from_file(const std::filesystem::path& path);
// The same for an open descriptor, which stays the caller's; `size` as fstat gave it. `name` is for messages.
Result<BlobRef> blob_from_fd(int fd, std::uint64_t size, const std::string& name);
BlobRef blob_from_string(std::string bytes);
// A part of another blob, which is kept alive. Requires offset + length <= parent->size().
BlobRef blob_slice(BlobRef parent, std::uint64_t offset, std::uint64_t length);

// Collects the output of a decompressor. Stays on the heap while the budget's heap allows it, then moves to
// an unlinked temporary file in TMPDIR. Charges every byte to the budget.
class BlobWriter {
 public:
  explicit BlobWriter(Budget& budget);
  ~BlobWriter();
  BlobWriter(const BlobWriter&) = delete;
  BlobWriter& operator=(const BlobWriter&) = delete;

  // A hint that about this many bytes will come; of several the largest counts. Large content then goes to
  // its file without a detour.
  void expect(std::uint64_t bytes) { expected_ = std::max(expected_, bytes); }
  // Errors: budget, io (temporary file).
  Result<void> append(Bytes bytes);
  std::uint64_t size() const { return size_; }
  // Call once, last.
  Result<BlobRef> finish();

 private:
  Result<void> spill();

  Budget& budget_;
  LargeVector<std::uint8_t> heap_;
  std::uint64_t reserved_ = 0;
  std::uint64_t size_ = 0;
  std::uint64_t expected_ = 0;
  int fd_ = -1;
};

}  // namespace unrepro
