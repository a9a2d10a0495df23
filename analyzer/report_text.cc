#include "analyzer/report_text.h"

#include <algorithm>
#include <unordered_map>

#include "analyzer/printable.h"
#include "analyzer/summary.h"
#include "analyzer/text_layout.h"
#include "analyzer/wording.h"
#include "rules/cause.h"

namespace unrepro {
namespace {

constexpr std::size_t kShownAlerts = 20;
constexpr std::size_t kShownResidue = 10;
constexpr std::size_t kShownIncomplete = 20;
constexpr std::size_t kShownPlaces = 3;

// At most eight columns: exact as long as it fits.
std::string short_size(std::uint64_t bytes) {
  if (bytes < 100'000'000) return std::to_string(bytes);
  constexpr std::uint64_t kMiB = 1 << 20;
  const std::uint64_t mebibytes = bytes / kMiB;
  if (mebibytes < 10'000) return std::to_string(mebibytes) + " MiB";
  return std::to_string(mebibytes / 1024) + " GiB";
}

std::string_view first_sentence(std::string_view text) {
  const std::size_t end = text.find(". ");
  std::string_view sentence = text.substr(0, end);
  if (sentence.ends_with('.')) sentence.remove_suffix(1);
  return sentence;
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (const std::string& part : parts) {
    if (!out.empty()) out += separator;
    out += part;
  }
  return out;
}

Paint paint_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::identical:
    case Verdict::equivalent:
      return Paint::green;
    case Verdict::explained:
    case Verdict::incomplete:
      return Paint::yellow;
    case Verdict::divergent:
      return Paint::red;
  }
  return Paint::plain;
}

// What follows from each root cause: derived findings, counted by root and by their own cause.
class Consequences {
 public:
  explicit Consequences(const Report& report) {
    std::unordered_map<std::uint32_t, std::size_t> index;
    for (std::size_t i = 0; i < report.findings.size(); ++i) index.emplace(report.findings[i].id, i);
    std::vector<std::vector<std::size_t>> sources_to(report.findings.size());
    for (std::size_t i = 0; i < report.findings.size(); ++i) {
      for (const std::uint32_t id : report.findings[i].derived_from) {
        if (const auto source = index.find(id); source != index.end())
          sources_to[source->second].push_back(i);
      }
    }
    by_root_.resize(report.causes.size());
    for (std::size_t root = 0; root < report.causes.size(); ++root) {
      std::vector<bool> seen(report.findings.size());
      std::vector<std::size_t> open;
      for (std::size_t i = 0; i < report.findings.size(); ++i) {
        if (report.findings[i].cause == report.causes[root].id && !report.findings[i].derived)
          open.push_back(i);
      }
      while (!open.empty()) {
        const std::size_t source = open.back();
        open.pop_back();
        for (const std::size_t target : sources_to[source]) {
          if (seen[target] || !report.findings[target].derived) continue;
          seen[target] = true;
          open.push_back(target);
          ++by_root_[root][report.findings[target].cause];
        }
      }
    }
  }

  const std::map<std::string, std::uint64_t>& of_root(std::size_t root) const { return by_root_[root]; }

  // "[1][3]": the roots of derived findings with this cause.
  std::string roots(const std::string& derived_cause) const {
    std::string out;
    for (std::size_t root = 0; root < by_root_.size(); ++root) {
      if (by_root_[root].contains(derived_cause)) out += '[' + std::to_string(root + 1) + ']';
    }
    return out;
  }

 private:
  std::vector<std::map<std::string, std::uint64_t>> by_root_;
};

class TextReport {
 public:
  TextReport(const Report& report, const TextStyle& style)
      : report_(report), text_(style.width, style.color) {}

  std::string whole();
  std::string one(const Finding& finding);

 private:
  void first_lines();
  std::string blockers() const;
  std::string acceptance() const;
  void sides();
  void bytes();
  void alerts();
  void root_causes(const Consequences& consequences);
  void root_cause(std::size_t index, const Consequences& consequences);
  void follows(const Consequences& consequences);
  void unexplained();
  void leads();
  void not_checked();

  void section(std::string_view title, std::string_view text) {
    text_.blank();
    text_.line(text_.paint(Paint::bold, title) + "  " + std::string(text));
  }
  void values(const Finding& finding);
  void numbered(const Finding& finding, std::string_view what);

