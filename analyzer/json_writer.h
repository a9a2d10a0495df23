#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace unrepro {

// Receives output piece by piece, in order.
using TextSink = std::function<void(std::string_view)>;

// Writes one JSON document (RFC 8259) as a stream, in the order of the calls. The two outermost levels are
// broken into lines, deeper ones stay on the line, so that a report reads and diffs well. Calls must nest
// properly: a key before each value of an object. Strings may hold any bytes: those that are no printable
// UTF-8 come out escaped (printable.h).
class JsonWriter {
 public:
  explicit JsonWriter(TextSink sink) : sink_(std::move(sink)) {}

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  void key(std::string_view name);

  void string(std::string_view value);
  void number(std::uint64_t value) { scalar(std::to_string(value)); }
  // A number given in tenths, written with one decimal.
  void tenths(std::uint64_t value) { scalar(std::to_string(value / 10) + '.' + std::to_string(value % 10)); }
  void boolean(bool value) { scalar(value ? "true" : "false"); }
  void null() { scalar("null"); }

  // Ends the document with a newline and hands over what is still buffered.
  void finish();

 private:
  void open(char bracket);
  void close(char bracket);
  void scalar(std::string_view text);
  void separate();
  void break_line();
  void quote(std::string_view value);
  void flush_if_large();

  TextSink sink_;
  std::string buffer_;
  std::vector<bool> filled_;  // for each open bracket: whether something was written inside
  bool after_key_ = false;
};

}  // namespace unrepro
