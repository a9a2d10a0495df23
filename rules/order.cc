// Order family: the same items in another order.

#include "rules/rule.h"

namespace unrepro {
namespace {

// Both orders are permutations of the same distinct keys (the analyzer pairs them before it asks). Orders
// that visit one directory after the other are what a directory listing gives, relations of packages come out
// of a hash (causes-by-format, deb); others stay unattributed.
class MemberOrderRule final : public Rule {
 public:
  void propose(const Difference& difference, const Facts&, std::vector<Hypothesis>& sink) const override {
    if (difference.shape != Shape::order || difference.kind != Kind::order) return;
    const bool relations = (*difference.left.tree)[difference.left.field].kind == Kind::dependency;
    sink.push_back({.cause = difference.nested_order ? "readdir-order"
                             : relations             ? "hash-order"
                                                     : "order-unattributed",
                    .proof = difference.list == Encoding::list_set ? Proof::recomputed : Proof::inferred,
                    .note = std::to_string(difference.items) + " items in another order"});
  }

  bool confirm(const Difference&, const Hypothesis&, const Fitted&) const override { return true; }

  Freedom capacity(const Difference& difference, const Hypothesis&, const Fitted&) const override {
    return {Capacity::of_orders(difference.items), {}};
  }
};

}  // namespace

const Rule& member_order_rule() {
  static const MemberOrderRule kRule;
  return kRule;
}

}  // namespace unrepro
