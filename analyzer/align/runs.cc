#include "analyzer/align/runs.h"

#include <algorithm>
#include <cstring>

namespace unrepro {
namespace {

std::uint64_t load_word(const std::uint8_t* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

}  // namespace

std::size_t common_prefix(Bytes left, Bytes right) {
  const std::size_t size = std::min(left.size(), right.size());
  std::size_t at = 0;
  while (size - at >= 32 && std::memcmp(left.data() + at, right.data() + at, 32) == 0) at += 32;
  while (size - at >= 8 && load_word(left.data() + at) == load_word(right.data() + at)) at += 8;
  while (at < size && left[at] == right[at]) ++at;
  return at;
}

std::size_t common_suffix(Bytes left, Bytes right) {
  const std::size_t size = std::min(left.size(), right.size());
  const std::uint8_t* const l = left.data() + left.size();
  const std::uint8_t* const r = right.data() + right.size();
  std::size_t at = 0;
  while (size - at >= 32 && std::memcmp(l - at - 32, r - at - 32, 32) == 0) at += 32;
  while (size - at >= 8 && load_word(l - at - 8) == load_word(r - at - 8)) at += 8;
  while (at < size && l[-static_cast<std::ptrdiff_t>(at) - 1] == r[-static_cast<std::ptrdiff_t>(at) - 1])
    ++at;
  return at;
}

void RunCollector::add(std::uint64_t left_begin, std::uint64_t left_end, std::uint64_t right_begin,
                       std::uint64_t right_end) {
  if (left_begin == left_end && right_begin == right_end) return;
  if (pending_ && left_begin - left_end_ < merge_below_) {
    left_end_ = left_end;
    right_end_ = right_end;
    return;
  }
  flush();
  pending_ = true;
  left_begin_ = left_begin;
  left_end_ = left_end;
  right_begin_ = right_begin;
  right_end_ = right_end;
}

void RunCollector::flush() {
  if (!pending_) return;
  pending_ = false;
  if (trim_) {
    const Bytes left = left_.subspan(left_begin_, left_end_ - left_begin_);
    const Bytes right = right_.subspan(right_begin_, right_end_ - right_begin_);
    const std::size_t prefix = common_prefix(left, right);
    const std::size_t suffix = common_suffix(left.subspan(prefix), right.subspan(prefix));
    left_begin_ += prefix;
    right_begin_ += prefix;
    left_end_ -= suffix;
    right_end_ -= suffix;
  }
  const std::uint64_t lefts = left_end_ - left_begin_, rights = right_end_ - right_begin_;
  if (lefts == 0 && rights == 0) return;
  ++list_.total_runs;
  list_.left_bytes += lefts;
  list_.right_bytes += rights;
  list_.weight += std::max(lefts, rights);
  if (list_.runs.size() < max_runs_) list_.runs.push_back({{left_begin_, lefts}, {right_begin_, rights}});
}

RunList RunCollector::finish() {
  flush();
  return std::move(list_);
}

}  // namespace unrepro
