// What only debuggers read: the compiler as it names itself, and what has no better cause.

#include <algorithm>

#include "rules/content/place.h"
#include "rules/rule.h"

namespace unrepro {
namespace {

// "GNU C17 12.2.0 -mtune=generic -g" or "Debian clang version 16.0.6 (15~deb12u1)": who, then how.
struct Producer {
  std::string_view compiler;
  std::vector<std::string_view> options;
};

Producer read(std::string_view text) {
  const std::size_t options = std::min(text.find(" -"), text.size());
  Producer found{.compiler = text.substr(0, options), .options = {}};
  for (std::size_t at = options; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at + 1), text.size());
    found.options.push_back(text.substr(at + 1, end - at - 1));
    at = end;
  }
  return found;
}

bool names_version(std::string_view compiler) {
  const bool plain =
      std::all_of(compiler.begin(), compiler.end(), [](char c) { return c >= ' ' && c < 0x7f; });
  const bool digit =
      std::any_of(compiler.begin(), compiler.end(), [](char c) { return c >= '0' && c <= '9'; });
  return plain && digit && compiler.size() <= 160;
}

// Options that say where the build ran and nothing else.
bool only_maps_paths(const Producer& left, const Producer& right) {
  const auto plain = [](const Producer& producer) {
    std::vector<std::string_view> rest;
    for (const std::string_view option : producer.options) {
      const bool map =
          option.starts_with("-fdebug-prefix-map=/") || option.starts_with("-ffile-prefix-map=/") ||
          option.starts_with("-fmacro-prefix-map=/") || option.starts_with("-fdebug-compilation-dir=/");
      if (!map) rest.push_back(option);
    }
    return rest;
  };
  return plain(left) == plain(right);
}

class CompilerRule final : public Rule {
 public:
  void propose(const Difference& difference, const Facts&, std::vector<Hypothesis>& sink) const override {
    if (difference.kind != Kind::comment || difference.effect != Effect::content ||
        difference.shape != Shape::changed || difference.count != 1)
      return;
    const std::string_view left = as_text(difference.left.bytes), right = as_text(difference.right.bytes);
    const Producer a = read(left), b = read(right);
    if (!names_version(a.compiler) || !names_version(b.compiler)) return;
    if (a.compiler != b.compiler) {
      // Options testify on their own (causes.md 4.4): then the version is no more than a lead.
      const Proof proof = a.options == b.options ? Proof::pattern : Proof::inferred;
      sink.push_back({.cause = "toolchain-version", .proof = proof, .note = change(a.compiler, b.compiler)});
      return;
    }
    const Proof proof = only_maps_paths(a, b) ? Proof::pattern : Proof::inferred;
    sink.push_back({.cause = "recorded-build-flags", .proof = proof, .note = change(left, right)});
  }
  bool confirm(const Difference&, const Hypothesis&, const Fitted&) const override { return true; }
  Freedom capacity(const Difference& difference, const Hypothesis& hypothesis, const Fitted&) const override {
    constexpr std::uint64_t kDecibitsOfByte = 66;  // of 95 printable characters
    return {{kDecibitsOfByte * difference.right.bytes.size(), false}, hypothesis.note};
  }
};

class DebugRule final : public Rule {
 public:
  void propose(const Difference& difference, const Facts&, std::vector<Hypothesis>& sink) const override {
    const bool debug = difference.kind == Kind::debug || difference.kind == Kind::text;
    if (!debug || difference.effect != Effect::content) return;
    if (difference.kind == Kind::text && difference.left.row == nullptr && difference.right.row == nullptr)
      return;
    sink.push_back({.cause = "debug-info-only", .proof = Proof::inferred, .note = {}});
  }
  bool confirm(const Difference&, const Hypothesis&, const Fitted& fitted) const override {
    return fitted.acts_alike;
  }
  Freedom capacity(const Difference&, const Hypothesis&, const Fitted&) const override {
    return {Capacity::unlimited(), {}};
  }
};

// The checksum of the debug file that was split off, where that file is not at hand: it is another file only
// when the program is.
class DetachedRule final : public Rule {
  static std::string_view id_of(const Tree& tree) {
    for (FieldId field = 0; field < tree.size(); ++field) {
      if (tree[field].kind == Kind::build_id && !tree[field].inner()) return tree.text(field);
    }
    return {};
  }

 public:
  void propose(const Difference& difference, const Facts&, std::vector<Hypothesis>& sink) const override {
    if (difference.kind != Kind::checksum || difference.effect != Effect::content ||
        difference.shape != Shape::changed)
      return;
    if (id_of(*difference.left.tree) == id_of(*difference.right.tree)) return;
    sink.push_back(
        {.cause = "derived-digest", .proof = Proof::pattern, .note = "of a file that is not here"});
  }
  bool confirm(const Difference&, const Hypothesis&, const Fitted&) const override { return true; }
  Freedom capacity(const Difference&, const Hypothesis&, const Fitted&) const override {
    return {{320, false}, {}};
  }
};

}  // namespace

const Rule& detached_rule() {
  static const DetachedRule kRule;
  return kRule;
}

const Rule& compiler_rule() {
  static const CompilerRule kRule;
  return kRule;
}

const Rule& debug_rule() {
  static const DebugRule kRule;
  return kRule;
}

}  // namespace unrepro
