// Numbers, ids and addresses in text that one run of a build has and the next has not.

#include <algorithm>
#include <charconv>
#include <optional>

#include "formats/ascii.h"
#include "rules/content/atom.h"
#include "rules/content/place.h"
#include "rules/rule.h"

namespace unrepro {
namespace {

using ascii::is_digit;
using ascii::is_hex;
bool is_name_byte(char c) { return ascii::is_alnum(c) || c == '_'; }
bool is_release_byte(char c) { return is_name_byte(c) || c == '.' || c == '-' || c == '+' || c == '~'; }
bool all(std::string_view text, bool (*predicate)(char)) {
  return !text.empty() && std::all_of(text.begin(), text.end(), predicate);
}

struct Words {
  Place left_place, right_place;
  std::string_view left, right;                  // names around both spans
  std::string_view left_release, right_release;  // with dots and hyphens
  std::string before, line;                      // lower case: before the name, and the whole line
};

std::string_view before_of(const Place& place, std::string_view word) {
  return {place.before.data(), static_cast<std::size_t>(word.data() - place.before.data())};
}
std::string_view after_of(const Place& place, std::string_view word) {
  const char* const end = word.data() + word.size();
  return {end, static_cast<std::size_t>(place.after.data() + place.after.size() - end)};
}

std::optional<std::uint64_t> integer(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> decimal(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// A hypothesis of one family, or nothing. Each looks at one kind of slot.
using Guess = std::optional<Hypothesis> (*)(const Difference&, const Words&);

Hypothesis guess(std::string_view cause, std::string_view left, std::string_view right,
                 Proof proof = Proof::pattern) {
  return {.cause = cause, .proof = proof, .note = change(left, right)};
}

// The table of an Info file: "Node: NAME<DEL>OFFSET" says where the node of that name begins (Texinfo manual,
// "Info Format Tag Table").
bool points_at_its_node(const Side& side, const Place& place, std::string_view number) {
  const std::string_view text = side.tree->text(side.field), before = before_of(place, number);
  const auto offset = integer(number);
  if (!offset || *offset > text.size() || !before.starts_with("Node: ") || !before.ends_with('\x7f'))
    return false;
  const std::string node(before.substr(0, before.size() - 1));
  std::string_view there = text.substr(*offset, 1024);
  if (there.starts_with('\x1f')) there.remove_prefix(1);
  if (!there.starts_with("\nFile: ")) return false;
  there = there.substr(1, there.find('\n', 1) - 1);
  return there.find(",  " + node + ",") != there.npos || there.ends_with(",  " + node);
}
std::optional<Hypothesis> info_offset(const Difference& difference, const Words& words) {
  if (difference.left.row || !words.before.ends_with('\x7f')) return std::nullopt;
  if (!points_at_its_node(difference.left, words.left_place, words.left) ||
      !points_at_its_node(difference.right, words.right_place, words.right))
    return std::nullopt;
  return guess("derived-layout", words.left, words.right, Proof::recomputed);
}

// RFC 9562, sections 4.1 and 5.4: version 4 is random.
std::optional<Hypothesis> uuid(const Difference& difference, const Words&) {
  const std::string_view left = as_text(difference.left.bytes), right = as_text(difference.right.bytes);
  if (!is_uuid(left) || !is_uuid(right)) return std::nullopt;
  const auto random = [](std::string_view id) {
    const char variant = lower(id.substr(19, 1))[0];
    return id[14] == '4' && (variant == '8' || variant == '9' || variant == 'a' || variant == 'b');
  };
  const bool proper = random(left) && random(right);
  return guess("random-id", left, right, proper ? Proof::pattern : Proof::inferred);
}

// The same without hyphens, where it is called an id.
std::optional<Hypothesis> plain_uuid(const Difference&, const Words& words) {
  const auto random = [](std::string_view id) {
    const char variant = id.size() == 32 ? lower(id.substr(16, 1))[0] : '\0';
    return all(id, is_hex) && id.size() == 32 && id[12] == '4' &&
           (variant == '8' || variant == '9' || variant == 'a' || variant == 'b');
  };
  if (!random(words.left) || !random(words.right)) return std::nullopt;
  if (!mentions(words.before, {"id", "uuid", "guid", "serial", "identifier", "nonce"})) return std::nullopt;
  return guess("random-id", words.left, words.right);
}

// Where the document has another date, its id follows from that.
constexpr std::string_view kFromTime = "derived-digest";

// ISO 32000-2, section 14.4: computed from the time, the path and the size, or drawn.
std::optional<Hypothesis> document_id(const Difference&, const Words& words) {
  const auto id = [](std::string_view text) { return text.size() == 32 && all(text, is_hex); };
  if (!id(words.left) || !id(words.right) || !words.before.ends_with('<') || !mentions(words.line, {"/id"}))
    return std::nullopt;
  return guess("path-derived-id", words.left, words.right, Proof::inferred);
}

// Addresses of x86-64 user space: a mapping's upper bits. The name before one (Node0x55…) is the same.
std::optional<Hypothesis> address(const Difference&, const Words& words) {
  const std::size_t prefix = words.left.find("0x");
  // Without "0x" behind a name (node_7f04b6414230): twelve digits, with the place in a page that stays.
  constexpr std::size_t kDigits = 12, kInPage = 3;
  const bool bare = prefix == words.left.npos;
  if (bare &&
      (words.left.size() <= kDigits || words.left.size() != words.right.size() ||
       words.left.substr(words.left.size() - kInPage) != words.right.substr(words.left.size() - kInPage)))
    return std::nullopt;
  const std::size_t at = bare ? words.left.size() - kDigits : prefix + 2;
  if (words.left.substr(0, at) != words.right.substr(0, at)) return std::nullopt;
  if (bare && is_hex(words.left[at - 1])) return std::nullopt;
  const auto mapped = [&](std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), value, 16);
    const std::uint64_t top = value >> 40;
    return error == std::errc() && end == text.data() + text.size() &&
           ((top >= 0x55 && top <= 0x56) || (top >= 0x7e && top <= 0x7f));
  };
  if (!mapped(words.left) || !mapped(words.right)) return std::nullopt;
  return guess("aslr-address", words.left, words.right);
}

std::optional<Hypothesis> process(const Difference&, const Words& words) {
  constexpr std::string_view kDigits = "0123456789";
  const auto file = [&](std::string_view path) { return path.substr(0, path.find_last_not_of(kDigits) + 1); };
  const std::string_view stem = file(words.left_place.span);
  if (stem.ends_with(".pid.") && stem == file(words.right_place.span))
    return guess("pid", words.left_place.span, words.right_place.span);
  const auto left = integer(words.left), right = integer(words.right);
  constexpr std::uint64_t kPidMax = 4'194'304;
  if (!left || !right || *left > kPidMax || *right > kPidMax || *left == 0 || *right == 0)
    return std::nullopt;
  const std::string_view before =
      std::string_view(words.before).substr(words.before.size() > 24 ? words.before.size() - 24 : 0);
  const std::string_view behind = after_of(words.left_place, words.left);
  const bool logged =
      before.ends_with('[') &&
      ((before.size() > 1 && is_name_byte(before[before.size() - 2]) && behind.starts_with("]:")) ||
       (before.size() == 1 && behind.starts_with("]")));
  const bool named = before.ends_with('(') && before.size() > 1 && is_name_byte(before[before.size() - 2]) &&
                     behind.starts_with("): ");
  // valgrind: "==1234== ".
  const bool prefixed = words.before == "==" && behind.starts_with("==");
  if (!logged && !named && !prefixed && !mentions(before, {"pid", "process", "paxheaders."}))
    return std::nullopt;
  return guess("pid", words.left, words.right);
}

std::optional<Hypothesis> counter(const Difference&, const Words& words) {
  if (!integer(words.left) || !integer(words.right)) return std::nullopt;
  const bool kernel = words.before.ends_with('#') && mentions(words.line, {"smp", "linux", "build"});
  // "build 1187." and not "build 32 bit programs".
  const std::string_view behind = after_of(words.left_place, words.left);
  const bool build =
      (words.before.ends_with(" build ") || words.before == "build ") && !behind.starts_with(' ');
  const bool run = words.before.ends_with("run_id=") || words.before.ends_with("run_number=");
  if (!kernel && !build && !run &&
      !mentions(words.before,
                {"build number", "build_number", "build-number", "buildnumber", "build #", "build no",
                 "build.number", "run id", "run_id", "run number", "build id:", "build counter", "serial:"}))
    return std::nullopt;
  return guess("build-counter", words.left, words.right);
}

std::optional<Hypothesis> processors(const Difference&, const Words& words) {
  std::string_view left = words.left, right = words.right;
  const bool jobs = words.before.ends_with("-j") || (words.before.ends_with('-') && left.starts_with('j'));
  if (left.starts_with('j') && right.starts_with('j')) left.remove_prefix(1), right.remove_prefix(1);
  const auto l = integer(left), r = integer(right);
  if (!l || !r || *l > 4096 || *r > 4096) return std::nullopt;
  const bool counted =
      mentions(words.line, {"cpus", "cpu(s)", "cpu count", "cpu_count", "nproc", "processors", "ncpu",
                            "cores", "jobs", "parallel", "threads", "workers"});
  if (!jobs && !counted) return std::nullopt;
  return guess("cpu-count", words.left, words.right);
}

// "real\t0m0.135s", as `time` of shells prints it.
bool is_shell_time(const Place& place) {
  const std::string_view word =
      widened(place, [](char c) { return is_name_byte(c) || c == '.' || c == ','; });
  const std::string_view label = before_of(place, word);
  const std::size_t minutes = word.find('m');
  const auto number = [](std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789.,") == text.npos;
  };
  return (label == "real\t" || label == "user\t" || label == "sys\t") && minutes != word.npos &&
         word.ends_with('s') && number(word.substr(0, minutes)) &&
         number(word.substr(minutes + 1, word.size() - minutes - 2));
}

// "14s", "981ms": whole units of time.
bool is_duration(std::string_view text) {
  const std::size_t unit = text.find_first_not_of("0123456789");
  if (unit == 0 || unit == text.npos) return false;
  const std::string_view name = text.substr(unit);
  return name == "s" || name == "ms" || name == "m" || name == "us" || name == "ns";
}

// Decimals with a unit or a label of time, in documents only (trap T11).
std::optional<Hypothesis> elapsed(const Difference& difference, const Words& words) {
  if (difference.effect == Effect::behaviour) return std::nullopt;
  const std::string_view left = as_text(difference.left.bytes), right = as_text(difference.right.bytes);
  if (is_shell_time(words.left_place) && is_shell_time(words.right_place))
    return guess("elapsed-time", left, right);
  if (is_duration(words.left) && is_duration(words.right) &&
      mentions(words.before, {"successful in ", "completed in ", "finished in ", "done in ", "built in ",
                              "compiled in ", "passed in ", "took ", "elapsed"}))
    return guess("elapsed-time", words.left, words.right);
  if (!decimal(left) || !decimal(right) || *decimal(left) > 1e6 || *decimal(right) > 1e6) return std::nullopt;
  if (words.left_place.before.ends_with('.')) return std::nullopt;  // of a version
  std::string_view after = words.left_place.after;
  after.remove_prefix(std::min(after.find_first_not_of(' '), after.size()));
  const std::size_t unit_length =
      static_cast<std::size_t>(std::find_if_not(after.begin(), after.end(), is_name_byte) - after.begin());
  const std::string unit = lower(after.substr(0, unit_length));
  static constexpr std::string_view kUnits[] = {"s",    "ms",     "us",      "ns",          "sec",
                                                "secs", "second", "seconds", "min",         "minutes",
                                                "m",    "msec",   "millis",  "milliseconds"};
  const bool has_unit = std::find(std::begin(kUnits), std::end(kUnits), unit) != std::end(kUnits);
  const bool has_label =
      mentions(words.line, {"elapsed", "duration", "took", "time=", "real", "user", "sys", "ran in",
                            "finished in", "seconds", "total time", "time:", "passed in"});
  if (!has_unit && !has_label) return std::nullopt;
  if (unit == "m" && !has_label) return std::nullopt;
  return guess("elapsed-time", left, right);
}

bool is_kernel_release(std::string_view text) {
  std::size_t dots = 0, at = 0;
  while (at < text.size() && (is_digit(text[at]) || text[at] == '.')) dots += text[at++] == '.';
  return dots >= 1 && at > 2 && is_digit(text[0]) &&
         (at == text.size() || text[at] == '-' || text[at] == '+');
}

bool is_machine(std::string_view text) {
  static constexpr std::string_view kMachines[] = {"x86_64",  "i386",    "i486",  "i586",   "i686",
                                                   "amd64",   "aarch64", "arm64", "armv6l", "armv7l",
                                                   "ppc64le", "riscv64", "s390x", "armv8l"};
  return std::find(std::begin(kMachines), std::end(kMachines), text) != std::end(kMachines);
}

std::optional<Hypothesis> kernel(const Difference&, const Words& words) {
  if (is_machine(words.left) && is_machine(words.right))
    return guess("kernel-identity", words.left, words.right);
  // Python's platform.platform(): "Linux-6.1.0-18-amd64-x86_64-with-glibc2.36".
  const auto bare = [](std::string_view text) { return text.substr(text.starts_with("Linux-") ? 6 : 0); };
  if (!is_kernel_release(bare(words.left_release)) || !is_kernel_release(bare(words.right_release)))
    return std::nullopt;
  const auto flavoured = [](std::string_view release) {
    return mentions(release, {"amd64", "generic", "arm64", "cloud", "azure", "aws", "686", "rpi", "fc", "el8",
                              "el9", "arch", "default", "lts"});
  };
  std::string line = words.line;  // without triplets of the GNU system: x86_64-linux-gnu
  for (std::size_t at = 0; (at = line.find("-linux-gnu", at)) != line.npos;) line.erase(at, 10);
  const bool named =
      bare(words.left_release) != words.left_release ||
      mentions(line, {"linux", "kernel", "uname", "cmake_host_system", "cmake_system", "osvers"});
  if (!named && !(flavoured(words.left_release) && flavoured(words.right_release))) return std::nullopt;
  return guess("kernel-identity", words.left_release, words.right_release);
}

std::optional<Hypothesis> commit(const Difference&, const Words& words) {
  const auto hash = [](std::string_view text) {
    return text.size() >= 7 && text.size() <= 64 && all(text, is_hex) &&
           std::any_of(text.begin(), text.end(), is_digit) && !all(text, is_digit);
  };
  std::string_view left = words.left, right = words.right;
  if (left.starts_with('g') && right.starts_with('g')) left.remove_prefix(1), right.remove_prefix(1);
  const bool dirty = words.left_release != words.right_release &&
                     (words.left_release.ends_with("-dirty") || words.right_release.ends_with("-dirty"));
  if (dirty) return guess("vcs-state", words.left_release, words.right_release, Proof::inferred);
  if (!hash(left) || !hash(right)) return std::nullopt;
  const bool described =
      before_of(words.left_place, words.left).ends_with('-') && words.left.starts_with('g');
  if (!described && !mentions(words.line, {"commit", "revision", "git", "rev", "vcs", "scm", "sha1", "head"}))
    return std::nullopt;
  const bool abbreviated = left.starts_with(right) || right.starts_with(left);
  return guess("vcs-state", left, right, abbreviated ? Proof::pattern : Proof::inferred);
}

// The branch that was checked out: another one may hold another source.
std::optional<Hypothesis> branch(const Difference&, const Words& words) {
  if (!words.before.ends_with("branch: ") && !words.before.ends_with("branch=")) return std::nullopt;
  return guess("vcs-state", words.left_release, words.right_release, Proof::inferred);
}

// The number of a file in its file system, as stat(1) and ls -i print it.
std::optional<Hypothesis> listed_inode(const Difference& difference, const Words& words) {
  if (difference.effect == Effect::behaviour || !words.before.ends_with("inode: ")) return std::nullopt;
  if (!integer(words.left) || !integer(words.right)) return std::nullopt;
  return guess("filesystem-metadata", words.left, words.right);
}

// The processor that a report or log names: a line of /proc/cpuinfo or lscpu(1).
std::optional<Hypothesis> processor_name(const Difference&, const Words& words) {
  const bool named = words.before.starts_with("model name") || words.before.starts_with("cpu model") ||
                     words.before.starts_with("cpu name") || words.before.starts_with("cpu:");
  if (!named) return std::nullopt;
  return guess("cpu-features", words.left_place.span, words.right_place.span);
}

// The mode of a file as ls(1) prints it, where a umask tells both: no special bit, no other owner's bits.
std::optional<Hypothesis> listed_mode(const Difference& difference, const Words& words) {
  if (difference.effect == Effect::behaviour) return std::nullopt;
  const auto mode = [](const Place& place) {
    return widened(place, [](char c) { return c == '-' || c == 'r' || c == 'w' || c == 'x' || c == 'd'; });
  };
  const std::string_view left = mode(words.left_place), right = mode(words.right_place);
  constexpr std::string_view kTypes = "-d", kFull = "rwxrwxrwx";
  const auto proper = [&](std::string_view text) {
    bool fits = text.size() == 10 && kTypes.find(text[0]) != kTypes.npos;
    for (std::size_t i = 1; fits && i < 10; ++i) fits = text[i] == '-' || text[i] == kFull[i - 1];
    return fits && text[8] != 'w';
  };
  if (!proper(left) || !proper(right) || left.substr(0, 4) != right.substr(0, 4)) return std::nullopt;
  return guess("umask-permissions", left, right);
}

// Options of a compiler: what they say, they testify (causes.md 4.4).
std::optional<Hypothesis> flags(const Difference&, const Words& words) {
  const std::string_view before = before_of(words.left_place, words.left);
  const std::string_view head = before_of(words.left_place, words.left_release);
  if (head.ends_with("-march=") || head.ends_with("-mtune=") || head.ends_with("-mcpu="))
    return guess("cpu-features", words.left_release, words.right_release, Proof::inferred);
  const bool option = before.ends_with(" -") || before.ends_with(" -f") || before.ends_with("-std=") ||
                      before.ends_with(" --");
  if (!option ||
      !mentions(words.line, {"cflags", "gcc", "configure", "-o2", "-o3", "-o0", "-g ", "ldflags", "-wall"}))
    return std::nullopt;
  return guess("recorded-build-flags", words.left, words.right, Proof::inferred);
}

std::optional<Hypothesis> tool(const Difference&, const Words& words) {
  const std::string_view left = words.left_release, right = words.right_release;
  const auto version = [](std::string_view text) {
    return text.find('.') != text.npos && std::any_of(text.begin(), text.end(), is_digit) &&
           all(text, is_release_byte);
  };
  if (!version(left) || !version(right)) return std::nullopt;
  if (!mentions(words.line,
                {"generated",    "generator",   "added by",         "created by",   "created-by", "producer",
                 "created with", "made by",     "produced",         "gcc",          "clang",      "compiler",
                 "javadoc",      "doxygen",     "sphinx",           "rustc",        "build-jdk",  "bnd",
                 "pod::man",     "help2man",    "automake",         "autoconf",     "libtool",    "cmake",
                 "built with",   "made with",   "makeinfo",         "generated-by", "tool:",      "binutils",
                 "setuptools",   "bdist_wheel", "rubygems_version", "perl v",       "/ocaml/"}))
    return std::nullopt;
  return guess("toolchain-version", left, right);
}

// "PRIVATE KEY" inside of "-----BEGIN PRIVATE KEY-----" and its end (RFC 7468); else empty.
std::string_view armor_around(const Side& side) {
  if (side.row != nullptr) return {};
  constexpr std::size_t kReach = 8 << 10;
  constexpr std::string_view kBegin = "-----BEGIN ";
  const std::string_view leaf = side.tree->text(side.field);
  const std::size_t at = side.offset - (*side.tree)[side.field].begin, first = at - std::min(at, kReach);
  const std::string_view before = leaf.substr(first, at - first);
  const std::size_t begin = before.rfind(kBegin), end = before.rfind("-----END ");
  if (begin == before.npos || (end != before.npos && end > begin)) return {};
  const std::string_view label = before.substr(begin + kBegin.size());
  return label.substr(0, label.find("-----"));
}

// Keys, certificates and salted passwords by their form: never benign (trap T12).
std::optional<Hypothesis> key_material(const Difference& difference, const Words& words) {
  const std::string before = std::string(words.left_place.before) + std::string(words.left_place.span);
  const bool salted = mentions(before, {":$1$", ":$5$", ":$6$", ":$y$", ":$2y$", ":$2b$", "ssh-ed25519 ",
                                        "ssh-rsa ", "ecdsa-sha2-nistp"});
  const auto armor = salted ? std::string_view("salted") : armor_around(difference.left);
  if (armor.empty() || (!salted && armor != armor_around(difference.right))) return std::nullopt;
  return guess(armor == "PGP SIGNATURE" ? "embedded-signature" : "random-key", "", "", Proof::inferred);
}

// Secrets that a build made up: the same.
std::optional<Hypothesis> secret(const Difference&, const Words& words) {
  const auto drawn = [](std::string_view text) {
    return text.size() >= 8 && std::any_of(text.begin(), text.end(), is_digit) && !all(text, is_digit);
  };
  if (!drawn(words.left) || !drawn(words.right)) return std::nullopt;
  if (!mentions(words.before, {"secret", "password", "passwd", "token", "api_key", "apikey", "private",
                               "salt", "nonce", "seed", "cookie", "key"}))
    return std::nullopt;
  return guess("random-key", words.left, words.right, Proof::inferred);
}

// The last digits of a computed number: another processor or mathematical library.
std::optional<Hypothesis> rounding(const Difference& difference, const Words&) {
  const std::string_view left = as_text(difference.left.bytes), right = as_text(difference.right.bytes);
  if (left.find('.') == left.npos || right.find('.') == right.npos || left.size() < 8) return std::nullopt;
  const auto l = decimal(left), r = decimal(right);
  if (!l || !r || *l == 0) return std::nullopt;
  const double error = (*r - *l) / *l;
  if (error > 1e-6 || error < -1e-6) return std::nullopt;
  Hypothesis found = guess("floating-point", left, right);
  constexpr double kLastPlaces = 1e-12;
  found.parameter = error < kLastPlaces && error > -kLastPlaces ? "last places" : "";
  return found;
}

constexpr Guess kGuesses[] = {info_offset, key_material, uuid,    document_id, plain_uuid,
                              address,     process,      counter, processors,  elapsed,
                              kernel,      commit,       branch,  flags,       processor_name,
                              listed_mode, listed_inode, tool,    secret,      rounding};

class TokenRule final : public Rule {
 public:
  void propose(const Difference& difference, const Facts&, std::vector<Hypothesis>& sink) const override {
    if (!is_text_change(difference)) return;
    Words words;
    words.left_place = place_of(difference.left);
    words.right_place = place_of(difference.right);
    words.left = widened(words.left_place, is_name_byte);
    words.right = widened(words.right_place, is_name_byte);
    words.left_release = widened(words.left_place, is_release_byte);
    words.right_release = widened(words.right_place, is_release_byte);
    words.before = lower(before_of(words.left_place, words.left));
    words.line = words.before + lower(after_of(words.left_place, words.left));
    for (const Guess family : kGuesses) {
      auto found = family(difference, words);
      if (!found) continue;
      if (in_program(difference)) found->proof = Proof::inferred;
      sink.push_back(*found);
      if (found->cause == "path-derived-id") {
        found->cause = kFromTime;
        sink.push_back(*found);
      }
      if (found->cause == "floating-point") {
        found->proof = Proof::inferred;
        found->parameter.clear();
        sink.push_back(std::move(*found));
      }
      return;
    }
  }

  // One number that is slightly other is a change; many are another way of computing.
  bool confirm(const Difference&, const Hypothesis& hypothesis, const Fitted& fitted) const override {
    constexpr std::uint64_t kMany = 3;
    if (hypothesis.cause == kFromTime) return fitted.support.any_clock();
    if (hypothesis.cause == "path-derived-id") return !fitted.support.any_clock();
    return hypothesis.cause != "floating-point" || hypothesis.proof == Proof::inferred ||
           fitted.support.of(hypothesis.parameter) >= kMany;
  }

  Freedom capacity(const Difference& difference, const Hypothesis& hypothesis, const Fitted&) const override {
    constexpr std::uint64_t kDecibitsOfByte = 60;
    if (hypothesis.cause == "random-id") return {{1220, false}, hypothesis.note};
    if (hypothesis.cause == "aslr-address") return {{280, false}, {}};
    return {{kDecibitsOfByte * std::max<std::uint64_t>(difference.right.bytes.size(), 1), false},
            hypothesis.note};
  }
};

}  // namespace

const Rule& token_rule() {
  static const TokenRule kRule;
  return kRule;
}

}  // namespace unrepro
