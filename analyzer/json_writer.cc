#include "analyzer/json_writer.h"

#include "analyzer/printable.h"

namespace unrepro {
namespace {

constexpr std::size_t kBrokenLevels = 2;
constexpr std::size_t kFlushAt = 64 << 10;

}  // namespace

void JsonWriter::key(std::string_view name) {
  separate();
  quote(name);
  buffer_ += ": ";
  after_key_ = true;
}

void JsonWriter::string(std::string_view value) {
  separate();
  quote(value);
  flush_if_large();
}

void JsonWriter::finish() {
  buffer_ += '\n';
  sink_(buffer_);
  buffer_.clear();
}

void JsonWriter::open(char bracket) {
  separate();
  buffer_ += bracket;
  filled_.push_back(false);
}

void JsonWriter::close(char bracket) {
  const bool filled = filled_.back();
  const bool broken = filled_.size() <= kBrokenLevels;
  filled_.pop_back();
  if (filled && broken) break_line();
  buffer_ += bracket;
  flush_if_large();
}

void JsonWriter::scalar(std::string_view text) {
  separate();
  buffer_ += text;
}

// Writes what must stand between the value before and the one that follows.
void JsonWriter::separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (filled_.empty()) return;
  const bool broken = filled_.size() <= kBrokenLevels;
  if (filled_.back()) buffer_ += broken ? "," : ", ";
  filled_.back() = true;
  if (broken) break_line();
}

void JsonWriter::break_line() {
  buffer_ += '\n';
  buffer_.append(2 * filled_.size(), ' ');
}

void JsonWriter::quote(std::string_view value) {
  buffer_ += '"';
  for (const char c : printable(value)) {
    if (c == '"' || c == '\\') buffer_ += '\\';
    buffer_ += c;
  }
  buffer_ += '"';
}

void JsonWriter::flush_if_large() {
  if (buffer_.size() < kFlushAt) return;
  sink_(buffer_);
  buffer_.clear();
}

}  // namespace unrepro
