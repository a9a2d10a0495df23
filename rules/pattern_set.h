#pragma once
// Files of declarative rules.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "rules/pattern.h"

namespace unrepro {

class PatternSet {
 public:
  // Adds the rules of a TOML document: an array of tables `rule` with the keys of PatternText. Gives what is
  // wrong, a line each, begun by `name` and the rule's id; rules that are wrong are not added.
  std::vector<std::string> add(std::string_view toml, const std::string& name) {
    return read(toml, name, true);
  }
  // The same for rules whose tests have looked for what is wrong: no expression is compiled before it is
  // needed.
  void add_tested(std::string_view toml, const std::string& name) { read(toml, name, false); }
  const std::deque<Pattern>& patterns() const { return patterns_; }

 private:
  std::vector<std::string> read(std::string_view toml, const std::string& name, bool lint);

  std::deque<Pattern> patterns_;
};

// The rules of rules/patterns/*.toml. Read at the first call.
const PatternSet& built_in_patterns();

// Examples that do not come out as the rule says, a line each.
std::vector<std::string> failing_examples(const Pattern& pattern);

}  // namespace unrepro
