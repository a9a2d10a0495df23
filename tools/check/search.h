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

// "This variation alone makes this difference", seen in `runs` builds with nothing else varied, or nothing
// else that makes a difference.
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
  Keys open;             // need several variations at once or chance, or the builds ran out
  bool stopped = false;  // the builds ran out, or one failed
};

// `first` are the differences when all of `all` is varied. A build with nothing varied gives the repeats.
// Then each variation that a difference suggests is tried alone, and the others together; where that still
// differs and nothing is suggested, halving finds one. Unless all that differs suggests just this variation
// and builds do not differ by themselves, a claim is seen in two builds, and nothing is varied once more.
//
// The bound, unless a difference takes several variations at once: to find k triggers of n variations, at
// most (k + 1) ceil(log2 n) builds that search, since that many wrong suggestions are followed, and 2k + 2
// repeats: for each trigger the claim made again and the others together, and twice nothing varied. The
// control build and `first` come before.
Attribution attribute(const Set& all, const Keys& first, const Oracle& oracle);

// The variation that is left when `fails`, which is so for `all`, is asked of halves: one whose presence
// makes it true, unless it takes several. Empty when `fails` has no answer.
std::optional<std::size_t> halve(const Set& all, const std::function<std::optional<bool>(const Set&)>& fails);

}  // namespace unrepro::check
