#pragma once
// deb822(5): paragraphs of fields, as in control files, .changes, package indices.

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/format.h"
#include "formats/tree_builder.h"

namespace unrepro {

// Splits a document into fields, blank and comment lines. Views point into the text; concatenated, they are
// it.
struct Deb822Item {
  enum class Type : std::uint8_t { field, blank, comment, malformed, end };
  Type type = Type::end;
  std::string_view whole;      // everything, line feed included
  std::string_view name;       // field only, and the following too
  std::string_view separator;  // colon and the blanks after it
  std::string_view value;      // with its continuation lines, without the last line feed
  std::string_view newline;    // the last line feed, or empty at the end of the text
};
class Deb822Scanner {
 public:
  explicit Deb822Scanner(std::string_view text) : rest_(text) {}
  Deb822Item next();

 private:
  std::string_view rest_;
};

// What the value of a field is, for a format that knows the field.
enum class Deb822Shape : std::uint8_t {
  text,       // one leaf
  relations,  // package relations separated by commas (Policy 7.1): a list_set keyed by package name
  words,      // separated by single spaces: a sequence
  file_list,  // lines of digest, size, … name; claimed by the format
};
struct Deb822Rule {
  std::string_view name;  // as usually spelled; compared without case
  Kind kind = Kind::text;
  Effect effect = Effect::behaviour;
  std::uint8_t flags = 0;
  Deb822Shape shape = Deb822Shape::text;
};

struct Deb822Policy {
  std::span<const Deb822Rule> rules;
  // Between relations, as the usual writer prints it; anything else is a difference of its own.
  std::string_view relation_separator = ", ";
  // Claims the value of a field of shape file_list. Exactly its bytes.
  std::function<void(TreeBuilder&, const Deb822Rule&, std::string_view value)> file_list = {};
  // Called after a field of shape text is claimed, with its leaf.
  std::function<void(TreeBuilder&, const Deb822Rule&, FieldId leaf)> claimed = {};
};

// The rule for a field name, whatever its case, or null.
const Deb822Rule* find_rule(std::span<const Deb822Rule> rules, std::string_view name);
// The value of a field without the blanks around it; empty when the first paragraph has none. For a look
// ahead.
std::string_view deb822_value(std::string_view text, std::string_view name);

// Claims paragraphs until the scanner ends: each a list_set "paragraph" of field records keyed by field name,
// blank and comment lines between. Reports malformed lines and fields that occur twice. Returns the number of
// paragraphs.
std::size_t take_paragraphs(TreeBuilder& tree, Deb822Scanner scanner, const Deb822Policy& policy);

// Reports items of a keyed list that share a key. The views must stay valid until it returns.
using KeyedItems = std::vector<std::pair<std::string_view, FieldId>>;
void report_duplicates(TreeBuilder& tree, KeyedItems items, std::string_view what);

// Any deb822 document known by its name: package indices, dpkg's database, debconf templates, apt sources.
extern const Format kDeb822;

}  // namespace unrepro
