#pragma once
// The state of libbz2, released by itself. Private to the bzip2 decoder and its encoder search.

#include <bzlib.h>

namespace unrepro {

class Bzip2Stream {
 public:
  // `end` releases what was started: BZ2_bzDecompressEnd or BZ2_bzCompressEnd.
  explicit Bzip2Stream(int (*end)(bz_stream*)) : end_(end) {}
  ~Bzip2Stream() {
    if (started_) end_(&stream_);
  }
  Bzip2Stream(const Bzip2Stream&) = delete;
  Bzip2Stream& operator=(const Bzip2Stream&) = delete;
  // Takes the result of starting; false when that failed.
  bool started(int status) { return started_ = status == BZ_OK; }
  bz_stream* get() { return &stream_; }
  bz_stream* operator->() { return &stream_; }

 private:
  bz_stream stream_{};
  int (*end_)(bz_stream*);
  bool started_ = false;
};

}  // namespace unrepro
