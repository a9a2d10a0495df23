#include "formats/debian/control.h"

#include <algorithm>
#include <array>

#include "formats/ascii.h"
#include "formats/debian/deb822.h"
#include "formats/text/text.h"

namespace unrepro {
namespace {

constexpr Deb822Rule relation(std::string_view name) {
  return {name, Kind::dependency, Effect::behaviour, kCritical, Deb822Shape::relations};
}

// What no rule names is behaviour. Tables beside the code: deb-control(5).
constexpr std::array kRules = {
    Deb822Rule{"Package", Kind::name},
    Deb822Rule{"Source", Kind::text},
    Deb822Rule{"Version", Kind::version},
    Deb822Rule{"Architecture", Kind::text},
    Deb822Rule{"Multi-Arch", Kind::text},
    Deb822Rule{"Essential", Kind::text},
    Deb822Rule{"Protected", Kind::text},
    Deb822Rule{"Installed-Size", Kind::size},
    Deb822Rule{"Maintainer", Kind::text, Effect::content},
    Deb822Rule{"Original-Maintainer", Kind::text, Effect::content},
    Deb822Rule{"Section", Kind::text, Effect::content},
    Deb822Rule{"Priority", Kind::text, Effect::content},
    Deb822Rule{"Homepage", Kind::text, Effect::content},
    Deb822Rule{"Bugs", Kind::text, Effect::content},
    Deb822Rule{"Origin", Kind::text, Effect::content},
    Deb822Rule{"Description", Kind::text, Effect::content},
    Deb822Rule{"Tag", Kind::text, Effect::content},
    Deb822Rule{"Build-Ids", Kind::build_id, Effect::behaviour, 0, Deb822Shape::words},
    relation("Pre-Depends"),
    relation("Depends"),
    relation("Recommends"),
    relation("Suggests"),
    relation("Enhances"),
    relation("Breaks"),
    relation("Conflicts"),
    relation("Provides"),
    relation("Replaces"),
    // Which sources were compiled in: a record, which decides nothing at installation.
    Deb822Rule{"Built-Using", Kind::dependency, Effect::content, 0, Deb822Shape::relations},
    Deb822Rule{"Static-Built-Using", Kind::dependency, Effect::content, 0, Deb822Shape::relations},
};

Identity read_identity(std::string_view text) {
  Identity identity;
  identity.package = deb822_value(text, "Package");
  identity.version = deb822_value(text, "Version");
  identity.architecture = deb822_value(text, "Architecture");
  const SourceName source = split_source(deb822_value(text, "Source"));
  identity.source = source.name.empty() ? std::string_view(identity.package) : source.name;
  identity.source_version = source.version.empty() ? without_binnmu(identity.version) : source.version;
  return identity;
}

void derive(TreeBuilder& tree, const Deb822Rule& rule, FieldId leaf) {
  if (rule.kind == Kind::build_id) {
    const std::string id(as_text(tree.bytes(leaf)));
    if (id.size() < 3) return;
    const std::string path = "usr/lib/debug/.build-id/" + id.substr(0, 2) + "/" + id.substr(2) + ".debug";
    return tree.derivation(leaf, Algo::build_id,
                           {.keys = {"data.tar", path}, .until_format = "deb", .may_lack = true});
  }
  if (rule.kind != Kind::size) return;
  tree.derivation(leaf, Algo::installed_size, {.keys = {"data.tar"}, .until_format = "deb"},
                  TargetRef{.keys = {"control.tar"}, .until_format = "deb"});
}

Result<Tree> decode(BlobRef blob, const Context&, Budget& budget) {
  const std::string_view text = as_text(blob->bytes());
  TreeBuilder tree(std::move(blob), kDebControl.id, budget);
  tree.tree().identity = read_identity(text);
  tree.open("", Kind::group, Encoding::record);
  const std::size_t paragraphs =
      take_paragraphs(tree, Deb822Scanner(text), {.rules = kRules, .claimed = derive});
  if (paragraphs != 1) {
    tree.anomaly(Tree::kRoot, AnomalyKind::structural,
                 std::to_string(paragraphs) + " paragraphs, deb-control(5) has one");
  }
  return tree.finish();
}

}  // namespace

std::string_view without_binnmu(std::string_view version) {
  const std::size_t plus = version.rfind("+b");
  if (plus == std::string_view::npos || plus + 2 == version.size()) return version;
  const std::string_view number = version.substr(plus + 2);
  return std::all_of(number.begin(), number.end(), ascii::is_digit) ? version.substr(0, plus) : version;
}

SourceName split_source(std::string_view value) {
  const std::size_t space = value.find(' ');
  SourceName source{.name = value.substr(0, space)};
  const std::size_t open = value.find('(');
  const std::size_t close = value.rfind(')');
  if (open != std::string_view::npos && close != std::string_view::npos && close > open) {
    source.version = value.substr(open + 1, close - open - 1);
  }
  return source;
}

const Format kDebControl = {
    .id = "deb-control",
    .spec = "deb-control(5); Debian Policy 5.3",
    .probe = [](const ProbeInput& input) noexcept -> Bits {
      const std::string_view name = input.context.name;
      return input.context.role == "deb.control" && (name == "control" || name == "./control") ? 64 : 0;
    },
    .decode = decode,
    .view = view_text_leaf,
};

}  // namespace unrepro
