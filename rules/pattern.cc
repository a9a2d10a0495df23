#include "rules/pattern.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "rules/cause.h"
#include "rules/content/date.h"

namespace unrepro {
namespace {

constexpr std::size_t kMostSlots = 4;

struct SlotSyntax {
  std::string_view name;
  SlotType type;
  std::string_view group;
};
constexpr std::array<SlotSyntax, 9> kSlots = {{
    {"date", SlotType::date, "([0-9A-Za-z\\x80-\\xff][0-9A-Za-z:.,+'/ \\x80-\\xff-]{3,63}?)"},
    {"path", SlotType::path, "(/[A-Za-z0-9._+~/-]{2,255}?)"},
    {"host", SlotType::host, "([A-Za-z0-9.-]{1,253}?)"},
    {"user", SlotType::user, "([A-Za-z_][A-Za-z0-9_.-]{0,31}?)"},
    {"version", SlotType::version, "([0-9][A-Za-z0-9._+~-]{0,63}?)"},
    {"number", SlotType::number, "([0-9]{1,20}?)"},
    {"hex", SlotType::hex, "([0-9a-fA-F]{4,128}?)"},
    {"word", SlotType::word, "([A-Za-z0-9_.-]{1,64}?)"},
    {"text", SlotType::text, "([ !#-;=?-~]{1,256}?)"},
}};

bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

// RFC 1123, section 2.1. The alphabet is checked by the group.
bool is_host(std::string_view name) {
  if (std::none_of(name.begin(), name.end(), is_letter)) return false;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    const std::string_view label = name.substr(begin, end - begin);
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    begin = end + 1;
  }
  return true;
}

// Design 1.3: at least two components and no "..".
bool is_path(std::string_view path) {
  return std::count(path.begin(), path.end(), '/') >= 2 && path.find("//") == path.npos &&
         (std::string(path) + '/').find("/../") == path.npos;
}

bool fits(SlotType type, std::string_view left, std::string_view right, std::int64_t reference_time) {
  switch (type) {
    case SlotType::date: {
      const auto l = parse_date(left), r = parse_date(right);
      return l && r && l->spelling == r->spelling && l->precision == r->precision &&
             l->language == r->language && l->spelling != DateSpelling::time &&
             l->spelling != DateSpelling::yearless && in_build_window(*l, reference_time) &&
             in_build_window(*r, reference_time) && !is_zone_shift(*l, *r);
    }
    case SlotType::path:
      return is_path(left) && is_path(right);
    case SlotType::host:
      return is_host(left) && is_host(right);
    default:
      return true;  // the group says all
  }
}

// Visits what stands outside of groups, classes and slots, the bytes that open one and escapes included.
template <class Visitor>
void visit_outside(std::string_view line, Visitor&& visit) {
  std::size_t depth = 0;
  bool in_class = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (depth == 0 && !in_class) visit(c);
    if (c == '\\') {
      ++i;
    } else if (in_class) {
      in_class = c != ']';
    } else if (c == '[') {
      in_class = true;
    } else if (c == '(' || c == '{') {
      ++depth;
    } else if ((c == ')' || c == '}') && depth > 0) {
      --depth;
    }
  }
}

// Letters that every match has; none where there is a choice.
std::size_t fixed_length(std::string_view line) {
  std::size_t count = 0;
  bool choice = false;
  visit_outside(line, [&](char c) {
    count += is_letter(c);
    choice = choice || c == '|';
  });
  return choice ? 0 : count;
}

// The longest piece of a line that every match holds as it stands; possibly empty.
std::string fixed_text(std::string_view line) {
  if (fixed_length(line) == 0) return {};
  std::string longest, piece;
  visit_outside(line, [&](char c) {
    if (is_letter(c) || c == ' ' || c == '-' || c == ':' || c == '#') {
      piece.push_back(c);
    } else {
      // A quantifier makes the byte before it optional.
      if ((c == '?' || c == '*' || c == '{') && !piece.empty()) piece.pop_back();
      if (piece.size() > longest.size()) longest = piece;
      piece.clear();
    }
  });
  return std::max(piece, longest,
                  [](const std::string& x, const std::string& y) { return x.size() < y.size(); });
}

// Whether the slot may be called a mere record.
bool is_record_slot(SlotType type) {
  return type != SlotType::path && type != SlotType::word && type != SlotType::text;
}

