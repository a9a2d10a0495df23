#include "formats/debian/control_members.h"

#include <algorithm>
#include <array>
#include <span>

#include "formats/debian/deb822.h"
#include "formats/text/text.h"
#include "formats/tree_builder.h"

namespace unrepro {
namespace {

constexpr std::array<std::string_view, 5> kScripts = {"preinst", "postinst", "prerm", "postrm", "config"};
constexpr std::array<std::string_view, 3> kLineFiles = {"shlibs", "symbols", "triggers"};

std::string_view member_name(const Context& context) {
  std::string_view name = context.role == "deb.control" ? context.name : std::string_view();
  if (name.starts_with("./")) name.remove_prefix(2);
  return name;
}

bool contains(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Result<Tree> decode_script(BlobRef blob, const Context&, Budget& budget) {
  TreeBuilder tree(std::move(blob), kDebScript.id, budget);
  tree.open("", Kind::group, Encoding::record);
  tree.take("script", Kind::script, Encoding::bytes, Effect::behaviour, tree.size(), kCritical);
  return tree.finish();
}

// Claims the next line without its line feed, and that as "end". Requires bytes to be left.
template <class Claim>
void take_line(TreeBuilder& tree, Claim&& claim) {
  const std::string_view rest = as_text(tree.peek(tree.remaining()));
  const std::size_t length = std::min(rest.find('\n'), rest.size());
  claim(rest.substr(0, length));
  if (length < rest.size()) tree.take("end", Kind::padding, Encoding::bytes, Effect::behaviour, 1);
}

// deb-conffiles(5): a path a line, with optional flags before it.
Result<Tree> decode_conffiles(BlobRef blob, const Context&, Budget& budget) {
  TreeBuilder tree(std::move(blob), kDebConffiles.id, budget);
  KeyedItems items;
  tree.open("", Kind::group, Encoding::list_set);
  while (tree.remaining() > 0 && tree.ok()) {
    take_line(tree, [&](std::string_view line) {
      const std::string_view path = line.substr(std::min(line.find('/'), line.size()));
      items.emplace_back(path, tree.open(path, Kind::group, Encoding::record));
      tree.take("path", Kind::path, Encoding::bytes, Effect::behaviour, line.size(), kCritical);
      if (path.empty())
        tree.anomaly(tree.last(), AnomalyKind::structural, "conffile is not an absolute path");
    });
    tree.close();
  }
  report_duplicates(tree, std::move(items), "conffile");
  return tree.finish();
}

// What a line is about: of a symbol its name and version node, of which the least version of the package that
// has it is said (deb-symbols(5)); of a library its name and soname (deb-shlibs(5)).
std::string_view subject(std::string_view line) {
  const std::size_t first = line.find_first_not_of(' ');
  std::size_t at = line.find(' ', first == line.npos ? 0 : first);
  if (first == 0) at = line.find(' ', at == line.npos ? 0 : at + 1);
  return line.substr(0, at);
}

Result<Tree> decode_lines(BlobRef blob, const Context& context, Budget& budget) {
  const Kind kind = member_name(context) == "triggers" ? Kind::text : Kind::dependency;
  TreeBuilder tree(std::move(blob), kDebLines.id, budget);
  tree.open("", Kind::group, Encoding::list_significant);
  while (tree.remaining() > 0 && tree.ok()) {
    take_line(tree, [&](std::string_view line) {
      tree.open(subject(line), Kind::group, Encoding::record);
      // Comments, of debhelper's, that dpkg passes over (deb-triggers(5)).
      const bool comment = kind == Kind::text && line.starts_with('#');
      tree.take("line", kind, Encoding::bytes, comment ? Effect::content : Effect::behaviour, line.size(),
                comment ? std::uint8_t{0} : std::uint8_t{kCritical});
    });
    tree.close();
  }
  return tree.finish();
}

std::unique_ptr<LeafView> view_text(const Tree& tree, FieldId leaf, ViewKind kind) {
  return kText.view != nullptr ? kText.view(tree, leaf, kind) : nullptr;
}

}  // namespace

const Format kDebScript = {
    .id = "deb-script",
    .spec = "Debian Policy 6.1; debconf-devel(7) for config",
    .probe = [](const ProbeInput& input) noexcept -> Bits {
      return contains(kScripts, member_name(input.context)) ? 64 : 0;
    },
    .decode = decode_script,
    .view = view_text,
};

const Format kDebConffiles = {
    .id = "deb-conffiles",
    .spec = "deb-conffiles(5)",
    .probe = [](const ProbeInput& input) noexcept -> Bits {
      return member_name(input.context) == "conffiles" ? 64 : 0;
    },
    .decode = decode_conffiles,
};

const Format kDebLines = {
    .id = "deb-lines",
    .spec = "deb-shlibs(5), deb-symbols(5), deb-triggers(5)",
    .probe = [](const ProbeInput& input) noexcept -> Bits {
      return contains(kLineFiles, member_name(input.context)) ? 64 : 0;
    },
    .decode = decode_lines,
};

}  // namespace unrepro
