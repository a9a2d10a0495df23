#include "analyzer/analyze.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "analyzer/artifact.h"
#include "analyzer/explain.h"
#include "analyzer/facts.h"
#include "analyzer/location.h"
#include "analyzer/normal_form.h"
#include "analyzer/pair.h"
#include "analyzer/parallel.h"
#include "formats/digest.h"
#include "formats/value.h"

namespace unrepro {
namespace {

// An artifact before it is opened.
struct Source {
  std::filesystem::path path;
  BlobRef blob;  // null for a directory
  std::string name;
  bool on_disk = false;
};

Result<Source> source_from_path(const std::filesystem::path& path) {
  Source source{.path = path, .blob = nullptr, .name = path.string(), .on_disk = true};
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0)
    return fail(Trouble::io, path.string() + ": " + std::strerror(errno));
  if (S_ISDIR(status.st_mode)) return source;
  if (!S_ISREG(status.st_mode)) {
    return fail(Trouble::io, path.string() + ": neither a regular file nor a directory");
  }
  auto blob = blob_from_file(path);
  if (!blob) return tl::unexpected<Error>(blob.error());
  source.blob = std::move(*blob);
  return source;
}

class Clock {
 public:
  explicit Clock(Report& report) : report_(report), start_(std::chrono::steady_clock::now()) {}
  void pass(std::string name, std::uint64_t bytes) {
    const auto now = std::chrono::steady_clock::now();
    report_.stats.push_back({std::move(name), std::chrono::duration<double>(now - start_).count(), bytes});
    start_ = now;
  }

