#include "formats/debian/deb822.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "formats/ascii.h"
#include "formats/text/text.h"

namespace unrepro {
namespace {

// Policy 5.1: printable US-ASCII except space and colon, not beginning with # or -.
bool is_field_name(std::string_view name) {
  if (name.empty() || name.front() == '#' || name.front() == '-') return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 127 && c != ':'; });
}

std::size_t line_length(std::string_view text) {
  const std::size_t end = text.find('\n');
  return end == std::string_view::npos ? text.size() : end + 1;
}

bool is_blank_line(std::string_view line) {
  return line.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

// The spelling under which a field is filed: the rule's, else every word capitalized, as dpkg prints unknown
// ones.
std::string canonical_name(const Deb822Rule* rule, std::string_view name) {
  if (rule != nullptr) return std::string(rule->name);
  std::string out = ascii::lower(name);
  bool begins = true;
  for (char& c : out) {
    if (begins) c = ascii::to_upper(c);
    begins = c == '-';
  }
  return out;
}

// The first alternative's package name, without architecture, version and profile.
std::string_view relation_key(std::string_view relation) {
  const std::size_t begin = relation.find_first_not_of(" \t\n");
  if (begin == std::string_view::npos) return {};
  relation.remove_prefix(begin);
  return relation.substr(0, relation.find_first_of(" \t\n(|[:<"));
}

void take_relations(TreeBuilder& tree, const Deb822Rule& rule, std::string_view value,
                    std::string_view expected) {
  std::unordered_map<std::string_view, std::uint64_t> seen;
  tree.open("value", rule.kind, Encoding::list_set, rule.effect);
  std::size_t at = std::min(value.find_first_not_of(" \t\n"), value.size());
  if (at > 0) {
    const std::uint8_t flags = value.substr(0, at) == expected.substr(1) ? kCovered : 0;
    tree.take("indent", Kind::padding, Encoding::bytes, rule.effect, at, flags);
  }
  while (at < value.size() && tree.ok()) {
    const std::size_t comma = std::min(value.find(',', at), value.size());
    const std::string_view relation = value.substr(at, comma - at);
    std::size_t after = std::min(comma + 1, value.size());
    after = std::min(value.find_first_not_of(" \t\n", after), value.size());
    const std::string_view separator = value.substr(comma, after - comma);

    const std::string_view name = relation_key(relation);
    std::string key(name);
    if (const std::uint64_t number = ++seen[name]; number > 1) key.append(" ").append(std::to_string(number));
    tree.open(key, rule.kind, Encoding::record, rule.effect);
    tree.take("relation", rule.kind, Encoding::bytes, rule.effect, relation.size(), rule.flags);
    if (!separator.empty()) {
      const std::uint8_t flags = separator == expected ? kCovered : 0;
      tree.take("separator", Kind::padding, Encoding::bytes, rule.effect, separator.size(), flags);
    }
    tree.close();
    at = after;
  }
  tree.close();
}

void take_words(TreeBuilder& tree, const Deb822Rule& rule, std::string_view value,
                const Deb822Policy& policy) {
  tree.open("value", Kind::group, Encoding::sequence, rule.effect);
  std::size_t at = 0;
  while (at < value.size() && tree.ok()) {
    const std::size_t end = std::min(value.find_first_of(" \t\n", at), value.size());
    tree.take("word", rule.kind, Encoding::bytes, rule.effect, end - at, rule.flags);
    if (policy.claimed && tree.ok()) policy.claimed(tree, rule, tree.last());
    const std::size_t next = std::min(value.find_first_not_of(" \t\n", end), value.size());
    if (next > end) {
      const std::uint8_t flags = value.substr(end, next - end) == " " ? kCovered : 0;
      tree.take("separator", Kind::padding, Encoding::bytes, rule.effect, next - end, flags);
    }
    at = next;
  }
  tree.close();
}

void take_value(TreeBuilder& tree, const Deb822Rule& rule, std::string_view value,
                const Deb822Policy& policy) {
  switch (rule.shape) {
    case Deb822Shape::relations:
      return take_relations(tree, rule, value, policy.relation_separator);
    case Deb822Shape::words:
      return take_words(tree, rule, value, policy);
    case Deb822Shape::file_list:
      if (policy.file_list) return policy.file_list(tree, rule, value);
      break;
    case Deb822Shape::text:
      break;
  }
  tree.take("value", rule.kind, Encoding::bytes, rule.effect, value.size(), rule.flags);
  if (policy.claimed && tree.ok()) policy.claimed(tree, rule, tree.last());
}

FieldId take_field(TreeBuilder& tree, const Deb822Item& item, const Deb822Policy& policy) {
  static constexpr Deb822Rule kUnknown{};
  const Deb822Rule* known = find_rule(policy.rules, item.name);
  const Deb822Rule& rule = known != nullptr ? *known : kUnknown;
  const FieldId id = tree.open(canonical_name(known, item.name), Kind::group, Encoding::record, rule.effect);
  tree.take("name", Kind::name, Encoding::bytes, Effect::behaviour, item.name.size());
  tree.take("separator", Kind::padding, Encoding::bytes, Effect::behaviour, item.separator.size());
  take_value(tree, rule, item.value, policy);
  if (!item.newline.empty()) tree.take("end", Kind::padding, Encoding::bytes, Effect::behaviour, 1);
  tree.close();
  return id;
}

// Claims one paragraph, whose first item is given; returns the item after it.
Deb822Item take_paragraph(TreeBuilder& tree, Deb822Scanner& scanner, Deb822Item item,
                          const Deb822Policy& policy) {
  std::vector<std::string> names;
  std::vector<FieldId> ids;
  tree.open("paragraph", Kind::group, Encoding::list_set);
  for (; tree.ok(); item = scanner.next()) {
    if (item.type == Deb822Item::Type::field) {
      names.push_back(ascii::lower(item.name));
      ids.push_back(take_field(tree, item, policy));
    } else if (item.type == Deb822Item::Type::comment) {
      tree.take("comment", Kind::comment, Encoding::bytes, Effect::content, item.whole.size());
    } else if (item.type == Deb822Item::Type::malformed) {
      tree.take("malformed", Kind::gap, Encoding::bytes, Effect::behaviour, item.whole.size(), kCritical);
      tree.anomaly(tree.last(), AnomalyKind::structural, "line is neither a field nor its continuation");
    } else {
      break;
    }
  }
  tree.close();
  KeyedItems keyed;
  for (std::size_t i = 0; i < ids.size(); ++i) keyed.emplace_back(names[i], ids[i]);
  report_duplicates(tree, std::move(keyed), "field");
  return item;
}

Result<Tree> decode(BlobRef blob, const Context&, Budget& budget) {
  const std::string_view text = as_text(blob->bytes());
  TreeBuilder tree(std::move(blob), kDeb822.id, budget);
  tree.open("", Kind::group, Encoding::sequence);
  take_paragraphs(tree, Deb822Scanner(text), {});
  return tree.finish();
}

bool named_like_deb822(const Context& context) {
  static constexpr std::array<std::string_view, 4> kNames = {"Packages", "Sources", "Release", "InRelease"};
  const std::string_view name = context.name;
  const std::string_view base = name.substr(name.rfind('/') + 1);
  if (context.role == "deb.control") return base == "templates";
  if (name.ends_with("var/lib/dpkg/status") || name.ends_with("var/lib/dpkg/available")) return true;
  return std::find(kNames.begin(), kNames.end(), base) != kNames.end() || base.ends_with(".sources");
}

Bits probe(const ProbeInput& input) noexcept {
  constexpr std::size_t kLookAhead = 1024;
  if (!named_like_deb822(input.context)) return 0;
  const std::string_view text = as_text(input.bytes.first(std::min(input.bytes.size(), kLookAhead)));
  Deb822Scanner scanner(text);
  Deb822Item item = scanner.next();
  while (item.type == Deb822Item::Type::blank || item.type == Deb822Item::Type::comment)
    item = scanner.next();
  return item.type == Deb822Item::Type::field ? 24 : 0;
}

}  // namespace

