#include "formats/archive/ar_header.h"

#include <algorithm>
#include <optional>

#include "formats/ascii.h"

namespace unrepro {
namespace {

// struct ar_hdr: offsets and widths.
constexpr std::size_t kNameWidth = 16;
constexpr std::size_t kSizeAt = 48;
constexpr std::size_t kSizeWidth = 10;
constexpr std::size_t kEndAt = 58;
constexpr std::string_view kHeaderEnd = "`\n";
// Longer names are not ours to keep: every member may repeat the same one.
constexpr std::size_t kMaxPath = 4096;
constexpr std::uint64_t kMaxMtime = std::uint64_t{1} << 33;
constexpr std::uint64_t kMaxMode = 0177777;

std::string_view trim_right(std::string_view text) { return text.substr(0, text.find_last_not_of(' ') + 1); }

// A number as ar writers print it: digits without leading zeros from the first column on, then spaces only.
struct ArNumber {
  std::optional<std::uint64_t> value;
  bool canonical = false;
  bool blank = false;
};

ArNumber read_number(std::string_view field, unsigned base) {
  ArNumber number;
  const std::string_view digits = trim_right(field);
  number.blank = digits.empty();
  number.value = ascii::parse_number(digits, base);
  number.canonical = number.value.has_value() && (digits.size() == 1 || digits.front() != '0');
  return number;
}

struct Name {
  ArNameStyle style = ArNameStyle::plain;
  std::string_view path, origin;
  std::uint64_t length_or_offset = 0;
  std::string_view problem;
};

// The entry of the long name table at `offset`, which must begin there and end with "/\n" (GNU), "\n" or NUL
// (COFF).
std::optional<std::string_view> table_entry(std::string_view table, std::uint64_t offset) {
  if (offset >= table.size()) return std::nullopt;
  if (offset > 0 && table[offset - 1] != '\n' && table[offset - 1] != '\0') return std::nullopt;
  const std::string_view rest = table.substr(offset, kMaxPath + 2);
  const std::size_t end = rest.find_first_of(std::string_view("\n\0", 2));
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  std::string_view entry = rest.substr(0, end);
  if (entry.size() > 1 && rest[end] == '\n' && entry.back() == '/') entry.remove_suffix(1);
  return entry;
}

Name table_name(std::string_view raw, std::string_view spelled, std::string_view table) {
  Name name{.style = ArNameStyle::table, .path = spelled};
  std::string_view digits = raw.substr(1);
  if (const std::size_t colon = digits.find(':'); colon != std::string_view::npos) {
    name.origin = digits.substr(colon + 1);
    digits = digits.substr(0, colon);
    if (!ascii::parse_number(name.origin)) name.problem = "origin of a nested member is not a number";
  }
  const std::optional<std::uint64_t> offset = ascii::parse_number(digits);
  const std::optional<std::string_view> entry = offset ? table_entry(table, *offset) : std::nullopt;
  if (!entry) {
    name.problem = "name does not refer to the beginning of an entry of the long name table";
    return name;
  }
  name.length_or_offset = *offset;
  name.path = *entry;
  return name;
}

Name leading_name(std::string_view raw, std::string_view content) {
  Name name{.style = ArNameStyle::leading, .path = raw};
  const std::optional<std::uint64_t> length = ascii::parse_number(raw.substr(3));
  if (!length || *length > content.size() || *length > kMaxPath) {
    name.problem = "length of the leading name is not a number or lies outside the member";
    return name;
  }
  name.length_or_offset = *length;
  const std::string_view stored = content.substr(0, *length);
  name.path = stored.substr(0, stored.find('\0'));
  if (stored.find_first_not_of('\0', name.path.size()) != std::string_view::npos) {
    name.problem = "bytes are hidden behind the NUL that ends the leading name";
  }
  return name;
}

Name resolve(std::string_view field, std::string_view content, std::string_view table) {
  const std::string_view raw = trim_right(field);
  if (raw.empty()) return {.path = raw, .problem = "empty name"};
  if (raw.front() == '/') {
    if (raw.size() > 1 && ascii::is_digit(raw[1])) return table_name(raw, raw, table);
    return {.style = ArNameStyle::special, .path = raw};
  }
  if (raw.starts_with("#1/") && raw.size() > 3) return leading_name(raw, content);
  const std::size_t slash = raw.find('/');
  if (slash == std::string_view::npos) {
    Name name{.path = raw};
    // GNU readers end the name at the first space, BSD ones at the last.
    const bool symbol_table = raw == "__.SYMDEF SORTED";
    if (raw.find(' ') != std::string_view::npos && !symbol_table)
      name.problem = "readers disagree where the name ends";
    return name;
  }
  Name name{.style = ArNameStyle::slash, .path = raw.substr(0, slash)};
  if (slash + 1 != raw.size()) name.problem = "bytes follow the slash that ends the name";
  return name;
}

std::string at_offset(std::string_view message, std::uint64_t offset) {
  return std::string(message) + " (header at " + std::to_string(offset) + ")";
}

void take_number(TreeBuilder& tree, std::string_view key, Kind kind, Effect effect, std::size_t width,
                 unsigned base, std::uint64_t limit, bool blank_allowed) {
  const Encoding encoding = base == 8 ? Encoding::octal : Encoding::decimal;
  const ArNumber number = read_number(as_text(tree.take(key, kind, encoding, effect, width)), base);
  if (number.canonical && *number.value <= limit) {
    if (effect == Effect::inert) tree.set_flags(tree.last(), kInRange);
  } else if (!number.canonical && !(number.blank && blank_allowed)) {
    tree.anomaly(tree.last(), AnomalyKind::structural, std::string(key) + " is not a canonical number");
  }
}

}  // namespace

std::string_view to_string(ArNameStyle style) {
  switch (style) {
    case ArNameStyle::plain:
      return "plain";
    case ArNameStyle::slash:
      return "slash";
    case ArNameStyle::table:
      return "table";
    case ArNameStyle::leading:
      return "leading";
    case ArNameStyle::special:
      return "special";
  }
  return "";
}

ArListing scan_ar(Bytes bytes, Budget& budget) {
  const std::string_view text = as_text(bytes);
  ArListing listing{.thin = text.starts_with(kThinArMagic), .end = kArMagic.size()};
  std::string_view table;
  while (listing.end <= text.size() && text.size() - listing.end >= kArHeaderSize) {
    const std::string_view header = text.substr(listing.end, kArHeaderSize);
    const std::string_view size_field = header.substr(kSizeAt, kSizeWidth);
    const ArNumber size = read_number(size_field, 10);
    if (header.substr(kEndAt) != kHeaderEnd || !size.value || !budget.charge_members(1)) break;

    ArMember member{.header = listing.end, .size = *size.value};
    const std::uint64_t rest = text.size() - member.content();
    const std::string_view content = text.substr(member.content(), std::min(member.size, rest));
    const Name name = resolve(header.substr(0, kNameWidth), content, table);
    member.style = name.style;
    member.path = name.path;
    member.origin = name.origin;
    if (name.style == ArNameStyle::table) member.table_offset = name.length_or_offset;
    if (name.style == ArNameStyle::leading) member.name_length = name.length_or_offset;
    // The tables of a thin archive are stored in it, its members are not.
    const bool outside = listing.thin && name.style != ArNameStyle::special;
    member.stored = outside ? member.name_length : content.size();
    if (!name.problem.empty()) {
      member.problem = at_offset(name.problem, member.header);
    } else if (name.path.find_first_of(std::string_view("\n\0", 2)) != std::string_view::npos) {
      member.problem = at_offset("name contains a line feed or NUL", member.header);
    } else if (!outside && member.size > rest) {
      member.problem = at_offset("size " + std::to_string(member.size) + " exceeds the " +
                                     std::to_string(rest) + " bytes that are left",
                                 member.header);
    }
    if (member.path == "//" && name.style == ArNameStyle::special && table.empty()) table = content;
    const std::uint64_t next = member.content() + member.stored;
    listing.end = next + (next % 2 != 0 && next < text.size() ? 1 : 0);
    listing.members.push_back(std::move(member));
  }
  return listing;
}

void take_ar_header(TreeBuilder& tree, const ArMember& member, const ArHeaderEffects& effects, bool thin) {
  const bool clean = member.problem.empty();
  const std::uint8_t covered = clean ? kCovered : 0;
  tree.take("name", Kind::name, Encoding::bytes, Effect::behaviour, kNameWidth, covered);
  if (!clean) tree.anomaly(tree.last(), AnomalyKind::structural, member.problem);
  tree.alias("path", Kind::path, Effect::behaviour, member.path);
  tree.alias("name_style", Kind::dialect, Effect::inert, to_string(member.style), clean ? kInRange : 0);
  if (!member.origin.empty()) tree.alias("origin", Kind::offset, Effect::behaviour, member.origin);
  const bool blank = effects.blank_numbers;
  take_number(tree, "mtime", Kind::timestamp, effects.mtime, 12, 10, kMaxMtime, blank);
  take_number(tree, "uid", Kind::uid, effects.owner, 6, 10, 999'999, blank);
  take_number(tree, "gid", Kind::gid, effects.owner, 6, 10, 999'999, blank);
  take_number(tree, "mode", Kind::mode, effects.owner, 8, 8, kMaxMode, blank);

  const ArNumber size = read_number(
      as_text(tree.take("size", Kind::size, Encoding::decimal, Effect::behaviour, kSizeWidth)), 10);
  if (!size.canonical) {
    tree.anomaly(tree.last(), AnomalyKind::structural, "size is not a canonical number");
  } else if (clean && (!thin || member.style == ArNameStyle::special)) {
    tree.derived(tree.last(), true, "");
  }
  tree.take("end", Kind::magic, Encoding::bytes, Effect::behaviour, kHeaderEnd.size());
  if (member.name_length > 0) {
    tree.take("leading_name", Kind::name, Encoding::nul_text, Effect::behaviour, member.name_length, covered);
  }
}

void take_ar_padding(TreeBuilder& tree, const ArMember& member, ArPadding allowed) {
  const std::uint64_t end = member.content() + member.stored;
  if (end % 2 == 0 || tree.remaining() == 0) return;
  const std::string_view padding =
      as_text(tree.take("padding", Kind::padding, Encoding::bytes, Effect::behaviour, 1));
  const bool nul = allowed == ArPadding::line_feed_or_nul && padding == std::string_view("\0", 1);
  if (padding == "\n") {
    tree.derived(tree.last(), true, "");
  } else if (!nul && tree.ok()) {
    tree.anomaly(tree.last(), AnomalyKind::structural,
                 at_offset("padding is not a line feed", member.header));
  }
}

void take_ar_trailing(TreeBuilder& tree) {
  if (tree.remaining() == 0) return;
  const std::uint64_t length = tree.remaining();
  tree.take("trailing", Kind::trailing, Encoding::bytes, Effect::behaviour, length, kCritical);
  tree.anomaly(tree.last(), AnomalyKind::structural,
               std::to_string(length) + " bytes after the last member are not a member");
}

}  // namespace unrepro
