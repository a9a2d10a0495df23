#include "formats/debian/changes.h"

#include <algorithm>
#include <array>

#include "formats/ascii.h"
#include "formats/debian/control.h"
#include "formats/debian/listed_files.h"
#include "formats/text/text.h"

namespace unrepro {
namespace {

constexpr Deb822Rule content(std::string_view name) { return {name, Kind::text, Effect::content}; }
constexpr Deb822Rule file_list(std::string_view name) {
  return {name, Kind::digest, Effect::behaviour, 0, Deb822Shape::file_list};
}
constexpr Deb822Rule relation(std::string_view name) {
  return {name, Kind::dependency, Effect::behaviour, kCritical, Deb822Shape::relations};
}

constexpr std::array kRules = {
    Deb822Rule{"Version", Kind::version},
    content("Date"),
    content("Build-Date"),
    content("Build-Path"),
    Deb822Rule{"Installed-Build-Depends", Kind::dependency, Effect::content, 0, Deb822Shape::relations},
    content("Environment"),
    content("Build-Origin"),
    content("Build-Architecture"),
    content("Build-Kernel-Version"),
    content("Build-Tainted-By"),
    content("Binary-Only-Changes"),
    content("Changes"),
    content("Closes"),
    content("Launchpad-Bugs-Fixed"),
    content("Description"),
    content("Maintainer"),
    content("Changed-By"),
    content("Uploaders"),
    content("Urgency"),
    content("Homepage"),
    content("Standards-Version"),
    content("Vcs-Browser"),
    content("Vcs-Git"),
    content("Vcs-Svn"),
    relation("Build-Depends"),
    relation("Build-Depends-Arch"),
    relation("Build-Depends-Indep"),
    relation("Build-Conflicts"),
    relation("Build-Conflicts-Arch"),
    relation("Build-Conflicts-Indep"),
    file_list("Files"),
    file_list("Checksums-Md5"),
    file_list("Checksums-Sha1"),
    file_list("Checksums-Sha256"),
    file_list("Checksums-Sha512"),
};

// RFC 4880 section 7, cleartext signature framework. All parts are empty in an unsigned document but the
// text.
struct SignedText {
  std::string_view before, header, text, signature, after;
};
constexpr std::string_view kSignedBegin = "-----BEGIN PGP SIGNED MESSAGE-----";
constexpr std::string_view kSignatureBegin = "-----BEGIN PGP SIGNATURE-----";
constexpr std::string_view kSignatureEnd = "-----END PGP SIGNATURE-----";

// Where a line that is `wanted` (but for trailing blanks) begins, from `at`, which begins a line.
std::size_t find_line(std::string_view text, std::string_view wanted, std::size_t at) {
  for (; at < text.size(); ++at) {
    at = text.find(wanted, at);
    if (at == std::string_view::npos) break;
    if (at != 0 && text[at - 1] != '\n') continue;
    const std::size_t end = at + wanted.size();
    const std::string_view tail = text.substr(end, std::min(text.find('\n', end), text.size()) - end);
    if (tail.find_first_not_of(" \t\r") == std::string_view::npos) return at;
  }
  return std::string_view::npos;
}

std::size_t after_line(std::string_view text, std::size_t at) {
  const std::size_t end = text.find('\n', at);
  return end == std::string_view::npos ? text.size() : end + 1;
}

SignedText split_signed(std::string_view text) {
  SignedText parts{.text = text};
  const std::size_t begin = find_line(text, kSignedBegin, 0);
  if (begin == std::string_view::npos) return parts;
  // The header ends with an empty line.
  std::size_t body = after_line(text, begin);
  while (body < text.size() && text[body] != '\n') body = after_line(text, body);
  body = std::min(body + 1, text.size());
  const std::size_t signature = std::min(find_line(text, kSignatureBegin, body), text.size());
  const std::size_t end = find_line(text, kSignatureEnd, signature);
  const std::size_t after = end == std::string_view::npos ? text.size() : after_line(text, end);
  parts.before = text.substr(0, begin);
  parts.header = text.substr(begin, body - begin);
  parts.text = text.substr(body, signature - body);
  parts.signature = text.substr(signature, after - signature);
  parts.after = text.substr(after);
  return parts;
}

void take_unsigned(TreeBuilder& tree, std::string_view key, Kind kind, std::size_t length) {
  if (length == 0) return;
  tree.take(key, kind, Encoding::bytes, Effect::behaviour, length, kCritical);
  tree.anomaly(tree.last(), AnomalyKind::structural,
               std::to_string(length) + " bytes lie outside the signed text");
}

// Lines NAME="value" with escaped quotes (dpkg-genbuildinfo).
void add_environment(std::vector<std::pair<std::string, std::string>>& facts, std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = ascii::trim_blanks(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
    const std::size_t equals = line.find("=\"");
    if (equals == std::string_view::npos || !line.ends_with('"') || line.size() < equals + 3) continue;
    const std::string_view quoted = line.substr(equals + 2, line.size() - equals - 3);
    std::string value;
    for (std::size_t i = 0; i < quoted.size(); ++i) {
      if (quoted.substr(i, 2) == "\\\"") ++i;
      value.push_back(quoted[i]);
    }
    facts.emplace_back("environment." + std::string(line.substr(0, equals)), std::move(value));
  }
}

// "name (= version)", separated by commas.
void add_build_depends(std::vector<std::pair<std::string, std::string>>& facts, std::string_view list) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    std::string_view item = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    item.remove_prefix(std::min(item.find_first_not_of(" \t\n"), item.size()));
    const std::size_t open = item.find(" (= ");
    const std::size_t close = item.rfind(')');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open + 4) continue;
    facts.emplace_back("installed_build_depends." + std::string(item.substr(0, open)),
                       item.substr(open + 4, close - open - 4));
  }
}