  const Report& report_;
  TextLayout text_;
};

std::string TextReport::whole() {
  first_lines();
  if (report_.verdict == Verdict::identical) return text_.take();
  sides();
  alerts();
  const Consequences consequences(report_);
  root_causes(consequences);
  follows(consequences);
  unexplained();
  leads();
  not_checked();
  return text_.take();
}

void TextReport::first_lines() {
  const std::string head = headline(report_);
  std::vector<std::string> clauses;
  if (report_.verdict == Verdict::identical) {
    clauses.push_back("same bytes");
    if (!report_.left.format.empty()) clauses.push_back(printable(report_.left.format));
    if (!report_.left.sha256.empty()) {
      clauses.push_back(std::to_string(report_.left.size) + " bytes");
      clauses.push_back("sha256 " + printable(report_.left.sha256).substr(0, 16) + "…");
    } else if (report_.members > 0) {
      clauses.push_back(counted(report_.members, "file"));
    }
    text_.line(text_.paint(Paint::green, head) + "  " + joined(clauses, ", "));
    return;
  }
  if (!report_.subject.empty()) clauses.push_back(printable(report_.subject));
  if (report_.members > 1) {
    clauses.push_back(std::to_string(report_.differing_members) + " of " + std::to_string(report_.members) +
                      " files differ");
  }
  clauses.push_back(counted(report_.alerts, "alert"));
  if (const std::string blocked = blockers(); !blocked.empty()) clauses.push_back("blocked by " + blocked);
  const std::size_t columns = display_width(head) + 2;
  text_.hang(text_.paint(paint_of(report_.verdict), head) + "  ", columns, joined(clauses, "; "));
  text_.hang(std::string(columns, ' '), columns, acceptance());
}

std::string TextReport::blockers() const {
  std::string out;
  for (std::size_t i = 0; i < report_.causes.size(); ++i) {
    if (report_.causes[i].blocking) out += '[' + std::to_string(i + 1) + ']';
  }
  return out;
}

std::string TextReport::acceptance() const {
  const Capacity& capacity = report_.accounting.capacity;
  const std::string leaves = "it leaves " + bits(capacity) + (capacity.unbounded ? " freedom" : " bits") +
                             " to whoever controls one side";
  switch (report_.verdict) {
    case Verdict::identical:
      return {};
    case Verdict::equivalent:
      return "accepted by --accept equivalent; " + leaves;
    case Verdict::explained:
      return "accepted by --accept explained, not by --accept equivalent; " + leaves;
    case Verdict::incomplete:
      return "nothing is claimed: see NOT CHECKED";
    case Verdict::divergent:
      break;
  }
  std::string out;
  const std::string blocked = blockers();
  if (!blocked.empty() && report_.without_blocking != Verdict::divergent) {
    out = "without " + blocked + ": " + std::string(to_string(report_.without_blocking));
  }
  if (report_.alerts > 0) return out + (out.empty() ? "" : "; ") + "an alert is never accepted";
  return out.empty() ? "no --accept covers it" : out;
}

void TextReport::sides() {
  const auto details = [](const ReportSide& side) {
    std::string out = printable(side.format.empty() ? "unknown format" : side.format);
    out += "  " + std::to_string(side.size) + " bytes";
    if (!side.sha256.empty()) out += "  sha256 " + printable(side.sha256).substr(0, 16) + "…";
    return out;
  };
  const std::string left = printable(report_.left.path);
  const std::string right = printable(report_.right.path);
  const std::size_t path_columns = std::max(display_width(left), display_width(right));
  const std::size_t detail_columns =
      std::max(display_width(details(report_.left)), display_width(details(report_.right)));
  const bool one_line = 7 + path_columns + 2 + detail_columns <= text_.width();
  text_.blank();
  const auto side = [&](std::string_view label, const std::string& path, const std::string& detail) {
    const std::string head = text_.paint(Paint::dim, pad_right(label, 7));
    if (one_line) {
      text_.line(head + pad_right(path, path_columns) + "  " + text_.paint(Paint::dim, detail));
    } else {
      text_.hang(head, 7, path);
      text_.hang("       ", 7, detail, Paint::dim);
    }
  };
  side("left", left, details(report_.left));
  side("right", right, details(report_.right));
  if (report_.left.normal_sha256 && report_.right.normal_sha256) {
    const bool same = *report_.left.normal_sha256 == *report_.right.normal_sha256;
    text_.hang(
        text_.paint(Paint::dim, "normal "), 7,
        same ? "the same on both sides: sha256 " + printable(*report_.left.normal_sha256).substr(0, 16) + "…"
             : "sha256 " + printable(*report_.left.normal_sha256).substr(0, 16) + "… and " +
                   printable(*report_.right.normal_sha256).substr(0, 16) + "…");
  }
  bytes();
}

void TextReport::bytes() {
  const Accounting& accounting = report_.accounting;
  std::string out = std::to_string(accounting.differing_bytes) +
                    " differ: " + std::to_string(accounting.explained_bytes) + " explained";
  if (accounting.derived_bytes > 0) {
    out += ", of them " + std::to_string(accounting.derived_bytes) + " derived";
  }
  out += "; " + std::to_string(accounting.unexplained_bytes) + " unexplained";
  text_.hang(text_.paint(Paint::dim, "bytes  "), 7, out);
}

void TextReport::values(const Finding& finding) {
  const std::string left = finding.left ? printable(finding.left->value) : "(absent)";
  const std::string right = finding.right ? printable(finding.right->value) : "(absent)";
  if (!finding.left && !finding.right) return;
  if (display_width(left) + 3 + display_width(right) <= text_.row_columns()) {
    text_.row("values", left + " → " + right);
  } else {
    text_.row("left", left);
    text_.row("right", right);
  }
}

// "#12  what  where": a finding that `unrepro show` opens.
void TextReport::numbered(const Finding& finding, std::string_view what) {
  const std::string head = '#' + std::to_string(finding.id);
  const std::size_t columns = std::max<std::size_t>(display_width(head) + 1, 4);
  text_.hang(text_.paint(Paint::bold, pad_right(head, columns)), columns,
             std::string(what) + "  " + place(finding.location));
}

void TextReport::alerts() {
  if (report_.alerts == 0) return;
  const std::string title = "ALERTS " + std::to_string(report_.alerts);
  text_.blank();
  text_.line(text_.paint(Paint::red, title));
  std::size_t shown = 0;
  for (const Finding& finding : report_.findings) {
    if (finding.severity != Severity::alert) continue;
    if (shown == kShownAlerts) break;
    ++shown;
    numbered(finding, printable(finding.cause));
    values(finding);
    text_.row("note", printable(finding.note));
  }
  if (shown < report_.alerts) text_.line("    and " + std::to_string(report_.alerts - shown) + " more");
}

void TextReport::root_causes(const Consequences& consequences) {
  if (report_.causes.empty()) return;
  text_.blank();
  const std::string columns =
      pad_right("verdict", 12) + pad_right("proof", 10) + pad_left("bytes", 10) + pad_left("bits", 11);
  const std::size_t left = text_.width() > 43 ? text_.width() - 43 : 0;
  text_.line(text_.paint(Paint::bold, pad_right("ROOT CAUSES", left)) + text_.paint(Paint::dim, columns));
  for (std::size_t i = 0; i < report_.causes.size(); ++i) root_cause(i, consequences);
}

void TextReport::root_cause(std::size_t index, const Consequences& consequences) {
  const CauseSummary& cause = report_.causes[index];
  const CauseInfo* info = find_cause(cause.id);
  const std::string_view title = info != nullptr ? info->title : std::string_view();
  const std::size_t left = text_.width() > 43 ? text_.width() - 43 : 0;

  std::string head = '[' + std::to_string(index + 1) + "] " + printable(cause.id);
  const std::size_t title_at = std::max<std::size_t>(display_width(head) + 2, 24);
  const bool title_fits = title_at + display_width(title) + 2 <= left;
  std::string line = text_.paint(Paint::bold, head);
  std::size_t used = display_width(head);
  if (title_fits) {
    line += std::string(title_at - used, ' ') + text_.paint(Paint::dim, title);
    used = title_at + display_width(title);
  }
  if (used + 1 > left) {
    text_.line(line);
    line.clear();
    used = 0;
  }
  const std::string verdict = cause.verdict == Verdict::divergent ? upper(to_string(cause.verdict))
                                                                  : std::string(to_string(cause.verdict));
  line.append(left - used, ' ');
  line += text_.paint(paint_of(cause.verdict), verdict) + std::string(12 - verdict.size(), ' ');
  line += pad_right(to_string(cause.proof), 10) + pad_left(short_size(cause.bytes), 10) +
          pad_left(bits(cause.capacity), 11);
  text_.line(line);

  if (!title_fits) text_.row("what", title);
  std::vector<std::string> places;
  for (const std::string& location : cause.locations) {
    if (places.size() < kShownPlaces) places.push_back(place(location));
  }
  std::string where = joined(places, ", ");
  if (cause.findings > places.size()) {
    where += where.empty() ? counted(cause.findings, "finding")
                           : " and more, " + counted(cause.findings, "finding") + " in all";
  }
  text_.row("where", where);
  const bool told_elsewhere = cause.id == kUnexplained || cause.severity == Severity::alert;
  if (!told_elsewhere) {
    const auto first =
        std::find_if(report_.findings.begin(), report_.findings.end(),
                     [&](const Finding& finding) { return finding.cause == cause.id && !finding.derived; });
    if (first != report_.findings.end()) values(*first);
    std::vector<std::string> notes;
    for (const std::string& note : cause.notes) {
      if (notes.size() < 2) notes.push_back(printable(note));
    }
    text_.row("note", joined(notes, "; "));
  }
  std::vector<std::string> derived;
  for (const auto& [id, count] : consequences.of_root(index)) {
    derived.push_back(printable(id) + (count > 1 ? " (" + std::to_string(count) + ')' : ""));
  }
  text_.row("follows", joined(derived, ", "));
  text_.row("fix", cause.remedies.empty() ? first_sentence(info != nullptr ? info->remedy : "")
                                          : printable(remedy_of(cause)));
}

void TextReport::follows(const Consequences& consequences) {
  struct Group {
    std::uint64_t findings = 0;
    std::uint64_t unverified = 0;
    std::string first;
  };
  std::map<std::string, Group> groups;
  for (const Finding& finding : report_.findings) {
    if (!finding.derived) continue;
    Group& group = groups[finding.cause];
    if (group.findings++ == 0) group.first = place(finding.location);
    if (finding.proof != Proof::recomputed) ++group.unverified;
  }
  if (groups.empty()) return;
  section("FOLLOWS", "verified: recomputed from each side's own bytes");
  for (const auto& [id, group] : groups) {
    const std::string head =
        "    " + pad_right(printable(id), 25) + pad_left(std::to_string(group.findings), 5) + "  ";
    std::string text;
    if (const std::string roots = consequences.roots(id); !roots.empty()) text = "from " + roots + "  ";
    if (group.unverified == group.findings) {
      text += "not verified";
    } else {
      text += "verified";
      if (group.unverified > 0) text += " but for " + std::to_string(group.unverified);
    }
    text_.hang(head, display_width(head), text + ": " + group.first + (group.findings > 1 ? ", …" : ""));
  }
}

void TextReport::unexplained() {
  const std::uint64_t total = report_.accounting.unexplained_bytes;
  std::uint64_t nameless = 0, findings = 0;
  for (const CauseSummary& cause : report_.causes) {
    if (cause.id != kUnexplained) continue;
    nameless = cause.bytes;
    findings = cause.findings;
  }
  std::string text = counted(total, "byte");
  if (total > nameless)
    text += nameless == 0 ? ", all named above" : ", " + counted(nameless, "byte") + " without a name";
  if (findings > 0) text += " in " + counted(findings, "finding");
  text_.blank();
  text_.line(text_.paint(total > 0 ? Paint::red : Paint::bold, "UNEXPLAINED") + "  " + text);
  std::uint64_t shown = 0;
  for (const Finding& finding : report_.findings) {
    if (finding.cause != kUnexplained || finding.severity == Severity::alert) continue;
    if (shown == kShownResidue) break;
    ++shown;
    numbered(finding, std::string(to_string(finding.kind)) + ", " + counted(finding.bytes, "byte") + ':');
    values(finding);
    text_.row("note", printable(finding.note));
  }
  if (shown > 0 && findings > shown) {
    text_.line("    and " + std::to_string(findings - shown) + " more: unrepro show REPORT.json N opens one");
  }
}

void TextReport::leads() {
  if (report_.leads.empty()) return;
  section("LEADS", "suspicions that explain nothing");
  for (const Lead& lead : report_.leads) {
    text_.hang("    " + printable(lead.id) + "  ", display_width(printable(lead.id)) + 6,
               printable(lead.evidence));
    if (const CauseInfo* info = find_cause(lead.id)) text_.row("fix", first_sentence(info->remedy));
  }
}

void TextReport::not_checked() {
  const std::string title = "NOT CHECKED";
  text_.blank();
  if (report_.incomplete.empty()) {
    text_.line(text_.paint(Paint::bold, title) + "  nothing");
  } else {
    text_.line(text_.paint(Paint::yellow, title));
    std::size_t shown = 0;
    for (const Incomplete& each : report_.incomplete) {
      if (shown++ == kShownIncomplete) {
        text_.line("    and " + std::to_string(report_.incomplete.size() - kShownIncomplete) + " more");
        break;
      }
      text_.hang("    ", 4, place(each.location) + ": " + printable(each.reason));
    }
  }
  if (report_.omitted_findings > 0) {
    text_.hang(text_.paint(Paint::bold, "NOT LISTED") + "   ", 13,
               counted(report_.omitted_findings, "finding") + ", " + counted(report_.omitted_bytes, "byte") +
                   "; counted above, see --max-findings");
  }
}

std::string TextReport::one(const Finding& finding) {
  const CauseInfo* info = find_cause(finding.cause);
  const std::string head = '#' + std::to_string(finding.id) + ' ' + printable(finding.cause);
  text_.hang(text_.paint(Paint::bold, head) + "  ", display_width(head) + 2,
             info != nullptr ? info->title : std::string_view());
  text_.row("where", printable(finding.location));
  text_.row("field", printable(finding.field) + " (" + std::string(to_string(finding.kind)) + ", format " +
                         printable(finding.format) + ')');
  text_.row("verdict", to_string(finding.verdict), paint_of(finding.verdict));
  std::string why = std::string(to_string(finding.effect)) + " field, proof " +
                    std::string(to_string(finding.proof)) + ", severity " +
                    std::string(to_string(finding.severity));
  if (finding.touches_code) why += ", touches code";
  text_.row("because", why);
  text_.row("size",
            counted(finding.differences, "difference") + ", " + counted(finding.bytes, "byte") + ", " +
                (finding.capacity.unbounded ? "unbounded freedom" : bits(finding.capacity) + " bits") +
                " for whoever controls one side");
  const auto evidence = [&](std::string_view label, const std::optional<Evidence>& side) {
    text_.row(label, side ? printable(side->value) : "(absent)");
    if (side) {
      text_.row("", "at byte " + std::to_string(side->offset) + ", " + counted(side->length, "byte"),
                Paint::dim);
    }
  };
  evidence("left", finding.left);
  evidence("right", finding.right);
  text_.row("note", printable(finding.note));
  for (std::size_t i = 0; i < finding.listing.size(); ++i)
    text_.row(i == 0 ? "code" : "", printable(finding.listing[i]));
  const auto related = [&](std::string_view label, auto&& belongs) {
    std::size_t shown = 0;
    for (const Finding& other : report_.findings) {
      if (!belongs(other)) continue;
      if (++shown > kShownResidue) {
        text_.row("", "and more");
        break;
      }
      text_.row(shown == 1 ? label : std::string_view(),
                '#' + std::to_string(other.id) + ' ' + printable(other.cause) + "  " + place(other.location));
    }
  };
  const auto has = [](const std::vector<std::uint32_t>& ids, std::uint32_t id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
  };
  related("from", [&](const Finding& other) { return has(finding.derived_from, other.id); });
  related("follows", [&](const Finding& other) { return has(other.derived_from, finding.id); });
  if (info != nullptr) {
    text_.blank();
    text_.row("meaning", info->meaning);
    text_.row("told by", info->evidence);
    text_.row("fix", finding.remedy.empty() ? std::string(info->remedy) : printable(finding.remedy));
    text_.row("risk", info->risk);
  }
  return text_.take();
}

}  // namespace

std::string report_text(const Report& report, const TextStyle& style) {
  return TextReport(report, style).whole();
}

std::string finding_text(const Report& report, const Finding& finding, const TextStyle& style) {
  return TextReport(report, style).one(finding);
}

}  // namespace unrepro
