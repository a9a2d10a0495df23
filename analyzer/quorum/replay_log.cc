#include "analyzer/quorum/replay_log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "analyzer/evidence/base64.h"
#include "analyzer/parallel.h"
#include "analyzer/quorum/case_json.h"
#include "analyzer/quorum/decision_json.h"
#include "formats/blob.h"
#include "formats/digest.h"

namespace unrepro::quorum {
namespace {

namespace fs = std::filesystem;

Digest sha256(std::string_view text) { return to_hex(digest(Algo::sha256, as_bytes(text))); }

tl::unexpected<Error> io(const fs::path& path) {
  return fail(Trouble::io, path.string() + ": " + std::strerror(errno));
}

fs::path head_of(const fs::path& log) { return log.string() + ".head"; }

// The first field and the blank after it, taken off.
std::string_view take(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view field = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return field;
}

// Walks the lines of a log, checking the chain.
class Chain {
 public:
  struct Entry {
    std::uint64_t line = 0;
    std::shared_ptr<const Policy> policy;  // null for a line that introduces one
    std::string_view recorded, kase;
  };

  explicit Chain(std::string_view text) : rest_(text) {}

  // Empty at the end; what is left then is an incomplete line.
  Result<std::optional<Entry>> next() {
    const std::size_t end = rest_.find('\n');
    if (end == rest_.npos) return std::optional<Entry>();
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    ++head_.lines;
    std::string_view fields = line;
    const std::string_view kind = take(fields);
    if (take(fields) != head_.last) return broken("does not follow the line before");
    head_.last = sha256(line);
    Entry entry{head_.lines, nullptr, {}, {}};
    if (kind == "policy") {
      const auto text = evidence::decode_base64(fields);
      auto policy = text ? parse_policy(*text) : fail(Trouble::unsupported, "no Base64");
      if (!policy) return broken(policy.error().message);
      const Digest name = policy->digest;
      policies_[name] = std::make_shared<const Policy>(std::move(*policy));
      return std::optional(entry);
    }
    if (kind != "decision") return broken("is neither policy nor decision");
    const auto policy = policies_.find(Digest(take(fields)));
    if (policy == policies_.end()) return broken("was decided under a policy that the log lacks");
    entry.policy = policy->second;
    entry.recorded = take(fields);
    entry.kase = fields;
    return std::optional(entry);
  }

  const LogHead& head() const { return head_; }
  std::string_view rest() const { return rest_; }
  std::set<Digest> policies() const {
    std::set<Digest> names;
    for (const auto& [name, policy] : policies_) names.insert(name);
    return names;
  }

 private:
  tl::unexpected<Error> broken(const std::string& what) const {
    return fail(Trouble::unsupported, "line " + std::to_string(head_.lines) + " " + what);
  }

  std::string_view rest_;
  LogHead head_{0, sha256("")};
  std::map<Digest, std::shared_ptr<const Policy>> policies_;
};

Result<LogHead> read_head(const fs::path& log) {
  const auto blob = blob_from_file(head_of(log));
  if (!blob) return tl::unexpected<Error>(blob.error());
  return parse_log_head(as_text((*blob)->bytes()));
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

struct Again {
  std::string bytes, failure;
};

Again decide_again(const Chain::Entry& entry) {
  const auto kase = parse_case(entry.kase);
  if (!kase) return {{}, kase.error().message};
  if (case_json(*kase) != entry.kase) return {{}, "the case is not in its canonical form"};
  return {decision_json(decide(*entry.policy, *kase)), {}};
}

}  // namespace

Result<LogHead> parse_log_head(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  LogHead head;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), head.lines);
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  if (read.ec != std::errc() || !text.starts_with(' ') || text.size() != 65 || !from_hex(text.substr(1)))
    return fail(Trouble::unsupported, "a log's head reads: COUNT SHA256");
  head.last = text.substr(1);
  return head;
}