Deb822Item Deb822Scanner::next() {
  Deb822Item item;
  if (rest_.empty()) return item;
  std::size_t length = line_length(rest_);
  std::string_view line = rest_.substr(0, length);
  const std::size_t colon = line.find(':');
  if (is_blank_line(line)) {
    item.type = Deb822Item::Type::blank;
  } else if (line.front() == '#') {
    item.type = Deb822Item::Type::comment;
  } else if (colon == std::string_view::npos || !is_field_name(line.substr(0, colon))) {
    item.type = Deb822Item::Type::malformed;
  } else {
    item.type = Deb822Item::Type::field;
    while (length < rest_.size() && ascii::is_blank(rest_[length])) {
      const std::string_view more = rest_.substr(length, line_length(rest_.substr(length)));
      if (is_blank_line(more)) break;
      length += more.size();
    }
    line = rest_.substr(0, length);
    item.name = line.substr(0, colon);
    std::size_t value = colon + 1;
    while (value < line.size() && ascii::is_blank(line[value])) ++value;
    const bool ended = line.back() == '\n';
    item.separator = line.substr(colon, value - colon);
    item.value = line.substr(value, line.size() - value - (ended ? 1 : 0));
    item.newline = line.substr(line.size() - (ended ? 1 : 0));
  }
  item.whole = line;
  rest_.remove_prefix(length);
  return item;
}