 private:
  Report& report_;
  std::chrono::steady_clock::time_point start_;
};

void fill_side(ReportSide& side, const Source& source) {
  side.path = escape(as_bytes(source.name));
  if (!source.blob) {
    side.format = "directory";
    return;
  }
  side.size = source.blob->size();
  side.sha256 = to_hex(digest(Algo::sha256, source.blob->bytes()));
}

bool same_bytes(const Source& left, const Source& right) {
  if (!left.blob || !right.blob || left.blob->size() != right.blob->size()) return false;
  const std::size_t size = left.blob->size();
  return size == 0 || std::memcmp(left.blob->bytes().data(), right.blob->bytes().data(), size) == 0;
}

// Whether equal bytes settle the matter: not for a list of files beside it (.changes), which may differ all
// the same.
bool lists_other_files(const Source& source, Budget& budget) {
  constexpr std::uint64_t kLargestList = 4u << 20;
  if (!source.on_disk || source.blob->size() > kLargestList) return false;
  const auto artifact = Artifact::open_blob(source.blob, source.path, true, budget);
  if (!artifact) return false;
  const std::vector<Payload>& payloads = artifact->root().tree().payloads;
  return std::any_of(payloads.begin(), payloads.end(),
                     [](const Payload& payload) { return bool(payload.opener); });
}

Result<Artifact> open_artifact(const Source& source, Budget& budget) {
  if (!source.blob) return Artifact::open_directory(source.path, budget);
  return Artifact::open_blob(source.blob, source.path, source.on_disk, budget);
}

// The location of the artifact itself.
std::string whole(const Report& report) {
  return Location{
      .members = {std::filesystem::path(report.left.path).filename().string()}, .field = {}, .offset = {}}
      .print();
}

// Normal forms say for any number of sides what the findings say for this pair: if they disagree, one of the
// two is wrong, and nothing is accepted.
void add_normal_forms(const Artifact& left, const Artifact& right, const Options& options, Budget& budget,
                      Report& report) {
  if (report.verdict != Verdict::equivalent && report.verdict != Verdict::explained) return;
  NormalForms known;
  const Result<std::string> forms[2] = {normal_sha256(left.root(), options.verify_encoding, known, budget),
                                        normal_sha256(right.root(), options.verify_encoding, known, budget)};
  for (const auto& form : forms) {
    if (form) continue;
    report.incomplete.push_back({whole(report), "normal form: " + form.error().message});
    report.verdict = std::max(report.verdict, Verdict::incomplete);
    return;
  }
  report.left.normal_sha256 = *forms[0];
  report.right.normal_sha256 = *forms[1];
  if (report.verdict != Verdict::equivalent || *forms[0] == *forms[1]) return;
  report.verdict = Verdict::divergent;
  report.divergence = Divergence::unknown;
  Finding finding;
  finding.id = static_cast<std::uint32_t>(report.findings.size() + 1);
  finding.cause = "unexplained";
  finding.severity = Severity::warning;
  finding.note = "every difference is explained, but the normal forms differ";
  report.findings.push_back(std::move(finding));
}

Result<Report> run(const Source& left, const Source& right, const Options& options) {
  Report report;
  report.reference_time = format_instant(options.reference_time);
  Clock clock(report);
  parallel_each(
      2, [&](std::size_t i) { fill_side(i == 0 ? report.left : report.right, i == 0 ? left : right); });
  const std::uint64_t input = report.left.size + report.right.size;
  clock.pass("hash", input);
  Limits limits = options.limits;
  limits.derive_from_input(input);
  // Blobs release their memory to the budget, so it has to outlive both artifacts.
  Budget budget(limits);

  if (same_bytes(left, right) && !lists_other_files(left, budget)) {
    const Context context{.name = left.path.native(), .role = {}, .unpacked_by_root = false, .sibling = {}};
    report.left.format = report.right.format = probe(left.blob->bytes(), context).id;
    return report;
  }
  if (!left.blob != !right.blob) {
    return fail(Trouble::io, "cannot compare a directory with a file: " + (left.blob ? right : left).name +
                                 " is a directory");
  }
  Result<Artifact> sides[2] = {fail(Trouble::internal, ""), fail(Trouble::internal, "")};
  parallel_each(2, [&](std::size_t i) { sides[i] = open_artifact(i == 0 ? left : right, budget); });
  for (const auto& side : sides) {
    if (side) continue;
    if (side.error().trouble == Trouble::io) return tl::unexpected<Error>(side.error());
    report.incomplete.push_back({whole(report), side.error().message});
    report.verdict = Verdict::incomplete;
    return report;
  }
  report.left.format = sides[0]->root().format().id;
  report.right.format = sides[1]->root().format().id;
  clock.pass("open", input);

  const std::unique_ptr<Pair> pair =
      compare(sides[0]->root(), sides[1]->root(), {}, budget, options.progress);
  clock.pass("compare", budget.output_used());
  check_derivations(*pair, budget);
  clock.pass("verify", 0);
  if (pair->trouble) return tl::unexpected<Error>(*pair->trouble);
  report.members = pair->files;
  report.differing_members = pair->differing_files;
  explain(*pair, left.path.filename().string(), options, budget, report);
  add_facts(*pair, options, report);
  clock.pass("explain", 0);
  add_normal_forms(*sides[0], *sides[1], options, budget, report);
  clock.pass("normalise", 0);
  return report;
}

// When a limit is reached, which part was cut off depends on the schedule; one thread makes it the same every
// time.
Result<Report> run_repeatably(const Source& left, const Source& right, const Options& options) {
  Result<Report> report = fail(Trouble::internal, "");
  constexpr std::uint64_t kSmall = 128u << 10;  // bytes; done before threads have started
  const bool small = left.blob && right.blob && left.blob->size() + right.blob->size() <= kSmall;
  const unsigned threads = options.threads == 0 && small ? 1 : options.threads;
  with_threads(threads, [&] { report = run(left, right, options); });
  if (threads != 1 && report && !report->incomplete.empty()) {
    with_threads(1, [&] { report = run(left, right, options); });
  }
  return report;
}

}  // namespace

Result<Report> analyze(const std::filesystem::path& left, const std::filesystem::path& right,
                       const Options& options) {
  auto left_source = source_from_path(left);
  if (!left_source) return tl::unexpected<Error>(left_source.error());
  auto right_source = source_from_path(right);
  if (!right_source) return tl::unexpected<Error>(right_source.error());
  return run_repeatably(*left_source, *right_source, options);
}

Result<Report> analyze_blobs(BlobRef left, std::string left_name, BlobRef right, std::string right_name,
                             const Options& options) {
  const Source left_source{.path = left_name, .blob = std::move(left), .name = left_name, .on_disk = false};
  const Source right_source{
      .path = right_name, .blob = std::move(right), .name = right_name, .on_disk = false};
  return run_repeatably(left_source, right_source, options);
}

}  // namespace unrepro
