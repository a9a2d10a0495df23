// Micro benchmarks of decoding, hashing, and of comparing and accounting for a pair in memory.

#include <benchmark/benchmark.h>

#include "analyzer/analyze.h"
#include "formats/digest.h"
#include "formats/format.h"
#include "tests/support/archives.h"

namespace unrepro {
namespace {

std::string archive(std::int64_t members, std::int64_t mtime) {
  std::vector<testing::TarMember> files;
  for (std::int64_t i = 0; i < members; ++i) {
    files.push_back({.name = "directory/file" + std::to_string(i),
                     .content = "line " + std::to_string(i) + "\n",
                     .mtime = mtime});
  }
  return testing::tar(files);
}

void decode_tar(benchmark::State& state) {
  const BlobRef blob = blob_from_string(archive(state.range(0), 1'600'000'000));
  for (auto step : state) {
    Limits limits;
    limits.derive_from_input(blob->size());
    Budget budget(limits);
    benchmark::DoNotOptimize(format_by_id("tar").decode(blob, Context{}, budget));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(decode_tar)->Arg(1000);

void hash_bytes(benchmark::State& state) {
  const std::string bytes(static_cast<std::size_t>(state.range(0)), 'x');
  for (auto step : state) benchmark::DoNotOptimize(digest(Algo::sha256, as_bytes(bytes)));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(hash_bytes)->Arg(16 << 20);

void bucket_bytes(benchmark::State& state) {
  const std::string bytes(static_cast<std::size_t>(state.range(0)), 'x');
  for (auto step : state) benchmark::DoNotOptimize(content_hash(as_bytes(bytes)));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(bucket_bytes)->Arg(16 << 20);

void compare_and_account(benchmark::State& state) {
  const BlobRef left = blob_from_string(archive(state.range(0), 1'600'000'000));
  const BlobRef right = blob_from_string(archive(state.range(0), 1'600'000'777));
  Options options;
  options.threads = 1;
  for (auto step : state)
    benchmark::DoNotOptimize(analyze_blobs(left, "left.tar", right, "right.tar", options));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(compare_and_account)->Arg(1000);

}  // namespace
}  // namespace unrepro
