#include "formats/text/text.h"

#include <algorithm>
#include <array>

#include "formats/tree_builder.h"
#include "formats/utf8.h"

namespace unrepro {
namespace {

constexpr std::size_t kProbed = 64 << 10;
// More than opaque, less than anything that has seen a structure.
constexpr Bits kUnicodeText = 3;
constexpr Bits kSingleByteText = 2;

enum class Charset : std::uint8_t { utf8, latin1, utf16le, utf16be };

std::string_view to_string(Charset charset) {
  static constexpr std::array<std::string_view, 4> kNames = {"utf-8", "latin-1", "utf-16le", "utf-16be"};
  return kNames[static_cast<std::size_t>(charset)];
}

CodeUnit code_unit(std::string_view charset) {
  if (charset == to_string(Charset::utf16le)) return CodeUnit::u16le;
  if (charset == to_string(Charset::utf16be)) return CodeUnit::u16be;
  return CodeUnit::byte;
}

std::size_t bom_length(Bytes bytes) {
  const std::string_view text = as_text(bytes);
  if (text.starts_with("\xef\xbb\xbf")) return 3;
  return text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff") ? 2 : 0;
}

Charset charset_of(Bytes bytes) {
  const std::string_view text = as_text(bytes);
  if (text.starts_with("\xff\xfe")) return Charset::utf16le;
  if (text.starts_with("\xfe\xff")) return Charset::utf16be;
  return utf8_prefix(bytes) == bytes.size() ? Charset::utf8 : Charset::latin1;
}

// Controls that texts use: backspace (overstriking), tab, LF, FF, CR, escape (colours), US and DEL (nodes of
// Info files and the table of their offsets).
bool text_control(char32_t unit) {
  return unit == '\b' || unit == '\t' || unit == '\n' || unit == '\f' || unit == '\r' || unit == 0x1b ||
         unit == 0x1f;
}
bool binary_control(char32_t unit) { return unit < 0x20 && !text_control(unit); }
// DEL belongs to Info files only.
bool stray_delete(std::string_view text) {
  return text.find('\x7f') != text.npos && text.find('\x1f') == text.npos;
}

Bits probe(const ProbeInput& input) noexcept {
  const Bytes head = input.bytes.first(std::min(input.bytes.size(), kProbed));
  const Charset charset = charset_of(head);
  if (charset == Charset::utf16le || charset == Charset::utf16be) {
    if (input.bytes.size() % 2 != 0) return 0;
    const std::size_t high = charset == Charset::utf16le ? 1 : 0;
    for (std::size_t at = 2; at + 1 < head.size(); at += 2) {
      if (binary_control(static_cast<char32_t>(head[at + high] << 8 | head[at + 1 - high]))) return 0;
    }
    return kUnicodeText;
  }
  if (std::any_of(head.begin(), head.end(), binary_control) || stray_delete(as_text(head))) return 0;
  if (charset == Charset::utf8) return kUnicodeText;
  const bool cut = head.size() < input.bytes.size();
  if (cut && utf8_cut_off(head.subspan(utf8_prefix(head)))) return kUnicodeText;
  // Compressed data without controls is rare but happens when it is short; single-byte text is mostly ASCII.
  const auto high = static_cast<std::size_t>(
      std::count_if(head.begin(), head.end(), [](std::uint8_t byte) { return byte >= 0x80; }));
  return high <= head.size() / 4 ? kSingleByteText : 0;
}

// Reads code units one at a time; an odd last byte of UTF-16 is a unit of its own.
class Units {
 public:
  Units(Bytes bytes, CodeUnit unit) : bytes_(bytes), unit_(unit) {}

