#pragma once
// The replay log: what every decision was made from, so that anybody can make it again and get the same
// bytes.
//
// Lines of fields that are separated by one blank, append-only:
//   policy PREVIOUS TEXT               TEXT: the policy's TOML in Base64; before the first decision under it
//   decision PREVIOUS POLICY SHA256 CASE   POLICY: its digest; SHA256: of decision_json(); CASE: case_json()
// PREVIOUS is the SHA-256 of the line before, of the empty text in the first. So an edit, a removed and a
// moved line break the chain. Lines missing at the end do not: LOG.head holds the number of lines and the
// SHA-256 of the last one, `COUNT SHA256`, and whoever wants to be safe from who can write both files keeps a
// copy elsewhere.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <string>

#include "analyzer/quorum/decision.h"

namespace unrepro::quorum {

struct LogHead {
  std::uint64_t lines = 0;
  Digest last;  // of the empty text when there is none
};

// "COUNT SHA256", with or without a newline. Errors: unsupported.
Result<LogHead> parse_log_head(std::string_view text);

// A log that this process alone writes to.
class ReplayLog {
 public:
  // Opens or creates LOG, and locks it. Lines that a crash left after the head are taken over when they
  // continue the chain; an incomplete last line, which was never acknowledged, is cut off. Errors: io (also:
  // locked by another), unsupported (a chain or a head that does not hold).
  static Result<ReplayLog> open(const std::filesystem::path& path);
  ~ReplayLog();
  ReplayLog(ReplayLog&& other) noexcept;
  ReplayLog(const ReplayLog&) = delete;
  ReplayLog& operator=(const ReplayLog&) = delete;

  // Adds a decision under a policy text, which is added first when it is new. Errors: io; nothing may be
  // decided then.
  Result<void> append(std::string_view policy_text, const Case& kase, const Decision& decision);
  // Makes everything durable, and then the head. Errors: io.
  Result<void> commit();
  const LogHead& head() const { return head_; }

 private:
  ReplayLog() = default;
  void add(std::string line);
  Result<void> write_out();

  std::filesystem::path path_;
  int descriptor_ = -1;
  LogHead head_;
  std::set<Digest> policies_;
  std::string buffer_;
};

struct Replay {
  LogHead head;
  std::uint64_t decisions = 0, different = 0;  // different: came out as other bytes than recorded
  std::string first_different;                 // "line 17: job frob: …"
};

// Receives the bytes of each decision, in the order of the log.
using ReplaySink = std::function<void(std::string_view decision_json)>;

// Decides everything again, in parallel. Without `expected` the head beside the log is asked. Errors: io;
// unsupported when the chain, a line or the head does not hold, with the number of the line.
Result<Replay> replay(const std::filesystem::path& path, const LogHead* expected,
                      const ReplaySink& sink = {});

}  // namespace unrepro::quorum