const Deb822Rule* find_rule(std::span<const Deb822Rule> rules, std::string_view name) {
  for (const Deb822Rule& rule : rules) {
    if (rule.name.size() == name.size() &&
        std::equal(name.begin(), name.end(), rule.name.begin(),
                   [](char a, char b) { return ascii::to_lower(a) == ascii::to_lower(b); })) {
      return &rule;
    }
  }
  return nullptr;
}

std::string_view deb822_value(std::string_view text, std::string_view name) {
  const Deb822Rule wanted{.name = name};
  Deb822Scanner scanner(text);
  bool inside = false;
  for (Deb822Item item = scanner.next(); item.type != Deb822Item::Type::end; item = scanner.next()) {
    if (item.type == Deb822Item::Type::blank && inside) break;
    if (item.type != Deb822Item::Type::field) continue;
    inside = true;
    if (find_rule({&wanted, 1}, item.name) != nullptr) return ascii::trim_blanks(item.value);
  }
  return {};
}

std::size_t take_paragraphs(TreeBuilder& tree, Deb822Scanner scanner, const Deb822Policy& policy) {
  std::size_t paragraphs = 0;
  Deb822Item item = scanner.next();
  while (item.type != Deb822Item::Type::end && tree.ok()) {
    if (item.type == Deb822Item::Type::blank) {
      tree.take("blank", Kind::padding, Encoding::bytes, Effect::behaviour, item.whole.size());
      item = scanner.next();
    } else {
      item = take_paragraph(tree, scanner, item, policy);
      ++paragraphs;
    }
  }
  return paragraphs;
}

void report_duplicates(TreeBuilder& tree, KeyedItems items, std::string_view what) {
  std::sort(items.begin(), items.end());
  for (std::size_t i = 1; i < items.size(); ++i) {
    if (items[i].first != items[i - 1].first) continue;
    tree.anomaly(items[i].second, AnomalyKind::structural, std::string(what) + " occurs more than once");
  }
}

const Format kDeb822 = {
    .id = "deb822",
    .spec = "deb822(5); Debian Policy 5.1",
    .probe = probe,
    .decode = decode,
    .view = view_text_leaf,
};

}  // namespace unrepro