  // Size in bytes of the unit at `at`; 0 at the end.
  std::size_t width(std::size_t at) const {
    return std::min<std::size_t>(bytes_.size() - at, unit_ == CodeUnit::byte ? 1 : 2);
  }
  // Its value; requires width(at) > 0. Half a unit is no character.
  char32_t at(std::size_t at) const {
    if (unit_ == CodeUnit::byte) return bytes_[at];
    if (width(at) < 2) return 0xfffd;
    return static_cast<char32_t>(unit_ == CodeUnit::u16le ? bytes_[at] | bytes_[at + 1] << 8
                                                          : bytes_[at] << 8 | bytes_[at + 1]);
  }

 private:
  Bytes bytes_;
  CodeUnit unit_;
};

class Lines final : public LeafView {
 public:
  Lines(Bytes bytes, CodeUnit unit) : bytes_(bytes), unit_(unit) {}

  bool next(Span& span) override {
    if (at_ == bytes_.size()) return false;
    const std::size_t end = unit_ == CodeUnit::byte ? byte_end() : wide_end();
    span = {at_, end - at_};
    at_ = end;
    return true;
  }

 private:
  std::size_t byte_end() const {
    const std::size_t newline = as_text(bytes_).find('\n', at_);
    return newline == std::string_view::npos ? bytes_.size() : newline + 1;
  }
  std::size_t wide_end() const {
    const Units units(bytes_, unit_);
    std::size_t at = at_;
    while (at < bytes_.size()) {
      const bool newline = units.at(at) == '\n';
      at += units.width(at);
      if (newline) break;
    }
    return at;
  }

  Bytes bytes_;
  CodeUnit unit_;
  std::size_t at_ = 0;
};

enum class Class : std::uint8_t { word, space, newline, carriage_return, other };

constexpr Class classify(char32_t unit) {
  if (unit >= 0x80) return Class::word;
  if ((unit >= '0' && unit <= '9') || (unit >= 'A' && unit <= 'Z') || (unit >= 'a' && unit <= 'z') ||
      unit == '_') {
    return Class::word;
  }
  if (unit == ' ' || unit == '\t') return Class::space;
  if (unit == '\n') return Class::newline;
  return unit == '\r' ? Class::carriage_return : Class::other;
}

// Every byte's class, for the common case of one byte a code unit.
constexpr std::array<Class, 256> kClasses = [] {
  std::array<Class, 256> classes{};
  for (std::size_t byte = 0; byte < classes.size(); ++byte)
    classes[byte] = classify(static_cast<char32_t>(byte));
  return classes;
}();

class Tokens final : public LeafView {
 public:
  Tokens(Bytes bytes, CodeUnit unit) : bytes_(bytes), unit_(unit) {}

  bool next(Span& span) override {
    if (at_ == bytes_.size()) return false;
    const std::size_t end = unit_ == CodeUnit::byte ? byte_end() : wide_end();
    span = {at_, end - at_};
    at_ = end;
    return true;
  }

 private:
  static bool runs_on(Class first) { return first == Class::word || first == Class::space; }

  std::size_t byte_end() const {
    const std::uint8_t* const data = bytes_.data();
    const std::size_t size = bytes_.size();
    const Class first = kClasses[data[at_]];
    std::size_t at = at_ + 1;
    if (runs_on(first)) {
      while (at < size && kClasses[data[at]] == first) ++at;
    } else if (first == Class::carriage_return && at < size && data[at] == '\n') {
      ++at;
    }
    return at;
  }
  std::size_t wide_end() const {
    const Units units(bytes_, unit_);
    const std::size_t size = bytes_.size();
    const Class first = classify(units.at(at_));
    std::size_t at = at_ + units.width(at_);
    if (runs_on(first)) {
      while (at < size && classify(units.at(at)) == first) at += units.width(at);
    } else if (first == Class::carriage_return && at < size && units.at(at) == '\n') {
      at += units.width(at);
    }
    return at;
  }