// What a .buildinfo records. Names: build_date, build_path, build_origin, build_architecture,
// build_kernel_version, environment.NAME, installed_build_depends.PACKAGE, sha256.FILE.
void record_facts(Tree& tree, std::string_view text, const ListedFiles& files) {
  struct Fact {
    std::string_view name, field;
  };
  static constexpr std::array<Fact, 5> kFacts = {{{"build_date", "Build-Date"},
                                                  {"build_path", "Build-Path"},
                                                  {"build_origin", "Build-Origin"},
                                                  {"build_architecture", "Build-Architecture"},
                                                  {"build_kernel_version", "Build-Kernel-Version"}}};
  for (const auto& [name, field] : kFacts) {
    if (const auto value = deb822_value(text, field); !value.empty()) tree.facts.emplace_back(name, value);
  }
  add_environment(tree.facts, deb822_value(text, "Environment"));
  add_build_depends(tree.facts, deb822_value(text, "Installed-Build-Depends"));
  for (const auto& [name, hex] : files.sha256()) tree.facts.emplace_back("sha256." + name, hex);
}

// A binary-only rebuild has a Source with the version of the source in parentheses.
Identity read_identity(std::string_view text) {
  Identity identity;
  const SourceName source = split_source(deb822_value(text, "Source"));
  identity.package = source.name;
  identity.version = deb822_value(text, "Version");
  identity.source = source.name;
  identity.source_version = source.version.empty() ? without_binnmu(identity.version) : source.version;
  identity.architecture = deb822_value(text, "Architecture");
  return identity;
}

Result<Tree> decode(const Format& format, BlobRef blob, const Context& context, Budget& budget) {
  const SignedText parts = split_signed(as_text(blob->bytes()));
  TreeBuilder tree(std::move(blob), format.id, budget);
  tree.tree().identity = read_identity(parts.text);
  ListedFiles files(tree.tree().identity->version, context, budget);
  const auto take_list = [&files](TreeBuilder& builder, const Deb822Rule& rule, std::string_view value) {
    files.take_list(builder, rule, value);
  };

  tree.open("", Kind::group, Encoding::record);
  take_unsigned(tree, "before", Kind::gap, parts.before.size());
  if (!parts.header.empty()) {
    tree.take("armor_header", Kind::signature, Encoding::bytes, Effect::behaviour, parts.header.size());
  }
  const std::size_t paragraphs =
      take_paragraphs(tree, Deb822Scanner(parts.text),
                      {.rules = kRules,
                       .relation_separator = &format == &kBuildinfo ? ",\n " : ", ",
                       .file_list = take_list});
  if (paragraphs != 1) {
    tree.anomaly(Tree::kRoot, AnomalyKind::structural,
                 std::to_string(paragraphs) + " paragraphs instead of one");
  }
  if (!parts.signature.empty()) {
    tree.take("signature", Kind::signature, Encoding::bytes, Effect::behaviour, parts.signature.size());
  } else if (!parts.header.empty()) {
    tree.anomaly(Tree::kRoot, AnomalyKind::structural, "signed message without a signature");
  }
  take_unsigned(tree, "after", Kind::trailing, parts.after.size());
  if (tree.ok()) files.state_members(tree);
  if (&format == &kBuildinfo) record_facts(tree.tree(), parts.text, files);
  return tree.finish();
}

// The file name decides which of the three it is; the content, whether it is one at all.
Bits probe(const ProbeInput& input, std::string_view extension) {
  constexpr std::size_t kLookAhead = 256;
  if (!input.context.name.ends_with(extension)) return 0;
  const std::string_view text = as_text(input.bytes.first(std::min(input.bytes.size(), kLookAhead)));
  return text.starts_with("Format:") || text.starts_with(kSignedBegin) ? 56 : 0;
}

}  // namespace

const Format kChanges = {
    .id = "changes",
    .spec = "deb-changes(5); RFC 4880 section 7",
    .probe = [](const ProbeInput& input) noexcept -> Bits { return probe(input, ".changes"); },
    .decode = [](BlobRef blob, const Context& context, Budget& budget) -> Result<Tree> {
      return decode(kChanges, std::move(blob), context, budget);
    },
    .view = view_text_leaf,
};

const Format kDsc = {
    .id = "dsc",
    .spec = "dsc(5); RFC 4880 section 7",
    .probe = [](const ProbeInput& input) noexcept -> Bits { return probe(input, ".dsc"); },
    .decode = [](BlobRef blob, const Context& context, Budget& budget) -> Result<Tree> {
      return decode(kDsc, std::move(blob), context, budget);
    },
    .view = view_text_leaf,
};

const Format kBuildinfo = {
    .id = "buildinfo",
    .spec = "deb-buildinfo(5); RFC 4880 section 7",
    .probe = [](const ProbeInput& input) noexcept -> Bits { return probe(input, ".buildinfo"); },
    .decode = [](BlobRef blob, const Context& context, Budget& budget) -> Result<Tree> {
      return decode(kBuildinfo, std::move(blob), context, budget);
    },
    .view = view_text_leaf,
};

}  // namespace unrepro
