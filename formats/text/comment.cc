#include "formats/text/comment.h"

#include <algorithm>

namespace unrepro {
namespace {

constexpr std::size_t kBlock = 8192;  // how far the beginning of a block comment is looked for

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return text.starts_with(prefix); });
}

bool is_directive(std::string_view line) {
  std::string_view word = line.substr(std::min(line.find_first_not_of("#%;/-*. \t"), line.size()));
  if (starts_with_any(word,
                      {"include", "define", "undef", "if", "else", "elif", "endif", "pragma", "line", "error",
                       "import", "go:", "+build", "type:", "noqa", "cython", "distutils", "@", "!"}))
    return true;
  return line.find("coding") != line.npos || line.find("-*-") != line.npos || line.find("vim:") != line.npos;
}

bool is_line_comment(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  if (line.starts_with('#') && line.size() > 1 &&
      (line[1] == ' ' || line[1] == '\t' || line.starts_with("##") || (line[1] >= 'A' && line[1] <= 'Z')))
    return !is_directive(line);
  if (line.starts_with("%%")) return true;  // DSC of PostScript
  return starts_with_any(
             line, {"// ", "/// ", "//! ", "; ", ";; ", ";;; ", "-- ", "% ", ".\\\"", "'\\\"", "dnl "}) &&
         !is_directive(line);
}

// Between `open` and `close`, neither of which stands in a string as far as one line tells.
bool in_block(std::string_view text, const Span& span, std::string_view open, std::string_view close) {
  const std::size_t first = span.begin - std::min<std::size_t>(span.begin, kBlock);
  const std::string_view before = text.substr(first, span.begin - first);
  const std::size_t opened = before.rfind(open);
  if (opened == before.npos || before.find(close, opened) != before.npos) return false;
  const std::size_t newline = before.rfind('\n', opened);
  const std::size_t line = newline == before.npos ? 0 : newline + 1;
  if (before.find_first_of("\"'`", line) < opened) return false;
  const std::size_t end = span.begin + span.length;
  return text.substr(span.begin, span.length).find(close) == std::string_view::npos &&
         text.substr(end, kBlock).find(close) != std::string_view::npos;
}

// The last "<name" before the span is not closed, or the span holds one.
bool in_element(std::string_view text, const Span& span, std::string_view open, std::string_view close) {
  const std::size_t first = span.begin - std::min<std::size_t>(span.begin, std::size_t{128} << 10);
  const std::string_view before = text.substr(first, span.begin - first);
  const std::size_t opened = before.rfind(open);
  if (opened != before.npos && before.find(close, opened) == before.npos) return true;
  return text.substr(span.begin, span.length).find(open) != std::string_view::npos;
}

}  // namespace

bool in_script_element(std::string_view text, const Span& span) {
  return in_element(text, span, "<script", "</script") || in_element(text, span, "<iframe", ">");
}

bool in_comment(std::string_view text, const Span& span) {
  const std::size_t before = span.begin == 0 ? text.npos : text.rfind('\n', span.begin - 1);
  const std::size_t begin = before == text.npos ? 0 : before + 1;
  const std::size_t end = std::min(text.find('\n', span.begin), text.size());
  if (span.begin + span.length > end) return false;  // more than one line
  if (span.begin - begin <= kBlock && is_line_comment(text.substr(begin, std::min(end - begin, kBlock))))
    return true;
  return in_block(text, span, "/*", "*/") || in_block(text, span, "<!--", "-->");
}

}  // namespace unrepro
