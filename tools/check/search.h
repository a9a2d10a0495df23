#pragma once
// Finds which variations trigger which differences, with few builds.

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace unrepro::check {

// Variations by number.
using Set = std::set<std::size_t>;

// A difference from the control build: the file and the cause that the analyzer gives it.
struct Key {
  std::string file, cause;
  auto operator<=>(const Key&) const = default;
};
using Keys = std::set<Key>;

// "This variation alone makes this difference", seen `runs` times in builds with nothing else varied.
struct Claim {
  std::size_t variation = 0;
  Key key;
  unsigned runs = 1;
};

struct Oracle {
  // Builds with these varied and compares with the control build. Asked for the same set again it builds
  // again. Empty when no build is left or it failed.
  std::function<std::optional<Keys>(const Set&)> differences;
  // The variations that such a difference suggests.
  std::function<Set(const Key&)> suggest;
};

struct Attribution {
  std::vector<Claim> claims;
  Keys repeats;          // differ although nothing was varied
  Keys open;             // need several variations at once, or the builds ran out
  bool stopped = false;  // the builds ran out, or one failed
};

// `first` are the differences when all of `all` is varied. A build with nothing varied gives the repeats.
// Then each variation that a difference suggests is tried alone, and the others together; where that still
// differs and nothing is suggested, halving finds one. With k triggers of n variations, t of them suggested:
// at most 2 + 2k + (k - t) log2(n) builds, and one more for each claim that the analyzer's cause does not
// suggest.
Attribution attribute(const Set& all, const Keys& first, const Oracle& oracle);

// A variation whose presence makes `fails` true, given that it is for `all`; empty when it takes several.
std::optional<std::size_t> halve(const Set& all, const std::function<std::optional<bool>(const Set&)>& fails);

}  // namespace unrepro::check
