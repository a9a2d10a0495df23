#pragma once
// A declarative rule: the shape of a line that a producer writes, with typed slots where builds may differ.
// Written in TOML (rules/patterns/*.toml); pattern_set.h reads it.

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "rules/content/place.h"

namespace re2 {
class RE2;
}

namespace unrepro {

enum class SlotType : std::uint8_t { date, path, host, user, version, number, hex, word, text };

// Two lines and whether the rule takes what differs between them.
struct PatternExample {
  std::string left, right;
};

// A rule as its file has it.
struct PatternText {
  std::string id;
  std::string cause;                 // id of the cause table
  std::vector<std::string> formats;  // ids of formats; empty: any
  std::vector<std::string> paths;  // globs of file names; empty: any. Without '/' they are for the last part
  std::vector<std::string> kinds;  // "text", "script"; empty: both
  std::string line;                // RE2 syntax, and {date}, {path} … for slots; matches the whole line
  bool record = false;             // effect = "content": nothing reads the slot
  std::string remedy;
  std::vector<std::string> references;
  std::vector<PatternExample> matches, look_alikes;
};

class Pattern {
 public:
  explicit Pattern(PatternText text);
  ~Pattern();
  const PatternText& text() const { return text_; }
  // Everything that is wrong with the rule, a sentence each.
  std::vector<std::string> lint() const;
  // Whether the rule is for this file and kind of field.
  bool applies(const Difference& difference) const;
  // The slot that holds the differing spans of two lines; null when the lines have another shape, differ
  // outside of slots, or a slot's value is none of its type. Linear. Safe to call from several threads.
  const SlotType* match(const Place& left, const Place& right, std::int64_t reference_time) const;

 private:
  const re2::RE2& expression() const;

  PatternText text_;
  std::string fixed_;            // what every line that matches holds
  std::string source_;           // the line with slots turned into groups
  std::vector<SlotType> slots_;  // in order
  std::string unknown_slot_;     // the first that has no type
  mutable std::once_flag once_;
  mutable std::unique_ptr<re2::RE2> expression_;  // compiled when first needed
};

// '*' stands for any bytes but '/', '**' for any, '?' for one. A glob may begin at any part of the path.
bool glob_matches(std::string_view glob, std::string_view path);

}  // namespace unrepro