// The line that a place cut out, without the carriage return of its end.
std::string_view whole(const Place& place) {
  std::string_view line(place.before.data(), place.before.size() + place.span.size() + place.after.size());
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool ends_path(std::string_view glob, std::string_view path) {
  // Greedy with one point to return to: O(glob · path).
  std::size_t g = 0, p = 0, star = glob.npos, mark = 0;
  bool crosses = false;
  while (p < path.size()) {
    if (g < glob.size() && glob[g] == '*') {
      crosses = glob.substr(g).starts_with("**");
      g += crosses ? 2 : 1;
      star = g;
      mark = p;
    } else if (g < glob.size() && (glob[g] == path[p] || (glob[g] == '?' && path[p] != '/'))) {
      ++g, ++p;
    } else if (star != glob.npos && (crosses || path[mark] != '/')) {
      g = star;
      p = ++mark;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

}  // namespace

bool glob_matches(std::string_view glob, std::string_view path) {
  const auto parts = static_cast<std::size_t>(std::count(glob.begin(), glob.end(), '/'));
  std::size_t begin = path.size();  // of as many last parts as the glob has
  for (std::size_t i = 0; i <= parts && begin != path.npos && begin > 0; ++i) {
    begin = path.rfind('/', begin - 1);
  }
  if (glob.find("**") != glob.npos) return ends_path(glob, path);
  return ends_path(glob, begin == path.npos || begin == 0 ? path : path.substr(begin + 1));
}

Pattern::Pattern(PatternText text) : text_(std::move(text)), fixed_(fixed_text(text_.line)) {
  const std::string_view line = text_.line;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t open = line.find('{', at), close = line.find('}', open);
    const bool slot = close != line.npos && open + 1 < line.size() && is_letter(line[open + 1]);
    if (!slot) {
      source_ += line.substr(at, open == line.npos ? line.npos : open + 1 - at);
      at = open == line.npos ? line.size() : open + 1;
      continue;
    }
    const std::string_view name = line.substr(open + 1, close - open - 1);
    source_ += line.substr(at, open - at);
    at = close + 1;
    const auto found = std::find_if(kSlots.begin(), kSlots.end(),
                                    [=](const SlotSyntax& syntax) { return syntax.name == name; });
    if (found == kSlots.end()) {
      if (unknown_slot_.empty()) unknown_slot_ = name;
      continue;
    }
    source_ += "(?P<slot" + std::to_string(slots_.size()) + '>' + std::string(found->group.substr(1));
    slots_.push_back(found->type);
  }
}

Pattern::~Pattern() = default;

const re2::RE2& Pattern::expression() const {
  std::call_once(once_, [this] {
    re2::RE2::Options options(re2::RE2::Latin1);
    options.set_max_mem(1 << 20);
    options.set_log_errors(false);
    expression_ = std::make_unique<re2::RE2>(source_, options);
  });
  return *expression_;
}

std::vector<std::string> Pattern::lint() const {
  std::vector<std::string> wrong;
  const auto demand = [&](bool holds, std::string complaint) {
    if (!holds) wrong.push_back(std::move(complaint));
  };
  const bool has_id = !text_.id.empty() && std::all_of(text_.id.begin(), text_.id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  demand(has_id, "id: small letters, digits and hyphens");
  const CauseInfo* cause = find_cause(text_.cause);
  demand(cause != nullptr && cause->family != "residual" && cause->family != "derived",
         "cause: '" + text_.cause + "' is none that a rule can find");
  demand(unknown_slot_.empty(), "line: no slot is called '" + unknown_slot_ + "'");
  demand(!slots_.empty() && slots_.size() <= kMostSlots, "line: one to four slots");
  demand(expression().ok(), "line: " + expression().error());
  demand(!expression().ok() || (expression().NumberOfCapturingGroups() == static_cast<int>(slots_.size()) &&
                                expression().NamedCapturingGroups().size() == slots_.size()),
         "line: groups are written (?:…)");
  demand(fixed_length(text_.line) >= 2,
         "line: two letters of fixed text outside of groups, and no '|' there");
  demand(!text_.remedy.empty(), "remedy: missing");
  demand(!text_.references.empty(), "references: missing");
  demand(!text_.formats.empty() || !text_.paths.empty(), "applies: formats or paths are missing");
  demand(!text_.matches.empty() && !text_.look_alikes.empty(),
         "examples: at least one match and one look-alike");
  for (const std::string& kind : text_.kinds)
    demand(kind == "text" || kind == "script", "kinds: text or script");
  if (!text_.record) return wrong;
  demand(fixed_length(text_.line) >= 5, "effect: five letters of fixed text at least");
  demand(std::all_of(slots_.begin(), slots_.end(), is_record_slot),
         "effect: only dates, hosts, users, versions, numbers and hexadecimals are records");
  demand(!text_.paths.empty() && std::all_of(text_.paths.begin(), text_.paths.end(),
                                             [](std::string_view path) {
                                               const auto base = path.substr(path.rfind('/') + 1);
                                               return base.find_first_of("*?") == base.npos ||
                                                      std::count_if(base.begin(), base.end(), is_letter) >= 6;
                                             }),
         "effect: every path must name its file");
  return wrong;
}

bool Pattern::applies(const Difference& difference) const {
  const std::string_view kind = difference.kind == Kind::script ? "script" : "text";
  const auto holds = [](const std::vector<std::string>& list, auto&& predicate) {
    return list.empty() || std::any_of(list.begin(), list.end(), predicate);
  };
  if (text_.record && (difference.kind != Kind::text || difference.critical || in_program(difference)))
    return false;
  return holds(text_.kinds, [=](std::string_view each) { return each == kind; }) &&
         holds(text_.formats,
               [&](std::string_view each) {
                 return each == difference.left.tree->format && each == difference.right.tree->format;
               }) &&
         holds(text_.paths, [&](std::string_view each) {
           // A record is one at its own place only: META-INF of an archive's root, no folder of that name.
           const bool at_root = std::count(each.begin(), each.end(), '/') ==
                                std::count(difference.path.begin(), difference.path.end(), '/');
           return glob_matches(each, difference.path) && (at_root || !text_.record);
         });
}

const SlotType* Pattern::match(const Place& left, const Place& right, std::int64_t reference_time) const {
  // Most lines are none of this rule's: their expression need not be compiled.
  if (whole(left).find(fixed_) == std::string_view::npos) return nullptr;
  if (!expression().ok() || slots_.empty() || slots_.size() > kMostSlots) return nullptr;
  struct Matched {
    std::string_view line, span;
    std::array<re2::StringPiece, kMostSlots> slots;
  };
  Matched sides[2] = {{whole(left), left.span, {}}, {whole(right), right.span, {}}};
  for (Matched& side : sides) {
    std::array<re2::RE2::Arg, kMostSlots> values;
    std::array<const re2::RE2::Arg*, kMostSlots> pointers;
    for (std::size_t i = 0; i < kMostSlots; ++i) {
      values[i] = re2::RE2::Arg(&side.slots[i]);
      pointers[i] = &values[i];
    }
    const re2::StringPiece line(side.line.data(), side.line.size());
    if (!re2::RE2::FullMatchN(line, expression(), pointers.data(), static_cast<int>(slots_.size())))
      return nullptr;
  }
  const auto value = [&](int side, std::size_t i) {
    return std::string_view(sides[side].slots[i].data(), sides[side].slots[i].size());
  };
  const SlotType* holder = nullptr;
  const char* ends[2] = {sides[0].line.data(), sides[1].line.data()};  // of the slot before
  const auto between = [&](int side, const char* to) {
    return std::string_view(ends[side], static_cast<std::size_t>(to - ends[side]));
  };
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const std::string_view l = value(0, i), r = value(1, i);
    if (l.empty() || r.empty() || between(0, l.data()) != between(1, r.data())) return nullptr;
    if (l != r && !fits(slots_[i], l, r, reference_time)) return nullptr;
    const auto inside = [](std::string_view span, std::string_view slot) {
      return span.data() >= slot.data() && span.data() + span.size() <= slot.data() + slot.size();
    };
    if (inside(sides[0].span, l) && inside(sides[1].span, r)) holder = &slots_[i];
    ends[0] = l.data() + l.size();
    ends[1] = r.data() + r.size();
  }
  const bool same_end = between(0, sides[0].line.data() + sides[0].line.size()) ==
                        between(1, sides[1].line.data() + sides[1].line.size());
  return same_end ? holder : nullptr;
}

}  // namespace unrepro
