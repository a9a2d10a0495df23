// Names of temporary files that a compiler driver or a script made up.

#include "rules/content/temporary_name.h"
#include "rules/rule.h"

namespace unrepro {
namespace {

// No directory at all, or one that every program may write to.
bool in_temporary_directory(std::string_view name) {
  const std::string_view directory = name.substr(0, name.rfind('/') + 1);
  return directory.empty() || directory == "/tmp/" || directory == "/var/tmp/";
}

class TemporaryFileRule final : public Rule {
 public:
  void propose(const Difference& difference, const Facts&, std::vector<Hypothesis>& sink) const override {
    if (difference.kind != Kind::path && difference.kind != Kind::name) return;
    if (difference.shape != Shape::changed) return;
    const std::string_view left = value_of(difference.left), right = value_of(difference.right);
    if (!in_temporary_directory(left) || !same_temporary_name(left, right)) return;
    sink.push_back({.cause = "temp-path", .proof = Proof::pattern, .note = {}});
  }
  bool confirm(const Difference&, const Hypothesis&, const Fitted&) const override { return true; }
  Freedom capacity(const Difference& difference, const Hypothesis&, const Fitted&) const override {
    return {{358, false}, "temp-path " + std::string(value_of(difference.right))};
  }
};

}  // namespace

const Rule& temporary_file_rule() {
  static const TemporaryFileRule kRule;
  return kRule;
}

}  // namespace unrepro
