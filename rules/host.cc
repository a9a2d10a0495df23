// Identity and environment in text: who built it, on which host, with which variables.

#include <algorithm>
#include <array>

#include "rules/content/date.h"
#include "rules/content/place.h"
#include "rules/rule.h"

namespace unrepro {
namespace {

bool is_label_byte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
         c == '_';
}

// RFC 1123, section 2.1: letters, digits and hyphens in labels; users may have underscores.
bool is_label(std::string_view name) {
  return !name.empty() && name.size() <= 63 && name.front() != '-' && name.front() != '.' &&
         name.back() != '.' && std::all_of(name.begin(), name.end(), is_label_byte) &&
         name.find("..") == name.npos;
}

bool has_letter(std::string_view name) {
  return std::any_of(name.begin(), name.end(), [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; });
}

// The last word before a value, in lower case, without what assigns: "Built-By: ", "hostname=".
std::string label_before(std::string_view before) {
  const std::size_t last = before.find_last_not_of(" \t:=\"'>");
  if (last == before.npos) return {};
  const std::size_t first = before.find_last_of(" \t\"'<(,;{", last);
  std::size_t begin = first == before.npos ? 0 : first + 1;
  if (begin <= last && before[begin] == ':') ++begin;  // ":author: " of AsciiDoc and reStructuredText
  return lower(before.substr(begin, last + 1 - begin));
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// "NAME" of "export NAME=value" or "NAME: value" where the difference is in the value; else empty.
std::string_view variable(std::string_view before) {
  const std::size_t assign = before.find_first_of("=:");
  if (assign == before.npos) return {};
  std::string_view name = before.substr(0, assign);
  const std::size_t last = name.find_last_not_of(" \t\"'");
  if (last == name.npos) return {};
  name = name.substr(0, last + 1);
  const std::size_t first = name.find_last_of(" \t\"'{,;(");
  if (first != name.npos) name.remove_prefix(first + 1);
  const bool shouted = name.size() > 1 && std::all_of(name.begin(), name.end(), [](char c) {
                         return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
                       });
  return shouted ? name : std::string_view();
}

// Numbers that a CI system counts up.
bool is_run_number(std::string_view name) {
  return name.ends_with("RUN_ID") || name.ends_with("RUN_NUMBER") || name.ends_with("BUILD_NUMBER") ||
         name.ends_with("BUILD_ID") || name.ends_with("PIPELINE_ID") || name.ends_with("PIPELINE_IID") ||
         name.ends_with("JOB_ID");
}

std::string_view cause_of_variable(std::string_view name) {
  if (is_run_number(name)) return "build-counter";
  if (is_one_of(name, {"USER", "LOGNAME", "USERNAME", "HOSTNAME", "HOST", "COMPUTERNAME", "MAIL"}))
    return "host-user-identity";
  if (is_one_of(name, {"PWD", "OLDPWD", "BUILDDIR", "SRCDIR", "TOP_BUILDDIR"})) return "build-path";
  if (name == "TZ") return "timezone";
  const bool known = is_one_of(name, {"PATH",
                                      "HOME",
                                      "SHELL",
                                      "TERM",
                                      "DISPLAY",
                                      "LANG",
                                      "LANGUAGE",
                                      "EDITOR",
                                      "PAGER",
                                      "MAKEFLAGS",
                                      "TMPDIR",
                                      "JAVA_HOME",
                                      "SHLVL",
                                      "PS1",
                                      "CI",
                                      "COLUMNS",
                                      "LINES",
                                      "DEB_BUILD_OPTIONS",
                                      "XDG_RUNTIME_DIR",
                                      "COLORTERM",
                                      "HTTP_PROXY",
                                      "HTTPS_PROXY",
                                      "NO_PROXY"}) ||
                     name.starts_with("LC_") || name.starts_with("SSH_") || name.starts_with("XDG_") ||
                     name.starts_with("CI_") || name.starts_with("GITHUB_") || name.starts_with("JENKINS_") ||
                     name.find("CAPTURE") != name.npos;
  return known ? std::string_view("env-capture") : std::string_view();
}

// "TERM=screen", lines of which every one sets a variable of the environment.
bool are_variables(std::string_view lines) {
  if (!lines.ends_with('\n')) return false;
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(line.size() + 1);
    const std::size_t assign = line.find('=');
    if (assign == line.npos || cause_of_variable(line.substr(0, assign)) != "env-capture") return false;
  }
  return true;
}

// A number of jobs, which counts processors however its variable is called.
bool counts_jobs(const Place& place) {
  const std::string before = lower(place.before);
  return before.ends_with("-j") || before.ends_with("parallel=") ||
         (before.ends_with('-') && place.span.starts_with('j')) || before.ends_with("jobs=");
}

class HostRule final : public Rule {
 public:
  void propose(const Difference& difference, const Facts& facts,
               std::vector<Hypothesis>& sink) const override {
    if (!is_text_change(difference)) return;
    const Proof proof = in_program(difference) ? Proof::inferred : Proof::pattern;
    const Place left = place_of(difference.left), right = place_of(difference.right);
    if (counts_jobs(left)) return;
    if (left.span.empty() != right.span.empty() && left.before.empty() && right.before.empty() &&
        are_variables(left.span.empty() ? right.span : left.span)) {
      sink.push_back(
          {.cause = "env-capture", .proof = proof, .note = "set on one side only", .anchored = true});
      return;
    }
    if (const std::string_view name = variable(left.before); !name.empty()) {
      const bool in_line = left.span.find('\n') == left.span.npos && right.span.find('\n') == right.span.npos;
      if (const std::string_view cause = cause_of_variable(name); !cause.empty() && in_line) {
        sink.push_back({.cause = cause,
                        .proof = proof,
                        .note = std::string(name) + ": " + change(left.span, right.span),
                        .anchored = true});
        return;
      }
    }
    std::string_view before = widened(left, is_label_byte), after = widened(right, is_label_byte);
    if (before.ends_with('.') && after.ends_with('.')) {  // of the sentence
      before.remove_suffix(1);
      after.remove_suffix(1);
    }
    if (!is_label(before) || !is_label(after) || !has_letter(before) || !has_letter(after)) return;
    Hypothesis found{.cause = "host-user-identity", .proof = proof, .note = change(before, after)};
    found.anchored =
        is_named(left, before) && (is_named(right, after) || same_slot(left, before, right, after));
    for (const std::string_view name : {"host", "user"}) {
      const std::string_view here = facts.left_record.value(name), there = facts.right_record.value(name);
      if (here != before || there != after) continue;
      found.anchored = true;
      if (facts.left_record.trusted && facts.right_record.trusted) found.proof = Proof::recorded;
    }
    if (found.anchored) found.parameter = named(found.note);
    const std::string_view front(left.before.data(),
                                 static_cast<std::size_t>(before.data() - left.before.data()));
    if (found.anchored || label_before(front) == "on") sink.push_back(std::move(found));
  }

