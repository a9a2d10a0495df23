#include <algorithm>
#include <utility>
#include <vector>

#include "rules/content/document.h"

namespace unrepro {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == ':' || c == '_' ||
           c == '-' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
  });
}

class XmlReader {
 public:
  XmlReader(std::string_view text, bool sorted) : text_(text), sorted_(sorted) {}

  std::optional<std::string> document() {
    if (text_.starts_with("<?xml") && !declaration()) return std::nullopt;
    while (at_ < text_.size()) {
      const std::size_t tag = std::min(text_.find('<', at_), text_.size());
      const std::string_view between = text_.substr(at_, tag - at_);
      // Outside of the root element only white space may stand, and means nothing.
      if (!open_.empty()) {
        out_ += between;
      } else if (between.find_first_not_of(kBlank) != between.npos) {
        return std::nullopt;
      }
      at_ = tag;
      if (at_ < text_.size() && !markup()) return std::nullopt;
    }
    if (!open_.empty() || !rooted_) return std::nullopt;
    return std::move(out_);
  }

 private:
  // Says the version and a character set, with either kind of quotes.
  bool declaration() {
    const std::size_t end = text_.find("?>");
    if (end == text_.npos) return false;
    std::string inside(text_.substr(5, end - 5));
    std::replace(inside.begin(), inside.end(), '\'', '"');
    std::transform(inside.begin(), inside.end(), inside.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    if (inside.find_first_of("<>&?") != inside.npos) return false;
    inside.erase(inside.find_last_not_of(kBlank) + 1);
    out_ += inside;
    at_ = end + 2;
    return true;
  }

  bool markup() {
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("<!--")) return comment();
    if (rest.starts_with("<!") || rest.starts_with("<?")) return false;
    return rest.starts_with("</") ? end_tag() : start_tag();
  }

  // Kept to the byte: some readers take more of them than they should (trap T63).
  bool comment() {
    const std::size_t end = text_.find("--", at_ + 4);
    if (end == text_.npos || text_.substr(end, 3) != "-->") return false;
    out_ += text_.substr(at_, end + 3 - at_);
    at_ = end + 3;
    return true;
  }

  bool end_tag() {
    const std::size_t end = text_.find('>', at_);
    if (end == text_.npos) return false;
    std::string_view name = text_.substr(at_ + 2, end - at_ - 2);
    name = name.substr(0, name.find_last_not_of(kBlank) + 1);
    if (open_.empty() || open_.back() != name) return false;
    close();
    at_ = end + 1;
    return true;
  }
  void close() {
    out_.append("</").append(open_.back()).append(">");
    open_.pop_back();
  }

  bool start_tag() {
    if (open_.empty() && rooted_) return false;
    rooted_ = true;
    const std::size_t begin = ++at_;
    at_ = std::min(text_.find_first_of(" \t\r\n/>", at_), text_.size());
    const std::string_view name = text_.substr(begin, at_ - begin);
    if (!is_name(name)) return false;
    std::vector<std::pair<std::string_view, std::string>> attributes;
    bool empty = false;
    for (;;) {
      const std::size_t before = at_;
      at_ = text_.find_first_not_of(kBlank, at_);
      if (at_ == text_.npos) return false;
      if (text_[at_] == '>') break;
      if (text_[at_] == '/') {
        empty = true;
        if (++at_ >= text_.size() || text_[at_] != '>') return false;
        break;
      }
      if (at_ == before || !attribute(attributes.emplace_back())) return false;
    }
    ++at_;
    std::vector<std::string_view> names;
    for (const auto& each : attributes) names.push_back(each.first);
    std::sort(names.begin(), names.end());
    if (std::adjacent_find(names.begin(), names.end()) != names.end()) return false;
    if (sorted_) std::sort(attributes.begin(), attributes.end());
    out_.append("<").append(name);
    for (const auto& [key, value] : attributes)
      out_.append(" ").append(key).append("=\"").append(value).append("\"");
    out_ += '>';
    open_.push_back(name);
    if (empty) close();
    return true;
  }

  // name = "value" or 'value'; a quotation mark inside is a reference either way.
  bool attribute(std::pair<std::string_view, std::string>& out) {
    const std::size_t sign = text_.find('=', at_);
    if (sign == text_.npos) return false;
    std::string_view name = text_.substr(at_, sign - at_);
    name = name.substr(0, name.find_last_not_of(kBlank) + 1);
    const std::size_t quote = text_.find_first_not_of(kBlank, sign + 1);
    if (!is_name(name) || quote == text_.npos || (text_[quote] != '"' && text_[quote] != '\'')) return false;
    const std::size_t end = text_.find(text_[quote], quote + 1);
    if (end == text_.npos) return false;
    const std::string_view value = text_.substr(quote + 1, end - quote - 1);
    if (value.find('<') != value.npos) return false;
    out.first = name;
    for (const char c : value) {
      if (c == '"') {
        out.second += "&quot;";
      } else {
        out.second += c;
      }
    }
    at_ = end + 1;
    return true;
  }

  std::string_view text_;
  bool sorted_;
  std::size_t at_ = 0;
  std::string out_;
  std::vector<std::string_view> open_;
  bool rooted_ = false;
};

}  // namespace

std::optional<std::string> canonical_xml(std::string_view text, bool sorted) {
  return XmlReader(text, sorted).document();
}

}  // namespace unrepro
