// Names of temporary files that a compiler driver made up.

#include "formats/ascii.h"
#include "rules/rule.h"

namespace unrepro {
namespace {

constexpr std::size_t kRandom = 6;  // mkstemps(3): characters out of 62

// "/tmp/ccAbCdEf.o" without its random part: "/tmp/cc.o". Empty when the name is another one.
std::string without_random(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  const std::string_view directory = slash == std::string_view::npos ? "" : name.substr(0, slash + 1);
  std::string_view file = name.substr(directory.size());
  if (!directory.empty() && directory != "/tmp/" && directory != "/var/tmp/") return {};
  if (!file.starts_with("cc") || file.size() < 2 + kRandom) return {};
  for (const char c : file.substr(2, kRandom)) {
    const char lower = ascii::to_lower(c);
    if (!ascii::is_digit(c) && (lower < 'a' || lower > 'z')) return {};
  }
  file.remove_prefix(2 + kRandom);
  for (const std::string_view suffix : {".o", ".s", ".c", ".ltrans0.ltrans.o", ".lto.o"}) {
    if (file == suffix) return std::string(directory) + "cc" + std::string(suffix);
  }
  return {};
}

class TemporaryFileRule final : public Rule {
 public:
  void propose(const Difference& difference, const Facts&, std::vector<Hypothesis>& sink) const override {
    if (difference.kind != Kind::path && difference.kind != Kind::name) return;
    if (difference.shape != Shape::changed) return;
    const std::string left = without_random(as_text(difference.left.bytes));
    if (left.empty() || left != without_random(as_text(difference.right.bytes))) return;
    sink.push_back({.cause = "temp-path", .proof = Proof::pattern, .note = {}});
  }
  bool confirm(const Difference&, const Hypothesis&, const Fitted&) const override { return true; }
  Freedom capacity(const Difference& difference, const Hypothesis&, const Fitted&) const override {
    return {{358, false}, "temp-path " + std::string(as_text(difference.right.bytes))};
  }
};

}  // namespace

const Rule& temporary_file_rule() {
  static const TemporaryFileRule kRule;
  return kRule;
}

}  // namespace unrepro
