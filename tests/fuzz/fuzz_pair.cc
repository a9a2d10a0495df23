// The whole comparison under any two artifacts. The input is a 32-bit little-endian length, that many bytes
// of the left side (modulo what there is), and the rest as the right side.

#include <algorithm>
#include <cstdint>
#include <string>

#include "analyzer/analyze.h"
#include "tests/fuzz/require.h"

namespace unrepro {
namespace {

void check_accounting(const Accounting& accounting) {
  std::uint64_t explained = accounting.derived_bytes;
  for (const auto& [proof, bytes] : accounting.by_proof) explained += bytes;
  FUZZ_REQUIRE(accounting.explained_bytes == explained);
  FUZZ_REQUIRE(accounting.differing_bytes == explained + accounting.unexplained_bytes);
}

void compare(const std::string& left, const std::string& right) {
  Options options;
  options.threads = 1;
  options.limits.output_bytes = 8u << 20;
  options.limits.members = 4096;
  options.limits.nodes = 400'000;
  options.limits.depth = 6;
  options.limits.wall = std::chrono::seconds{60};
  const auto report =
      analyze_blobs(blob_from_string(left), "left", blob_from_string(right), "right", options);
  FUZZ_REQUIRE(report.has_value());
  FUZZ_REQUIRE((report->verdict == Verdict::identical) == (left == right));
  FUZZ_REQUIRE((report->verdict == Verdict::incomplete) <= !report->incomplete.empty());
  FUZZ_REQUIRE((report->verdict == Verdict::divergent) == report->divergence.has_value());
  FUZZ_REQUIRE(report->findings.size() <= options.max_findings);
  check_accounting(report->accounting);
  // What is accepted leaves nothing unexplained and no alert.
  if (report->verdict == Verdict::equivalent || report->verdict == Verdict::explained) {
    FUZZ_REQUIRE(report->accounting.unexplained_bytes == 0 && report->alerts == 0);
  }
}

}  // namespace
}  // namespace unrepro

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  std::uint32_t length = 0;
  for (std::size_t i = 4; i-- > 0;) length = length << 8 | data[i];
  const std::string rest(reinterpret_cast<const char*>(data + 4), size - 4);
  const std::size_t cut = length % (rest.size() + 1);
  unrepro::compare(rest.substr(0, cut), rest.substr(cut));
  return 0;
}
