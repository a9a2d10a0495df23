#include "tools/unrepro/rules.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "analyzer/printable.h"
#include "analyzer/text_layout.h"
#include "tools/unrepro/commands.h"
#include "tools/unrepro/exit_status.h"
#include "tools/unrepro/output.h"

namespace unrepro::tool {
namespace {

std::string listing(const PatternSet& set, TextLayout text) {
  for (const Pattern& pattern : set.patterns()) {
    const PatternText& rule = pattern.text();
    const std::string head = pad_right(rule.id, 27) + pad_right(rule.cause, 20) + ' ';
    text.hang(printable(head), head.size(), printable(rule.remedy), Paint::dim);
  }
  return text.take();
}

}  // namespace

Result<std::shared_ptr<const PatternSet>> read_rules(const std::vector<std::string>& paths) {
  if (paths.empty()) return nullptr;
  auto set = std::make_shared<PatternSet>();
  std::string wrong;
  for (const std::string& path : paths) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file.good() && !file.eof()) return fail(Trouble::io, "cannot read " + printable(path));
    for (const std::string& complaint : set->add(text, path)) {
      wrong += (wrong.empty() ? "" : "\n") + printable(complaint);
    }
  }
  if (!wrong.empty()) return fail(Trouble::unsupported, wrong);
  return set;
}

int run_rules(const CommandLine& line) {
  const auto read = read_rules(line.rule_files);
  if (!read) return trouble(read.error());
  const PatternSet& set = *read ? **read : built_in_patterns();
  std::size_t failures = 0;
  std::string out;
  if (line.test) {
    for (const Pattern& pattern : set.patterns()) {
      for (const std::string& failure : failing_examples(pattern)) {
        out += printable(failure) + '\n';
        ++failures;
      }
    }
  }
  if (line.test || line.lint) {
    out += std::to_string(set.patterns().size()) + " rules, " + std::to_string(failures) + " failures\n";
  } else {
    out = listing(set, TextLayout(std::min(text_width(), 100u), wants_color(line.no_color)));
  }
  const auto printed = print(out);
  if (!printed) return trouble(printed.error());
  return failures == 0 ? 0 : 1;
}

}  // namespace unrepro::tool