  // "on worker7" is a host where the same is said to be one elsewhere.
  bool confirm(const Difference&, const Hypothesis& hypothesis, const Fitted& fitted) const override {
    return hypothesis.anchored || hypothesis.proof == Proof::inferred ||
           fitted.support.of(named(hypothesis.note)) > 0;
  }

  Freedom capacity(const Difference& difference, const Hypothesis& hypothesis, const Fitted&) const override {
    constexpr std::uint64_t kDecibitsOfByte = 52;  // of the 37 letters of a label
    return {{kDecibitsOfByte * std::max<std::uint64_t>(difference.right.bytes.size(), 1), false},
            hypothesis.note};
  }

 private:
  static std::string named(const std::string& hosts) { return "named " + hosts; }

  // The bytes on either side of two names are the same.
  static bool same_slot(const Place& left, std::string_view name, const Place& right,
                        std::string_view other) {
    const auto front = [](const Place& place, std::string_view word) {
      return word.data() == place.before.data() ? '\0' : word.data()[-1];
    };
    const auto behind = [](const Place& place, std::string_view word) {
      const char* const end = word.data() + word.size();
      return end < place.after.data() + place.after.size() ? *end : '\0';
    };
    return front(left, name) == front(right, other) && behind(left, name) == behind(right, other);
  }

  // The slot is a host's or a user's: "user@host", "Built-By: user", "on host worker7".
  static bool is_named(const Place& place, std::string_view name) {
    const auto begin = static_cast<std::size_t>(name.data() - place.before.data());
    const std::string_view before = place.before.substr(0, std::min(begin, place.before.size()));
    const char* const end = name.data() + name.size();
    const char next = end < place.after.data() + place.after.size() ? *end : '\0';
    if (before.ends_with("://") || before.ends_with('/')) return false;
    if (before.ends_with('@') || next == '@') {
      // An address to write to is none of the build's.
      const std::string line = lower(place.before) + lower(place.after);
      return before.find("://") == before.npos &&
             mentions(line, {"built", "build", "compil", "generat", "creat", "packag", "by ", "by:", "user",
                             "version"}) &&
             !mentions(line, {"report", "contact", "bugs", "mail", "send", "maint"});
    }
    // Who has no name but that of the account: "builder <builder@host>".
    const std::string_view behind(end,
                                  static_cast<std::size_t>(place.after.data() + place.after.size() - end));
    if (behind.starts_with(" <" + std::string(name) + "@")) return true;
    const std::string label = label_before(before);
    const bool digit = name.front() >= '0' && name.front() <= '9';
    if (digit && is_one_of(label, {"user", "by", "on"})) return false;
    if (label == "on" && named_day_or_month(name)) return false;
    // uname -a: "Linux HOST RELEASE", and R's "Packaged: DATE; USER".
    if (label == "linux" && behind.size() > 1 && behind[0] == ' ' && behind[1] >= '0' && behind[1] <= '9')
      return true;
    if (before.ends_with("; ") && lower(before).starts_with("packaged: ")) return true;
    if (is_one_of(label,
                  {"host",       "hostname",  "build-host", "buildhost",  "build_host",   "build-hostname",
                   "built-by",   "user",      "username",   "build-user", "builduser",    "build_user",
                   "built_by",   "user.name", "packager",   "node",       "nodename",     "login",
                   "logname",    "builder",   "cf_by",      "myhostname", "compiled-by",  "build.host",
                   "build.user", "builtby",   "fqdn",       "uploader",   "buildmachine", "author",
                   "creator",    "dc:creator"}))
      return true;
    const std::string line = lower(before);
    const bool made = mentions(
        line, {"built", "build", "compil", "generat", "creat", "assembl", "produc", "packag", "prepar"});
    if (label == "by") return made || line.starts_with("by");
    return (label == "on" || label == "machine") && (made || mentions(line, {"by"}));
  }
};

}  // namespace

const Rule& host_rule() {
  static const HostRule kRule;
  return kRule;
}

}  // namespace unrepro
