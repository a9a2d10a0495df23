#include <algorithm>
#include <utility>
#include <vector>

#include "formats/utf8.h"
#include "formats/value.h"
#include "rules/content/document.h"

namespace unrepro {
namespace {

constexpr unsigned kDepth = 256;

class JsonReader {
 public:
  JsonReader(std::string_view text, bool sorted) : text_(text), sorted_(sorted) {}

  std::optional<std::string> document() {
    std::string out;
    blank();
    if (!value(out, 0)) return std::nullopt;
    blank();
    if (at_ != text_.size()) return std::nullopt;
    return out;
  }

 private:
  void blank() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
      ++at_;
  }
  bool next(char wanted) {
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  bool value(std::string& out, unsigned depth) {
    if (depth > kDepth || at_ >= text_.size()) return false;
    switch (text_[at_]) {
      case '{':
        return object(out, depth);
      case '[':
        return array(out, depth);
      case '"':
        return string(out);
      default:
        return literal(out);
    }
  }

  bool object(std::string& out, unsigned depth) {
    std::vector<std::pair<std::string, std::string>> members;
    ++at_;
    blank();
    if (!next('}')) {
      do {
        blank();
        auto& [name, content] = members.emplace_back();
        if (!string(name)) return false;
        blank();
        if (!next(':')) return false;
        blank();
        if (!value(content, depth + 1)) return false;
        blank();
      } while (next(','));
      if (!next('}')) return false;
    }
    std::vector<std::string_view> names;
    for (const auto& member : members) names.push_back(member.first);
    std::sort(names.begin(), names.end());
    if (std::adjacent_find(names.begin(), names.end()) != names.end()) return false;
    if (sorted_) std::sort(members.begin(), members.end());
    out += '{';
    for (const auto& [name, content] : members) {
      out.append(name).append(":").append(content).append(",");
    }
    out += '}';
    return true;
  }

  bool array(std::string& out, unsigned depth) {
    ++at_;
    out += '[';
    blank();
    if (!next(']')) {
      do {
        blank();
        if (!value(out, depth + 1)) return false;
        out += ',';
        blank();
      } while (next(','));
      if (!next(']')) return false;
    }
    out += ']';
    return true;
  }

  // Section 6 for numbers.
  bool literal(std::string& out) {
    const std::size_t begin = at_;
    while (at_ < text_.size() &&
           std::string_view("{}[],:\" \t\r\n").find(text_[at_]) == std::string_view::npos)
      ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    out += word;
    return word == "true" || word == "false" || word == "null" || is_number(word);
  }
  static bool is_number(std::string_view word) {
    const auto digits = [&] {
      const std::size_t length = std::min(word.find_first_not_of("0123456789"), word.size());
      word.remove_prefix(length);
      return length;
    };
    if (word.starts_with('-')) word.remove_prefix(1);
    const bool zero = word.starts_with('0');
    const std::size_t whole = digits();
    if (whole == 0 || (zero && whole > 1)) return false;
    if (word.starts_with('.')) {
      word.remove_prefix(1);
      if (digits() == 0) return false;
    }
    if (word.starts_with('e') || word.starts_with('E')) {
      word.remove_prefix(1);
      if (word.starts_with('+') || word.starts_with('-')) word.remove_prefix(1);
      if (digits() == 0) return false;
    }
    return word.empty();
  }

  // The characters that the string means, with quotes around and its own quotes escaped.
  bool string(std::string& out) {
    if (!next('"')) return false;
    const std::size_t begin = out.size();
    out += '"';
    while (at_ < text_.size() && text_[at_] != '"') {
      const char c = text_[at_++];
      if (static_cast<unsigned char>(c) < ' ') return false;
      if (c != '\\') {
        out += c;
      } else if (!escape_sequence(out)) {
        return false;
      }
    }
    if (!next('"')) return false;
    out += '"';
    const std::string_view read = std::string_view(out).substr(begin);
    return utf8_prefix(as_bytes(read)) == read.size();
  }

  bool escape_sequence(std::string& out) {
    if (at_ >= text_.size()) return false;
    const char c = text_[at_++];
    static constexpr std::string_view kLetters = "bfnrt", kMeant = "\b\f\n\r\t";
    if (const std::size_t at = kLetters.find(c); at != kLetters.npos) {
      out += kMeant[at];
      return true;
    }
    if (c == '/') {
      out += c;
      return true;
    }
    if (c == '"' || c == '\\') {
      out.append("\\").push_back(c);
      return true;
    }
    if (c != 'u') return false;
    auto unit = hexadecimal();
    if (!unit || *unit == 0) return false;
    if (*unit >= 0xd800 && *unit < 0xdc00 && next('\\') && next('u')) {
      const auto low = hexadecimal();
      if (!low || *low < 0xdc00 || *low > 0xdfff) return false;
      unit = 0x10000 + ((*unit - 0xd800) << 10) + (*low - 0xdc00);
    } else if (*unit >= 0xd800 && *unit <= 0xdfff) {
      return false;
    }
    if (*unit == '"' || *unit == '\\') out += '\\';
    append_utf8(*unit, out);
    return true;
  }

  std::optional<std::uint32_t> hexadecimal() {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      if (at_ >= text_.size()) return std::nullopt;
      const char c = text_[at_];
      const char small = static_cast<char>(c | 0x20);
      if (c >= '0' && c <= '9') {
        value = value * 16 + static_cast<std::uint32_t>(c - '0');
      } else if (small >= 'a' && small <= 'f') {
        value = value * 16 + static_cast<std::uint32_t>(small - 'a' + 10);
      } else {
        return std::nullopt;
      }
    }
    return value;
  }

  static void append_utf8(std::uint32_t point, std::string& out) {
    const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80 | (point >> shift & 0x3f)); };
    if (point < 0x80) {
      out += static_cast<char>(point);
    } else if (point < 0x800) {
      out += static_cast<char>(0xc0 | point >> 6), tail(0);
    } else if (point < 0x10000) {
      out += static_cast<char>(0xe0 | point >> 12), tail(6), tail(0);
    } else {
      out += static_cast<char>(0xf0 | point >> 18), tail(12), tail(6), tail(0);
    }
  }

  std::string_view text_;
  bool sorted_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<std::string> canonical_json(std::string_view text, bool sorted) {
  return JsonReader(text, sorted).document();
}

}  // namespace unrepro