Result<ReplayLog> ReplayLog::open(const fs::path& path) {
  ReplayLog log;
  log.path_ = path;
  log.descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log.descriptor_ < 0 || ::flock(log.descriptor_, LOCK_EX | LOCK_NB) != 0) return io(path);
  struct stat status {};
  if (::fstat(log.descriptor_, &status) != 0) return io(path);
  if (status.st_size == 0 && !fs::exists(head_of(path))) {
    log.head_.last = sha256("");
    return log;
  }
  const auto head = read_head(path);
  const auto blob = blob_from_file(path);
  if (!head || !blob) return tl::unexpected<Error>(head ? blob.error() : head.error());
  Chain chain(as_text((*blob)->bytes()));
  bool passed_head = head->lines == 0;
  while (true) {
    const auto entry = chain.next();
    if (!entry) return fail(entry.error().trouble, path.string() + ": " + entry.error().message);
    if (!*entry) break;
    passed_head = passed_head || (chain.head().lines == head->lines && chain.head().last == head->last);
  }
  if (!passed_head) return fail(Trouble::unsupported, path.string() + ": does not reach its head");
  const auto whole = static_cast<off_t>((*blob)->size() - chain.rest().size());
  if (whole != status.st_size && ::ftruncate(log.descriptor_, whole) != 0) return io(path);
  log.head_ = chain.head();
  log.policies_ = chain.policies();
  return log;
}

ReplayLog::~ReplayLog() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

ReplayLog::ReplayLog(ReplayLog&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      head_(std::move(other.head_)),
      policies_(std::move(other.policies_)),
      buffer_(std::move(other.buffer_)) {}

void ReplayLog::add(std::string line) {
  ++head_.lines;
  head_.last = sha256(line);
  buffer_ += line;
  buffer_ += '\n';
}

Result<void> ReplayLog::append(std::string_view policy_text, const Case& kase, const Decision& decision) {
  if (policies_.insert(decision.policy).second)
    add("policy " + head_.last + ' ' + evidence::encode_base64(policy_text));
  add("decision " + head_.last + ' ' + decision.policy + ' ' + sha256(decision_json(decision)) + ' ' +
      case_json(kase));
  return buffer_.size() < 1u << 20 ? Result<void>() : write_out();
}

Result<void> ReplayLog::write_out() {
  if (!write_all(descriptor_, buffer_)) return io(path_);
  buffer_.clear();
  return {};
}

Result<void> ReplayLog::commit() {
  if (auto written = write_out(); !written) return written;
  if (::fsync(descriptor_) != 0) return io(path_);
  const fs::path head = head_of(path_), temporary = head.string() + ".new";
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return io(temporary);
  const bool written =
      write_all(file, std::to_string(head_.lines) + ' ' + head_.last + '\n') && ::fsync(file) == 0;
  if (::close(file) != 0 || !written) return io(temporary);
  if (::rename(temporary.c_str(), head.c_str()) != 0) return io(head);
  const fs::path folder = head.has_parent_path() ? head.parent_path() : fs::path(".");
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool durable = directory >= 0 && ::fsync(directory) == 0;
  if (directory >= 0) ::close(directory);
  return durable ? Result<void>() : io(folder);
}

Result<Replay> replay(const fs::path& path, const LogHead* expected, const ReplaySink& sink) {
  constexpr std::size_t kBatch = 512;
  const auto blob = blob_from_file(path);
  if (!blob) return tl::unexpected<Error>(blob.error());
  LogHead head;
  if (expected == nullptr) {
    const auto beside = read_head(path);
    if (!beside) return tl::unexpected<Error>(beside.error());
    head = *beside;
  } else {
    head = *expected;
  }
  Chain chain(as_text((*blob)->bytes()));
  Replay result;
  std::vector<Chain::Entry> batch;
  const auto run = [&] {
    std::vector<Again> again(batch.size());
    parallel_each(batch.size(), [&](std::size_t i) { again[i] = decide_again(batch[i]); });
    for (std::size_t i = 0; i < batch.size(); ++i) {
      ++result.decisions;
      if (!again[i].failure.empty() || sha256(again[i].bytes) != batch[i].recorded) {
        if (result.different++ == 0) {
          result.first_different =
              "line " + std::to_string(batch[i].line) + ": " +
              (again[i].failure.empty() ? "the decision came out otherwise" : again[i].failure);
        }
      }
      if (sink) sink(again[i].bytes);
    }
    batch.clear();
  };
  while (true) {
    const auto entry = chain.next();
    if (!entry) return tl::unexpected<Error>(entry.error());
    if (!*entry) break;
    if ((*entry)->policy != nullptr) batch.push_back(std::move(**entry));
    if (batch.size() == kBatch) run();
  }
  run();
  result.head = chain.head();
  if (!chain.rest().empty()) return fail(Trouble::unsupported, "the last line is incomplete");
  if (result.head.lines != head.lines || result.head.last != head.last)
    return fail(Trouble::unsupported, "the log has " + std::to_string(result.head.lines) +
                                          " lines and its head " + std::to_string(head.lines) +
                                          (result.head.lines == head.lines ? " others" : ""));
  return result;
}

}  // namespace unrepro::quorum
