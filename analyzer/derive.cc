// Derivations that reach outside their blob: run on each side where the stored value or its source differs.

#include <algorithm>

#include "analyzer/location.h"
#include "analyzer/pair.h"
#include "analyzer/parallel.h"
#include "formats/derivation.h"

namespace unrepro {
namespace {

struct Verified {
  Derived state = Derived::absent;
  bool resolved = false;
  bool lacks = false;  // refers to nothing, as it may
  std::optional<Error> error;
  std::vector<std::string> place;
  BlobRef content;
};

Verified resolve_side(const Opened& opened, const Derivation* derivation, Budget& budget) {
  Verified result;
  if (derivation == nullptr) return result;
  auto target = resolve(opened, derivation->over, budget);
  if (!target) {
    result.error = target.error();
  } else if (*target) {
    result.resolved = true;
    result.place = std::move((*target)->place);
    result.content = std::move((*target)->content);
  } else {
    result.lacks = derivation->over.may_lack;
  }
  return result;
}

void verify_side(const Opened& opened, const Derivation* derivation, Budget& budget, Verified& result) {
  if (derivation == nullptr || result.error) return;
  const auto state = verify(opened, *derivation, budget);
  if (state) {
    result.state = *state;
  } else {
    result.error = state.error();
  }
}

bool same_content(const Verified& left, const Verified& right) {
  const Bytes a = left.content->bytes(), b = right.content->bytes();
  return a.size() == b.size() && (a.data() == b.data() || std::equal(a.begin(), a.end(), b.begin()));
}

struct Task {
  Pair* pair;
  const Check* check;
  Verified left, right;
  bool relevant = true;
};

void run(Task& task, Budget& budget) {
  const Check& check = *task.check;
  task.left = resolve_side(*task.pair->left, check.left, budget);
  task.right = resolve_side(*task.pair->right, check.right, budget);
  if (!check.item) {
    // Equal stored values matter only if what they are derived from is not equal as well.
    const bool both = task.left.resolved && task.right.resolved;
    const bool neither = !task.left.resolved && !task.right.resolved && !task.left.error && !task.right.error;
    task.relevant = !neither && !(both && same_content(task.left, task.right));
    if (!task.relevant) return;
  }
  verify_side(*task.pair->left, check.left, budget, task.left);
  verify_side(*task.pair->right, check.right, budget, task.right);
}

std::string describe_failure(const char* side, const Verified& result, Algo algo) {
  std::string text = std::string(side) + ": ";
  if (!result.resolved) return text + "refers to content that is not there";
  return text + "is not the " + std::string(to_string(algo)) + " of its content";
}

void apply(Task& task) {
  const Check& check = *task.check;
  for (const Verified* side : {&task.left, &task.right}) {
    if (!side->error) continue;
    Location location{.members = task.pair->place, .field = check.where.field, .offset = {}};
    task.pair->incomplete.push_back({location.print(), side->error->message});
    return;
  }
  if (task.left.lacks || task.right.lacks) {
    // Then it stands for itself, unless what it refers to is gone on one side only.
    if (!task.left.resolved && !task.right.resolved) return;
    (task.left.lacks ? task.left : task.right).state = Derived::fails;
  }
  const bool fails = task.left.state == Derived::fails || task.right.state == Derived::fails;
  if (!check.item && !fails) return;
  Item* item = nullptr;
  if (check.item) {
    item = &task.pair->items[*check.item];
  } else {
    Item fresh;
    fresh.where = check.where;
    fresh.difference.left = check.left_side;
    fresh.difference.right = check.right_side;
    fresh.difference.kind = (*check.left_side.tree)[check.left_side.field].kind;
    fresh.difference.weight = fresh.difference.left.length;
    task.pair->items.push_back(std::move(fresh));
    item = &task.pair->items.back();
  }
  item->left = task.left.state;
  item->right = task.right.state;
  item->is_derived = !fails;
  item->source = task.left.resolved ? task.left.place : task.right.place;
  if (task.left.state == Derived::fails)
    item->message = describe_failure("left", task.left, check.left->algo);
  if (task.right.state == Derived::fails) {
    if (!item->message.empty()) item->message += "; ";
    item->message += describe_failure("right", task.right, check.right->algo);
  }
}

// The decoded form of what a reference points to; null when there is no such place.
Result<const Tree*> tree_of(const Opened& from, const TargetRef& ref, Budget& budget) {
  const auto target = resolve(from, ref, budget);
  if (!target) return tl::unexpected<Error>(target.error());
  if (!*target) return nullptr;
  const auto opened = open_target(**target, budget);
  if (!opened) return tl::unexpected<Error>(opened.error());
  return &(*opened)->tree();
}

}  // namespace

Result<Derived> verify(const Opened& opened, const Derivation& derivation, Budget& budget) {
  const auto target = resolve(opened, derivation.over, budget);
  if (!target) return tl::unexpected<Error>(target.error());
  if (!*target) return derivation.over.may_lack ? Derived::unverified : Derived::fails;
  // Any number of programs may name one large debug file.
  const bool crc = derivation.algo == Algo::crc32_le || derivation.algo == Algo::crc32_be;
  if (crc && !budget.charge_output((*target)->content->size()))
    return fail(Trouble::budget, budget.exhausted());
  DerivationTarget checked{.content = (*target)->content->bytes(), .tree = nullptr, .beside = nullptr};
  if (derivation.algo == Algo::installed_size) {
    const auto tree = tree_of(opened, derivation.over, budget);
    if (!tree) return tl::unexpected<Error>(tree.error());
    checked.tree = *tree;
    if (derivation.beside) {
      const auto beside = tree_of(opened, *derivation.beside, budget);
      if (!beside) return tl::unexpected<Error>(beside.error());
      checked.beside = *beside;
    }
  }
  switch (check_derivation(derivation.algo, opened.tree().text(derivation.field), checked)) {
    case Holds::yes:
      return Derived::holds;
    case Holds::no:
      return Derived::fails;
    case Holds::unverified:
      break;
  }
  return Derived::unverified;
}

void check_derivations(Pair& root, Budget& budget) {
  std::vector<Task> tasks;
  root.visit([&](Pair& pair) {
    for (const Check& check : pair.checks) tasks.push_back({&pair, &check, {}, {}, true});
  });
  parallel_each(tasks.size(), [&](std::size_t i) { run(tasks[i], budget); });
  for (Task& task : tasks) {
    if (task.relevant) apply(task);
  }
}

}  // namespace unrepro
