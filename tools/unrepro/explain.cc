#include <algorithm>
#include <numeric>
#include <vector>

#include "analyzer/printable.h"
#include "analyzer/text_layout.h"
#include "rules/cause.h"
#include "tools/unrepro/commands.h"
#include "tools/unrepro/output.h"

namespace unrepro::tool {
namespace {

// Levenshtein distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t above = row[j + 1];
      row[j + 1] = std::min({above + 1, row[j] + 1, diagonal + (a[i] == b[j] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

// The cause that was probably meant, or null.
const CauseInfo* nearest(std::string_view id) {
  constexpr std::size_t kLongest = 64;
  if (id.empty() || id.size() > kLongest) return nullptr;
  const CauseInfo* best = nullptr;
  std::size_t least = 0;
  for (const CauseInfo& cause : causes()) {
    // Part of an id, such as "mtime", is nearer than any misspelling.
    const std::size_t far = cause.id.find(id) != std::string_view::npos ? 0 : distance(id, cause.id);
    if (best == nullptr || far < least) {
      best = &cause;
      least = far;
    }
  }
  return least <= 1 + id.size() / 3 ? best : nullptr;
}

std::string list(TextLayout text) {
  std::string_view family;
  for (const CauseInfo& cause : causes()) {
    if (cause.family != family) {
      if (!family.empty()) text.blank();
      family = cause.family;
      text.line(text.paint(Paint::bold, family));
    }
    const std::string head = "  " + pad_right(cause.id, 27);
    text.hang(head, head.size(), cause.title, Paint::dim);
  }
  return text.take();
}

std::string full(const CauseInfo& cause, TextLayout text) {
  text.hang(text.paint(Paint::bold, cause.id) + "  ", cause.id.size() + 2, cause.title);
  text.row("family", cause.family);
  text.row("meaning", cause.meaning);
  text.row("told by", cause.evidence);
  text.row("fix", cause.remedy);
  text.row("risk", cause.risk);
  return text.take();
}

}  // namespace

int run_explain(const CommandLine& line) {
  const TextLayout layout(std::min(text_width(), 100u), wants_color(line.no_color));
  std::string out;
  if (line.cause.empty()) {
    out = list(layout);
  } else if (const CauseInfo* cause = find_cause(line.cause)) {
    out = full(*cause, layout);
  } else {
    std::string message = "no cause is called '" + printable(line.cause) + '\'';
    if (const CauseInfo* meant = nearest(line.cause))
      message += "; did you mean " + std::string(meant->id) + '?';
    return trouble({Trouble::unsupported, message + " ('unrepro explain' lists all)"});
  }
  const auto printed = print(out);
  return printed ? 0 : trouble(printed.error());
}

}  // namespace unrepro::tool
