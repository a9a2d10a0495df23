#include "formats/elf/contents.h"

#include <algorithm>
#include <array>

#include "formats/ascii.h"
#include "formats/digest.h"
#include "formats/elf/build_id.h"
#include "formats/elf/constants.h"

namespace unrepro::elf {
namespace {

constexpr std::size_t kLongestBanner = 96;
constexpr std::size_t kMostBanners = 8;

// The text a banner has after the name of its tool: versions, vendors and revisions.
bool is_version_text(std::string_view text) {
  bool digit = false;
  for (const char c : text) {
    const char lower = ascii::to_lower(c);
    digit = digit || ascii::is_digit(c);
    if (!ascii::is_digit(c) && !(lower >= 'a' && lower <= 'z') &&
        std::string_view(" .,()+~:_-").find(c) == std::string_view::npos)
      return false;
  }
  return digit && !text.empty();
}

// "GCC: (Debian 12.2.0-14) 12.2.0": vendor in parentheses, then the version of the compiler.
bool is_gcc_banner(std::string_view text) {
  const std::size_t close = text.rfind(") ");
  if (!text.starts_with("GCC: (") || close == std::string_view::npos) return false;
  const std::string_view vendor = text.substr(6, close - 6), version = text.substr(close + 2);
  const std::size_t dots = static_cast<std::size_t>(std::count(version.begin(), version.end(), '.'));
  const bool numbers = std::all_of(version.begin(), version.end(),
                                   [](char c) { return ascii::is_digit(c) || c == '.' || c == ' '; });
  const bool vendor_shape = vendor == "GNU" || vendor == "GCC" ||
                            (is_version_text(vendor) && vendor.find('.') != std::string::npos);
  return numbers && dots >= 1 && vendor_shape && ascii::is_digit(version.front());
}

bool is_banner(std::string_view text) {
  if (text.size() > kLongestBanner) return false;
  if (is_gcc_banner(text)) return true;
  for (const std::string_view vendor :
       {"", "Debian ", "Ubuntu ", "Alpine ", "Linker: ", "Linker: Debian ", "Linker: Ubuntu ", "Fedora "}) {
    if (!text.starts_with(vendor)) continue;
    const std::string_view rest = text.substr(vendor.size());
    for (const std::string_view tool : {"clang version ", "LLD ", "rustc version ", "GHC ", "mold "}) {
      if (rest.starts_with(tool) && rest.size() > tool.size() && ascii::is_digit(rest[tool.size()]) &&
          is_version_text(rest.substr(tool.size())))
        return true;
    }
  }
  return false;
}

// Where gdb looks for the debug file of a program, within what the program is packed in ("Debugging
// Information in Separate Files"): by name, and by build-id.
std::vector<std::string> debug_files(const File& file, std::string_view path, std::string_view name) {
  const std::size_t slash = path.rfind('/');
  const std::string folder(path.substr(0, slash == std::string_view::npos ? 0 : slash + 1));
  std::vector<std::string> found;
  for (const std::string& each : {folder, folder + ".debug/", "usr/lib/debug/" + folder})
    found.push_back(each + std::string(name));
  const std::string id = to_hex(find_build_id(file.bytes()));
  if (id.size() > 2)
    found.push_back("usr/lib/debug/.build-id/" + id.substr(0, 2) + "/" + id.substr(2) + ".debug");
  return found;
}

void take_debug_link(TreeBuilder& tree, const File& file, std::uint32_t section, std::string_view path) {
  const Bytes bytes = file.content(section);
  const std::size_t end = as_text(bytes).find('\0');
  if (end == std::string_view::npos || (end + 4) / 4 * 4 + 4 != bytes.size()) {
    tree.take(file.label(section), Kind::data, Encoding::bytes, Effect::content, bytes.size());
    return;
  }
  tree.open(file.label(section), Kind::group, Encoding::record);
  tree.take("name", Kind::name, Encoding::bytes, Effect::content, end + 1);
  // debhelper names the file by its build-id.
  const std::string id = to_hex(find_build_id(file.bytes()));
  if (id.size() > 2 && as_text(bytes).substr(0, end) == id.substr(2) + ".debug")
    tree.set_flags(tree.last(), kDerived);
  if (const std::uint64_t fill = bytes.size() - 4 - end - 1; fill > 0) {
    tree.take("fill", Kind::reserved, Encoding::bytes, Effect::behaviour, fill, kCritical);
  }
  tree.take("crc32", Kind::checksum, file.big_endian() ? Encoding::u32be : Encoding::u32le, Effect::content,
            4);
  std::vector<std::string> candidates = debug_files(file, path, as_text(bytes).substr(0, end));
  std::vector<std::string> first = {std::move(candidates.front())};
  candidates.erase(candidates.begin());
  tree.derivation(
      tree.last(), file.big_endian() ? Algo::crc32_be : Algo::crc32_le,
      {.up = 1, .keys = std::move(first), .alternatives = std::move(candidates), .may_lack = true});
  tree.close();
}

bool is_debug(const Section& section) {
  const std::string_view name = section.name;
  return (section.flags & kShfAlloc) == 0 && name != ".debug_gdb_scripts" &&
         (name.starts_with(".debug_") || name.starts_with(".zdebug_") || name.starts_with(".gnu.debuglto_"));
}

}  // namespace

bool is_producer_comment(std::string_view text) {
  if (text.empty() || text.back() != '\0') return false;
  if (text.front() == '\0') text.remove_prefix(1);  // old assemblers begin with an empty string
  for (std::size_t count = 0; !text.empty(); ++count) {
    const std::size_t end = text.find('\0');
    if (count == kMostBanners || !is_banner(text.substr(0, end))) return false;
    text.remove_prefix(end + 1);
  }
  return true;
}

void take_contents(TreeBuilder& tree, const File& file, std::uint32_t index, std::string_view path) {
  const Section& section = file.sections[index];
  const std::string label = file.label(index);
  const auto leaf = [&](Kind kind, Effect effect, std::uint8_t flags = 0) {
    tree.take(label, kind, Encoding::bytes, effect, section.size, flags);
  };
  const bool loaded = (section.flags & kShfAlloc) != 0;
  if (section.name == ".interp") return leaf(Kind::interpreter, Effect::behaviour, kCritical);
  if (label == ".gnu_debuglink" && !loaded) return take_debug_link(tree, file, index, path);
  if (section.name == ".debug_gdb_scripts") return leaf(Kind::script, Effect::behaviour, kCritical);
  if (section.name == ".comment" && !loaded) {
    const bool banners = is_producer_comment(as_text(file.content(index)));
    return leaf(Kind::comment, banners ? Effect::inert : Effect::behaviour, banners ? kInRange : 0);
  }
  if (is_debug(section)) return leaf(Kind::data, Effect::content);
  leaf((section.flags & kShfExec) != 0 ? Kind::code : Kind::data, Effect::behaviour);
}

}  // namespace unrepro::elf
