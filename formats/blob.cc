#include "formats/blob.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace unrepro {
namespace {

constexpr std::uint64_t kCopyBelow = 1u << 20;
constexpr std::uint64_t kHeapBlobAtMost = 24u << 20;  // a single larger blob is spilled, whatever is free

class HeapBlob final : public Blob {
 public:
  explicit HeapBlob(std::string bytes) : bytes_(std::move(bytes)) { view_ = as_bytes(bytes_); }

 private:
  std::string bytes_;
};

// The budget outlives every blob of its comparison.
class PooledBlob final : public Blob {
 public:
  PooledBlob(LargeVector<std::uint8_t> bytes, Budget& budget, std::uint64_t reserved)
      : bytes_(std::move(bytes)), budget_(budget), reserved_(reserved) {
    view_ = bytes_;
  }
  ~PooledBlob() override { budget_.release_heap(reserved_); }

 private:
  LargeVector<std::uint8_t> bytes_;
  Budget& budget_;
  std::uint64_t reserved_;
};

class MappedBlob final : public Blob {
 public:
  MappedBlob(void* address, std::uint64_t size) : address_(address) {
    view_ = {static_cast<const std::uint8_t*>(address), size};
  }
  ~MappedBlob() override { munmap(address_, view_.size()); }

 private:
  void* address_;
};

class SliceBlob final : public Blob {
 public:
  SliceBlob(BlobRef parent, Bytes view) : parent_(std::move(parent)) { view_ = view; }

 private:
  BlobRef parent_;
};

std::string errno_text() { return std::strerror(errno); }

Result<void> write_all(int fd, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(Trouble::io, "temporary file: " + errno_text());
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<BlobRef> map_fd(int fd, std::uint64_t size, const std::string& name) {
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (address == MAP_FAILED) return fail(Trouble::io, name + ": mmap: " + errno_text());
  ::madvise(address, size, MADV_SEQUENTIAL);
  return std::make_shared<MappedBlob>(address, size);
}

}  // namespace

Result<BlobRef> blob_from_fd(int fd, std::uint64_t size, const std::string& name) {
  if (size > kCopyBelow) return map_fd(fd, size, name);
  std::string bytes(size, '\0');
  std::uint64_t done = 0;
  while (done < size) {
    const ssize_t got = ::pread(fd, bytes.data() + done, size - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(Trouble::io, name + ": " + errno_text());
    if (got == 0) return fail(Trouble::io, name + ": became shorter while it was read");
    done += static_cast<std::uint64_t>(got);
  }
  return blob_from_string(std::move(bytes));
}

Result<BlobRef> blob_from_file(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0) return fail(Trouble::io, path.string() + ": " + errno_text());
  struct stat st {};
  Result<BlobRef> result = [&]() -> Result<BlobRef> {
    if (::fstat(fd, &st) != 0) return fail(Trouble::io, path.string() + ": " + errno_text());
    if (!S_ISREG(st.st_mode)) return fail(Trouble::io, path.string() + ": not a regular file");
    return blob_from_fd(fd, static_cast<std::uint64_t>(st.st_size), path.string());
  }();
  ::close(fd);
  return result;
}

BlobRef blob_from_string(std::string bytes) { return std::make_shared<HeapBlob>(std::move(bytes)); }

BlobRef blob_slice(BlobRef parent, std::uint64_t offset, std::uint64_t length) {
  const Bytes view = parent->bytes().subspan(offset, length);
  return std::make_shared<SliceBlob>(std::move(parent), view);
}

BlobWriter::BlobWriter(Budget& budget) : budget_(budget) {}

BlobWriter::~BlobWriter() {
  budget_.release_heap(reserved_);
  if (fd_ >= 0) ::close(fd_);
}

Result<void> BlobWriter::spill() {
  const char* directory = std::getenv("TMPDIR");
  fd_ = ::open(directory != nullptr && *directory != '\0' ? directory : "/tmp",
               O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd_ < 0) return fail(Trouble::io, "temporary file: " + errno_text());
  auto written = write_all(fd_, heap_);
  heap_ = {};
  budget_.release_heap(std::exchange(reserved_, 0));
  return written;
}

Result<void> BlobWriter::append(Bytes bytes) {
  if (bytes.empty()) return {};
  if (!budget_.charge_output(bytes.size()) || !budget_.allow_time()) {
    return fail(Trouble::budget, budget_.exhausted());
  }
  size_ += bytes.size();
  if (fd_ < 0) {
    const std::uint64_t needed =
        size_ > reserved_ ? std::max<std::uint64_t>(size_ - reserved_, 64u << 10) : 0;
    if (std::max(size_, expected_) <= kHeapBlobAtMost && (needed == 0 || budget_.reserve_heap(needed))) {
      reserved_ += needed;
      if (heap_.empty()) heap_.reserve(std::max<std::uint64_t>(expected_, bytes.size()));
      heap_.insert(heap_.end(), bytes.begin(), bytes.end());
      return {};
    }
    if (auto spilled = spill(); !spilled) return spilled;
  }
  return write_all(fd_, bytes);
}

Result<BlobRef> BlobWriter::finish() {
  if (fd_ >= 0) return map_fd(fd_, size_, "temporary file");
  if (heap_.capacity() / 2 > heap_.size()) heap_.shrink_to_fit();
  return std::make_shared<PooledBlob>(std::move(heap_), budget_, std::exchange(reserved_, 0));
}

}  // namespace unrepro
