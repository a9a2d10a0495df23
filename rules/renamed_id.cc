// Identifiers that a document gives its own parts, drawn anew by every run: a name that stands where it is
// declared and where it is referred to, and was exchanged for another one everywhere. One occurrence alone is
// none (a reference that was redirected), nor is a name that looks chosen.

#include <algorithm>
#include <string>

#include "rules/content/place.h"
#include "rules/rule.h"

namespace unrepro {
namespace {

bool is_id_byte(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '-';
}

// XSLT's generate-id() as libxslt writes it: "idm46".
bool is_generated(std::string_view id) {
  constexpr std::size_t kPrefix = 3;
  return id.size() > kPrefix && (id.starts_with("idm") || id.starts_with("idp")) &&
         id.find_first_not_of("0123456789", kPrefix) == id.npos;
}

// The letters that both names begin with may be a prefix of the generator; what follows was drawn from an
// alphabet of digits, or of digits and letters.
bool is_drawn(std::string_view left, std::string_view right) {
  if (is_generated(left) && is_generated(right)) return true;
  constexpr std::size_t kFewest = 8;
  const auto digits = [](std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }));
  };
  return left.size() >= kFewest && right.size() >= kFewest && digits(left) * 4 >= left.size() &&
         digits(right) * 4 >= right.size();
}

// XML's id and its references; the boundary of a MIME message (RFC 2046, section 5.1.1).
bool declares(std::string_view before) {
  return before.ends_with(" id=\"") || before.ends_with(" id='") ||
         before.ends_with("boundary=\"===============");
}
bool refers(std::string_view before) {
  return before.ends_with("\"#") || before.ends_with("'#") || before.ends_with("url(#") ||
         before == "--===============";
}

class RenamedIdRule final : public Rule {
 public:
  void propose(const Difference& difference, const Facts&, std::vector<Hypothesis>& sink) const override {
    if (!is_text_change(difference) || difference.left.row || in_program(difference)) return;
    const Place left = place_of(difference.left), right = place_of(difference.right);
    const std::string_view here = widened(left, is_id_byte), there = widened(right, is_id_byte);
    const auto before = [](const Place& place, std::string_view id) {
      return std::string_view(place.before.data(), static_cast<std::size_t>(id.data() - place.before.data()));
    };
    if (!is_drawn(here, there)) return;
    const std::string_view front = before(left, here);
    const bool in_slot = (declares(front) && declares(before(right, there))) ||
                         (refers(front) && refers(before(right, there)));
    if (!in_slot) return;
    const bool address = is_generated(here);
    Hypothesis found{.cause = address ? "aslr-address" : "random-id",
                     .proof = Proof::pattern,
                     .note = change(here, there),
                     .parameter = pair_of(here, there),
                     .anchored = declares(front)};
    sink.push_back(found);
    // Counted only: whether each name has one partner.
    found.proof = Proof::inferred;
    for (const std::string& one : {"left id " + std::string(here), "right id " + std::string(there)}) {
      found.parameter = one;
      sink.push_back(found);
    }
    if (!found.anchored) return;
    found.parameter = declared(here, there);
    sink.push_back(std::move(found));
  }
  bool confirm(const Difference& difference, const Hypothesis& hypothesis,
               const Fitted& fitted) const override {
    if (hypothesis.proof == Proof::inferred) return false;
    const Place left = place_of(difference.left), right = place_of(difference.right);
    const std::string_view here = widened(left, is_id_byte), there = widened(right, is_id_byte);
    const std::uint64_t pairs = fitted.support.of(hypothesis.parameter);
    const std::uint64_t declarations = fitted.support.of(declared(here, there));
    return declarations == 1 && pairs > declarations &&
           pairs == fitted.support.of("left id " + std::string(here)) &&
           pairs == fitted.support.of("right id " + std::string(there)) &&
           (!hypothesis.anchored || gone(difference, here, there));
  }
  Freedom capacity(const Difference& difference, const Hypothesis& hypothesis, const Fitted&) const override {
    constexpr std::uint64_t kDecibitsOfByte = 60;
    return {{kDecibitsOfByte * std::max<std::uint64_t>(difference.right.bytes.size(), 1), false},
            hypothesis.parameter};
  }

 private:
  static std::string pair_of(std::string_view here, std::string_view there) {
    return "id " + std::string(here) + " " + std::string(there);
  }
  static std::string declared(std::string_view here, std::string_view there) {
    return "declared " + pair_of(here, there);
  }
  // No reference kept the old name, and none had the new one. Asked once for every declaration, hence the
  // bound.
  static bool gone(const Difference& difference, std::string_view here, std::string_view there) {
    constexpr std::size_t kLongest = 64 << 10;
    const std::string_view left = difference.left.tree->text(difference.left.field);
    const std::string_view right = difference.right.tree->text(difference.right.field);
    return left.size() <= kLongest && right.size() <= kLongest && left.find(there) == left.npos &&
           right.find(here) == right.npos;
  }
};

}  // namespace

const Rule& renamed_id_rule() {
  static const RenamedIdRule kRule;
  return kRule;
}

}  // namespace unrepro
