#pragma once
// The front door of the analyzer: two artifacts in, a report out.

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "analyzer/report.h"
#include "formats/blob.h"
#include "formats/budget.h"
#include "rules/difference.h"

namespace unrepro {

class PatternSet;

struct Options {
  Limits limits;
  unsigned threads = 0;              // 0: one per processor
  bool verify_encoding = false;      // re-encode whole streams instead of a bounded prefix
  std::int64_t reference_time = 0;   // seconds since 1970; "now" for range checks
  Record left_record, right_record;  // of the builds; empty when nobody gave one
  std::shared_ptr<const PatternSet> user_rules = nullptr;  // asked after the built-in ones
  std::size_t max_findings = 10'000;                       // printed; never changes accounting or verdict
  // Called now and then from any thread with what is being done; may be empty.
  std::function<void(std::string_view)> progress;
};

// Compares two files or two directories. The report is the same for any number of threads, any locale and
// zone. Errors: io (missing, unreadable, a device or socket as input). Everything else ends in the report.
Result<Report> analyze(const std::filesystem::path& left, const std::filesystem::path& right,
                       const Options& options);

// The same for bytes in memory; names stand for the paths.
Result<Report> analyze_blobs(BlobRef left, std::string left_name, BlobRef right, std::string right_name,
                             const Options& options);

}  // namespace unrepro
