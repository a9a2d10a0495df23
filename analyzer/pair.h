#pragma once
// The differences of two artifacts, before anybody has explained them.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/artifact.h"
#include "analyzer/report.h"
#include "rules/difference.h"

namespace unrepro {

// Where a difference is inside its pair of blobs.
struct Where {
  std::vector<std::string> members;  // keys of the enclosing members, outermost first
  std::string field;                 // keys of the fields below the innermost member, joined by '.'
};

// How a derived field fares on one side.
enum class Derived : std::uint8_t { absent, holds, fails, unverified };

struct Item {
  Difference difference;
  Where where;
  bool is_derived = false;  // a function of other bytes of its own side
  Derived left = Derived::absent, right = Derived::absent;
  std::vector<std::string> source;   // members (from the artifact down) whose bytes it is derived from
  std::string message;               // what is wrong with it, for people: what was expected
  bool moved = false;                // as a map of what moved predicts, which nothing proves: never accepted
  std::vector<std::string> listing;  // of code: instructions that differ, as list_changes() gives them
};

// A derivation outside its blob whose stored value is on both sides or on one.
struct Check {
  const Derivation* left = nullptr;
  const Derivation* right = nullptr;
  Where where;
  std::optional<std::size_t> item;  // index of the difference, when the stored values differ
  Side left_side, right_side;       // of the stored values
};

// Two blobs that were decoded and compared field by field.
struct Pair {
  const Opened* left = nullptr;
  const Opened* right = nullptr;
  std::vector<std::string> place;  // members from the artifact down to these blobs
  std::vector<Item> items;
  std::vector<Check> checks;
  Relations relations;
  ZoneShift zone_shift;
  std::vector<std::unique_ptr<Pair>> nested;  // in canonical order
  std::vector<Incomplete> incomplete;
  std::string layout;            // why contents that moved are not proven to be the same; may be empty
  std::optional<Error> trouble;  // the system refused; the comparison cannot be answered
  std::uint64_t files = 0;       // members with content that were compared and are no container themselves
  std::uint64_t differing_files = 0;

  // Visits this pair and all nested ones, outermost first, in canonical order.
  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor(*this);
    for (const auto& inner : nested) inner->visit(visitor);
  }
};

// Compares two opened blobs and everything below them. Uses parallel_each(); the result does not depend on
// it.
std::unique_ptr<Pair> compare(const Opened& left, const Opened& right, std::vector<std::string> place,
                              Budget& budget, const std::function<void(std::string_view)>& progress);

// Runs one derivation on its own side. A source that is not there fails it. Errors: as Opened::open.
Result<Derived> verify(const Opened& opened, const Derivation& derivation, Budget& budget);

// Runs the derivations of a pair and of all nested ones whose stored value or whose source differs; turns
// those that hold into derived differences and those that fail into failures.
void check_derivations(Pair& root, Budget& budget);

}  // namespace unrepro