  Bytes bytes_;
  CodeUnit unit_;
  std::size_t at_ = 0;
};

std::string_view line_ending(Bytes bytes, CodeUnit unit) {
  const Units units(bytes, unit);
  bool lf = false, crlf = false, cr = false;
  bool after_cr = false;
  for (std::size_t at = 0; at < bytes.size(); at += units.width(at)) {
    const char32_t value = units.at(at);
    if (value == '\n') {
      (after_cr ? crlf : lf) = true;
    } else if (after_cr) {
      cr = true;
    }
    after_cr = value == '\r';
  }
  cr = cr || after_cr;
  if (lf + crlf + cr > 1) return "mixed";
  if (lf) return "lf";
  if (crlf) return "crlf";
  return cr ? "cr" : "none";
}

// Files that people run or copy from the documentation: programs, scripts of web pages, and whatever lies
// among the examples. Of all else no program may depend (Debian policy, section 12.3).
bool is_program_name(std::string_view name) {
  static constexpr std::string_view kExtensions[] = {".js",  ".mjs",  ".py",      ".pl",   ".pm",  ".rb",
                                                     ".sh",  ".bash", ".php",     ".lua",  ".tcl", ".el",
                                                     ".awk", ".mk",   ".service", ".cmake"};
  const std::string_view base = name.substr(name.rfind('/') + 1);
  if (name.find("/examples/") != name.npos || base.starts_with("Makefile") || base.starts_with("CMake"))
    return true;
  return std::any_of(std::begin(kExtensions), std::end(kExtensions),
                     [=](std::string_view extension) { return name.ends_with(extension); });
}

// Prose by its name, wherever it lies. Some tools read files of these names: those are no prose.
bool is_prose_name(std::string_view name) {
  static constexpr std::string_view kExtensions[] = {".md",    ".markdown", ".rst",  ".adoc", ".html", ".htm",
                                                     ".xhtml", ".log",      ".texi", ".info", ".tex",  ".ps",
                                                     ".eps",   ".txt",      ".man",  ".svg",  ".dot",  ".gv"};
  static constexpr std::string_view kNames[] = {"README",  "NEWS",    "ChangeLog", "CHANGELOG",
                                                "CHANGES", "COPYING", "LICENSE",   "AUTHORS",
                                                "TODO",    "NOTICE",  "copyright", "changelog"};
  static constexpr std::string_view kRead[] = {"CMakeLists", "CMakeCache",    "requirements", "robots",
                                               "conf",       "meson_options", "constraints",  "allow",
                                               "deny",       "hosts"};
  const std::string_view base = name.substr(name.rfind('/') + 1);
  if (name.starts_with("etc/") || name.find("/etc/") != name.npos) return false;
  if (name.find(".egg-info/") != name.npos || name.find(".dist-info/") != name.npos) return false;
  const bool is_read = std::any_of(std::begin(kRead), std::end(kRead),
                                   [=](std::string_view read) { return base.find(read) != base.npos; });
  if (is_read && !base.ends_with(".log")) return false;
  return std::any_of(std::begin(kExtensions), std::end(kExtensions),
                     [=](std::string_view extension) { return base.ends_with(extension); }) ||
         std::any_of(std::begin(kNames), std::end(kNames),
                     [=](std::string_view known) { return base == known; });
}

// A manual page: the requests that one begins with (man(7), mdoc(7)), and a section for its file name.
bool is_manual(std::string_view name, std::string_view text) {
  const std::size_t dot = name.rfind('.');
  const bool section = dot != name.npos && dot + 1 < name.size() && name[dot + 1] >= '1' &&
                       name[dot + 1] <= '9' && name.size() - dot <= 6;
  if (!section || name.substr(dot).find('/') != name.npos) return false;
  return text.starts_with(".\\\"") || text.starts_with("'\\\"") || text.starts_with(".TH ") ||
         text.starts_with(".Dd ") || text.starts_with(".de ") || text.starts_with(".ie ");
}

bool is_documentation(const Context& context, std::string_view text) {
  if (context.role == "document.metadata") return true;
  if (!context.role.empty()) return false;  // control members, whatever their names
  std::string_view name = context.name;
  while (name.starts_with("./") || name.starts_with("/")) name.remove_prefix(name.starts_with("/") ? 1 : 2);
  if (name.starts_with("../") || name.ends_with("/..") || name.find("/../") != std::string_view::npos)
    return false;
  static constexpr std::array<std::string_view, 3> kPlaces = {"usr/share/doc/", "usr/share/man/",
                                                              "usr/share/info/"};
  const bool placed = std::any_of(kPlaces.begin(), kPlaces.end(),
                                  [=](std::string_view place) { return name.starts_with(place); });
  return (placed && !is_program_name(name)) || is_prose_name(name) || is_manual(name, text);
}

Result<Tree> decode(BlobRef blob, const Context& context, Budget& budget) {
  TreeBuilder tree(std::move(blob), kText.id, budget);
  tree.open("", Kind::group, Encoding::record);
  const Charset charset = charset_of(tree.peek(tree.size()));
  const std::size_t bom = bom_length(tree.peek(3));
  if (bom > 0) tree.take("bom", Kind::magic, Encoding::bytes, Effect::behaviour, bom);
  const Bytes body = tree.peek(tree.remaining());
  tree.alias("encoding", Kind::dialect, Effect::content, to_string(charset), kDerived);
  tree.alias("line_ending", Kind::dialect, Effect::content, line_ending(body, code_unit(to_string(charset))),
             kDerived);
  if (as_text(body).starts_with("#!")) {
    tree.take("body", Kind::script, Encoding::bytes, Effect::behaviour, body.size(), kCritical);
  } else {
    const Effect effect = is_documentation(context, as_text(body)) ? Effect::content : Effect::behaviour;
    tree.take("body", Kind::text, Encoding::bytes, effect, body.size());
  }
  return tree.finish();
}

// Whether a span touches a script or a frame of a web page (trap T65): the last one before it is not closed,
// or it holds one.
bool in_script_element(std::string_view text, const Span& span) {
  constexpr std::size_t kReach = 128 << 10;
  const std::size_t first = span.begin - std::min<std::size_t>(span.begin, kReach);
  const std::string_view before = text.substr(first, span.begin - first);
  const std::string_view inside = text.substr(span.begin, span.length);
  const auto touches = [&](std::string_view open, std::string_view close) {
    const std::size_t opened = before.rfind(open);
    const bool runs = opened != before.npos && before.find(close, opened) == before.npos;
    return runs || inside.find(open) != inside.npos;
  };
  return touches("<script", "</script") || touches("<iframe", ">");
}

Effect effect_at(const Tree& tree, FieldId leaf, const Span& span) {
  return in_script_element(tree.text(leaf), span) ? Effect::behaviour : tree[leaf].effect;
}

std::unique_ptr<LeafView> view(const Tree& tree, FieldId leaf, ViewKind kind) {
  if (tree.key(leaf) != "body") return nullptr;
  const FieldId encoding = tree.child(Tree::kRoot, "encoding");
  return text_view(tree.bytes(leaf), code_unit(tree.text(encoding)), kind);
}

}  // namespace

std::unique_ptr<LeafView> text_view(Bytes bytes, CodeUnit unit, ViewKind kind) {
  if (kind == ViewKind::lines) return std::make_unique<Lines>(bytes, unit);
  return std::make_unique<Tokens>(bytes, unit);
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= ' ' && c < 0x7f) || c == '\n'; });
}

std::unique_ptr<LeafView> view_text_leaf(const Tree& tree, FieldId leaf, ViewKind kind) {
  if (tree[leaf].kind != Kind::text) return nullptr;
  return text_view(tree.bytes(leaf), CodeUnit::byte, kind);
}

const Format kText = {
    .id = "text",
    .spec = "none: Unicode 15 chapter 3 for UTF-8 and UTF-16, ISO/IEC 8859-1 otherwise",
    .probe = probe,
    .decode = decode,
    .view = view,
    .effect_at = effect_at,
};

}  // namespace unrepro
