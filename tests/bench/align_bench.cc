// Throughput of the alignments, in bytes of one side a second. Run: unrepro_bench --benchmark_filter=Align

#include <benchmark/benchmark.h>

#include <random>
#include <string>

#include "analyzer/align/bytes.h"
#include "analyzer/align/sequence.h"
#include "analyzer/align/text.h"
#include "formats/text/text.h"

namespace unrepro {
namespace {

std::string noise(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string result(size, '\0');
  for (char& c : result) c = static_cast<char>(random());
  return result;
}

// Replaces, inserts or deletes a few bytes every `spacing` bytes on average.
std::string edited(const std::string& from, std::size_t spacing, bool keep_size) {
  std::mt19937_64 random(spacing);
  std::string result;
  result.reserve(from.size() + from.size() / 10);
  std::size_t at = 0;
  while (at < from.size()) {
    const std::size_t keep = random() % (2 * spacing);
    result.append(from, at, keep);
    at += keep;
    const auto change = keep_size ? 0 : random() % 3;
    if (change != 1) result += noise(4, random());
    if (change != 2) at += 4;
  }
  if (keep_size) result.resize(from.size());
  return result;
}

void align(benchmark::State& state, const std::string& left, const std::string& right) {
  for (auto _ : state) benchmark::DoNotOptimize(align_bytes(as_bytes(left), as_bytes(right)));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(left.size()));
}

constexpr std::size_t kSize = 80'000'000;

void AlignBytesEdited(benchmark::State& state) {
  const std::string left = noise(kSize, 1);
  align(state, left, edited(left, static_cast<std::size_t>(state.range(0)), false));
}
BENCHMARK(AlignBytesEdited)->Arg(100)->Arg(1000)->Arg(100'000)->Unit(benchmark::kMillisecond);

void AlignBytesOverwritten(benchmark::State& state) {
  const std::string left = noise(kSize, 1);
  align(state, left, edited(left, static_cast<std::size_t>(state.range(0)), true));
}
BENCHMARK(AlignBytesOverwritten)->Arg(100)->Arg(1000)->Arg(100'000)->Unit(benchmark::kMillisecond);

void AlignBytesRandom(benchmark::State& state) { align(state, noise(kSize, 1), noise(kSize + 1, 2)); }
BENCHMARK(AlignBytesRandom)->Unit(benchmark::kMillisecond);

void AlignBytesZeros(benchmark::State& state) {
  align(state, "x" + std::string(kSize, '\0'), std::string(kSize, '\0') + "yy");
}
BENCHMARK(AlignBytesZeros)->Unit(benchmark::kMillisecond);

void AlignSequences(benchmark::State& state) {
  std::mt19937_64 random(1);
  std::vector<std::uint64_t> left(1'000'000), right;
  for (auto& element : left) element = random();
  for (const auto element : left) {
    right.push_back(random() % static_cast<std::uint64_t>(state.range(0)) == 0 ? random() : element);
  }
  for (auto _ : state) benchmark::DoNotOptimize(align_sequences(left, right));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(left.size()));
}
BENCHMARK(AlignSequences)->Arg(1)->Arg(3)->Arg(100)->Arg(10'000)->Unit(benchmark::kMillisecond);

void AlignText(benchmark::State& state) {
  const auto text = [&](std::uint64_t every) {
    std::mt19937_64 random(1);
    std::string result;
    for (std::size_t line = 0; result.size() < 100'000'000; ++line) {
      const std::uint64_t number = random();
      result +=
          "entry " + std::to_string(every > 0 && line % every == 0 ? ~number : number) + " of the log\n";
    }
    return result;
  };
  const std::string left = text(0), right = text(static_cast<std::uint64_t>(state.range(0)));
  const auto views = [](const std::string& of) {
    return [&of](ViewKind kind) { return text_view(as_bytes(of), CodeUnit::byte, kind); };
  };
  for (auto _ : state) {
    benchmark::DoNotOptimize(diff_text(as_bytes(left), views(left), as_bytes(right), views(right)));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(left.size()));
}
BENCHMARK(AlignText)->Arg(1)->Arg(10)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace unrepro

BENCHMARK_MAIN();
